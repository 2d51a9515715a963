// Package aadhaar judges the Secure QR code of Indian Aadhaar letters, cards and PDFs (UIDAI, User Manual for QR Code,
// March 2019, and its versions 2 to 5).
//
//	text       a decimal number of some thousand digits
//	bytes      its big-endian bytes are a gzip stream (RFC 1952); some makers write zlib (RFC 1950)
//	content    [ "V2" FF ] indicator FF reference FF name FF birth date FF gender FF care of FF district FF landmark FF
//	           house FF location FF post code FF post office FF state FF street FF sub-district FF town FF
//	           [ last digits of the mobile number FF, from version 2 ] photo (JPEG 2000) [ hash of e-mail ] [ hash of mobile ]
//	signature  the last 256 bytes: RSA-2048, PKCS #1 v1.5, SHA-256, over everything before
//
// The indicator says which hashes are there (1 e-mail, 2 mobile, 3 both); text is ISO 8859-1. The reference begins with
// the last four digits of the number and goes on with the time of making, Indian time: the signer's certificate must
// have been in force then.
//
// The code names no key: every RSA key held is tried. Where none fits it is Indeterminate, unknown-issuer; where a
// certificate of India in force at that time is held and does not fit, Failed, wrong-signature. It has no end and answers
// no question: who holds it is told by the face. The unsigned XML code of older letters is recognised: not-supported.
//
// The checks, in order: structure, algorithm, issuer, signature, time.
//
// Claims: "number_ending", "issued", "full_name", "birth_date", "sex", "care_of", "house", "street", "landmark",
// "location", "town", "sub_district", "district", "state", "post_code", "post_office", "mobile_ending", "photo" (bytes).
package aadhaar
