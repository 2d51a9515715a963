package verify_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"bangban/app/verify"
)

const most = 1 << 16

// library unpacks with the standard library and demands, as we do, that the stream ends with the bytes and in bounds.
func library(b []byte, open func(io.Reader) (io.Reader, error)) ([]byte, bool) {
	src := bytes.NewReader(b)
	r, err := open(src)
	if err != nil {
		return nil, false
	}
	out, err := io.ReadAll(io.LimitReader(r, most+1))
	return out, err == nil && len(out) <= most && src.Len() == 0
}

func raw(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil }
func zlibbed(r io.Reader) (io.Reader, error) {
	return zlib.NewReader(r)
}
func gzipped(r io.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err == nil {
		z.Multistream(false)
	}
	return z, err
}

// packed is texts and noise in all kinds of blocks.
func packed(t testing.TB) (all [][]byte) {
	r := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for _, plain := range [][]byte{nil, []byte("a"), []byte(strings.Repeat("SPECIMEN ", 900)), noise, bytes.Repeat([]byte{0}, most), []byte(strings.Repeat("x", 300) + "é{\"iss\":\"https://example\"}"),
		append(bytes.Clone(noise), noise[:2000]...)} {
		for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression, flate.HuffmanOnly} {
			var b bytes.Buffer
			w, err := flate.NewWriter(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(plain); err != nil {
				t.Fatal(err)
			}
			if level == flate.BestSpeed {
				_ = w.Flush()
			}
			_ = w.Close()
			all = append(all, b.Bytes())
		}
	}
	return all
}

// same holds ours against the library's on the same bytes.
func same(t *testing.T, b []byte) (taken bool) {
	t.Helper()
	for name, c := range map[string]struct {
		open func(io.Reader) (io.Reader, error)
		ours func([]byte, int) ([]byte, error)
	}{"raw": {raw, verify.Inflate}, "zlib": {zlibbed, verify.Unzlib}, "gzip": {gzipped, verify.Gunzip}} {
		want, ok := library(b, c.open)
		got, err := c.ours(b, most)
		if (err == nil) != ok || ok && !bytes.Equal(got, want) {
			t.Fatalf("%s of %x: ours %d bytes, %v; the library's %d bytes, %v", name, b[:min(len(b), 200)], len(got), err, len(want), ok)
		}
		taken = taken || ok
	}
	return taken
}

// TestInflate holds ours against the library: streams of all kinds, each cut, padded and with bits changed.
func TestInflate(t *testing.T) {
	r, taken := rand.New(rand.NewPCG(5, 6)), 0
	for _, b := range packed(t) {
		if !same(t, b) {
			t.Fatal("a good stream is refused")
		}
		same(t, append(bytes.Clone(b), 0))
		for range 300 {
			bad := bytes.Clone(b)
			for range 1 + r.IntN(3) {
				bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			}
			if same(t, bad[:len(bad)-r.IntN(2)*r.IntN(len(bad))]) {
				taken++
			}
		}
	}
	if taken == 0 {
		t.Error("control: no changed stream was taken by either")
	}
	var z, g bytes.Buffer
	zw, gw := zlib.NewWriter(&z), gzip.NewWriter(&g)
	gw.Name, gw.Comment, gw.Extra = "name", "comment", []byte("extra")
	_, _ = zw.Write([]byte("SPECIMEN"))
	_, _ = gw.Write([]byte("SPECIMEN"))
	_, _ = zw.Close(), gw.Close()
	for _, whole := range [][]byte{z.Bytes(), g.Bytes()} {
		if !same(t, whole) {
			t.Fatal("a good stream is refused")
		}
		for i := range whole {
			bad := bytes.Clone(whole)
			bad[i] ^= 1 << r.IntN(8)
			same(t, bad)
			same(t, whole[:i])
		}
	}
}

func TestInflateBounds(t *testing.T) {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = w.Write(make([]byte, 1<<20))
	_ = w.Close()
	if _, err := verify.Inflate(b.Bytes(), 1<<20-1); !errors.Is(err, verify.ErrTooLong) {
		t.Errorf("a bomb: %v", err)
	}
	if out, err := verify.Inflate(b.Bytes(), 1<<20); err != nil || len(out) != 1<<20 {
		t.Errorf("as much as may be: %d, %v", len(out), err)
	}
	if n := testing.AllocsPerRun(20, func() { _, _ = verify.Inflate(b.Bytes(), 100) }); n > 2 {
		t.Errorf("%v allocations for a bomb of which 100 bytes are looked at", n)
	}
	if _, err := verify.Inflate(nil, 10); !errors.Is(err, verify.ErrPacked) {
		t.Errorf("nothing: %v", err)
	}
}

func FuzzInflate(f *testing.F) {
	for _, b := range packed(f) {
		if len(b) < 4000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) { same(t, b) })
}

func BenchmarkInflate(b *testing.B) {
	in := packed(b)[22] // JSON and a repeat
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = verify.Inflate(in, most)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = library(in, raw)
		}
	})
}
