package scan

import (
	"strings"
	"unicode"
)

// Cause is what went wrong between a scanner that types and the program. It is part of the code of a desk.Error:
// "scan-" and the cause.
type Cause string

// The causes.
const (
	Fine     Cause = ""
	Method   Cause = "ime"    // an input method made other characters of the keys
	Layout   Cause = "layout" // the scanner types for another keyboard layout
	CapsLock Cause = "caps"   // Caps Lock turned every letter; Mend turns them back
)

// base45 is the alphabet of vouchers (RFC 9285 §4.1), which is the alphanumeric mode of QR codes.
const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// Explain tells what a scan that nothing here can read went through.
func Explain(text string) Cause {
	var upper, lower, plain, odd, other, all int
	for _, r := range text {
		all++
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo), r >= 0x3000 && r <= 0x303F,
			r >= 0xFF00 && r <= 0xFFEF, strings.ContainsRune("“”‘’…—·", r):
			return Method
		case r > 0x7E:
			other++
		case r >= 'a' && r <= 'z':
			lower++
		case r >= 'A' && r <= 'Z':
			upper++
		case strings.ContainsRune(base45, r):
			plain++
		default:
			odd++
		}
	}
	switch {
	case all < burstLeast:
		return Fine
	case other > 0:
		return Layout
	case lower > all/4 && upper == 0 && odd == 0 && !strings.Contains(text, "://"):
		return CapsLock
	case lower == 0 && odd > 0 && !strings.Contains(text, "<"):
		return Layout // upper case and digits as of a voucher, with signs that Base45 has not
	}
	return Fine
}

// Mend gives the text as the scanner sent it, where that can be told: letters that Caps Lock turned. Base45 has no small
// letters.
func Mend(text string) string {
	if Explain(text) == CapsLock {
		return strings.ToUpper(text)
	}
	return text
}
