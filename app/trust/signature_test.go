package trust_test

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"math/rand/v2"
	"testing"

	"bangban/app/trust"
)

// TestAppendSignature holds our DER against encoding/asn1, for each curve and each count of leading zeros.
func TestAppendSignature(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, size := range []int{32, 48, 66} {
		for n := range 600 {
			raw := make([]byte, 2*size)
			for i := range raw {
				raw[i] = byte(r.Uint32())
			}
			clear(raw[:n%(size+1)])
			clear(raw[size : size+r.IntN(size+1)])
			want, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:size]), new(big.Int).SetBytes(raw[size:])})
			if got := trust.AppendSignature(nil, raw); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%x: %x, want %x", raw, got, want)
			}
		}
	}
}
