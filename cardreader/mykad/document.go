package mykad

import (
	"bytes"
	"fmt"
	"strings"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Names of the checks: part of the command line's contract.
const (
	checkIssuer = "issuer"
	checkBirth  = "birth-date"
	checkText   = "text"
	checkPhoto  = "photo"
)

// Reasons beside those of package check.
const (
	ReasonMismatch   check.Reason = "mismatch"   // two places on the card say different things
	ReasonUnmappable check.Reason = "unmappable" // a byte stands for no character
)

// document makes a Document of all but the portrait.
func (r *reading) document() (*cardreader.Document, error) {
	doc := &cardreader.Document{Kind: ID, Raw: map[string][]byte{"person": r.person, "address": r.address}}
	doc.Checks = []check.Check{check.Unsure(checkIssuer, check.NotSupported, "the keys that prove the card are closed")}
	s, p, a := &doc.Subject, r.person, r.address
	var err error
	if s.Number, err = number(p[273:286]); err != nil {
		return nil, err
	}
	if s.BirthDate, err = date(p[295:299]); err != nil {
		return nil, err
	}
	if len(bytes.Trim(p[324:328], " \x00")) > 0 {
		if s.Issued, err = date(p[324:328]); err != nil {
			return nil, err
		}
	}
	switch p[286] {
	case 'L':
		s.Sex = "M"
	case 'P':
		s.Sex = "F"
	default:
		return nil, fmt.Errorf("%w: sex", ErrField)
	}
	doc.Checks = append(doc.Checks, plausible(*s))
	text := func(name string, fields ...[]byte) string {
		t, err := ascii(fields...)
		if err != nil {
			doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, name))
		}
		return t
	}
	s.FullName = text("name", p[3:153])
	if text("citizenship", p[328:346]) == "WARGANEGARA" {
		s.Nationality = "MYS"
	}
	s.Address = text("address", a[3:33], a[33:63], a[63:93], postcode(a[93:96]), a[96:121], a[121:151])
	return doc, nil
}

// ascii joins fields without their filling. A byte that is no printable ASCII character is ErrEncoding.
func ascii(fields ...[]byte) (string, error) {
	var words []string
	for _, f := range fields {
		f = bytes.Trim(f, " \x00")
		for _, c := range f {
			if c < ' ' || c > '~' {
				return "", ErrEncoding
			}
		}
		words = append(words, strings.Fields(string(f))...)
	}
	return strings.Join(words, " "), nil
}

// postcode reads five digits out of three bytes of BCD.
func postcode(b []byte) []byte {
	if len(bytes.Trim(b, " \x00")) == 0 {
		return nil
	}
	return []byte(fmt.Sprintf("%02X%02X%02X", b[0], b[1], b[2])[:5])
}

// number reads the twelve digits; a soldier's card has another number, of letters and digits.
func number(b []byte) (string, error) {
	b = bytes.Trim(b, " \x00")
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return "", fmt.Errorf("%w: number", ErrField)
		}
	}
	if len(b) < 6 {
		return "", fmt.Errorf("%w: number", ErrField)
	}
	return string(b), nil
}

// date reads CCYYMMDD in BCD.
func date(b []byte) (string, error) {
	d := fmt.Sprintf("%02x%02x-%02x-%02x", b[0], b[1], b[2], b[3])
	if strings.ContainsAny(d, "abcdef") || d[:4] < "1850" || d[5:7] > "12" || d[8:] > "31" {
		return "", ErrDate
	}
	return d, nil
}

// plausible compares the number of twelve digits, YYMMDD-PB-###G, with the birth and the sex beside it. A difference does
// not lower the whole: births were corrected after numbers had been given.
func plausible(s cardreader.Subject) check.Check {
	n, d := s.Number, s.BirthDate
	c := check.Unsure(checkBirth, ReasonMismatch, "")
	c.Optional = true
	if len(n) != 12 || strings.Trim(n, "0123456789") != "" {
		c.Reason = check.NotSupported
		return c
	}
	male := (n[11]-'0')%2 == 1
	if n[:6] == d[2:4]+d[5:7]+d[8:] && male == (s.Sex == "M") {
		return check.Pass(checkBirth, "")
	}
	return c
}

// portrait cuts the JPEG out of its filling, or says why there is none. That does not lower the whole.
func (r *reading) portrait(doc *cardreader.Document) {
	doc.Raw["photo"] = r.photo
	image := r.photo[3:]
	end := bytes.LastIndex(image, []byte{0xFF, 0xD9})
	if !bytes.HasPrefix(image, []byte{0xFF, 0xD8, 0xFF}) || end < 0 {
		problem := check.Unsure(checkPhoto, check.Unreadable, "")
		problem.Optional = true
		doc.Checks = append(doc.Checks, problem)
		return
	}
	doc.Photo = bytes.Clone(image[:end+2])
}
