// Package bundle makes, signs, opens and accepts the one file that makes a counter what it is: purposes, recipients,
// roster, wording, limits, trust lists, back-office and receipt keys, addresses. Bytes become a Bundle only through Open.
//
// # The file
//
// Deterministic CBOR (RFC 8949 §4.2.1), at most 32 MiB, five elements:
//
//	file = [ "bangban-bundle-1", root: bstr, statement: bstr, note: bstr, body: bstr .cbor bundle ]
//
// root is the institution's root certificate (DER). A counter that has accepted a bundle before knows it; one that has
// not knows its Fingerprint, from another road. statement is the root's word for the bundle key (see below). note is a
// signed note (golang.org/x/mod/sumdb/note, C2SP signed-note, Ed25519) by that key, whose name is the institution:
//
//	bangban-bundle-1
//	urn:bangban:training:specimen
//	7
//	y28M4eJC43gzbitNpweuAYqO7d8GYXU8VjGOfvqnYqA=
//
//	— urn:bangban:training:specimen siOIkeqbrXPQRlJvpDR6JzYPFfmvDogDqhn6FsE0svon2zlpPxpfufi3qgBxP8r7e59JpxZnUzg0cU10/sW1JQPJrQM=
//
// that is: the format, the institution, the version in decimal, the SHA-256 of body in base64. Nothing of body is
// decoded before all of this has been checked.
//
// body is the Bundle by its field numbers; times are tag 1 in whole seconds, durations are nanoseconds. A field that
// this program does not know is refused with ErrNewer: a rule that is not understood cannot be kept.
//
// # Statements
//
// The root signs what the institution may use for what (COSE_Sign1, RFC 9052 §4.2, ES256, external_aad
// "bangban-key-1", tag 18, protected { 1: -7 }):
//
//	statement = { 1: role, 2: key: bstr, 3: iss, 4: nbf, 5: exp }      role = "bundle" / "receipt" / "intake" / "back-office"
//
// key is the text of the note verifier key, for the back office and the intake the serialized public key. The bundle key,
// every receipt key, every intake key and every back-office key in a bundle has a statement that covers the day the bundle was made. So whoever
// steals the bundle key can still not send parcels to a key of their own.
//
// # The fingerprint
//
// Twelve groups of four characters in Crockford's base32, as they stand in the enrolment letter,
//
//	V15V-02Q3-4MEE-12NQ-B2A1-9GZX-QZGB-BTN0-2B7S-X87D-CJS7-0HAR
//
// (that of testdata/specimen.bundle, whose note stands above): the first 180 bits of the SHA-256 of the root
// certificate, three characters a group and one check character. The check character is
//
//	2·a ⊕ 4·b ⊕ 8·c ⊕ group number                                      in GF(2⁵) modulo x⁵+x²+1
//
// so that one wrong character, two swapped neighbours, and a group in another place are found while typing, with the
// number of the group. The letters O, I and L are read as 0, 1 and 1. Checks are for typing errors; the comparison of
// all 180 bits is what counts, and it takes the same time wherever they differ.
//
// # Cards of the staff
//
// A member of the roster may have certificates of cards (field 3): X.509, at most four, each with a key on P-256 that agrees
// on secrets, and each card for one member only. In bundle.json a member's "cards" names their files. The certificate carries
// the key and nothing else that counts: the roster says whose card it is and until when, and a card that is lost ends with
// the next bundle. Policy card_roles names the roles that log in by card only.
//
// # Releases
//
// The same key says which version of the program the counters are to run, and what the packages' sums are: a file of the same
// five elements with "bangban-release-1" in the place of "bangban-bundle-1", at most 64 KiB, whose body is a Release. The
// gateway hands it out as /.well-known/release. A counter tells its clerk and its administrator, and replaces nothing.
//
// # Acceptance
//
// The first time only by fingerprint (Bootstrap), later only what is newer, signed under the same root, not past its
// not-after and of the same kind, training or real (Accept). The highest version ever seen comes from the caller, who
// keeps it in the journal, too: a copy of an old data folder does not bring an old roster back. A supervisor returns
// to the previous bundle by opening the stored file again; that is Open, and the highest version seen stays.
package bundle
