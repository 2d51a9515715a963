package cms

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxAttributes bounds the attributes of one name.
const maxAttributes = 64

// Name is a distinguished name, RFC 5280 §4.1.2.4.
type Name struct {
	Raw     []byte // DER
	Country string // C as it stands in the name, in upper case; ICAO Doc 9303-12 §7.1.1 wants two letters
	text    string
	key     string // normalised: equal keys are equal names
}

// String gives the name for people: "C=NL,O=State,CN=CSCA". It is safe to print: names of certificates, no controls.
func (n Name) String() string { return n.text }

// Equal compares as RFC 5280 §7.1: case and runs of spaces do not count in strings, nor does the type of string.
func (n Name) Equal(o Name) bool { return n.key == o.key }

// sameParts is Equal without regard to the order: Malaysia's passports name the issuer of the signer's certificate with
// its parts in another order than the certificate does.
func (n Name) sameParts(o Name) bool {
	parts := func(n Name) []string { return slices.Sorted(strings.SplitSeq(n.key, "\x00")) }
	return slices.Equal(parts(n), parts(o))
}

func attributeName(oid string) string {
	switch oid {
	case "2.5.4.3":
		return "CN"
	case "2.5.4.5":
		return "serialNumber"
	case "2.5.4.6":
		return "C"
	case "2.5.4.7":
		return "L"
	case "2.5.4.8":
		return "ST"
	case "2.5.4.10":
		return "O"
	case "2.5.4.11":
		return "OU"
	}
	return oid
}

// readName reads Name.
//
//	Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value ANY }
func readName(s *cryptobyte.String) (Name, bool) {
	var n Name
	var raw, body cryptobyte.String
	if !s.ReadASN1Element(&raw, asn1.SEQUENCE) {
		return n, false
	}
	n.Raw = raw
	if !raw.ReadASN1(&body, asn1.SEQUENCE) {
		return n, false
	}
	var text, key []string
	for !body.Empty() {
		var set cryptobyte.String
		if !body.ReadASN1(&set, asn1.SET) {
			return n, false
		}
		for !set.Empty() {
			oid, value, ok := readAttribute(&set)
			if !ok || len(text) == maxAttributes {
				return n, false
			}
			text = append(text, attributeName(oid)+"="+printable(value))
			key = append(key, oid+"="+normalise(value))
			if oid == "2.5.4.6" && n.Country == "" {
				n.Country = strings.ToUpper(printable(value))
			}
		}
		key = append(key, "/") // the border of a relative distinguished name
	}
	n.text, n.key = strings.Join(text, ","), strings.Join(key, "\x00")
	return n, true
}

func readAttribute(set *cryptobyte.String) (oid, value string, ok bool) {
	var pair, content cryptobyte.String
	var tag asn1.Tag
	if !set.ReadASN1(&pair, asn1.SEQUENCE) {
		return "", "", false
	}
	if oid, ok = readOID(&pair); !ok || !pair.ReadAnyASN1(&content, &tag) || !pair.Empty() {
		return "", "", false
	}
	return oid, decodeString(tag, content), true
}

// decodeString gives the text of a string type; what is not text comes back as "#" and hexadecimal.
func decodeString(tag asn1.Tag, b []byte) string {
	const bmp, universal = asn1.Tag(30), asn1.Tag(28)
	switch {
	case tag == bmp && len(b)%2 == 0:
		u := make([]uint16, len(b)/2)
		for i := range u {
			u[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		return string(utf16.Decode(u))
	case tag == asn1.T61String: // read as ISO 8859-1, which is what is found in it
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		return string(r)
	case tag != universal && utf8.Valid(b):
		return string(b)
	}
	return "#" + hex.EncodeToString(b)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s)
}

func normalise(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
