// Package trust holds what a counter rests its verdicts on: anchors (certificates of states, institutions, single
// keys) and lists (statuses, withdrawn delegations), each as a dated snapshot with its source. It decides nothing about
// a credential; it answers questions and says how old the answer is.
//
// # Snapshots and ages
//
// Everything comes in from a signed bundle, a file that an operator names, or the training institution, and goes in as a
// Snapshot: kind, name, source, the day it was made, the day it ends. The Store knows a maximum age by kind. An answer
// from a list that is over-age, or past its end, says so (TooOld): the caller makes it Indeterminate, list-too-old, never
// Valid. A list that was held once and is gone (Gone) answers the same way. A list never held is another answer (Held is
// false). Nothing here calls a network.
//
// # Lists
//
// Both lists are COSE_Sign1 (RFC 9052) by the issuing key of an institution, ES256, kid = the first 8 bytes of SHA-256 of
// the issuing certificate's DER, told apart by the type header (label 16, RFC 9596):
//
//	status list      18([ << { 1: -7, 4: kid, 16: "application/statuslist+cwt" } >>, {}, << claims >>, signature ])
//	                 claims = { 2 sub: URI of the list, 4 exp, 6 iat, 65533: { "bits": 1|2|4|8, "lst": zlib }, ? 65534 ttl }
//	                 after draft-ietf-oauth-status-list-21 §5.2; statuses 0 valid, 1 invalid, 2 suspended (§7.1)
//	withdrawn        18([ << { 1: -7, 4: kid, 16: "application/bangban-delegations+cwt" } >>, {}, << claims >>, signature ])
//	delegations      claims = { 1 iss, 4 exp, 6 iat, -70003: [* [ station, kid of the voucher key ]] }
//
// A list counts for the institution whose certificate signed it, and for no other. An older list never replaces a newer.
//
// Lists of others are read as they publish them: status lists as CWT and JWT (draft-ietf-oauth-status-list-21 §5) and as
// BitstringStatusListCredential of the W3C, which count for what goes back to the same anchor, entity or issuer as they do
// (JudgeStatusOf); lists of withdrawn certificates (X.509 CRL, RFC 5280 §5, also signed by SM2), which count for every chain
// (check revocation: clear, revoked, list-too-old, or no-list, optional, where none of that issuer was ever held); VICAL, and
// lists of trusted entities (ETSI TS 119 602, signed JSON), which bring anchors and take them away again.
//
// Each kind has its own maximum age by policy (max_list_age): institution, csca, key, status, delegations, vical, lote, crl.
//
// # Files
//
// Store.Add takes any of: an institution file (PEM, root first, then issuing certificates), certificates in PEM or DER, a
// CSCA master list (ICAO Doc 9303-12), a VICAL (ISO/IEC 18013-5 Annex C), a JWK or JWK set (RFC 7517), a COSE_Key or
// COSE_KeySet (RFC 9052 §7), any of the lists above. A JWK set with iss, or issuer metadata with issuer, ties its keys to that
// issuer: they sign for nobody else, and nobody else's for it. A certificate that issued itself and names a country is an anchor for travel
// documents; other certificates only give their key; what comes in a VICAL is no anchor for travel documents. Every
// certificate is an anchor for the chains that credentials bring with them. Certificates and public keys on the curve of
// SM2 (GB/T 32918.5) are held beside the others: JudgeSM2 asks them.
//
// # Proofs
//
// Store.Prove takes the checks algorithm, issuer and signature that all formats share, and gives the Signer only where
// all three passed: an algorithm is refused by its name (none, HMAC with a public key, another curve), a signature that
// its own certificate disproves is Failed whoever issued that, and an unknown issuer is Indeterminate.
//
// A Store is filled first and then read: reads are safe at the same time, Add is not. Clone one, add to the clone, and
// put it in the other's place.
package trust
