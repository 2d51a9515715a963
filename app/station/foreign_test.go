package station_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/app/station"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// office is another office: a data folder of its own, with or without somebody's institution.pem.
type office struct {
	dir   string
	trust [][]byte
}

func (o office) verify(t testing.TB, text, audience string) *verify.Result {
	t.Helper()
	r, err := station.Verify(context.Background(), station.Options{Dir: o.dir, Training: true},
		station.Presented{Input: []byte(text), Audience: audience, Trust: o.trust})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// issuedHere makes a station, a paper of it, and what the station gives to other offices.
func issuedHere(t testing.TB) (paper, []byte) {
	t.Helper()
	s := open(t, options(t))
	p := issue(t, s)
	show, err := s.Show(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p, []byte(show.Institution)
}

func TestForeignOffice(t *testing.T) {
	p, pem := issuedHere(t)
	second := office{filepath.Join(t.TempDir(), "second"), [][]byte{pem}}
	third := office{filepath.Join(t.TempDir(), "third"), nil}
	for _, tc := range []struct {
		name     string
		office   office
		audience string
		verdict  check.Verdict
		reason   check.Reason
	}{
		{"institution.pem is enough", second, "demo-bank", check.Passed, check.OK},
		{"without an audience it is shown, not judged", second, "", check.Passed, check.OK},
		{"another audience", second, "demo-hotel", check.Failed, check.WrongAudience},
		{"nothing to go by", third, "demo-bank", check.Indeterminate, check.UnknownIssuer},
	} {
		r := tc.office.verify(t, p.text, tc.audience)
		if r.Verdict != tc.verdict {
			t.Errorf("%s: %v %v, want %v", tc.name, r.Verdict, r.Checks, tc.verdict)
		}
		if tc.reason != check.OK && !slices.ContainsFunc(r.Checks, func(c check.Check) bool { return c.Verdict == tc.verdict && c.Reason == tc.reason }) {
			t.Errorf("%s: no check says %s: %v", tc.name, tc.reason, r.Checks)
		}
		if len(r.Claims) > 0 != (tc.verdict == check.Passed || tc.reason == check.WrongAudience) {
			t.Errorf("%s: %d claims", tc.name, len(r.Claims))
		}
	}
}

// The code from a picture, and pictures that hold none.
func TestPicture(t *testing.T) {
	p, pem := issuedHere(t)
	second := office{filepath.Join(t.TempDir(), "second"), [][]byte{pem}}
	if r := second.verify(t, string(picture(t, p.text)), "demo-bank"); r.Verdict != check.Passed {
		t.Errorf("%v", r.Checks)
	}
	for name, in := range map[string]string{
		"another code":    string(picture(t, "https://example.org")),
		"half a picture":  string(picture(t, p.text)[:200]),
		"only its head":   "\x89PNG\r\n\x1a\n",
		"nothing":         "",
		"words":           "These are only words.",
		"a wrapped text":  p.text[:400] + "\n" + p.text[400:],
		"an http address": "https://example.org/" + p.text,
	} {
		if r := second.verify(t, in, "demo-bank"); r.Verdict != check.Indeterminate || len(r.Claims) > 0 {
			t.Errorf("%s: %v %v", name, r.Verdict, r.Checks)
		}
	}
}

// alphabet of the code (RFC 9285 §4.2).
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// tally counts verdicts and the first check that stopped each.
type tally struct {
	verdicts map[check.Verdict]int
	stopped  map[string]int
}

func (y *tally) add(r *verify.Result) {
	y.verdicts[r.Verdict]++
	for _, c := range r.Checks {
		if c.Verdict != check.Passed && !c.Optional {
			y.stopped[c.Name+" "+string(c.Reason)]++
			return
		}
	}
}

// every judges n changed texts and wants none Passed.
func (o office) every(t *testing.T, n int, changed func(i int) string) tally {
	t.Helper()
	step := 1
	if testing.Short() {
		step = 17
	}
	y := tally{map[check.Verdict]int{}, map[string]int{}}
	for i := 0; i < n; i += step {
		r := o.verify(t, changed(i), "demo-bank")
		if y.add(r); r.Verdict == check.Passed {
			t.Errorf("a change at %d passes", i)
		}
	}
	t.Logf("%d changed: %d failed, %d indeterminate; stopped by %v", n, y.verdicts[check.Failed], y.verdicts[check.Indeterminate], y.stopped)
	return y
}

// TestEveryCharacter changes each character of the printed code to its neighbour. The compression's own checksum sees
// nearly all of it: then the container cannot be read, which is Indeterminate.
func TestEveryCharacter(t *testing.T) {
	p, pem := issuedHere(t)
	second := office{filepath.Join(t.TempDir(), "second"), [][]byte{pem}}
	if r := second.verify(t, p.text, "demo-bank"); r.Verdict != check.Passed {
		t.Fatalf("unchanged: %v", r.Checks)
	}
	second.every(t, len(p.text), func(i int) string {
		next := alphabet[(strings.IndexByte(alphabet, p.text[i])+1)%len(alphabet)]
		return p.text[:i] + string(next) + p.text[i+1:]
	})
}

// TestEveryByte changes each byte of what is signed and packs it again, as a forger would: below the container it is
// the signature, the structure or the issuer that stops it.
func TestEveryByte(t *testing.T) {
	p, pem := issuedHere(t)
	cose, err := voucher.Decode(p.text)
	if err != nil {
		t.Fatal(err)
	}
	second := office{filepath.Join(t.TempDir(), "second"), [][]byte{pem}}
	if r := second.verify(t, voucher.Encode(cose), "demo-bank"); r.Verdict != check.Passed {
		t.Fatalf("packed again: %v", r.Checks)
	}
	y := second.every(t, len(cose), func(i int) string {
		b := bytes.Clone(cose)
		b[i] ^= 1
		return voucher.Encode(b)
	})
	if y.verdicts[check.Failed] == 0 || y.stopped["signature wrong-signature"] == 0 {
		t.Error("no change reached the signature")
	}
}
