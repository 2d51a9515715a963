package vds

import (
	"errors"
	"strings"
	"testing"
)

// packC40 is the other way round of c40, for digits and capital letters.
func packC40(t *testing.T, s string) []byte {
	t.Helper()
	var out []byte
	for len(s)%3 != 0 {
		s += " "
	}
	for ; s != ""; s = s[3:] {
		n := 1
		for i, weight := range []int{1600, 40, 1} {
			at := strings.IndexByte("\x00\x01\x02 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i])
			n += at * weight
		}
		out = append(out, byte(n>>8), byte(n))
	}
	return out
}

// TestReferenceLength reads how long the certificate's reference is: in hexadecimal, but for the one signer that counts in
// tens (BSI TR-03171).
func TestReferenceLength(t *testing.T) {
	long := strings.Repeat("0123456789ABCDEF", 3)
	for _, tc := range []struct{ signer, length, reference string }{
		{"UTTS", "05", "00042"}, {"UTTS", "10", long[:16]}, {"UTTS", "1E", long[:30]}, {"DEZV", "40", long[:40]}, {"DEZV", "16", long[:16]}, {"DEZV", "05", "00042"},
		{"UTTS", "00", ""}, {"UTTS", "G1", ""}, {"DEZV", "1E", ""}, {"DEZV", "00", ""},
	} {
		b := append([]byte{magic, 3}, packC40(t, "UTO")...)
		b = append(b, packC40(t, tc.signer+tc.length)...)
		b = append(b, packC40(t, tc.reference)...)
		b = append(b, 0x5f, 0xdb, 0x27, 0x5f, 0xdb, 0x27, 0xfd, 2, 0xff, 2, 1, 1)
		s, err := parseSeal(b)
		switch {
		case tc.reference == "" && !errors.Is(err, ErrStructure):
			t.Errorf("%s%s: %v", tc.signer, tc.length, err)
		case tc.reference != "" && (err != nil || s.signer != tc.signer || s.reference != tc.reference):
			t.Errorf("%s%s: %+v, %v", tc.signer, tc.length, s, err)
		}
	}
}
