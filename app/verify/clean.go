package verify

import "strings"

// Clean replaces what could make a screen say something else than the credential does: control characters, bidirectional
// overrides, line separators, and characters that nobody sees.
func Clean(s string) string {
	plain := 0
	for plain < len(s) && s[plain] >= ' ' && s[plain] < 0x7f {
		plain++
	}
	if plain == len(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return '\ufffd'
		}
		return r
	}, s)
}

// unseen tells what has no shape of its own and is in no name: joiners (U+200C, U+200D) and variation selectors are.
func unseen(r rune) bool {
	switch {
	case r < ' ' && r != '\n', r >= 0x7f && r < 0xa0:
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c: // UAX #9 §2
	case r == 0x2028, r == 0x2029: // lines and paragraphs
	case r == 0x200b, r == 0xfeff, r >= 0x2060 && r <= 0x2064, r >= 0x206a && r <= 0x206f, r >= 0xe0000 && r <= 0xe007f: // no width
	default:
		return false
	}
	return true
}
