package aadhaar_test

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"bangban/app/verify/aadhaar"
)

// TestNumber holds our conversion against math/big.
func TestNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	for n := 1; n < 8000; n += 1 + r.IntN(1+n/16) {
		digits := make([]byte, n)
		for i := range digits {
			digits[i] = '0' + byte(r.IntN(10))
		}
		if n%5 == 0 {
			digits = bytes.Repeat([]byte("9"), n)
		}
		want, _ := new(big.Int).SetString(string(digits), 10)
		if got := aadhaar.Number(digits); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%d digits: %x, want %x", n, got, want.Bytes())
		}
	}
}
