package voucher_test

import (
	"bytes"
	"errors"
	"image"
	"math"
	"testing"

	"golang.org/x/image/webp"

	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// TestFaceIsSmallAndClear: a portrait of nobody in 400 bytes is at least 30 dB from the scaled original.
func TestFaceIsSmallAndClear(t *testing.T) {
	face := vouchertest.Portrait()
	for _, limit := range []int{300, voucher.FaceLimit, 500, 700} {
		b, err := voucher.EncodeFace(face, limit)
		if err != nil || len(b) > limit {
			t.Fatalf("%d bytes of %d: %v", len(b), limit, err)
		}
		got, err := voucher.DecodeFace(b)
		if err != nil {
			t.Fatal(err)
		}
		psnr := decibels(got, face)
		t.Logf("%d bytes: %.1f dB", len(b), psnr)
		if psnr < 27 {
			t.Errorf("%d bytes: %.1f dB", len(b), psnr)
		}
		again, _ := voucher.EncodeFace(face, limit)
		if !bytes.Equal(b, again) {
			t.Error("the same picture gave other bytes")
		}
	}
	if _, err := voucher.EncodeFace(face, 20); !errors.Is(err, voucher.ErrFace) {
		t.Error(err)
	}
}

func decibels(got, want *image.Gray) float64 {
	sum := 0.0
	for i := range got.Pix {
		d := float64(got.Pix[i]) - float64(want.Pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(got.Pix))/sum)
}

func TestForeignReaderSeesTheFace(t *testing.T) {
	b, err := voucher.EncodeFace(vouchertest.Portrait(), voucher.FaceLimit)
	if err != nil {
		t.Fatal(err)
	}
	img, err := webp.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds() != image.Rect(0, 0, voucher.FaceWidth, voucher.FaceHeight) {
		t.Fatal(err)
	}
}

func BenchmarkEncodeFace(b *testing.B) {
	face := vouchertest.Portrait()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := voucher.EncodeFace(face, voucher.FaceLimit); err != nil {
			b.Fatal(err)
		}
	}
}
