package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/cardreader/check"
	"bangban/locales"
)

// What the garbage is held to.
const (
	inputs     = 10_000
	maxExtra   = 64 << 20 // bytes of the heap over what was in use before
	maxPerItem = 200 * time.Millisecond
)

// heads begin what the formats know, so that noise gets past their sniffing.
func heads() []string {
	return []string{"", "", "HC1:", "HC1:NCF", "6BF", "shc:/", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA~", "eyJ", "\xdc\x03\xd9\xc5", "\xdc\x02", "\xd8\x3d\xd2\x84", "\xd2\x84\x43\xa1\x01\x26",
		"\xa3\x67version\x631.0\x69documents\x81", "\xa3\x67version\x631.0", `{"data":{"hdr":{"is":"UTO","t":"x","v":1},"msg":{}},"sig":{"sigvl":"`, `{"verifiableCredential":["`, "o2d2ZXJzaW9u",
		"<?xml PrintLetterBarcodeData", "PK\x03\x04OFD.xml", "%PDF-1.7\n1 0 obj\n<<", "%PDF-1.7\nstartxref\n9\n%%EOF ", "\xd2\x84\x41\xa0\xa0\x58\x20{\"@context\"", "eyJ0eXAiOiJ2Yytqd3QifQ.eyJAY29udGV4dCI6W119."}
}

// noise is random bytes or characters behind a head.
func noise(r *rand.Rand, size int) []byte {
	h := heads()
	b := []byte(h[r.IntN(len(h))])
	alphabets := []string{"", "0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", `{}[]":,0123456789abcdef \n`, "<>/[]() 0123456789Robjendtrailxf\n"}
	alphabet := alphabets[r.IntN(len(alphabets))]
	for range r.IntN(size) {
		if alphabet == "" {
			b = append(b, byte(r.Uint32()))
		} else {
			b = append(b, alphabet[r.IntN(len(alphabet))])
		}
	}
	return b
}

// mutated changes, cuts out, repeats and joins parts of a credential.
func mutated(r *rand.Rand, all []seed) []byte {
	b := bytes.Clone(all[r.IntN(len(all))].bytes)
	for range 1 + r.IntN(6) {
		if len(b) == 0 {
			return b
		}
		p := r.IntN(len(b))
		switch r.IntN(7) {
		case 0:
			b[p] ^= 1 << r.IntN(8)
		case 1:
			b[p] = byte(r.Uint32())
		case 2:
			b = append(b[:p:p], b[min(len(b), p+1+r.IntN(60)):]...)
		case 3:
			q := r.IntN(len(b))
			b = slices.Insert(b, p, bytes.Clone(b[q:min(len(b), q+r.IntN(300))])...)
		case 4:
			b = b[:p]
		case 5:
			other := all[r.IntN(len(all))].bytes
			b = append(b[:p:p], other[min(len(other), r.IntN(len(other)+1)):]...)
		case 6:
			b = bytes.Replace(b, []byte{b[p]}, []byte{byte(r.Uint32())}, 1+r.IntN(20))
		}
	}
	return b
}

// gauge watches the heap while garbage is judged.
type gauge struct {
	base uint64
	peak atomic.Uint64
}

func newGauge() *gauge {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return &gauge{base: m.HeapAlloc}
}

func (g *gauge) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for old := g.peak.Load(); m.HeapAlloc > old; old = g.peak.Load() {
		if g.peak.CompareAndSwap(old, m.HeapAlloc) {
			return
		}
	}
}

func (g *gauge) watch(done <-chan struct{}) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			g.look()
		}
	}
}

func (g *gauge) extra() uint64 { return g.peak.Load() - min(g.base, g.peak.Load()) }

// judgeGarbage judges one input and says how long that took. One that took too long is judged again: the machine may
// have been busy, a slow format is slow every time.
func judgeGarbage(all []verify.Format, b []byte, req verify.Request) (*verify.Result, time.Duration, error) {
	best := time.Hour
	var r *verify.Result
	var err error
	for range 5 {
		start := time.Now()
		r, err = verify.Run(context.Background(), all, b, req)
		if best = min(best, time.Since(start)); best <= maxPerItem || err != nil {
			break
		}
	}
	return r, best, err
}

// unexplained gives what is wrong with an answer to garbage; "" where nothing is. Every reason has a sentence.
func unexplained(r *verify.Result, catalogs []*locales.Catalog) string {
	if len(r.Checks) == 0 || r.Verdict == check.Passed || len(r.Claims) > 0 {
		return "passed, or gave claims"
	}
	decided := false
	for _, c := range r.Checks {
		if c.Verdict == check.Passed {
			continue
		}
		decided = decided || c.Verdict == r.Verdict && !c.Optional
		for _, cat := range catalogs {
			if c.Reason == check.OK || !cat.Has("reason."+string(c.Reason)) {
				return fmt.Sprintf("no sentence in %s for reason %q of %s", cat.Tag(), c.Reason, c.Name)
			}
		}
	}
	if !decided {
		return "nothing that decided"
	}
	return ""
}

func catalogs(t testing.TB) (all []*locales.Catalog) {
	t.Helper()
	for _, tag := range locales.Tags() {
		if !slices.Contains(locales.Covers(tag), "clerk") {
			continue
		}
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// TestGarbage gives 10,000 inputs, half noise and half spoiled credentials of every format, to all formats at a counter
// that trusts nobody: never a pass, always a reason that has a sentence, little memory, little time.
func TestGarbage(t *testing.T) {
	good, _ := seeds(t)
	r := rand.New(rand.NewPCG(1, 17))
	all, cats := formats.All(formats.Deps{}), catalogs(t)
	req := verify.Request{At: time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC), Anchors: trust.New(nil), Audience: "a", Nonce: "n", Transcript: []byte{0x83, 0xf6, 0xf6, 0xf6}}
	g, done := newGauge(), make(chan struct{})
	go g.watch(done)
	defer close(done)
	tally := map[string]int{}
	var slowest time.Duration
	for i := range inputs {
		var b []byte
		switch {
		case i%500 == 499:
			b = noise(r, 8<<20)
		case i%2 == 0:
			b = noise(r, 3000)
		default:
			b = mutated(r, good)
		}
		res, took, err := judgeGarbage(all, b, req)
		if err != nil {
			t.Fatalf("input %d (%q…): %v", i, b[:min(len(b), 40)], err)
		}
		if why := unexplained(res, cats); why != "" {
			t.Fatalf("input %d (%q…): %s: %+v", i, b[:min(len(b), 40)], why, res.Checks)
		}
		slowest = max(slowest, took)
		tally[fmt.Sprint(res.Format, " ", res.Verdict)]++
	}
	g.look()
	for _, k := range slices.Sorted(maps.Keys(tally)) {
		t.Logf("%6d %s", tally[k], k)
	}
	t.Logf("slowest input %v, heap at most %.1f MB over the start", slowest, float64(g.extra())/(1<<20))
	if slowest > maxPerItem {
		t.Errorf("an input took %v", slowest)
	}
	if g.extra() > maxExtra {
		t.Errorf("%d bytes more than at the start", g.extra())
	}
	if len(tally) < 16 {
		t.Errorf("control: garbage reached few formats: %v", tally)
	}
}

// TestSpoiled does the same where the issuers of the credentials are trusted: what passes in spite of a mutation says
// exactly what the credential said, for then only its wrapping was changed.
func TestSpoiled(t *testing.T) {
	good, anchors := seeds(t)
	all := formats.All(formats.Deps{})
	req := verify.Request{At: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), Anchors: anchors, Training: true}
	said := map[string]bool{}
	for _, s := range good {
		if r, err := verify.Run(context.Background(), all, s.bytes, req); err == nil && r.Verdict == check.Passed {
			said[fmt.Sprint(r.Format, map[string]string(r.Claims))] = true
		}
	}
	if len(said) < 6 {
		t.Fatalf("control: only %d credentials pass unspoiled", len(said))
	}
	r, passed := rand.New(rand.NewPCG(2, 17)), 0
	for i := range inputs / 4 {
		b := mutated(r, good)
		res, err := verify.Run(context.Background(), all, b, req)
		if err != nil {
			t.Fatalf("input %d: %v", i, err)
		}
		if res.Verdict == check.Passed {
			if passed++; !said[fmt.Sprint(res.Format, map[string]string(res.Claims))] {
				t.Fatalf("input %d passed as something that nobody issued: %v %+v", i, res, res.Checks)
			}
		}
	}
	t.Logf("%d of %d pass: changed in nothing that anybody signed", passed, inputs/4)
}

// slow and hungry are planted to prove that the gauges can fail; mute answers without a reason that has a sentence.
type planted struct{ spin, hoard bool }

var kept []byte

func (planted) ID() string        { return "planted" }
func (planted) Sniff([]byte) bool { return true }
func (p planted) Verify(context.Context, []byte, verify.Request) (*verify.Result, error) {
	for start := time.Now(); p.spin && time.Since(start) < maxPerItem+50*time.Millisecond; {
	}
	if p.hoard {
		kept = bytes.Repeat([]byte{1}, maxExtra+maxExtra/2)
	}
	return verify.NewResult("planted", time.Time{}, []check.Check{check.Unsure("x", "a-reason-without-a-sentence", "")}), nil
}

func TestGaugesCanFail(t *testing.T) {
	r, took, err := judgeGarbage([]verify.Format{planted{spin: true}}, []byte("x"), verify.Request{})
	if err != nil || took <= maxPerItem {
		t.Errorf("a slow format took %v, %v", took, err)
	}
	if unexplained(r, catalogs(t)) == "" {
		t.Error("a reason without a sentence was taken")
	}
	g, done := newGauge(), make(chan struct{})
	go g.watch(done)
	_, _, _ = judgeGarbage([]verify.Format{planted{hoard: true}}, []byte("x"), verify.Request{})
	g.look()
	close(done)
	if g.extra() <= maxExtra {
		t.Errorf("a hungry format took %d bytes", g.extra())
	}
	kept = nil
}
