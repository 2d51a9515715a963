// Package pdfsig judges signed PDF files: PAdES (ETSI EN 319 142-1; SubFilter ETSI.CAdES.detached) and adbe.pkcs7.detached
// (ISO 32000-2 §12.8). adbe.x509.rsa_sha1 and adbe.pkcs7.sha1 are told by name and not supported; a document time-stamp
// (ETSI.RFC3161) counts for the time only.
//
// The checks of each signature, in the order in which the signatures were made: byte-range (it covers everything from the
// first byte to the end of its revision but the very string that holds it); digest and signature; issuer (up to a
// certificate, or an institution's root, held here; training, where that institution is one for training and the station is
// not); signing-certificate (ESS, demanded by PAdES); time-stamp (RFC 3161,
// where there is one); changes (what was added since). Before them structure, after them coverage, time, status.
//
// Changes. The document as it was signed is compared with the document as it is, object by object from the catalogue on,
// whatever the update hides behind other object numbers. Allowed are further signatures and their fields, the security
// store (DSS) with document time-stamps, metadata; filled form fields unless the signature certifies with DocMDP P 1 or locks them (FieldMDP).
// Anything else is Failed, changed-after-signing. What shows on the page (filled fields, the marks of further signatures)
// and is covered by no later signature that passes here is Indeterminate, shown-since.
//
// Time. A signature is judged at its time-stamp where that is proven here, else now: a certificate that has ended since
// is Indeterminate, expired, where the signer's own word (the M entry, or signing-time) says that it was in force then;
// Failed without.
//
// A file is read strictly: cross-reference tables and streams (§7.5.4, §7.5.8) from the last startxref on, no repair, no
// object at another offset, no key or object twice. Encrypted files and hybrid cross-references are not read. What this
// refuses is Failed if the file claims to be signed. A file without a signature is Indeterminate, not-signed.
//
// Files inside. An associated file (/AF) NAME with a file NAME.p7s beside it that is a SignedData of GB/T 35275-2017 adds the
// checks sm2-signature (SM3 digest, SM2 signature, key usage) and sm2-issuer: the institution that the document's own signature
// goes back to certified the key for the same counter, or an SM2 authority held here did. Attached gives the COSE bytes among them.
//
// Pages are not drawn: a code printed on one is for the scanner, not for this package.
//
// Claims, of the signed revision, never of a later one: "title", "signed_by", "signed_at" (proven or, marked so, the signer's own word), "reason", "location",
// "signatures". A signer may be a person: details name certificates by fingerprint.
package pdfsig
