// Package vds judges ICAO visible digital seals, both kinds:
//
// VDS-NC, for non-constrained environments (ICAO TR VDS-NC): JSON in a QR code.
//
//	{ "data": { "hdr": { "t": type, "v": 1, "is": issuer }, "msg": { … } },
//	  "sig":  { "alg": "ES256" / "ES384" / "ES512", "cer": base64url of the signer's certificate, "sigvl": base64url of r‖s } }
//
// The signature is over data in canonical form (RFC 8785). The signer's certificate carries extended key usage
// 2.23.136.1.1.14.2: the signer of passports may not sign these.
//
// VDS (Doc 9303-13 §2): bytes in a Data Matrix or Aztec code.
//
//	DC version country signer-and-certificate issued signed feature-definition category  *( tag length value )  FF length r‖s
//
// Names are C40 (§2.2.1, after ISO/IEC 16022), dates are MMDDYYYY in three bytes, the digest goes with the size of the curve.
// The signer's certificate does not travel with the seal: it is found by country, name and serial number among those
// held; brainpool curves too.
//
// Anchors are CSCA certificates and master lists. The checks, in order: structure, algorithm, issuer (chain to a CSCA),
// issuer-name (the signer is of the state that the seal names), signature, time.
//
// Claims: "type", "issuer", and what msg says under its own names, names inside others after a point ("pid.n", "ve.0.des");
// of a binary seal "issued", "signed", "category", and its features by number ("feature.1"): texts where they are C40
// or plain text, else in hexadecimal.
package vds
