package cnid

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decode gives the characters of a field without its padding. bad counts what is no character: unpaired surrogates,
// control characters, an odd byte at the end; U+FFFD stands in their place.
func decode(b []byte) (s string, bad int) {
	var text strings.Builder
	for len(b) > 1 {
		r, n := rune(b[0])|rune(b[1])<<8, 2
		if utf16.IsSurrogate(r) {
			if r, n = utf8.RuneError, 2; len(b) > 3 {
				if pair := utf16.DecodeRune(rune(b[0])|rune(b[1])<<8, rune(b[2])|rune(b[3])<<8); pair != unicode.ReplacementChar {
					r, n = pair, 4
				}
			}
		}
		b = b[n:]
		if r == 0 { // padding of some readers; nothing follows it
			break
		}
		if r == utf8.RuneError || unicode.IsControl(r) {
			r = utf8.RuneError
			bad++
		}
		text.WriteRune(r)
	}
	if len(b) == 1 {
		bad++
	}
	return strings.Trim(text.String(), " \u3000"), bad
}

// date gives YYYY-MM-DD of YYYYMMDD, empty where that is no date.
func date(s string) string {
	if !digits(s, 8) {
		return ""
	}
	y, m, d := s[:4], s[4:6], s[6:]
	if y < "1800" || m < "01" || m > "12" || d < "01" || d > lastDay(y, m) {
		return ""
	}
	return y + "-" + m + "-" + d
}

func lastDay(y, m string) string {
	switch m {
	case "04", "06", "09", "11":
		return "30"
	case "02":
		n := 0
		for _, c := range y {
			n = n*10 + int(c-'0')
		}
		if n%4 == 0 && (n%100 != 0 || n%400 == 0) {
			return "29"
		}
		return "28"
	}
	return "31"
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
