// Package formattest is the contract that every credential format keeps; each format's tests run it. Only tests import it.
//
// A format needs at least one credential that it passes. From it the suite makes what must never pass: the same without
// anchors, with each byte changed, cut off, padded, empty, too long. A format that passed everything, or nothing, fails.
package formattest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/cardreader/check"
)

// Good is a credential that the format must pass.
type Good struct {
	Name    string
	Bytes   []byte
	Request verify.Request
	Secrets []string // personal data in it, which nothing may print
	// Loose lists offsets of bytes that no signature covers and that may change without harm; nil: none.
	Loose func(offset int) bool
	// Same tells that a changed credential holds the very bytes that are signed, packed in another way (a deflate stream
	// can say the same in several): such a one may pass. nil: none does.
	Same func(changed []byte) bool
}

// Bad is a credential that the format must not pass, and why.
type Bad struct {
	Name    string
	Bytes   []byte
	Request verify.Request
	Check   string // that decides
	Verdict check.Verdict
	Reason  check.Reason
}

// Refuse makes a Bad: the check that decides, the verdict of the whole and the reason of that check.
func Refuse(name string, b []byte, req verify.Request, by string, v check.Verdict, r check.Reason) Bad {
	return Bad{Name: name, Bytes: b, Request: req, Check: by, Verdict: v, Reason: r}
}

// Each format's tests know so many ways to spoil a credential, which it refuses for so many reasons.
const (
	leastBad     = 30
	leastReasons = 10
)

// Enough demands of a format's mutations, all together, that there are enough of them, and gives them.
func Enough(t *testing.T, bad []Bad) []Bad {
	t.Helper()
	names, reasons := map[string]bool{}, map[string]bool{}
	for _, b := range bad {
		names[b.Name], reasons[b.Check+" "+string(b.Reason)] = true, true
	}
	if len(names) < leastBad || len(reasons) < leastReasons {
		t.Errorf("%d mutations, refused for %d reasons: want %d and %d", len(names), len(reasons), leastBad, leastReasons)
	}
	return bad
}

// Run holds f to the contract.
func Run(t *testing.T, f verify.Format, good []Good, bad []Bad) {
	if id := f.ID(); id == "" || id != strings.ToLower(id) || strings.ContainsAny(id, " /") {
		t.Errorf("ID %q", id)
	}
	if len(good) == 0 || len(bad) == 0 {
		t.Fatal("the suite needs credentials to pass and to refuse")
	}
	for _, g := range good {
		t.Run(g.Name, func(t *testing.T) {
			t.Run("passes", func(t *testing.T) { passes(t, f, g) })
			t.Run("untrusted", func(t *testing.T) { untrusted(t, f, g) })
			t.Run("changed", func(t *testing.T) { changed(t, f, g) })
			t.Run("cut", func(t *testing.T) { cut(t, f, g) })
			t.Run("silent", func(t *testing.T) { silent(t, f, g) })
			t.Run("concurrent", func(t *testing.T) { concurrent(t, f, g) })
			t.Run("cancelled", func(t *testing.T) { cancelled(t, f, g) })
		})
	}
	for _, b := range bad {
		t.Run(b.Name, func(t *testing.T) { refuses(t, f, b) })
	}
	t.Run("odd", func(t *testing.T) { odd(t, f, good[0].Request) })
}

func judge(t *testing.T, f verify.Format, b []byte, req verify.Request) *verify.Result {
	t.Helper()
	f.Sniff(b)
	r, err := f.Verify(context.Background(), b, req)
	if err != nil || r == nil {
		t.Fatalf("what is wrong with the bytes belongs in the Result, got %v, %v", r, err)
	}
	if len(r.Checks) == 0 || r.Verdict != check.Overall(r.Checks) {
		t.Fatalf("verdict %v is not the whole of %+v", r.Verdict, r.Checks)
	}
	for _, c := range r.Checks {
		if c.Name == "" || c.Verdict == check.Passed && c.Reason != check.OK || c.Verdict != check.Passed && c.Reason == check.OK {
			t.Fatalf("check %+v: a name always, a reason exactly where it did not pass", c)
		}
	}
	return r
}

func passes(t *testing.T, f verify.Format, g Good) {
	if !f.Sniff(g.Bytes) {
		t.Fatal("Sniff does not know it")
	}
	before := bytes.Clone(g.Bytes)
	r := judge(t, f, g.Bytes, g.Request)
	if r.Verdict != check.Passed {
		t.Fatalf("%v: %+v", r.Verdict, r.Checks)
	}
	if !bytes.Equal(before, g.Bytes) {
		t.Error("Verify changed its input")
	}
	if !r.At.Equal(g.Request.At) || len(r.Claims) == 0 || len(r.Trust) == 0 {
		t.Errorf("at %v, %d claims, trust %+v", r.At, len(r.Claims), r.Trust)
	}
	detailed := func(c check.Check) bool { return strings.Contains(c.Name, "signature") && c.Detail != "" }
	if !slices.ContainsFunc(r.Checks, detailed) {
		t.Error("no signature check names its key")
	}
	again := judge(t, f, g.Bytes, g.Request)
	a, _ := json.Marshal(r)
	b, err := json.Marshal(again)
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("two judgements differ (%v)", err)
	}
	for _, key := range []string{`{"format":"`, `"verdict":"passed"`, `"checks":[{`, `"claims":{`, `"trust":[{"kind":`, `"at":"`} {
		if !bytes.Contains(a, []byte(key)) {
			t.Errorf("JSON has no %s", key)
		}
	}
}

func untrusted(t *testing.T, f verify.Format, g Good) {
	req := g.Request
	req.Anchors = nil
	r := judge(t, f, g.Bytes, req)
	if r.Verdict != check.Indeterminate {
		t.Errorf("nobody is trusted, and it is %v: %+v", r.Verdict, r.Checks)
	}
	if len(r.Claims) > 0 {
		t.Error("claims of a credential that nobody here vouches for")
	}
	req = g.Request
	req.ClockUnsure = true
	if r := judge(t, f, g.Bytes, req); r.Verdict == check.Passed {
		t.Error("passed by a clock that is not sure")
	}
}

func changed(t *testing.T, f verify.Format, g Good) {
	loose := g.Loose
	if loose == nil {
		loose = func(int) bool { return false }
	}
	for i := range g.Bytes {
		for _, b := range []byte{g.Bytes[i] ^ 1, g.Bytes[i] ^ 1<<(i%8), 'A'} {
			if b == g.Bytes[i] || loose(i) {
				continue
			}
			bad := bytes.Clone(g.Bytes)
			bad[i] = b
			r := judge(t, f, bad, g.Request)
			if r.Verdict == check.Passed && g.Same != nil && g.Same(bad) {
				continue
			}
			if r.Verdict == check.Passed {
				t.Fatalf("byte %d from %#x to %#x: passed", i, g.Bytes[i], b)
			} else if len(r.Claims) > 0 {
				t.Fatalf("byte %d changed: claims were given: %+v", i, r.Checks)
			}
		}
	}
}

func cut(t *testing.T, f verify.Format, g Good) {
	step := max(1, len(g.Bytes)/2000)
	for n := 0; n < len(g.Bytes); n += step {
		if r := judge(t, f, g.Bytes[:n:n], g.Request); r.Verdict == check.Passed {
			t.Fatalf("cut at %d: passed", n)
		}
	}
}

func silent(t *testing.T, f verify.Format, g Good) {
	r := judge(t, f, g.Bytes, g.Request)
	var out strings.Builder
	logger := slog.New(slog.NewJSONHandler(&out, nil))
	logger.Info("x", "r", r, "value", *r, "claims", r.Claims)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "r", r, "claims", r.Claims)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, r, *r, r.Claims)
	}
	for _, c := range r.Checks {
		fmt.Fprintf(&out, "%+v", c)
	}
	for _, s := range g.Secrets {
		if strings.Contains(out.String(), s) {
			t.Errorf("%q was printed", s)
		}
		all, _ := json.Marshal(r)
		if !strings.Contains(string(all), s) {
			t.Errorf("control: %q is not in the claims", s)
		}
	}
	r.Wipe()
	if len(r.Claims) > 0 {
		t.Error("claims are left after Wipe")
	}
}

func concurrent(t *testing.T, f verify.Format, g Good) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := f.Verify(context.Background(), g.Bytes, g.Request)
			if err != nil || r.Verdict != check.Passed {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
	wg.Wait()
}

func cancelled(t *testing.T, f verify.Format, g Good) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := f.Verify(ctx, g.Bytes, g.Request); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of ctx: %v, %v", r, err)
	}
}

func refuses(t *testing.T, f verify.Format, b Bad) {
	r := judge(t, f, b.Bytes, b.Request)
	if r.Verdict != b.Verdict || r.Verdict == check.Passed {
		t.Errorf("%v, want %v: %+v", r.Verdict, b.Verdict, r.Checks)
	}
	for _, c := range r.Checks {
		if c.Name != b.Check {
			continue
		}
		if c.Reason != b.Reason {
			t.Errorf("%s is %v %q, want reason %q", c.Name, c.Verdict, c.Reason, b.Reason)
		}
		return
	}
	t.Errorf("no check %s: %+v", b.Check, r.Checks)
}

// odd inputs are no credentials at all.
func odd(t *testing.T, f verify.Format, req verify.Request) {
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(i * 7919 >> 3)
	}
	for name, b := range map[string][]byte{
		"nil": nil, "empty": {}, "one byte": {0xd8}, "zeros": make([]byte, 1<<20), "noise": noise, "text": []byte("hello"),
		"long text": bytes.Repeat([]byte("6BF"), 1<<18), "deep": bytes.Repeat([]byte{0x81}, 1<<16), "tags": bytes.Repeat([]byte{0xd2}, 1<<16),
		"huge array": {0xd2, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"huge bytes": {0xd8, 61, 0xd2, 0x84, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"JSON":       []byte(`{"a":` + strings.Repeat("[", 1<<16)),
	} {
		if r := judge(t, f, b, req); r.Verdict == check.Passed {
			t.Errorf("%s: passed", name)
		}
	}
	r, err := verify.Run(context.Background(), []verify.Format{f}, []byte("hello"), req)
	if err != nil || r.Verdict != check.Indeterminate || r.Checks[0].Reason != check.Unreadable || !strings.Contains(r.Checks[0].Detail, f.ID()) {
		t.Errorf("Run on nothing: %v, %v", r, err)
	}
	if r, err := verify.Run(context.Background(), []verify.Format{f}, make([]byte, verify.MaxInput+1), req); err != nil || r.Verdict != check.Indeterminate {
		t.Errorf("Run on too much: %v, %v", r, err)
	}
}

// Fuzz holds f to what must be true of any bytes: no panic, no error, a verdict that is the whole of its checks, and
// never Passed without anchors.
func Fuzz(f *testing.F, format verify.Format, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	at := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		r := judge(t, format, b, verify.Request{At: at})
		if r.Verdict == check.Passed || len(r.Claims) > 0 {
			t.Fatal("passed, or gave claims, without anchors")
		}
		if err := json.NewEncoder(io.Discard).Encode(r); err != nil {
			t.Fatal(err)
		}
	})
}
