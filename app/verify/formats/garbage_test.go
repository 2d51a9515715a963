package formats_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/cardreader/check"
)

// heads begin what the formats know, so that garbage gets past their sniffing.
var heads = []string{"", "", "HC1:", "HC1:NCF", "6BF", "shc:/", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA~", "eyJ", "\xdc\x03\xd9\xc5", "\xdc\x02", "\xd8\x3d\xd2\x84", "\xd2\x84\x43\xa1\x01\x26",
	"\xa3\x67version\x631.0\x69documents\x81", "\xa3\x67version\x631.0", `{"data":{"hdr":{"is":"UTO","t":"x","v":1},"msg":{}},"sig":{"sigvl":"`, `{"verifiableCredential":["`, "o2d2ZXJzaW9u", "<?xml PrintLetterBarcodeData"}

// TestGarbage gives 10,000 random inputs to all formats: never a pass, never an error, always a check with a reason.
func TestGarbage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 17))
	all := formats.All(formats.Deps{})
	req := verify.Request{At: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), Anchors: trust.New(nil), Audience: "a", Nonce: "n", Transcript: []byte{0x83, 0xf6, 0xf6, 0xf6}}
	alphabets := []string{"", "0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", `{}[]":,0123456789abcdef \n`}
	tally := map[string]int{}
	for i := range 10000 {
		b := []byte(heads[r.IntN(len(heads))])
		alphabet := alphabets[r.IntN(len(alphabets))]
		for range r.IntN(3000) {
			if alphabet == "" {
				b = append(b, byte(r.Uint32()))
			} else {
				b = append(b, alphabet[r.IntN(len(alphabet))])
			}
		}
		res, err := verify.Run(context.Background(), all, b, req)
		if err != nil || res.Verdict == check.Passed || len(res.Claims) > 0 || len(res.Checks) == 0 {
			t.Fatalf("input %d (%q…): %v %v", i, b[:min(len(b), 40)], res, err)
		}
		if _, failed := check.First(res.Checks, check.Failed); !failed {
			if c, unsure := check.First(res.Checks, check.Indeterminate); !unsure || c.Reason == check.OK {
				t.Fatalf("input %d: no reason: %+v", i, res.Checks)
			}
		}
		tally[fmt.Sprint(res.Format, " ", res.Verdict)]++
	}
	t.Log(tally)
	if len(tally) < 6 {
		t.Errorf("control: garbage reached few formats: %v", tally)
	}
}
