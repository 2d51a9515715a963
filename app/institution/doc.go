// Package institution is the office behind the counters: it makes the root and everything below it, lends counters the
// right to sign, says who a counter is, publishes lists, and signs bundles. The training institution is one like any
// other, with keys of its own and the name prefix urn:bangban:training:.
//
// # The folder
//
//	institution.json       name, issuer, training or real
//	institution.pem        root certificate, then every issuing certificate: all that a relying office needs
//	root.key               P-256, 10 years, self-signed; certifies the next four. Keep it offline
//	issuing-N.key          P-256, 1 year; delegations, X.509 of voucher keys, identity certificates, lists
//	bundle-N.key           Ed25519, 1 year; bundles
//	receipt-N.key          Ed25519, 90 days; receipts. Belongs at the gateway
//	intake-N.key           X-Wing, 1 year; opens the outside of what is carried (package queue), no parcel. At the gateway
//	holder-N.key           X-Wing or, by policy, DHKEM(P-256), 1 year; opens parcels. Belongs in the back office; two at
//	                       any time, either opens
//	*.statement            the root's word for the key of that name (package bundle)
//	bundle-version.json    the last bundle version given out
//	register/STATION.json  serial blocks given out, so that no two ever overlap
//	issued/                what the training station was given last
//
// Key files are those of package keys; a real institution's lie under a passphrase. A folder need not hold every key:
// the gateway keeps receipt and intake keys only, and what another key is needed for fails with ErrNoKey. Every file is
// written with sync and rename, and a folder appears whole or not at all. Whoever changes it holds a lock meanwhile.
//
// # Certificates
//
// Every CA certificate carries the institution's name, the iss of all it signs, as its one URI subject alternative name
// (RFC 5280 §4.2.1.6).
//
//	root      CA, path length 1, keyCertSign + digitalSignature
//	issuing   CA, path length 0, keyCertSign + digitalSignature
//	voucher   digitalSignature + contentCommitment, no extended key usage (PDF readers refuse ones they do not know),
//	          URI urn:bangban:voucher-key:STATION
//	SM2       the same names and days for the SM2 key beside a voucher key, where the counter asked for one (SM2Certificate)
//	identity  digitalSignature, clientAuth, URI urn:bangban:station:STATION, 90 days
//
// A voucher certificate is never an identity: VerifyIdentity demands the URI and clientAuth by name.
//
// # Serial blocks
//
// A delegation lends one voucher key one block of serials of one station for at most 7 days. The register is written
// before the delegation leaves, so a crash burns a block and never lends one twice.
package institution
