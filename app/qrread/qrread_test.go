package qrread_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	qr "github.com/skip2/go-qrcode"

	"bangban/app/qrread"
)

// plain draws a code with module pixels a module; border is in modules.
func plain(t testing.TB, text string, module, border int) *image.Gray {
	t.Helper()
	q, err := qr.New(text, qr.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return drawn(q, module, border)
}

const long = "6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA."

func TestRoundTrip(t *testing.T) {
	for name, text := range map[string]string{
		"short": "A", "digits": "0123456789012345", "base45": long, "version 20": strings.Repeat(long, 12)[:948],
		"version 27": strings.Repeat(long, 21)[:1612], "lower case": "https://example.org/x?y=z", "chinese": "张三 SPECIMEN 𠮷",
		"binary": "\x00\x01\xfe\xff\x80\x9f\xe9", "percent": "%%%A%B%%",
	} {
		got, err := qrread.Decode(plain(t, text, 6, 4))
		if err != nil || len(got) != 1 || got[0] != text {
			t.Errorf("%s: %d codes, %v; want the text back", name, len(got), err)
		}
	}
}

func TestSizesAndColours(t *testing.T) {
	for name, img := range map[string]image.Image{
		"1 pixel":  plain(t, long, 1, 4),
		"2 pixels": plain(t, long, 2, 4),
		"20":       plain(t, long, 20, 4),
		"inverted": inverted(plain(t, long, 4, 4)),
		"turned":   turned(plain(t, long, 4, 4)),
		"part":     part(plain(t, long, 4, 8)),
		"clear":    transparent(plain(t, long, 4, 4)),
		"pale":     pale(plain(t, long, 4, 4)),
		"no quiet": plain(t, long, 3, 0),
	} {
		if got, err := qrread.Decode(img); err != nil || !slices.Equal(got, []string{long}) {
			t.Errorf("%s: %d codes, %v", name, len(got), err)
		}
	}
}

func inverted(g *image.Gray) image.Image {
	for i := range g.Pix {
		g.Pix[i] = 255 - g.Pix[i]
	}
	return g
}

func turned(g *image.Gray) image.Image {
	out := image.NewRGBA(g.Rect)
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			out.Set(g.Rect.Dy()-1-y, x, g.At(x, y))
		}
	}
	return out
}

func part(g *image.Gray) image.Image {
	r := image.Rect(13, 9, g.Rect.Dx()-5, g.Rect.Dy()-11)
	return g.SubImage(r)
}

func transparent(g *image.Gray) image.Image {
	out := image.NewNRGBA(g.Rect)
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			if g.GrayAt(x, y).Y == 0 {
				out.SetNRGBA(x, y, color.NRGBA{20, 20, 60, 255})
			}
		}
	}
	return out
}

func pale(g *image.Gray) image.Image {
	for i := range g.Pix {
		g.Pix[i] = 120 + g.Pix[i]/3
	}
	return g
}

func TestSeveralCodes(t *testing.T) {
	page := image.NewGray(image.Rect(0, 0, 900, 500))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, image.Rect(20, 20, 900, 500), plain(t, long, 5, 4), image.Point{}, draw.Src)
	draw.Draw(page, image.Rect(500, 60, 900, 500), plain(t, "SECOND", 6, 4), image.Point{}, draw.Src)
	got, err := qrread.Decode(page)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{long, "SECOND"}) {
		t.Errorf("%d codes, %v", len(got), err)
	}
}

func TestNoCode(t *testing.T) {
	white := image.NewGray(image.Rect(0, 0, 300, 300))
	noise := image.NewGray(image.Rect(0, 0, 900, 900))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.IntN(256))
	}
	broken := plain(t, long, 6, 4)
	draw.Draw(broken, image.Rect(0, 0, 90, 90), image.White, image.Point{}, draw.Src) // a finder pattern gone
	for name, img := range map[string]image.Image{"black": white, "noise": noise, "broken": broken,
		"dot": image.NewGray(image.Rect(0, 0, 1, 1))} {
		if got, err := qrread.Decode(img); !errors.Is(err, qrread.ErrNoCode) {
			t.Errorf("%s: %d codes, %v", name, len(got), err)
		}
	}
}

// manyFinders is a page of nothing but finder patterns: triples of them are cubic in number.
func manyFinders() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 1200, 1200))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y := 10; y < 1150; y += 24 {
		for x := 10; x < 1150; x += 24 {
			draw.Draw(img, image.Rect(x, y, x+14, y+14), image.Black, image.Point{}, draw.Src)
			draw.Draw(img, image.Rect(x+2, y+2, x+12, y+12), image.White, image.Point{}, draw.Src)
			draw.Draw(img, image.Rect(x+4, y+4, x+10, y+10), image.Black, image.Point{}, draw.Src)
		}
	}
	return img
}

func TestManyFinderPatternsEnd(t *testing.T) {
	if _, err := qrread.Decode(manyFinders()); !errors.Is(err, qrread.ErrNoCode) {
		t.Errorf("error %v, want ErrNoCode", err)
	}
}

func encoded(t testing.TB, img image.Image) (p, j []byte) {
	t.Helper()
	var pb, jb bytes.Buffer
	if err := png.Encode(&pb, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&jb, img, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return pb.Bytes(), jb.Bytes()
}

func TestFiles(t *testing.T) {
	p, j := encoded(t, plain(t, long, 5, 4))
	for name, data := range map[string][]byte{"png": p, "jpeg": j} {
		if got, err := qrread.DecodeFile(data); err != nil || !slices.Equal(got, []string{long}) {
			t.Errorf("%s: %d codes, %v", name, len(got), err)
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":      {nil, qrread.ErrFormat},
		"gif":        {[]byte("GIF89a\x01\x00\x01\x00"), qrread.ErrFormat},
		"cut png":    {p[:200], qrread.ErrFormat},
		"cut jpeg":   {j[:20], qrread.ErrFormat},
		"bomb":       {header(60000, 60000), qrread.ErrTooLarge},
		"long":       {header(1, 1<<24), qrread.ErrTooLarge},
		"many bytes": {append(bytes.Clone(p), make([]byte, qrread.MaxBytes)...), qrread.ErrTooLarge},
	} {
		if _, err := qrread.DecodeFile(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// header is a PNG that promises a size and has no pixels.
func header(w, h uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, 8, 0, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d")
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func FuzzDecodeFile(f *testing.F) {
	p, j := encoded(f, plain(f, "SPECIMEN", 2, 4))
	for _, seed := range [][]byte{p, j, p[:60], j[:100], header(60000, 60000), header(16, 16), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		texts, err := qrread.DecodeFile(data)
		if (err == nil) != (len(texts) > 0) {
			t.Fatalf("%d codes and error %v", len(texts), err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	img := plain(b, strings.Repeat(long, 12)[:948], 6, 4)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := qrread.Decode(img); err != nil {
			b.Fatal(err)
		}
	}
}
