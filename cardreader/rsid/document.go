package rsid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
)

// Names of the checks: part of the command line's contract.
const (
	checkIssuer   = "issuer"
	checkValidity = "validity"
	checkText     = "text"
	checkPhoto    = "photo"
)

// ReasonUnmappable says that bytes stand for no character.
const ReasonUnmappable check.Reason = "unmappable"

// Tags of the fields that go into Subject.
const (
	tagNumber, tagIssued, tagExpires, tagAuthority                   = 1546, 1549, 1550, 1551
	tagSurname, tagGiven, tagSex, tagBirth                           = 1559, 1560, 1562, 1566
	tagCommunity, tagPlace, tagStreet, tagHouse, tagLetter, tagFloor = 1569, 1570, 1571, 1572, 1573, 1575
	tagEntrance, tagApartment                                        = 1574, 1578
)

// maxFields bounds the fields of one file.
const maxFields = 64

// fields reads a row of fields: tag and length in two bytes each, low byte first, and the value.
func fields(name string, b []byte) (map[uint16][]byte, error) {
	all := map[uint16][]byte{}
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, fmt.Errorf("%w: %s, %d bytes left over", ErrFile, name, len(b))
		}
		tag, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			return nil, fmt.Errorf("%w: %s, field %d of %d bytes", ErrFile, name, tag, n)
		}
		if _, twice := all[tag]; twice {
			return nil, fmt.Errorf("%w: %s, field %d twice", ErrFile, name, tag)
		}
		if all[tag], b = b[:n], b[n:]; len(all) > maxFields {
			return nil, fmt.Errorf("%w: %s, too many fields", ErrFile, name)
		}
	}
	return all, nil
}

// document makes a Document of all but the portrait.
func (r *reading) document(now time.Time) (*cardreader.Document, error) {
	doc := &cardreader.Document{Kind: ID, ReadAt: now, Raw: r.raw}
	doc.Checks = []check.Check{check.Unsure(checkIssuer, check.NotSupported, "how the card is signed is not public")}
	all := map[uint16][]byte{}
	for _, f := range []file{documentFile, personFile, residenceFile} {
		some, err := fields(f.name, r.raw[f.name])
		if err != nil {
			return nil, err
		}
		for tag, value := range some {
			all[tag] = value
		}
	}
	s := &doc.Subject
	text := func(name string, tags ...uint16) string {
		t, err := join(all, tags)
		if err != nil {
			doc.Checks = append(doc.Checks, check.Unsure(checkText, ReasonUnmappable, name))
		}
		return t
	}
	if s.Number = text("number", tagNumber); s.Number == "" {
		return nil, fmt.Errorf("%w: number", ErrMissing)
	}
	for tag, into := range map[uint16]*string{tagBirth: &s.BirthDate, tagIssued: &s.Issued, tagExpires: &s.Expires} {
		var err error
		if *into, err = date(all[tag]); err != nil {
			return nil, fmt.Errorf("field %d: %w", tag, err)
		}
	}
	doc.Checks = append(doc.Checks, valid(s.Expires, now))
	s.Surname, s.GivenNames = text("surname", tagSurname), text("given-names", tagGiven)
	s.Authority = text("authority", tagAuthority)
	s.Address = text("address", tagStreet, tagHouse, tagLetter, tagEntrance, tagFloor, tagApartment, tagPlace, tagCommunity)
	switch text("sex", tagSex) {
	case "M", "М": // Latin, Cyrillic
		s.Sex = "M"
	case "Ž", "Ж", "F":
		s.Sex = "F"
	}
	return doc, nil
}

// join decodes fields and puts those that hold something behind one another.
func join(all map[uint16][]byte, tags []uint16) (string, error) {
	var words []string
	for _, tag := range tags {
		b := bytes.TrimRight(all[tag], "\x00")
		if !utf8.Valid(b) || bytes.ContainsRune(b, utf8.RuneError) || bytes.ContainsFunc(b, unicode.IsControl) {
			return "", ErrEncoding
		}
		words = append(words, strings.Fields(string(b))...)
	}
	return strings.Join(words, " "), nil
}

// date reads DDMMYYYY; empty where the card has none. 01010001 stands for none as well.
func date(b []byte) (string, error) {
	t := strings.Trim(string(b), " \x00")
	if t == "" || t == "01010001" {
		return "", nil
	}
	if len(t) != 8 || strings.Trim(t, "0123456789") != "" || t[:2] > "31" || t[2:4] > "12" {
		return "", ErrDate
	}
	return t[4:] + "-" + t[2:4] + "-" + t[:2], nil
}

// valid checks the last day, YYYY-MM-DD. Old people's cards have none.
func valid(expires string, now time.Time) check.Check {
	switch {
	case expires == "":
		return check.Unsure(checkValidity, check.Unreadable, "")
	case now.IsZero():
		return check.Unsure(checkValidity, check.ClockUnsure, "")
	case expires < now.Format(time.DateOnly):
		return check.Fail(checkValidity, check.Expired, "")
	}
	return check.Pass(checkValidity, "")
}

// portrait finds the JPEG, which four more bytes stand before, or says why there is none. That does not lower the whole.
func portrait(doc *cardreader.Document, b []byte) {
	start := []byte{0xFF, 0xD8, 0xFF}
	for _, skip := range []int{4, 0} {
		if len(b) > skip && bytes.HasPrefix(b[skip:], start) {
			doc.Photo = bytes.Clone(b[skip:])
			return
		}
	}
	problem := check.Unsure(checkPhoto, check.Unreadable, "")
	problem.Optional = true
	doc.Checks = append(doc.Checks, problem)
}

// refused tells that the card answered, and said no.
func refused(err error) bool {
	var status *apdu.StatusError
	return errors.As(err, &status)
}
