package photo_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader/photo"
)

// known tells whether err is one of the errors that the package promises.
func known(err error) bool {
	for _, e := range []error{photo.ErrCoding, photo.ErrTooLarge, photo.ErrTooCostly, photo.ErrBroken} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// holds checks what Decode promises of any bytes.
func holds(t *testing.T, b []byte) {
	t.Helper()
	promised(t, b, photo.Decode)
}

func promised(t *testing.T, b []byte, decode func([]byte) (image.Image, error)) {
	t.Helper()
	before := bytes.Clone(b)
	img, err := decode(b)
	switch {
	case !bytes.Equal(b, before):
		t.Error("the bytes were changed")
	case err == nil && (img == nil || img.Bounds().Empty() || img.Bounds().Dx() > photo.MaxWidth || img.Bounds().Dy() > photo.MaxHeight):
		t.Error("neither a picture within the limits nor an error")
	case err != nil && (img != nil || !known(err)):
		t.Errorf("picture %v, error %v", img != nil, err)
	}
}

// mutant changes one of the seeds the way that damage and malice do.
func mutant(r *rand.Rand, seeds [][]byte) []byte {
	b := bytes.Clone(seeds[r.IntN(len(seeds))])
	for range 1 + r.IntN(4) {
		at := r.IntN(min(len(b), 200))
		switch r.IntN(6) {
		case 0:
			b[at] = byte(r.Uint32())
		case 1:
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		case 2:
			b = b[:1+r.IntN(len(b))]
		case 3:
			if at+4 <= len(b) {
				binary.BigEndian.PutUint32(b[at:], []uint32{0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x10000, 1200}[r.IntN(7)])
			}
		case 4:
			if at+2 <= len(b) {
				binary.BigEndian.PutUint16(b[at:], []uint16{0, 1, 0xFFFF, 0x7FFF, 0xFF90, 0xFF93, 0xFF52}[r.IntN(7)])
			}
		case 5:
			other := seeds[r.IntN(len(seeds))]
			b = append(b[:at:at], other[r.IntN(len(other)):]...)
		}
	}
	return b
}

// small gives the seeds that decode fast.
func small(t testing.TB) (seeds [][]byte) {
	for _, name := range pictures(t) {
		if name != "passport.jp2" {
			seeds = append(seeds, read(t, name))
		}
	}
	return append(seeds, encode(t, 48, 60))
}

// TestMutants decodes 300 damaged pictures; 6,000 of the same kind were tried once.
func TestMutants(t *testing.T) {
	seeds := small(t)
	r := rand.New(rand.NewPCG(9303, 10))
	for range 300 {
		holds(t, mutant(r, seeds))
	}
}

// claim makes a codestream that says it is w × h, in tiles of tw × th, with a number of components.
func claim(w, h, tw, th uint32, components uint16) []byte {
	b := []byte("\xFF\x4F\xFF\x51")
	b = binary.BigEndian.AppendUint16(b, 38+3*components)
	b = append(b, 0, 0)
	for _, v := range []uint32{w, h, 0, 0, tw, th, 0, 0} { // ISO/IEC 15444-1 §A.5.1
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = binary.BigEndian.AppendUint16(b, components)
	for range components {
		b = append(b, 7, 1, 1)
	}
	b = append(b, "\xFF\x52\x00\x0C\x00\x00\x00\x01\x00\x05\x04\x04\x00\x01"...)                             // COD
	b = append(b, "\xFF\x5C\x00\x13\x40\x40\x48\x48\x50\x48\x48\x50\x48\x48\x50\x48\x48\x50\x48\x48\x50"...) // QCD
	return append(b, "\xFF\x90\x00\x0A\x00\x00\x00\x00\x00\x00\x00\x01\xFF\x93\xFF\xD9"...)                  // SOT, SOD, EOC
}

func TestReasons(t *testing.T) {
	good := read(t, "ict-lossy.j2k")
	scans := encode(t, 48, 60)
	scans = append(scans[:len(scans)-2:len(scans)-2], bytes.Repeat([]byte("\xFF\xDA\x00\x08\x01\x01\x00\x01\x3F\x00"), 65)...)
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing", nil, photo.ErrCoding},
		{"PNG", []byte("\x89PNG\r\n\x1A\n"), photo.ErrCoding},
		{"only the signature", []byte("\x00\x00\x00\x0CjP  \r\n\x87\n"), photo.ErrBroken},
		{"only the start", good[:4], photo.ErrBroken},
		{"no main header", good[:40], photo.ErrBroken},
		{"too many bytes", append(bytes.Clone(good), make([]byte, photo.MaxBytes)...), photo.ErrTooLarge},
		{"65535 × 65535", claim(65535, 65535, 65535, 65535, 1), photo.ErrTooLarge},
		{"one row too many", claim(1200, 1601, 1200, 1601, 1), photo.ErrTooLarge},
		{"one column too many", claim(1201, 1600, 1201, 1600, 3), photo.ErrTooLarge},
		{"five components", claim(102, 126, 102, 126, 5), photo.ErrTooLarge},
		{"no size", claim(0, 126, 102, 126, 1), photo.ErrBroken},
		{"2 million tiles", claim(1200, 1600, 1, 1, 1), photo.ErrBroken},
		{"JPEG of 1201 columns", encode(t, 1201, 8), photo.ErrTooLarge},
		{"JPEG of 1601 rows", encode(t, 8, 1601), photo.ErrTooLarge},
		{"JPEG without an end", encode(t, 48, 60)[:300], photo.ErrBroken},
		{"JPEG of 66 scans", scans, photo.ErrTooCostly},
	} {
		t.Run(c.name, func(t *testing.T) {
			img, err := photo.Decode(c.b)
			if !errors.Is(err, c.want) || img != nil {
				t.Errorf("picture %v, error %v, want %v", img != nil, err, c.want)
			}
		})
	}
}

// TestFuel decodes 28 kB that ask for minutes of work. It ends by what the decoder was given, not by a clock.
func TestFuel(t *testing.T) {
	img, err := photo.Decode(read(t, "hostile/costly.j2k"))
	if !errors.Is(err, photo.ErrTooCostly) || img != nil {
		t.Errorf("picture %v, error %v", img != nil, err)
	}
	good := read(t, "ict-lossy.j2k") // takes 0.4 million
	for edges, want := range map[int64]error{0: photo.ErrTooCostly, 1: photo.ErrTooCostly, 100_000: photo.ErrTooCostly, 1_000_000: nil} {
		if img, err := photo.DecodeWithin(good, edges); !errors.Is(err, want) || (img != nil) != (want == nil) {
			t.Errorf("%d edges: picture %v, error %v", edges, img != nil, err)
		}
	}
}

// TestCutShort wants the upper part of a picture whose end is missing.
func TestCutShort(t *testing.T) {
	b := read(t, "rct-lossless.j2k")
	img, err := photo.Decode(b[:len(b)-200])
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Size() != image.Pt(102, 126) {
		t.Errorf("%v", img.Bounds())
	}
}

// TestNoState wants the same pixels before and after a damaged picture.
func TestNoState(t *testing.T) {
	b := read(t, "ict-layers-tiles.jp2")
	first, err := photo.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		holds(t, mutant(r, [][]byte{b}))
	}
	second, err := photo.Decode(b)
	if err != nil || differences(first, second) != 0 {
		t.Errorf("another picture the second time, error %v", err)
	}
}

// TestEngineHasNoWayOut holds the translated decoder to what it may import: nothing that reaches the machine.
func TestEngineHasNoWayOut(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(".", "jp2_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := bytes.Cut(b, []byte("type engine struct"))
	if !found || !bytes.HasSuffix(bytes.TrimSpace(head), []byte("import (\n\t\"encoding/binary\"\n\t\"math\"\n\t\"math/bits\"\n)")) {
		t.Error("imports more than arithmetic")
	}
}

// FuzzDecode gives the decoder a hundredth of its limit and starts from tiny pictures: the engine that watches coverage
// makes it many times slower, and shortens every find byte by byte.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"ict.j2k", "rct-tiles.jp2", "grey-styles.j2k"} {
		f.Add(read(f, filepath.Join("tiny", name)))
	}
	f.Add(claim(102, 126, 17, 17, 3))
	f.Add(encode(f, 8, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		promised(t, b, func(b []byte) (image.Image, error) { return photo.DecodeWithin(b, 1_000_000) })
	})
}
