package qrread_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"runtime"
	"testing"

	"bangban/app/qrread"
)

// pictures is the same noise in every kind of PNG that the library writes.
func pictures(w, h int) map[string]image.Image {
	r := rand.New(rand.NewPCG(4, 5))
	box := image.Rect(0, 0, w, h)
	all := map[string]image.Image{}
	set := func(name string, img interface {
		image.Image
		Set(x, y int, c color.Color)
	}) {
		for y := range h {
			for x := range w {
				img.Set(x, y, color.NRGBA64{uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32()), uint16(r.Uint32() | 0x8000*uint32(x&1))})
			}
		}
		all[name] = img
	}
	set("gray", image.NewGray(box))
	set("gray16", image.NewGray16(box))
	set("rgba", image.NewNRGBA(box))
	set("rgba64", image.NewNRGBA64(box))
	opaque := image.NewRGBA(box)
	for y := range h {
		for x := range w {
			opaque.SetRGBA(x, y, color.RGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255})
		}
	}
	all["rgb"] = opaque
	for _, n := range []int{2, 3, 16, 200} {
		var p color.Palette
		for range n {
			p = append(p, color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32() | 0x80)})
		}
		img := image.NewPaletted(box, p)
		for i := range img.Pix {
			img.Pix[i] = byte(r.IntN(n))
		}
		all[fmt.Sprint("palette of ", n)] = img
	}
	return all
}

// TestPNG holds our reading of a PNG against the library's: the same brightness, but for one step of rounding, or two where a
// colour is half seen through.
func TestPNG(t *testing.T) {
	for name, img := range pictures(61, 37) {
		for _, level := range []png.CompressionLevel{png.DefaultCompression, png.NoCompression} {
			var b bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, img); err != nil {
				t.Fatal(err)
			}
			got, err := qrread.Open(b.Bytes())
			if err != nil || got.Bounds() != img.Bounds() {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for y := range 37 {
				for x := range 61 {
					c := color.NRGBA64Model.Convert(img.At(x, y)).(color.NRGBA64)
					luma := (299*uint32(c.R) + 587*uint32(c.G) + 114*uint32(c.B)) / 1000
					want := int((luma*uint32(c.A)/0xffff + 0xffff - uint32(c.A)) >> 8)
					if d := int(got.(*image.Gray).GrayAt(x, y).Y) - want; d > 2 || d < -2 {
						t.Fatalf("%s at %d,%d: off by %d", name, x, y, d)
					}
				}
			}
			for _, cut := range []int{40, b.Len() / 2, b.Len() - 20} {
				if _, err := qrread.Open(b.Bytes()[:cut]); !errors.Is(err, qrread.ErrFormat) {
					t.Errorf("%s cut at %d of %d: %v", name, cut, b.Len(), err)
				}
			}
		}
	}
}

// TestRows makes a picture smaller: its brightness stays, and so do its edges.
func TestRows(t *testing.T) {
	for _, size := range [][2]int{{5000, 3000}, {4000, 2500}, {16000, 2000}, {700, 16000}} {
		w, h := size[0], size[1]
		img, err := qrread.Rows(w, h, func(y int, to []byte) error {
			for x := range to {
				if to[x] = 40; x >= w/2 {
					to[x] = 200
				}
			}
			if y >= h/2 {
				for x := range to {
					to[x] += 30
				}
			}
			return nil
		})
		if err != nil || img.Rect.Dx()*img.Rect.Dy() > 6<<20 || img.Rect.Dx()*img.Rect.Dy() < 4<<20 {
			t.Errorf("%v: %v, %v", size, img.Rect, err)
			continue
		}
		ow, oh := img.Rect.Dx(), img.Rect.Dy()
		for _, c := range []struct{ x, y, want int }{{0, 0, 40}, {ow/2 - 2, 3, 40}, {ow/2 + 2, 3, 200}, {ow - 1, oh/2 - 2, 200}, {5, oh/2 + 2, 70}, {ow - 1, oh - 1, 230}} {
			if got := int(img.GrayAt(c.x, c.y).Y); got < c.want-2 || got > c.want+2 {
				t.Errorf("%v at %d,%d: %d, want %d", size, c.x, c.y, got, c.want)
			}
		}
	}
	broken := errors.New("broken")
	if _, err := qrread.Rows(10, 10, func(int, []byte) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestLargePictures reads codes in pictures that are made smaller: a page at 600 dpi, and a photograph of many pixels.
func TestLargePictures(t *testing.T) {
	for _, size := range [][3]int{{4960, 7016, 12}, {4000, 3000, 5}, {6000, 4000, 7}} {
		page := image.NewGray(image.Rect(0, 0, size[0], size[1]))
		for i := range page.Pix {
			page.Pix[i] = 235
		}
		code := plain(t, long, size[2], 4)
		for y := range code.Rect.Dy() {
			copy(page.Pix[(y+size[1]/2)*page.Stride+size[0]/3:], code.Pix[y*code.Stride:][:code.Rect.Dx()])
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, page); err != nil {
			t.Fatal(err)
		}
		codes, err := qrread.Read(context.Background(), page)
		if err != nil || len(codes) != 1 || codes[0].Text != long {
			t.Errorf("%v: %v, %v", size, codes, err)
			continue
		}
		if c := codes[0].Corners[0]; max(dist(c.X, size[0]/3+4*size[2]), dist(c.Y, size[1]/2+4*size[2])) > 3*size[2] {
			t.Errorf("%v: found at %v", size, c)
		}
		if texts, err := qrread.DecodeFile(b.Bytes()); err != nil || len(texts) != 1 || texts[0] != long {
			t.Errorf("%v as a file: %d codes, %v", size, len(texts), err)
		}
	}
}

func dist(a, b int) int { return max(a-b, b-a) }

// TestSmallFilesPromiseLittle: a file of some kilobytes that unpacks to millions of pixels is refused before it is unpacked.
func TestSmallFilesPromiseLittle(t *testing.T) {
	var j bytes.Buffer
	if err := jpeg.Encode(&j, image.NewGray(image.Rect(0, 0, 4000, 3000)), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := qrread.Open(j.Bytes()); !errors.Is(err, qrread.ErrTooLarge) {
		t.Errorf("a JPEG of %d bytes and 12 million pixels: %v", j.Len(), err)
	}
	p := pngOf(16384, 2500, 16, 6) // 328 MB of samples
	before := total()
	if _, err := qrread.Open(p); !errors.Is(err, qrread.ErrTooLarge) {
		t.Errorf("a PNG of %d bytes: %v", len(p), err)
	}
	if took := total() - before; took > 1<<20 {
		t.Errorf("%d bytes were taken to refuse it", took)
	}
	// As large as may be: what it takes is bounded all the same.
	if _, err := qrread.Open(pngOf(7001, 4999, 8, 0)); err != nil {
		t.Errorf("odd sides: %v", err)
	}
	whole := pngOf(8000, 5000, 8, 0)
	before = total()
	if _, err := qrread.DecodeFile(whole); !errors.Is(err, qrread.ErrNoCode) {
		t.Errorf("an empty page: %v", err)
	}
	if took := total() - before; took > 64<<20 {
		t.Errorf("%d bytes were taken by an empty page of 40 million pixels", took)
	} else {
		t.Logf("%.1f MB for an empty page of 40 million pixels, in a file of %d bytes", float64(took)/(1<<20), len(whole))
	}
}

func total() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// pngOf is an empty picture; its image data are all zeros.
func pngOf(w, h uint32, depth, kind byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, depth, kind, 0, 0, 0)
	parts := map[byte]int{0: 1, 6: 4}[kind]
	data := append([]byte("IDAT"), zipped(int(h)*(1+int(w)*parts*int(depth)/8))...)
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range [][]byte{head, data, []byte("IEND")} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c)-4))
		out = binary.BigEndian.AppendUint32(append(out, c...), crc32.ChecksumIEEE(c))
	}
	return out
}

// TestWork: what a search may cost does not depend on the picture, and what is spent is gone.
func TestWork(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	noise := image.NewGray(image.Rect(0, 0, 2000, 1500))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32())
	}
	for name, img := range map[string]image.Image{"noise": noise, "finder patterns": manyFinders()} {
		w := qrread.NewWork()
		if _, err := w.Read(context.Background(), img); !errors.Is(err, qrread.ErrNoCode) {
			t.Errorf("%s: %v", name, err)
		}
		if over := qrread.Overspent(w); over > qrread.Budget/5 {
			t.Errorf("%s: %d over what a picture may cost", name, over)
		}
	}
	w := qrread.NewWork()
	w.Spend(qrread.Budget, 1)
	if _, err := w.Read(context.Background(), plain(t, long, 4, 4)); !errors.Is(err, qrread.ErrNoCode) || w.Left() {
		t.Errorf("control: a code was read without work: %v", err)
	}
}

func zipped(zeros int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for n := zeros; n > 0; n -= 1 << 16 {
		_, _ = z.Write(make([]byte, min(n, 1<<16)))
	}
	_ = z.Close()
	return b.Bytes()
}
