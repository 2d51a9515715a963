// Package sdjwt judges SD-JWT verifiable credentials: RFC 9901 (Selective Disclosure for JWTs) with the header type of
// SD-JWT VC.
//
//	<issuer-signed JWT> ~ <disclosure> ~ … ~ [ <key binding JWT> ]                                    RFC 9901 §4
//
//	header      typ "dc+sd-jwt"; the earlier "vc+sd-jwt" is taken and noted; alg ES256, ES384, ES512, EdDSA, PS256, RS256
//	key         x5c up to a certificate held here, else a JWK held here under this kid. Keys and addresses in the
//	            header (jwk, jku, x5u) are never looked at
//	disclosure  base64url of [ salt, name, value ] or [ salt, value ]; each must be referenced by exactly one digest
//	binding     typ "kb+jwt", signed by cnf.jwk, with aud, nonce, iat and sd_hash                    §4.3, §7.3
//
// The checks, in order: structure; algorithm, issuer, signature; type; disclosures; time (exp, nbf); issuer-name (whether the
// certificate names iss, or the key is held for it; a note where neither does); key-binding,
// holder-signature, audience, nonce, freshness; status.
//
// A credential that is bound to a key and shown without the proof of it, or any asked for with a nonce and shown without
// one, is Indeterminate, no-key-binding: it may be a copy. The proof is fresh for 10 minutes.
//
// Claims: "type" (vct), "issuer" (the certificate's subject and "issuer_claimed", where the certificate does not name iss), "issued", "not_before", "expires", and everything disclosed under its own name; names
// inside others after a point ("address.locality"), elements of arrays by number ("nationalities.0").
package sdjwt
