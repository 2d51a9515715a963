// Package mdoc judges what a wallet answers under ISO/IEC 18013-5: a DeviceResponse of one or more mdocs (driving
// licence, PID, proof of age), as CBOR or as its base64url text (vp_token of OpenID4VP).
//
//	DeviceResponse = { "version": "1.0", "documents": [+ Document], "status": 0 }                       §8.3.2.1.2.2
//	Document       = { "docType", "issuerSigned": { "nameSpaces", "issuerAuth": COSE_Sign1 },
//	                   "deviceSigned": { "nameSpaces", "deviceAuth": { "deviceSignature" / "deviceMac" } } }
//	MSO            = { "version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo" }  §9.1.2.4
//
// The checks of each document, in order: structure; algorithm, issuer (x5chain up to a certificate held here, the signer
// carrying extended key usage 1.0.18013.5.1.2) and signature over the MSO; doc-type; digests of every element shown;
// time (validityInfo); device-signature or device-mac over the SessionTranscript that the Request gives; status.
//
// Without a SessionTranscript nobody can tell whether this answer was given here and now: device-signature is
// Indeterminate, not-checked. The bytes of the transcript are the caller's (proximity, §9.1.5.1), or follow from what was
// asked over OpenID4VP: verify.Handover, of 1.0 and of the earlier drafts. A device MAC needs the reader's ephemeral private key of the session beside it:
// Format.ReaderKey, or the Request's.
//
// The code that starts a session ("mdoc:" and a DeviceEngagement, §8.2.2.3) is recognised and is Indeterminate,
// only-engagement: the telephone would answer by Bluetooth or NFC. Engagement gives its key and the transcript.
//
// Algorithms come from the protected header only; other header values are left alone, because wallets write kid as text.
//
// Claims: "doc_type", then each element under its identifier (family_name, birth_date, age_over_18 …); pictures and other
// bytes by their number. Elements of a second document stand behind "2/", and so on.
//
// Session is the cryptography of a proximity session (§9.1.1): what the reader sends and receives.
package mdoc
