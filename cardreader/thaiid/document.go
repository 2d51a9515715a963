package thaiid

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Names of the checks: part of the command line's contract.
const (
	checkIssuer   = "issuer"
	checkValidity = "validity"
	checkNumber   = "number"
	checkText     = "text"
	checkPhoto    = "photo"
)

// Reasons beside those of package check.
const (
	ReasonCheckDigit check.Reason = "check-digit" // a number does not fit its check digit
	ReasonUnmappable check.Reason = "unmappable"  // a byte stands for no character
)

// forLife is the day on which a card for life ends.
const forLife = "9999-12-31"

// document makes a Document of all but the portrait.
func (r *reading) document(now time.Time) (*cardreader.Document, error) {
	doc := &cardreader.Document{Kind: ID, ReadAt: now, Raw: map[string][]byte{"person": r.person, "address": r.address, "issue": r.issue}}
	s := &doc.Subject
	person, issue := r.person, r.issue
	if s.Number = string(person[:13]); strings.Trim(s.Number, "0123456789") != "" {
		return nil, fmt.Errorf("%w: number", ErrField)
	}
	var err error
	for _, d := range []struct {
		name string
		b    []byte
		into *string
	}{{"birth", person[0xD5:0xDD], &s.BirthDate}, {"issue", issue[0x85:0x8D], &s.Issued}, {"expiry", issue[0x8D:0x95], &s.Expires}} {
		if *d.into, err = date(d.b); err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	switch person[0xDD] {
	case '1':
		s.Sex = "M"
	case '2':
		s.Sex = "F"
	default:
		return nil, fmt.Errorf("%w: sex", ErrField)
	}
	doc.Checks = []check.Check{
		check.Unsure(checkIssuer, check.NotSupported, "the card carries no signature that can be read"),
		valid(s.Expires, now), numberCheck(s.Number),
	}
	r.texts(doc)
	return doc, nil
}

// texts fills in names, office and address.
func (r *reading) texts(doc *cardreader.Document) {
	text := func(name string, b []byte) []string {
		parts, err := parts(b)
		if err != nil {
			doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, name))
		}
		return parts
	}
	s := &doc.Subject
	s.FullName = join(text("name", r.person[0x0D:0x71]))
	if latin := text("latin-name", r.person[0x71:0xD5]); len(latin) > 1 { // the first is the title
		s.Surname, s.GivenNames = latin[len(latin)-1], join(latin[1:len(latin)-1])
	}
	s.Authority = join(text("authority", r.issue[:100]))
	s.Address = join(text("address", r.address))
}

func join(parts []string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// parts decodes TIS-620 and divides it at #. A byte that stands for no character is ErrEncoding.
func parts(b []byte) ([]string, error) {
	text, err := charmap.Windows874.NewDecoder().Bytes(bytes.TrimRight(b, " \x00"))
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) || bytes.ContainsFunc(text, unicode.IsControl) {
		return nil, ErrEncoding
	}
	if len(text) == 0 {
		return nil, nil
	}
	return strings.Split(string(text), "#"), nil
}

// date reads YYYYMMDD in Buddhist years; 00 is a part not known, 99999999 for life, spaces none.
func date(b []byte) (string, error) {
	if len(bytes.TrimSpace(b)) == 0 {
		return "", nil
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return "", ErrDate
		}
		n = n*10 + int(c-'0')
	}
	if n == 99999999 {
		return forLife, nil
	}
	year, month, day := n/10000-543, n/100%100, n%100
	if year < 1800 || year > 2500 || month > 12 || day > 31 {
		return "", ErrDate
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day), nil
}

// valid checks the last day, YYYY-MM-DD; a part that is 00 ends with the year or the month.
func valid(expires string, now time.Time) check.Check {
	last := strings.ReplaceAll(expires, "-00", "-99")
	switch {
	case expires == "":
		return check.Unsure(checkValidity, check.Unreadable, "")
	case expires == forLife:
		return check.Pass(checkValidity, "")
	case now.IsZero():
		return check.Unsure(checkValidity, check.ClockUnsure, "")
	case last < now.Format(time.DateOnly):
		return check.Fail(checkValidity, check.Expired, "")
	}
	return check.Pass(checkValidity, "")
}

// numberCheck checks the thirteenth digit: eleven less the remainder by eleven of the sum of twelve digits weighted 13 to
// 2, of which the last digit counts.
func numberCheck(n string) check.Check {
	sum := 0
	for i := range 12 {
		sum += int(n[i]-'0') * (13 - i)
	}
	if byte('0'+(11-sum%11)%10) != n[12] {
		return check.Fail(checkNumber, ReasonCheckDigit, "")
	}
	return check.Pass(checkNumber, "")
}

// portrait cuts the JPEG out of its filling, or says why there is none. That does not lower the whole.
func (r *reading) portrait(doc *cardreader.Document) {
	doc.Raw["photo"] = r.photo
	end := bytes.LastIndex(r.photo, []byte{0xFF, 0xD9})
	if !bytes.HasPrefix(r.photo, []byte{0xFF, 0xD8, 0xFF}) || end < 0 {
		problem := check.Unsure(checkPhoto, check.Unreadable, "")
		problem.Optional = true
		doc.Checks = append(doc.Checks, problem)
		return
	}
	doc.Photo = bytes.Clone(r.photo[:end+2])
}
