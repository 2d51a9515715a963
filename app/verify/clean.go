package verify

import "strings"

// Clean replaces what could make a screen say something else than the credential does: control characters and
// bidirectional overrides (UAX #9 §2).
func Clean(s string) string {
	plain := 0
	for plain < len(s) && s[plain] >= ' ' && s[plain] < 0x7f {
		plain++
	}
	if plain == len(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
			r == 0x200e || r == 0x200f || r == 0x61c {
			return '\ufffd'
		}
		return r
	}, s)
}
