//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bangban/app/station"
	"bangban/app/verify"
	"bangban/app/verify/ofd/ofdtest"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/cardreader/check"

	qr "github.com/skip2/go-qrcode"
)

// What garbage may cost: memory over what was in use, and the processor's time on a machine that checks an ES256 signature in
// so much; a slower or a busy one has as many signatures' time.
const (
	garbageHeap  = 64 << 20
	garbageTime  = 200 * time.Millisecond
	garbageES256 = 60 * time.Microsecond
)

func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// es256 is what one signature check takes here and now.
func es256(t *testing.T) time.Duration {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("SPECIMEN"))
	sig, err := ecdsa.SignASN1(crand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	start := processorTime()
	for range n {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) {
			t.Fatal("does not verify")
		}
	}
	return (processorTime() - start) / n
}

// allowance is what one input may cost here and now.
func allowance(t *testing.T) time.Duration {
	t.Helper()
	return max(garbageTime, time.Duration(float64(garbageTime)*float64(es256(t))/float64(garbageES256)))
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z, _ := zlib.NewWriterLevel(&out, zlib.BestSpeed)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

// pngBomb promises w by h pixels of that kind and holds their zeros, packed.
func pngBomb(w, h uint32, kind byte, samples int) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, 8, kind, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range [][]byte{head, append([]byte("IDAT"), zipped(make([]byte, int(h)*(1+int(w)*samples)))...), []byte("IEND")} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c)-4))
		out = binary.BigEndian.AppendUint32(append(out, c...), crc32.ChecksumIEEE(c))
	}
	return out
}

func object(dict string, body []byte) []byte {
	return fmt.Appendf(nil, "4 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n", dict, len(body), body)
}

func zipFile(entries int, name string, body []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("OFD.xml")
	_, _ = w.Write([]byte(`<?xml version="1.0"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>`))
	for i := range entries {
		w, _ := z.Create(fmt.Sprintf(name, i))
		_, _ = w.Write(body)
	}
	_ = z.Close()
	return b.Bytes()
}

// bombs are small inputs made to cost much.
func bombs(t *testing.T) map[string][]byte {
	var j bytes.Buffer
	if err := jpeg.Encode(&j, image.NewGray(image.Rect(0, 0, 2000, 1500)), nil); err != nil {
		t.Fatal(err)
	}
	size := func(w, h int) string {
		return fmt.Sprintf("/Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /Filter /FlateDecode ", w, h)
	}
	pdf := func(parts ...[]byte) []byte { return append([]byte("%PDF-1.7\n"), bytes.Join(parts, nil)...) }
	rects := []byte(strings.Repeat("1 1 1 1 re f ", 400_000))
	page := object(size(4000, 4000), zipped(make([]byte, 16_000_000)))
	dims := bytes.Clone(j.Bytes()) // promises more than it holds
	if i := bytes.Index(dims, []byte{0xff, 0xc0}); i > 0 {
		copy(dims[i+5:], []byte{0x3f, 0xff, 0x3f, 0xff})
	}
	return map[string][]byte{
		"png, 40 million grey pixels": pngBomb(8000, 5000, 0, 1), "png, 16 million in colour": pngBomb(4000, 4000, 2, 3),
		"png, 80 MB of samples": pngBomb(5000, 4000, 6, 4), "jpeg, 3 million pixels": j.Bytes(), "jpeg, a lie": dims,
		"pdf, 400,000 rectangles":  pdf(object("/Filter /FlateDecode", zipped(rects))),
		"pdf, 40 such streams":     pdf(bytes.Repeat(object("/Filter /FlateDecode", zipped(rects)), 40)),
		"pdf, 30 pages of zeros":   pdf(bytes.Repeat(page, 30)),
		"pdf, a stream of 200 MB":  pdf(object("/Filter /FlateDecode", zipped(make([]byte, 200<<20)))),
		"pdf, 5,000 small streams": pdf(bytes.Repeat(object("/Type /X", []byte("q Q")), 5000)),
		"pdf, deep":                append([]byte("%PDF-1.7\n1 0 obj\n"), bytes.Repeat([]byte("[<</A "), 300_000)...),
		"pdf, signed and deep":     append([]byte("%PDF-1.7\n/ByteRange [0 1 2 3]\n1 0 obj\n"), bytes.Repeat([]byte("<</A["), 300_000)...),
		"ofd, a file of 200 MB":    zipFile(1, "Doc_0/Document%d.xml", make([]byte, 200<<20)), "ofd, 5,000 files": zipFile(5000, "Doc_0/x%d", []byte("x")),
		"ofd, deep XML":          zipFile(1, "Doc_0/Signs/Signatures%.0d.xml", []byte(strings.Repeat("<a>", 200_000))),
		"ofd, 100 files of 1 MB": zipFile(100, "Doc_0/x%d", make([]byte, 1<<20)),
		"json, deep":             []byte(`{"verifiableCredential":` + strings.Repeat("[", 1<<20)),
		"json, wide":             []byte(`{"data":{"hdr":[` + strings.Repeat("1,", 1<<19) + `1]}}`),
		"cbor, deep":             append([]byte{0xd2, 0x84}, bytes.Repeat([]byte{0x81}, 1<<20)...),
		"cbor, a promise":        {0xd2, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"sd-jwt, tildes":         []byte("eyJhbGciOiJFUzI1NiJ9.e30.AAAA" + strings.Repeat("~", 1<<20)),
		"digits":                 bytes.Repeat([]byte("7"), 1<<20), "HC1": append([]byte("HC1:"), bytes.Repeat([]byte("A"), 1<<20)...),
		"text of 16 MB": bytes.Repeat([]byte("6BF"), 16<<20/3),
	}
}

// drawings are pictures, PDF and OFD files of which something is changed, and pictures of nothing.
func drawings(t *testing.T, r *rand.Rand) func() []byte {
	q, err := qr.New("HC1:NCF"+strings.Repeat("6BFOXN%TS3", 40), qr.Medium)
	if err != nil {
		t.Fatal(err)
	}
	var code, photo bytes.Buffer
	if err := png.Encode(&code, q.Image(-3)); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, q.Image(-3), nil); err != nil {
		t.Fatal(err)
	}
	k, p := ofdtest.New(t), pdfsigtest.NewKit(t)
	d, paper := ofdtest.Base("结婚证", "SPECIMEN"), pdfsigtest.New("SPECIMEN")
	k.Sign(t, d, ofdtest.Options{Version: 4})
	p.Sign(t, paper, pdfsigtest.Options{})
	whole := [][]byte{code.Bytes(), photo.Bytes(), d.Zip(), paper.B}
	return func() []byte {
		if r.IntN(3) == 0 {
			return ofNothing(r)
		}
		b := bytes.Clone(whole[r.IntN(len(whole))])
		for range 1 + r.IntN(8) {
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		}
		return b[:len(b)-r.IntN(2)*r.IntN(len(b))]
	}
}

// ofNothing is a picture of noise, of blocks, or of finder patterns.
func ofNothing(r *rand.Rand) []byte {
	side := 50 + r.IntN(900)
	g := image.NewGray(image.Rect(0, 0, side, side/2+1))
	cell, kind := 1+r.IntN(6), r.IntN(3)
	for y := 0; y < side/2+1; y += cell {
		for x := 0; x < side; x += cell {
			v := byte(r.Uint32())
			if kind == 1 {
				v = byte(255 * r.IntN(2))
			} else if ring := max(x/cell%10-4, 4-x/cell%10, y/cell%10-4, 4-y/cell%10); kind == 2 && ring <= 4 {
				v = map[int]byte{0: 0, 1: 0, 2: 255, 3: 0, 4: 255}[ring]
			}
			for i := range cell * cell {
				g.SetGray(x+i%cell, y+i/cell, color.Gray{Y: v})
			}
		}
	}
	var b bytes.Buffer
	if r.IntN(2) == 0 {
		_ = jpeg.Encode(&b, g, nil)
	} else {
		_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, g)
	}
	return b.Bytes()
}

// heap watches the heap while something is judged.
func heap(done <-chan struct{}, peak *atomic.Uint64) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.HeapAlloc))
		select {
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// TestGarbage shows the whole way of verify, files and pictures with it, 10,000 things that are nothing (1,000 without
// BANGBAN_FULL) and every bomb: never passed, a reason always, bounded in memory and in the processor's time.
func TestGarbage(t *testing.T) {
	limit := allowance(t)
	r := rand.New(rand.NewPCG(7, 26))
	draw, all := drawings(t, r), bombs(t)
	o := station.Options{Dir: filepath.Join(t.TempDir(), "none"), At: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	var peak atomic.Uint64
	base, done, ended := m.HeapAlloc, make(chan struct{}), make(chan struct{})
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // what is needed counts, not what lies about
	go func() { heap(done, &peak); close(ended) }()
	tally, slowest, of, hungriest := map[string]int{}, time.Duration(0), "", ""
	var peakBefore uint64
	judge := func(name string, b []byte) {
		best := time.Hour
		var res *verify.Result
		for range 3 { // what is slow is slow each time
			start := processorTime()
			var err error
			if res, err = station.Verify(context.Background(), o, station.Presented{Input: b}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if best = min(best, processorTime()-start); best <= limit {
				break
			}
			limit = max(limit, allowance(t)) // what a signature costs at this moment
		}
		if best > slowest {
			slowest, of = best, name
		}
		if best > limit {
			t.Errorf("%s took %v, and %v is what 200 ms are here", name, best, limit)
		}
		if res.Verdict == check.Passed || len(res.Claims) > 0 || !slices.ContainsFunc(res.Checks, func(c check.Check) bool { return c.Verdict == res.Verdict && c.Reason != check.OK }) {
			t.Errorf("%s: %v %+v", name, res, res.Checks)
		}
		if now := peak.Load(); now > peakBefore {
			peakBefore, hungriest = now, fmt.Sprintf("%s, %d bytes that begin %.24q", name, len(b), b)
		}
		tally[fmt.Sprint(res.Format, " ", res.Verdict)]++
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		judge(name, all[name])
	}
	n := 1000
	if os.Getenv("BANGBAN_FULL") != "" {
		n = 10_000
	}
	for i := range n {
		if i%10 == 0 {
			judge(fmt.Sprint("drawing ", i), draw())
			continue
		}
		b := []byte([]string{"", "HC1:", "shc:/", "eyJ", "\xd8\x3d\xd2\x84", "\xdc\x03", "%PDF-1.7\n", "PK\x03\x04", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", `{"data":{`}[r.IntN(11)])
		for range r.IntN(2000) {
			b = append(b, byte(r.Uint32()))
		}
		judge(fmt.Sprint("noise ", i), b)
	}
	close(done)
	<-ended
	extra := peak.Load() - min(base, peak.Load())
	for _, k := range slices.Sorted(maps.Keys(tally)) {
		t.Logf("%6d %s", tally[k], k)
	}
	t.Logf("slowest %v (%s) where 200 ms are %v; heap at most %.1f MB over the start (%s)", slowest, of, limit, float64(extra)/(1<<20), hungriest)
	if extra > garbageHeap {
		t.Errorf("%d bytes more than at the start", extra)
	}
	if len(tally) < 8 {
		t.Errorf("control: garbage reached few formats: %v", tally)
	}
}
