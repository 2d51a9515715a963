package twnhi

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/traditionalchinese"

	"bangban/cardreader/check"
)

// number reads the person's number: a capital, a capital or a digit, eight digits.
func number(b []byte) (string, error) {
	for i, c := range b {
		letter, digit := c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		if i == 0 && !letter || i == 1 && !letter && !digit || i > 1 && !digit {
			return "", fmt.Errorf("%w: number of the person", ErrRecord)
		}
	}
	return string(b), nil
}

// letterValue gives the two digits that stand for each letter, in the order of the Ministry of the Interior's list.
func letterValue(c byte) int { return 10 + strings.IndexByte("ABCDEFGHJKLMNPQRSTUVXYWZIO", c) }

// numberCheck checks the last digit: weights 1 9 8 7 6 5 4 3 2 1 1 over the two digits of the letter and the nine that
// follow, sum a multiple of ten. In the numbers given to foreigners until 2020 the second letter counts as the last
// digit of its value.
func numberCheck(n string) check.Check {
	v := letterValue(n[0])
	digits := []int{v / 10, v % 10}
	for i := 1; i < len(n); i++ {
		d := int(n[i] - '0')
		if n[i] >= 'A' {
			d = letterValue(n[i]) % 10
		}
		digits = append(digits, d)
	}
	sum := 0
	for i, w := range []int{1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1} {
		sum += w * digits[i]
	}
	if sum%10 == 0 {
		return check.Pass(checkNumber, "")
	}
	c := check.Unsure(checkNumber, ReasonCheckDigit, "")
	c.Optional = true
	return c
}

// date reads YYYMMDD in years of the Republic; year 1 is 1912.
func date(b []byte) (string, error) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return "", ErrDate
		}
		n = n*10 + int(c-'0')
	}
	year, month, day := 1911+n/10000, n/100%100, n%100
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if n < 10000 || t.Year() != year || int(t.Month()) != month || t.Day() != day {
		return "", ErrDate
	}
	return t.Format(time.DateOnly), nil
}

// big5 reads text up to the first 00, without the spaces at its end. A byte that stands for no character is ErrEncoding. So
// is one that begins a character of a user: the decoder has Hong Kong's there, and Taiwan's cards mean others.
func big5(b []byte) (string, error) {
	b, _, _ = bytes.Cut(b, []byte{0})
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if b[i] < 0xA1 || b[i] > 0xF9 {
			return "", ErrEncoding
		}
		i++ // the second byte of the character
	}
	text, err := traditionalchinese.Big5.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) || bytes.ContainsFunc(text, unicode.IsControl) {
		return "", ErrEncoding
	}
	return strings.TrimFunc(string(text), unicode.IsSpace), nil
}
