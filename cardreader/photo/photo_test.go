package photo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/cardreader/photo"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pictures lists the JPEG 2000 files of testdata.
func pictures(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".jp2" || ext == ".j2k" {
			names = append(names, e.Name())
		}
	}
	return names
}

// rgb gives the pixels of a picture as 8-bit triples, row by row.
func rgb(img image.Image) (out []byte) {
	r := img.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			out = append(out, c.R, c.G, c.B)
		}
	}
	return out
}

// differences counts the bytes in which two pictures differ; -1: not the same size.
func differences(a, b image.Image) (n int) {
	if a.Bounds().Size() != b.Bounds().Size() {
		return -1
	}
	p, q := rgb(a), rgb(b)
	for i := range p {
		if p[i] != q[i] {
			n++
		}
	}
	return n
}

// TestTruth wants, of every picture, exactly the pixels of opj_decompress.
func TestTruth(t *testing.T) {
	compared := 0
	for _, name := range pictures(t) {
		if name == "passport.jp2" { // by its digest, below
			continue
		}
		t.Run(name, func(t *testing.T) {
			got, err := photo.Decode(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			want, err := png.Decode(bytes.NewReader(read(t, strings.TrimSuffix(name, filepath.Ext(name))+".png")))
			if err != nil {
				t.Fatal(err)
			}
			if n := differences(got, want); n != 0 {
				t.Errorf("%d bytes differ", n)
			}
			if _, grey := got.(*image.Gray); grey != strings.HasPrefix(name, "grey") {
				t.Errorf("a %T", got)
			}
		})
		compared++
	}
	if compared != 8 {
		t.Errorf("%d pictures were compared, not 8", compared)
	}
}

// TestTruthCatches proves that TestTruth can fail.
func TestTruthCatches(t *testing.T) {
	img, err := photo.Decode(read(t, "ict-lossy.j2k"))
	if err != nil {
		t.Fatal(err)
	}
	other := image.NewRGBA(img.Bounds())
	copy(other.Pix, img.(*image.RGBA).Pix)
	other.Pix[4*500]++
	if n := differences(img, other); n != 1 {
		t.Errorf("one wrong byte counts %d", n)
	}
}

// TestPassport decodes the size that a passport holds; testdata/make.sh prints the digest of opj_decompress's pixels.
func TestPassport(t *testing.T) {
	const want = "85b32e018388025c08a9b31aa65c61a88d623518c831319eaabc2d991be0f8ec"
	img, err := photo.Decode(read(t, "passport.jp2"))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(rgb(img)); hex.EncodeToString(sum[:]) != want || img.Bounds().Size() != image.Pt(413, 531) {
		t.Errorf("%v, pixels %x", img.Bounds(), sum)
	}
}

func encode(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJPEG(t *testing.T) {
	b := encode(t, 102, 126)
	got, err := photo.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	want, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if differences(got, want) != 0 {
		t.Error("not what image/jpeg gives")
	}
}

func TestBaseline(t *testing.T) {
	for _, name := range pictures(t) {
		b, err := photo.Baseline(read(t, name))
		if err != nil {
			t.Fatal(name, err)
		}
		if photo.Sniff(b) != photo.JPEG || bytes.Contains(b, []byte{0xFF, 0xC2}) {
			t.Errorf("%s: not a baseline JPEG", name)
		}
		img, err := photo.Decode(b)
		if err != nil {
			t.Fatal(name, err)
		}
		whole, err := photo.Decode(read(t, name))
		if err != nil {
			t.Fatal(name, err)
		}
		var sum int
		p, q := rgb(img), rgb(whole)
		for i := range p {
			d := int(p[i]) - int(q[i])
			sum += d * d
		}
		if mean := float64(sum) / float64(len(p)); mean > 25 { // 34 dB
			t.Errorf("%s: mean square error %.1f", name, mean)
		}
	}
	if _, err := photo.Baseline([]byte("GIF89a")); !errors.Is(err, photo.ErrCoding) {
		t.Errorf("err %v", err)
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		b    string
		want photo.Coding
		name string
	}{
		{"\xFF\xD8\xFF\xE0", photo.JPEG, "JPEG"},
		{"\x00\x00\x00\x0CjP  \r\n\x87\n\x00", photo.JPEG2000, "JPEG 2000"},
		{"\xFF\x4F\xFF\x51\x00", photo.JPEG2000, "JPEG 2000"},
		{"\xFF\x4F\xFF", photo.Unknown, "unknown coding"},
		{"", photo.Unknown, "unknown coding"},
	} {
		if got := photo.Sniff([]byte(c.b)); got != c.want || got.String() != c.name {
			t.Errorf("%x: %v", c.b, got)
		}
	}
}

func BenchmarkPassport(b *testing.B) {
	data := read(b, "passport.jp2")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := photo.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThumbnail(b *testing.B) {
	data := read(b, "ict-lossy.j2k")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := photo.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
