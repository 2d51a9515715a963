//go:build nodynamic

package voucher_test

import (
	"bytes"
	"testing"

	"github.com/gen2brain/webp"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// TestBesideLibwebp measures our encoder beside libwebp, translated to Go, at its slowest method: at the same size ours
// is at most 1 dB behind. libwebp is 2.7 MB of source and wants a build tag, ours 30 kB and none.
func TestBesideLibwebp(t *testing.T) {
	face := vouchertest.Portrait()
	for q := 5; q <= 60; q += 5 {
		var b bytes.Buffer
		if err := webp.Encode(&b, face, webp.Options{Quality: q, Method: 6}); err != nil {
			t.Fatal(err)
		}
		ours, err := voucher.EncodeFace(face, b.Len())
		if err != nil {
			t.Fatal(err)
		}
		them, err := voucher.DecodeFace(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		us, _ := voucher.DecodeFace(ours)
		t.Logf("quality %d: %d bytes, libwebp %.1f dB, ours %.1f dB", q, b.Len(), decibels(them, face), decibels(us, face))
		if decibels(us, face) < decibels(them, face)-1 {
			t.Errorf("%d bytes: ours is worse", b.Len())
		}
	}
}
