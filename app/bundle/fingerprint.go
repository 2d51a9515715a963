package bundle

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"strings"
)

const (
	groups     = 12
	groupSize  = 4 // three characters and their check
	symbolBits = 5 // Crockford's base32
	crockford  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// Fingerprint is how the enrolment letter names an institution: twelve groups of four characters.
func Fingerprint(root *x509.Certificate) string {
	sum := sha256.Sum256(root.Raw)
	var out strings.Builder
	for g := range groups {
		if g > 0 {
			out.WriteByte('-')
		}
		a, b, c := symbol(sum[:], 3*g), symbol(sum[:], 3*g+1), symbol(sum[:], 3*g+2)
		for _, s := range []byte{a, b, c, checkSymbol(g, a, b, c)} {
			out.WriteByte(crockford[s])
		}
	}
	return out.String()
}

// symbol is the n-th group of five bits, most significant first.
func symbol(b []byte, n int) byte {
	at := n * symbolBits
	word := uint16(b[at/8]) << 8
	if at/8+1 < len(b) {
		word |= uint16(b[at/8+1])
	}
	return byte(word>>(16-symbolBits-at%8)) & 31
}

// checkSymbol is 2·a ⊕ 4·b ⊕ 8·c ⊕ (group number) in GF(2⁵). The factors differ from each other and from 1, so any one
// wrong character and any two swapped ones change the result.
func checkSymbol(group int, a, b, c byte) byte {
	return times(2, a) ^ times(4, b) ^ times(8, c) ^ byte(group+1)
}

// times multiplies in GF(2⁵) modulo x⁵+x²+1.
func times(x, y byte) (p byte) {
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			p ^= x
		}
		if x <<= 1; x > 31 {
			x ^= 0b100101
		}
	}
	return p
}

// ParseFingerprint reads what somebody typed and gives it in the form of Fingerprint. Spaces and hyphens may stand
// anywhere. A *GroupError says which group to look at again.
func ParseFingerprint(typed string) (string, error) {
	if len(typed) > 1024 {
		return "", &GroupError{}
	}
	var symbols []byte
	for _, r := range typed {
		switch r {
		case ' ', '-', '\t', '\r', '\n', '–', '\u00a0', '\u3000':
			continue
		}
		s := value(r)
		switch {
		case len(symbols) == groups*groupSize:
			return "", &GroupError{}
		case s < 0:
			return "", &GroupError{len(symbols)/groupSize + 1}
		}
		symbols = append(symbols, byte(s))
	}
	if len(symbols) != groups*groupSize {
		return "", &GroupError{}
	}
	var out strings.Builder
	for g := range groups {
		s := symbols[g*groupSize:][:groupSize]
		if checkSymbol(g, s[0], s[1], s[2]) != s[3] {
			return "", &GroupError{g + 1}
		}
		if g > 0 {
			out.WriteByte('-')
		}
		for _, v := range s {
			out.WriteByte(crockford[v])
		}
	}
	return out.String(), nil
}

// value reads one character as Crockford does: small letters, and O, I, L for 0, 1, 1. -1: not a character.
func value(r rune) int {
	switch {
	case r >= 'a' && r <= 'z':
		r -= 'a' - 'A'
	case r >= '０' && r <= '９': // full width, from a Chinese input method
		r -= '０' - '0'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	return strings.IndexRune(crockford, r)
}

// sameFingerprint compares a typed fingerprint with a root's, in the same time wherever they differ.
func sameFingerprint(typed string, root *x509.Certificate) (bool, error) {
	want, err := ParseFingerprint(typed)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare([]byte(want), []byte(Fingerprint(root))) == 1, nil
}
