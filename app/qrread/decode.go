package qrread

import (
	"errors"
	"image"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
	single "github.com/makiuchi-d/gozxing/qrcode"
)

// Finder patterns that may be found before a search is given up. The search for several codes tries every triple as a
// code, the one for a single code only looks for the best triple.
const (
	maxCentersMany = 36
	maxCentersOne  = 300
)

// Decode reads the codes in a picture. It fails with ErrNoCode where there is none.
func Decode(img image.Image) ([]string, error) {
	b := img.Bounds()
	if err := bounded(b.Dx(), b.Dy()); err != nil {
		return nil, err
	}
	whole := grey(img)
	defer clear(whole.pix)
	views := []*plane{whole}
	for p := whole; p.w >= 400 && p.h >= 400 && len(views) < 4; {
		p = p.half()
		defer clear(p.pix)
		views = append(views, p)
	}
	if whole.w*whole.h <= 500*500 {
		p := whole.larger(3)
		defer clear(p.pix)
		views = append(views, p)
	}
	for _, p := range views {
		if found := p.read(); len(found) > 0 {
			return found, nil
		}
	}
	return nil, ErrNoCode
}

// read tries one size of the picture: local and global threshold, as it is and inverted.
func (p *plane) read() (found []string) {
	source := gozxing.LuminanceSource(nil)
	yuv, err := gozxing.NewPlanarYUVLuminanceSource(p.pix, p.w, p.h, 0, 0, p.w, p.h, false)
	if err != nil {
		return nil
	}
	source = yuv
	for _, s := range []gozxing.LuminanceSource{source, source.Invert()} {
		for _, b := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(s), gozxing.NewGlobalHistgramBinarizer(s)} {
			bitmap, err := gozxing.NewBinaryBitmap(b)
			if err != nil {
				continue
			}
			for _, text := range attempt(bitmap) {
				if !slices.Contains(found, text) {
					found = append(found, text)
				}
			}
			if len(found) > 0 {
				return found
			}
		}
	}
	return nil
}

func attempt(bitmap *gozxing.BinaryBitmap) []string {
	results, err := guarded(maxCentersMany, func(hints map[gozxing.DecodeHintType]any) ([]*gozxing.Result, error) {
		return qrcode.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
	})
	if err != nil || len(results) == 0 {
		results, err = guarded(maxCentersOne, func(hints map[gozxing.DecodeHintType]any) ([]*gozxing.Result, error) {
			r, err := single.NewQRCodeReader().Decode(bitmap, hints)
			return []*gozxing.Result{r}, err
		})
	}
	if err != nil {
		return nil
	}
	var texts []string
	for _, r := range results {
		texts = append(texts, exact(r))
	}
	return texts
}

var errGaveUp = errors.New("qrread: gave up")

// guarded runs a reader that may find too many finder patterns or panic on what it found.
func guarded(centers int, read func(map[gozxing.DecodeHintType]any) ([]*gozxing.Result, error)) (rs []*gozxing.Result, err error) {
	defer func() {
		if recover() != nil {
			rs, err = nil, errGaveUp
		}
	}()
	seen := 0
	return read(map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_TRY_HARDER:    true,
		gozxing.DecodeHintType_CHARACTER_SET: "ISO-8859-1", // one character a byte; exact turns it back
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(func(gozxing.ResultPoint) {
			if seen++; seen > centers {
				panic(errGaveUp) // the only way to stop the search; guarded recovers
			}
		}),
	})
}

// eci is the mode indicator of a code that announces its character set (ISO/IEC 18004:2015 §7.4.1, table 2).
const eci = 7

// exact gives the bytes of a code. The reader was told that byte mode is Latin-1, so each character up to U+00FF is the
// byte it came from; a code that begins with ECI was decoded by the character set it names.
func exact(r *gozxing.Result) string {
	text := r.GetText()
	if raw := r.GetRawBytes(); len(raw) > 0 && raw[0]>>4 == eci {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xFF { // Kanji mode: characters, not bytes
			return text
		}
		out = append(out, byte(c))
	}
	return string(out)
}
