// Package cms verifies CMS SignedData (RFC 5652) and the X.509 certificates behind it, as ICAO Doc 9303-10 §4.6.2,
// 9303-12 §7 and the master lists of states use them. It signs nothing and holds no key.
//
// # Why not crypto/x509
//
// crypto/x509 refuses most of what travel documents are signed with: elliptic curve parameters written out in full
// (X9.62 specifiedCurve), the brainpool curves (RFC 5639), RSA-PSS keys, SHA-1, odd but harmless names. Certificates
// are therefore parsed here, over golang.org/x/crypto/cryptobyte, which reads DER only and never recurses. A message (not a certificate) in BER is turned into DER
// first.
//
// # What is verified
//
//	keys        RSA 1024 to 16384 bits · NIST P-192 to P-521 · brainpoolP160 to P512, r1 and t1
//	signatures  RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017) · ECDSA as DER (RFC 5480) and as r‖s (BSI TR-03111 §5.2.1)
//	digests     SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
//
// Parameters written out in full must equal those of a named curve in every value (p, a, b, G, n, cofactor 1): a
// generator of somebody's own choosing makes any signature verify (CVE-2020-0601). The curves that the standard
// library lacks are computed over math/big in variable time. That is sound for what is done here, verifying with
// public values only; nothing in this package may ever be used with a private key.
//
// # The order of verification
//
// SignedData.Verify takes exactly one signer and goes through: its certificate is there; signedAttrs, put into DER SET
// OF order (RFC 5652 §5.4), name the content type and the digest of the content; the signature verifies; the
// certificate may sign (keyUsage). Pool.Chain then goes from a certificate to an anchor: names equal (RFC 5280 §7.1),
// key identifiers equal where both are there, signature, basicConstraints, keyUsage, path length, validity at the time
// asked for, no critical extension that is not understood.
//
// # Lists of withdrawn certificates
//
// ParseCRL reads an X.509 CRL (RFC 5280 §5) and Pool.Revocation looks a chain up in those held: the list is of the
// certificate's issuer, an anchor of that name that may sign lists signed it, it covers all signers' certificates (no
// parts, no indirect lists, no scope that leaves some out), and it is in force. Whoever is listed is Revoked, also by an
// old list. Otherwise a list never held is NoList, which lowers a verdict only where policy demands one; a list that is
// over-age, or was held once, is ListTooOld, which always does.
//
// # Reasons
//
// Every refusal is an *Error with a Reason. The reasons are the codes of package check with the same spelling; this
// package imports nothing of the module, so the caller converts them. A failure to find the issuer is UnknownIssuer,
// which says nothing against the document; everything else does.
//
// # Bounds
//
// At most 4 MB, 16 signers, 64 certificates in one message, 2,048 in one list, 64 extensions, 64 attributes, 6 links of
// a chain, 64 signatures tried for one chain, 131,072
// entries in one list of withdrawn certificates.
package cms
