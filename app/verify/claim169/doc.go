// Package claim169 judges MOSIP Claim 169 credentials: this project's own vouchers (package voucher), and those of
// others in every dialect met in the field.
//
// A voucher is told by its delegation, unprotected header -70002, and is judged by voucher.Open and Judge and nothing
// else. Everything else is a foreign Claim 169:
//
//	text        Base45(zlib(cose)), or the bytes of cose as they are
//	cose        COSE_Sign1 (RFC 9052 §4.2) behind tag 61 and tag 18, tag 18 alone, or no tag
//	            COSE_Encrypt0 (tag 16) is recognised and not opened: Indeterminate, not-supported
//	algorithm   ES256, ES384, EdDSA with Ed25519, from the protected header only
//	claims      CWT (RFC 8392): 1 iss, 3 aud, 4 exp, 5 nbf, 6 iat, 65535 status
//	169         a map, or a byte string that holds the encoded map
//	62          one biometrics map, or an array of them; counted, not shown
//
// The checks of a foreign one: structure, issuer (a key with this kid, or, where it has none, one that fits), signature,
// time, audience, status. An empty signature is Failed, wrong-signature, whoever issued it.
package claim169
