package beid

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Tags of the identity and of the address.
const (
	tagNumber, tagIssued, tagExpires, tagAuthority = 0x01, 0x03, 0x04, 0x05
	tagSurname, tagGiven, tagNationality           = 0x07, 0x08, 0x0A
	tagBirth, tagSex, tagPhotoHash                 = 0x0C, 0x0D, 0x11
	tagStreet, tagZip, tagMunicipality             = 0x01, 0x02, 0x03
)

// fields reads a row of fields: tag, length below 80, value. Zero bytes fill the end.
func fields(name string, b []byte) (map[byte][]byte, error) {
	all := map[byte][]byte{}
	for len(b) > 0 && len(bytes.Trim(b, "\x00")) > 0 {
		if len(b) < 2 || b[1] >= 0x80 || int(b[1]) > len(b)-2 {
			return nil, fmt.Errorf("%w: %s, field %02X", ErrFile, name, b[0])
		}
		tag, n := b[0], 2+int(b[1])
		if _, twice := all[tag]; twice {
			return nil, fmt.Errorf("%w: %s, field %02X twice", ErrFile, name, tag)
		}
		all[tag], b = b[2:n], b[n:]
	}
	return all, nil
}

// document makes a Document of identity and address, with nothing proven yet.
func (r *reading) document() (*cardreader.Document, error) {
	doc := &cardreader.Document{Kind: ID, ReadAt: r.now, Raw: r.raw}
	identity, err := fields(identityFile.name, r.raw[identityFile.name])
	if err != nil {
		return nil, err
	}
	address, err := fields(addressFile.name, r.raw[addressFile.name])
	if err != nil {
		return nil, err
	}
	r.identity = identity
	text := func(name string, values ...[]byte) string {
		t, err := join(values)
		if err != nil {
			doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, name))
		}
		return t
	}
	s := &doc.Subject
	if s.Number = text("number", identity[tagNumber]); s.Number == "" {
		return nil, fmt.Errorf("%w: number", ErrMissing)
	}
	s.Surname, s.GivenNames = text("surname", identity[tagSurname]), text("given-names", identity[tagGiven])
	s.Authority = text("authority", identity[tagAuthority])
	s.Address = text("address", address[tagStreet], address[tagZip], address[tagMunicipality])
	switch text("sex", identity[tagSex]) {
	case "M":
		s.Sex = "M"
	case "F", "V", "W": // French; Dutch; German
		s.Sex = "F"
	}
	switch text("nationality", identity[tagNationality]) {
	case "Belg", "Belge", "Belgier", "BELG", "BELGE", "BELGIER":
		s.Nationality = "BEL"
	}
	if s.BirthDate, err = birth(text("birth", identity[tagBirth])); err != nil {
		return nil, fmt.Errorf("birth: %w", err)
	}
	if s.Issued, err = date(text("issue", identity[tagIssued])); err != nil {
		return nil, fmt.Errorf("issue: %w", err)
	}
	if s.Expires, err = date(text("expiry", identity[tagExpires])); err != nil {
		return nil, fmt.Errorf("expiry: %w", err)
	}
	return doc, nil
}

// join decodes values and puts those that hold something behind one another.
func join(values [][]byte) (string, error) {
	var words []string
	for _, b := range values {
		if !utf8.Valid(b) || bytes.ContainsRune(b, utf8.RuneError) || bytes.ContainsFunc(b, unicode.IsControl) {
			return "", ErrEncoding
		}
		words = append(words, strings.Fields(string(b))...)
	}
	return strings.Join(words, " "), nil
}

// date reads DD.MM.YYYY; empty where there is none.
func date(t string) (string, error) {
	if t == "" {
		return "", nil
	}
	p := strings.Split(t, ".")
	if len(p) != 3 || len(p[0]) != 2 || len(p[1]) != 2 {
		return "", ErrDate
	}
	return calendar(p[2], p[1], p[0])
}

// months lists the abbreviations in French, Dutch and German.
func months() [][]string {
	return [][]string{{"JAN"}, {"FEV", "FEB"}, {"MARS", "MAAR", "MÄR"}, {"AVR", "APR"}, {"MAI", "MEI"}, {"JUIN", "JUN"},
		{"JUIL", "JUL"}, {"AOUT", "AUG"}, {"SEPT", "SEP"}, {"OCT", "OKT"}, {"NOV"}, {"DEC", "DEZ"}}
}

// birth reads "28 JAN 1962", with dots or spaces or both between, and a year alone.
func birth(t string) (string, error) {
	if t == "" {
		return "", nil
	}
	p := strings.FieldsFunc(t, func(r rune) bool { return r == ' ' || r == '.' })
	if len(p) == 1 {
		return calendar(p[0], "00", "00")
	}
	if len(p) != 3 {
		return "", ErrDate
	}
	for i, names := range months() {
		if slices.Contains(names, strings.ToUpper(p[1])) {
			return calendar(p[2], fmt.Sprintf("%02d", i+1), fmt.Sprintf("%02s", p[0]))
		}
	}
	return "", ErrDate
}

func calendar(year, month, day string) (string, error) {
	if strings.Trim(year+month+day, "0123456789") != "" || len(year) != 4 || len(month) != 2 || len(day) != 2 ||
		month > "12" || day > "31" {
		return "", ErrDate
	}
	return year + "-" + month + "-" + day, nil
}
