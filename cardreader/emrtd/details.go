package emrtd

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bangban/cardreader"
	"bangban/cardreader/tlv"
)

// maxText bounds one text field in bytes. What is longer is no name and no address.
const maxText = 1024

// details are the texts of EF.DG11 and EF.DG12 that a counter has a use for.
type details struct {
	fullName, birth, address string // DG11
	authority, issued        string // DG12
}

// openDG11 reads EF.DG11, ICAO Doc 9303-10 §4.7.11: 6B { 5C list, 5F0E name, 5F2B birth, 5F42 address … }. Whatever else
// stands there is left alone.
func (d *details) openDG11(b []byte) error {
	list, err := open(b, fileDG11)
	if err != nil {
		return err
	}
	d.fullName = nameOf(text(list, 0x5F0E))
	d.birth = dateField(list, 0x5F2B)
	d.address = joined(text(list, 0x5F42))
	return nil
}

// openDG12 reads EF.DG12, ICAO Doc 9303-10 §4.7.12: 6C { 5C list, 5F19 authority, 5F26 date of issue … }.
func (d *details) openDG12(b []byte) error {
	list, err := open(b, fileDG12)
	if err != nil {
		return err
	}
	d.authority = joined(text(list, 0x5F19))
	d.issued = dateField(list, 0x5F26)
	return nil
}

func open(b []byte, f file) (tlv.List, error) {
	e, err := tlv.ParseOne(b, f.tag)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, f.name, err)
	}
	list, err := e.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, f.name, err)
	}
	return list, nil
}

// text gives a field as it stands, empty where it is absent, twice there, too long, not UTF-8, or holds a control
// character.
func text(list tlv.List, tag tlv.Tag) string {
	e, err := list.Only(tag)
	if err != nil || len(e.Value) > maxText || !utf8.Valid(e.Value) {
		return ""
	}
	s := string(e.Value)
	if strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsRune(s, '\uFEFF') {
		return ""
	}
	return s
}

// nameOf takes the fillers out of a name, ICAO Doc 9303-3 §4.6. Names in Han characters are written without spaces.
func nameOf(s string) string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '<' })
	han := len(parts) > 0
	for _, r := range strings.Join(parts, "") {
		han = han && (unicode.Is(unicode.Han, r) || r == '·')
	}
	if han {
		return strings.Join(parts, "")
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// joined writes the lines of an address or of an authority as one.
func joined(s string) string {
	var lines []string
	for _, l := range strings.FieldsFunc(s, func(r rune) bool { return r == '<' }) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, ", ")
}

// dateField gives a date as YYYY-MM-DD: eight digits, or four bytes of two digits each as the first documents have them.
// Only a real day is one.
func dateField(list tlv.List, tag tlv.Tag) string {
	e, err := list.Only(tag)
	if err != nil {
		return ""
	}
	digits := string(e.Value)
	if len(e.Value) == 4 {
		digits = hex.EncodeToString(e.Value)
	}
	t, err := time.Parse("20060102", digits)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// add completes the person of the machine readable zone. The date of birth settles the century; one that contradicts the
// zone is not taken.
func (d *details) add(s cardreader.Subject) cardreader.Subject {
	if d.fullName != "" {
		s.FullName = d.fullName
	}
	if len(s.BirthDate) == len(time.DateOnly) && d.birth != "" && d.birth[2:] == s.BirthDate[2:] {
		s.BirthDate = d.birth
	}
	if d.address != "" {
		s.Address = d.address
	}
	if d.authority != "" {
		s.Authority = d.authority
	}
	if d.issued != "" {
		s.Issued = d.issued
	}
	return s
}
