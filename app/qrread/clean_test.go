package qrread_test

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	single "github.com/makiuchi-d/gozxing/qrcode"
	qr "github.com/skip2/go-qrcode"

	"bangban/app/qrread"
	"bangban/app/qrread/qrtest"
)

// byGozxing is what the library reads on its own.
func byGozxing(img image.Image) string {
	source := gozxing.NewLuminanceSourceFromImage(img)
	for _, b := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(b)
		if err != nil {
			continue
		}
		r, err := single.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
			gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_CHARACTER_SET: "ISO-8859-1",
		})
		if err == nil {
			return r.GetText()
		}
	}
	return ""
}

// TestCleanPictures wants every clean code of every version, level and size read, and so never fewer than gozxing reads.
func TestCleanPictures(t *testing.T) {
	rng := rand.New(rand.NewPCG(rand.Uint64(), 1))
	ours, theirs := 0, 0
	levels := []qr.RecoveryLevel{qr.Low, qr.Medium, qr.High, qr.Highest}
	for version := 1; version <= 40; version++ {
		for range 2 {
			level, module, border := levels[rng.IntN(4)], 1+rng.IntN(7), rng.IntN(5)
			q, text := ofVersion(t, version, level, rng)
			img := drawn(q, module, border)
			name := fmt.Sprintf("version %d, level %d, %d pixels a module, border %d", version, level, module, border)
			codes, err := qrread.Read(context.Background(), img)
			if err != nil || len(codes) != 1 || codes[0].Text != text || codes[0].Version != version {
				t.Errorf("%s: %v, %v", name, codes, err)
			} else {
				ours++
			}
			if byGozxing(img) == text {
				theirs++
			}
		}
	}
	t.Logf("ours %d, gozxing %d of 80", ours, theirs)
	if ours < theirs {
		t.Errorf("%d read, gozxing reads %d", ours, theirs)
	}
}

// ofVersion makes a code of a version, filled with what fits.
func ofVersion(t *testing.T, version int, level qr.RecoveryLevel, rng *rand.Rand) (*qr.QRCode, string) {
	t.Helper()
	for n := 20 * version * version; ; n = n*9/10 - 1 {
		text := qrtest.Text(max(n, 1), rng.Uint64())
		if q, err := qr.NewWithForcedVersion(text, version, level); err == nil {
			return q, text
		}
		if n < 1 {
			t.Fatalf("nothing fits version %d", version)
		}
	}
}

func drawn(q *qr.QRCode, module, border int) *image.Gray {
	q.DisableBorder = true
	rows := q.Bitmap()
	side := (len(rows) + 2*border) * module
	img := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				r := image.Rect(x, y, x+1, y+1).Add(image.Pt(border, border))
				r.Min, r.Max = r.Min.Mul(module), r.Max.Mul(module)
				draw.Draw(img, r, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	return img
}
