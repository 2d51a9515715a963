// Package shc judges SMART Health Cards (framework 1.4): the numeric text behind "shc:/", and files of type
// .smart-health-card.
//
//	"shc:/" digits            each pair is a character of the JWS, minus 45 (§ Encoding QRs). Cards in several codes
//	                          ("shc:/1/3/…", deprecated) are recognised and not put together: not-supported
//	{"verifiableCredential"}  a file; its cards are judged one after the other
//	JWS                       compact, alg ES256, zip DEF: the payload is raw DEFLATE (RFC 1951), kid a JWK thumbprint
//	payload                   { "iss", "nbf", ? "exp", "vc": { "type", "credentialSubject": { "fhirVersion", "fhirBundle" } } }
//
// Anchors are the issuers' JWK sets, given as files: nothing is fetched from iss/.well-known/jwks.json.
//
// The checks, in order: structure, algorithm, issuer, signature, type, time, and status where the card can be withdrawn
// (vc.rid): lists of withdrawn cards are not held, no-list.
//
// Claims: "full_name", "birth_date", "issuer", "not_before", "expires", "type" (the last part of each vc.type, with commas),
// "resources" (number of FHIR resources), and of immunizations "vaccine.N", "date.N", "lot.N". Cards of a file after the
// first stand behind "2/", and so on.
package shc
