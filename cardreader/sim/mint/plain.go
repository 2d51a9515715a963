package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/text/encoding"

	"bangban/cardreader"
)

// plain is written to the specimen as package sim reads it: a chip that is read without a session.
type plain struct {
	T0       bool              `json:"t0,omitempty"`
	Respond  byte              `json:"respond,omitempty"`
	Dialect  string            `json:"dialect,omitempty"`
	Apps     map[string]string `json:"apps,omitempty"`
	Open     bool              `json:"open,omitempty"`
	Selected string            `json:"selected,omitempty"`
	Files    map[string]file   `json:"files,omitempty"`
	Data     map[string][]byte `json:"data,omitempty"`
	PIN      *pin              `json:"pin,omitempty"`
}

type file struct {
	Bytes   []byte   `json:"bytes,omitempty"`
	Records [][]byte `json:"records,omitempty"`
	SFI     string   `json:"sfi,omitempty"`
	Access  string   `json:"access,omitempty"`
}

type pin struct {
	Value string `json:"value"`
	Tries int    `json:"tries"`
}

// contact is an answer to reset of a contact card with T=0 that says SPECIMEN, ISO/IEC 7816-3 §8.
func contact() string { return enc([]byte("\x3B\x68\x00\x00SPECIMEN")) }

// about is the note of a plain card.
func about(what string) string { return "样本 " + note + ": " + what }

// plainCards are the cards that carry no signature. They are the same from run to run.
func plainCards() (all []specimen, err error) {
	for _, make := range []func() ([]specimen, error){socialCards, thaiCards, taiwanCards, malaysianCards, serbianCards, residentCards} {
		some, err := make()
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// coder writes texts in the encoding of a card and remembers what it could not write.
type coder struct {
	charset encoding.Encoding
	err     error
}

func (c *coder) text(s string) string {
	out, err := c.charset.NewEncoder().String(s)
	if err != nil {
		c.err = errors.Join(c.err, fmt.Errorf("%q: %w", s, err))
	}
	return out
}

// put writes text into a place of a record.
func put(b []byte, at int, text string) { copy(b[at:], text) }

// blank is a record of spaces.
func blank(n int) []byte { return bytes.Repeat([]byte{' '}, n) }

// filled makes a field as long as the card has it.
func filled(s string, n int) string { return s + strings.Repeat("\x00", max(0, n-len(s))) }

// bcd packs digits.
func bcd(digits string) string {
	var b []byte
	for i := 0; i+1 < len(digits); i += 2 {
		b = append(b, (digits[i]-'0')<<4|(digits[i+1]-'0'))
	}
	return string(b)
}

// digits takes the hyphens out of a date.
func digits(date string) string { return strings.ReplaceAll(date, "-", "") }

// numbered18 appends the check character of GB 11643-1999 to seventeen digits.
func numbered18(first string) string {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return first + "10X98765432"[sum%11:sum%11+1]
}

// smallPortrait is the portrait of a contact card: as good as fits in so many bytes.
func smallPortrait(f face, most int) ([]byte, error) {
	small := image.NewRGBA(image.Rect(0, 0, 140, 180))
	draw.CatmullRom.Scale(small, small.Bounds(), drawFace(f), image.Rect(0, 0, width, height), draw.Src, nil)
	for quality := 92; quality >= 20; quality -= 2 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if b.Len() <= most {
			return b.Bytes(), nil
		}
	}
	return nil, errors.New("the portrait does not fit")
}

// with gives a person with something changed.
func with(s cardreader.Subject, change func(*cardreader.Subject)) cardreader.Subject {
	change(&s)
	return s
}
