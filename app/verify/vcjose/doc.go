// Package vcjose judges W3C verifiable credentials (Verifiable Credentials Data Model 2.0) secured by JOSE or COSE, after
// the recommendation Securing Verifiable Credentials using JOSE and COSE:
//
//	vc+jwt     a compact JWS; header typ "vc+jwt", payload the credential itself                               §3.1
//	vc+sd-jwt  an SD-JWT whose payload is the credential; typ "vc+sd-jwt"                                      §3.2
//	vc+cose    COSE_Sign1; header 16 typ "application/vc+cose", 3 content type "application/vc", payload JSON   §3.3
//
// typ is demanded, with "application/" before it or without; there is no guessing. The algorithm comes from the protected
// header only; none, HMAC and an algorithm for another curve are refused by name. Keys come from the anchors: x5c or
// x5chain up to a certificate held here, else a key held under this kid. Keys and addresses in the header (jwk, jku, x5u)
// are never looked at, and no DID is resolved: whoever trusts an issuer holds its key.
//
// The checks, in order: structure; algorithm, issuer, signature; type; data-model; issuer-name; of an SD-JWT those of
// package sdjwt in their place; time (validFrom, validUntil, and exp, nbf, iat of the envelope); key-binding, where a
// nonce was asked for or a cnf is there; status.
//
// The rules of the data model that are held to: the first context is that of version 2, type has VerifiableCredential,
// one issuer, a subject that says something, dates with a zone, and no vc or vp claim inside the payload (§3.1.1 forbids
// them; version 1.1 in a JWT is another format and not supported). Claims of the envelope must not contradict the
// credential (§3.1.3): iss is the issuer, sub the subject, jti the id. A kid that is a DID URL must be the issuer's own; one that is a
// web address with a fragment, of the issuer's host.
// Contexts are not fetched and terms are not expanded: two credentials that use one word for two things are told apart
// by their issuer only.
//
// A status is looked up in the list of that issuer under statusListCredential (BitstringStatusListEntry); where none is
// held: no-list.
//
// Claims: "type", "issuer", "issuer_name", "id", "valid_from", "valid_until", then what credentialSubject says under its
// own names, names inside others after a point; those of a second subject behind "2/".
package vcjose
