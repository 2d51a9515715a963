package sscard

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Names of the checks: part of the command line's contract.
const (
	checkIssuer   = "issuer"
	checkValidity = "validity"
	checkNumber   = "number"
	checkBirth    = "birth-date"
	checkText     = "text"
)

// Reasons beside those of package check.
const (
	ReasonCheckDigit check.Reason = "check-digit" // a number does not fit its check digit
	ReasonMismatch   check.Reason = "mismatch"    // two places on the card say different things
	ReasonUnmappable check.Reason = "unmappable"  // a byte stands for no character
)

// forLife is how a card says that it does not expire.
const forLife = "9999-12-31"

// document makes a Document of the records.
func (r *reading) document(now time.Time) (*cardreader.Document, error) {
	doc := &cardreader.Document{Kind: ID, Raw: r.raw, ReadAt: now}
	s := &doc.Subject
	var err error
	if s.Number, err = number(r.raw["EF06/08"]); err != nil {
		return nil, err
	}
	if len(r.raw["EF06/09"]) == 0 {
		return nil, fmt.Errorf("%w: name", ErrMissing)
	}
	for _, d := range []struct {
		record string
		into   *string
	}{{"EF06/0D", &s.BirthDate}, {"EF05/05", &s.Issued}, {"EF05/06", &s.Expires}} {
		if *d.into, err = date(r.raw[d.record]); err != nil {
			return nil, fmt.Errorf("%s: %w", d.record, err)
		}
	}
	s.Sex = sex(r.raw["EF06/0A"])
	doc.Checks = []check.Check{check.Unsure(checkIssuer, check.NotSupported, "the card carries no signature of its issuer")}
	if s.Expires != "" {
		doc.Checks = append(doc.Checks, valid(s.Expires, now))
	}
	doc.Checks = append(doc.Checks, plausible(*s)...)
	if s.FullName, err = fullName(r.raw["EF06/09"], r.raw["EF06/4E"]); err != nil {
		doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, "name"))
	}
	return doc, nil
}

// fullName joins the name and its rest, GBK, both filled with spaces, 00 or FF.
func fullName(name, rest []byte) (string, error) {
	b := append(bytes.Clone(unfilled(name)), unfilled(rest)...)
	defer clear(b)
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || len(text) == 0 || bytes.ContainsRune(text, utf8.RuneError) || bytes.ContainsFunc(text, unicode.IsControl) {
		return "", ErrEncoding
	}
	return strings.TrimFunc(string(text), unicode.IsSpace), nil
}

// unfilled cuts the filling at the end. (bytes.TrimRight takes runes, and would take every byte of GBK for FF.)
func unfilled(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == 0 || b[len(b)-1] == 0xFF) {
		b = b[:len(b)-1]
	}
	return b
}

// number reads the social security number: 18 places of GB 11643 for citizens, letters and digits for others.
func number(b []byte) (string, error) {
	b = unfilled(b)
	if len(b) == 0 {
		return "", fmt.Errorf("%w: number", ErrMissing)
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && c != 'x' {
			return "", fmt.Errorf("%w: number", ErrRecord)
		}
	}
	return strings.ToUpper(string(b)), nil
}

// sex reads GB/T 2261.1: 1 male, 2 female, 0 and 9 not told.
func sex(b []byte) string {
	switch string(b) {
	case "1":
		return "M"
	case "2":
		return "F"
	}
	return ""
}

// date reads CCYYMMDD in BCD; empty where the card has none (all 00, all FF, not there).
func date(b []byte) (string, error) {
	if len(unfilled(b)) == 0 {
		return "", nil
	}
	if len(b) != 4 {
		return "", fmt.Errorf("%w: %d bytes", ErrDate, len(b))
	}
	d := fmt.Sprintf("%02x%02x-%02x-%02x", b[0], b[1], b[2], b[3])
	if strings.ContainsAny(d, "abcdef") || d[5:7] > "12" || d[8:] > "31" {
		return "", ErrDate
	}
	return d, nil
}

// valid checks the last day, YYYY-MM-DD.
func valid(expires string, now time.Time) check.Check {
	switch {
	case expires == forLife:
		return check.Pass(checkValidity, "")
	case now.IsZero():
		return check.Unsure(checkValidity, check.ClockUnsure, "")
	case expires < now.Format(time.DateOnly):
		return check.Fail(checkValidity, check.Expired, "")
	}
	return check.Pass(checkValidity, "")
}

// plausible compares a citizen's number with its check digit and with the records beside it. A difference does not lower
// the whole: numbers with wrong digits were handed out and are valid.
func plausible(s cardreader.Subject) []check.Check {
	n := s.Number
	if len(n) != 18 || strings.Trim(n[:17], "0123456789") != "" {
		return nil
	}
	digit := check.Unsure(checkNumber, ReasonCheckDigit, "")
	digit.Optional = true
	if checkDigit(n[:17]) == n[17] {
		digit = check.Pass(checkNumber, "")
	}
	birth := check.Unsure(checkBirth, ReasonMismatch, "")
	birth.Optional = true
	male := (n[16]-'0')%2 == 1
	sameBirth := s.BirthDate == "" || s.BirthDate == n[6:10]+"-"+n[10:12]+"-"+n[12:14]
	if sameBirth && (s.Sex == "" || (s.Sex == "M") == male) {
		birth = check.Pass(checkBirth, "")
	}
	return []check.Check{digit, birth}
}

// checkDigit is ISO 7064 MOD 11-2 over 17 digits, GB 11643 §6.2.
func checkDigit(n string) byte {
	sum := 0
	for _, c := range []byte(n) {
		sum = (sum + int(c-'0')) * 2
	}
	return "10X98765432"[sum%11]
}
