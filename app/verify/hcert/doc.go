// Package hcert judges EU health certificates: the text behind "HC1:" (electronic Health Certificate Container Format and
// Digital COVID Certificate schema; eHealth Network, Guidelines on Technical Specifications, volume 1 and 3).
//
//	"HC1:" Base45( zlib( COSE_Sign1 ) )      protected { 1: -7 ES256 / -37 PS256, 4: kid }
//	kid                                      the first 8 bytes of SHA-256 of the signer's certificate
//	claims (CWT)                             1 iss: country, 4 exp, 6 iat, -260: { 1: certificate }
//	certificate                              { "ver", "nam", "dob", "v" / "t" / "r": [ entry ] }
//
// Nobody keeps the trust network of these any more: anchors are the signers' certificates (or their issuers, where the
// signer's certificate comes with the message) that somebody gives as files.
//
// The checks, in order: structure, algorithm, issuer (the signer's certificate is held and in force), signature,
// key-usage (a certificate limited to vaccinations signs no tests), issuer-name (claim 1 and the certificate name one state), time.
//
// Claims: "full_name", "birth_date", "issuer", "issued", "expires", "type" (vaccination, test, recovery), then the
// entry's own: "disease", "vaccine", "product", "manufacturer", "dose", "doses", "date", "country", "authority",
// "certificate_id", "test_type", "test_result", "sampled", "centre", "first_positive", "valid_from", "valid_until".
package hcert
