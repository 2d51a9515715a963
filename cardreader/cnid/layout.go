package cnid

import (
	"fmt"
	"strings"

	"bangban/cardreader"
)

// form is the type of a card, the character at byte 248.
type form byte

const (
	formResident form = ' '
	formJ        form = 'J' // residence permit for people from Hong Kong, Macao and Taiwan
	formI        form = 'I' // foreign permanent resident, 2017
	formY        form = 'Y' // foreign permanent resident, 2023
)

const textSize, typeAt = 256, 248

// content is the text of a card, taken apart. It does not print.
type content struct {
	form    form
	subject cardreader.Subject
	repairs []Repaired
	doubts  []cardreader.Doubt
	bad     int  // characters that are none
	dates   bool // every date on the card is one
}

// Format implements fmt.Formatter so that no verb prints content.
func (c content) Format(f fmt.State, _ rune) { fmt.Fprint(f, "cnid content") }

// block is the 256 bytes.
type block struct {
	b   []byte
	bad int
}

// at reads the field of n bytes at off.
func (t *block) at(off, n int) string {
	s, bad := decode(t.b[off : off+n])
	t.bad += bad
	return s
}

func formOf(b []byte) (form, error) {
	if len(b) != textSize {
		return 0, fmt.Errorf("%w: %d bytes of text", ErrText, len(b))
	}
	lo, hi := b[typeAt], b[typeAt+1]
	switch f := form(lo); {
	case hi == 0 && (f == formJ || f == formI || f == formY):
		return f, nil
	case hi == 0 && (lo == ' ' || lo == 0):
		return formResident, nil
	}
	return 0, ErrType
}

// parse takes the text apart. address is the additional address, nil for none.
func parse(b, address []byte) (content, error) {
	f, err := formOf(b)
	if err != nil {
		return content{}, err
	}
	t := &block{b: b}
	var s cardreader.Subject
	var from, to, birth string
	switch f {
	case formI:
		s.Surname, s.GivenNames = english(t.at(0, 120))
		s.Sex, s.Number, s.Nationality, s.FullName = sex(t.at(120, 2)), t.at(122, 30), t.at(152, 6), t.at(158, 30)
		from, to, birth, s.Authority = t.at(188, 16), t.at(204, 16), t.at(220, 16), t.at(240, 8)
	case formY:
		s.FullName, s.Sex, birth = t.at(0, 30), sex(t.at(30, 2)), t.at(36, 16)
		s.Surname, s.GivenNames = english(t.long(52, 70, 220, 22))
		s.Number, from, to, s.Nationality = t.at(122, 36), t.at(188, 16), t.at(204, 16), t.at(242, 6)
	default:
		s.FullName, s.Sex, birth, s.Address = t.at(0, 30), sex(t.at(30, 2)), t.at(36, 16), t.at(52, 70)
		s.Number, s.Authority, from, to = t.at(122, 36), t.at(158, 30), t.at(188, 16), t.at(204, 16)
		if f == formResident {
			s.Nationality = "CHN"
		}
	}
	if len(address) > 0 {
		newest, bad := decode(address)
		t.bad += bad
		if newest != "" {
			s.Address = newest
		}
	}
	c := content{form: f, bad: t.bad}
	c.doubts = doubts(s.FullName)
	s.FullName, c.repairs = Repair(s.FullName)
	s.BirthDate, s.Issued, s.Expires = date(birth), date(from), until(to)
	c.dates = s.BirthDate != "" && s.Issued != "" && s.Expires != ""
	c.subject = s
	if s.Number == "" || s.Name() == "" {
		return content{}, fmt.Errorf("%w: no number or no name", ErrText)
	}
	return c, nil
}

// long joins a field that goes on elsewhere; a space may stand where it is broken.
func (t *block) long(off, n, more, m int) string {
	joined := append(append(make([]byte, 0, n+m), t.b[off:off+n]...), t.b[more:more+m]...)
	defer clear(joined)
	s, bad := decode(joined)
	t.bad += bad
	return s
}

// english splits an English name where the card separates surname and given names with a comma.
func english(name string) (surname, given string) {
	surname, given, _ = strings.Cut(name, ",")
	return strings.TrimSpace(surname), strings.TrimSpace(given)
}

// sex gives the letter for the codes of GB/T 2261.1: 1 male, 2 female, 0 unknown, 9 not stated.
func sex(code string) string {
	switch code {
	case "1":
		return "M"
	case "2":
		return "F"
	case "0", "9":
		return "X"
	}
	return ""
}

// forever is Subject.Expires of a document that does not expire.
const forever = "9999-12-31"

func until(s string) string {
	if s == "长期" {
		return forever
	}
	return date(s)
}
