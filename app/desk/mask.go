package desk

import "strings"

// MaskName hides the middle of a name for a screen that others can see: 张秀明 → 张*明, LINDEN MEI → L*****  M**.
func MaskName(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		r := []rune(w)
		switch {
		case len(r) <= 1:
		case r[0] >= 0x2E80 && len(r) == 2:
			words[i] = string(r[0]) + "*"
		case r[0] >= 0x2E80:
			words[i] = string(r[0]) + strings.Repeat("*", len(r)-2) + string(r[len(r)-1])
		default:
			words[i] = string(r[0]) + strings.Repeat("*", len(r)-1)
		}
	}
	return strings.Join(words, " ")
}

// MaskNumber leaves the last four characters of a document number: ****1234. A short number is hidden whole.
func MaskNumber(number string) string {
	r := []rune(number)
	if len(r) <= 4 {
		return strings.Repeat("*", len(r))
	}
	return strings.Repeat("*", len(r)-4) + string(r[len(r)-4:])
}
