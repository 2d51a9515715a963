package print

import (
	"math/rand/v2"
	"strings"
	"testing"

	"bangban/app/qrread"
)

// TestBothEncodersMakeOneCode: for the texts of vouchers of every length the two libraries agree on the version and, where
// they chose the same mask, on every module; either way our reader reads what was written.
func TestBothEncodersMakeOneCode(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	rnd := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var b strings.Builder
		for i := range n {
			if i%3 == 1 {
				b.WriteByte(byte('0' + rnd.IntN(10)))
				continue
			}
			b.WriteByte(letters[rnd.IntN(len(letters))])
		}
		return b.String()
	}
	same := 0
	for n := 20; n <= 1637; n += 77 {
		s := text(n)
		a, versionA, sideA := encodeAlphanumeric(s)
		b, versionB, sideB := encodeBytes(s)
		if versionA != versionB || sideA != sideB || sideA == 0 {
			t.Fatalf("%d characters: versions %d and %d, sides %d and %d", n, versionA, versionB, sideA, sideB)
		}
		differ := 0
		for y := range sideA {
			for x := range sideA {
				if a(x, y) != b(x, y) {
					differ++
				}
			}
		}
		if differ == 0 {
			same++
		} else if differ < sideA*sideA/10 { // another mask changes about half
			t.Errorf("%d characters: %d modules differ", n, differ)
		}
		q, err := Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		sheet := NewSheet(&Fonts{}, A4(), "en")
		sheet.Code(10, 10, q)
		img, err := sheet.RasterArea(0, sheet.Codes()[0].Area, DotsPerInch)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := qrread.Decode(img); err != nil || len(got) != 1 || got[0] != s {
			t.Errorf("%d characters: read %d codes, %v", n, len(got), err)
		}
	}
	if t.Logf("%d codes are the same", same); same == 0 {
		t.Error("no code is the same")
	}
	if alphanumeric("abc") || alphanumeric("é") || !alphanumeric("BBR:A$ 9") {
		t.Error("alphanumeric")
	}
}
