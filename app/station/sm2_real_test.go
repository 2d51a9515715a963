package station_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/institution"
	"bangban/app/station"
	"bangban/cardreader/check"

	"crypto/ecdsa"
	"crypto/rand"

	"github.com/emmansun/gmsm/sm2"
)

func sm(src map[string]any) { src["policy"].(map[string]any)["sm"] = true }

// keysProbe is how the counter's health calls its keys.
func keysProbe(s *station.Station) string {
	for _, p := range s.Health(context.Background()).Probes {
		if p.Name == "keys" {
			return p.Code
		}
	}
	return ""
}

// judged looks at a paper on a computer that has nothing but institution.pem.
func (f *realOffice) judged(pdf []byte) map[string]check.Verdict {
	f.t.Helper()
	o := station.Options{Dir: filepath.Join(f.t.TempDir(), "none"), Now: f.clock.Now}
	r, err := station.Verify(context.Background(), o, station.Presented{Input: pdf, Trust: [][]byte{f.inst.PEM()}})
	f.must(err)
	if r.Verdict == check.Failed {
		f.t.Fatalf("%v", r.Checks)
	}
	out := map[string]check.Verdict{}
	for _, c := range r.Checks {
		out[c.Name] = c.Verdict
	}
	return out
}

// TestSMSuiteComesLater: policy asks a counter that works already. It goes on without, says so, asks with its next request,
// and has the second signature from the answer on; a rotated voucher key brings its own SM2 key.
func TestSMSuiteComesLater(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	if _, err := s.AcceptBundle(ctx, f.bundle(sm)); err != nil {
		t.Fatal(err)
	}
	v := f.begin(t, s)
	if code := keysProbe(s); code != "keys-no-sm2" {
		t.Errorf("health says %q", code)
	}
	p := v.issue()
	if bytes.Contains(p.pdf, []byte("/AF")) {
		t.Error("a signature before there is a certificate")
	}
	v.reader.Remove()
	request, err := s.Request()
	f.must(err)
	answer := f.answer(request, 0)

	stranger, err := sm2.GenerateKey(rand.Reader)
	f.must(err)
	forged, err := institution.DecodeAnswer(answer)
	f.must(err)
	forged.SM2, err = f.inst.SM2Certificate("H12", stranger.Public().(*ecdsa.PublicKey), forged.Voucher.NotBefore, forged.Voucher.NotAfter)
	f.must(err)
	wantCode(t, s.Import(ctx, forged.Encode()), "answer-other-key")
	forged.SM2, err = newRealOffice(t).inst.SM2Certificate("H12", stranger.Public().(*ecdsa.PublicKey), forged.Voucher.NotBefore, forged.Voucher.NotAfter)
	f.must(err)
	wantCode(t, s.Import(ctx, forged.Encode()), "answer-foreign")

	f.must(s.Import(ctx, answer))
	f.must(s.Close())
	s = open(t, f.options())
	first := f.paperWithSM2(s)
	f.clock.now = f.clock.now.Add(time.Minute)

	request, err = s.Rotate(ctx, "02", station.PIN(f.pins["02"]))
	f.must(err)
	f.must(s.Import(ctx, f.answer(request, 0)))
	f.must(s.Close())
	s = open(t, f.options())
	if second := f.paperWithSM2(s); bytes.Equal(first, second) {
		t.Error("the rotated voucher key signs with the old SM2 key")
	}
}

// paperWithSM2 issues one and gives the certificate of its SM2 key.
func (f *realOffice) paperWithSM2(s *station.Station) []byte {
	f.t.Helper()
	v := f.begin(f.t.(*testing.T), s)
	defer s.Lock()
	if code := keysProbe(s); code != "keys-soft" {
		f.t.Errorf("health says %q", code)
	}
	p := v.issue()
	got := f.judged(p.pdf)
	for _, name := range []string{"sm2-signature", "sm2-issuer", "attached"} {
		if got[name] != check.Passed {
			f.t.Errorf("%s: %v", name, got[name])
		}
	}
	v.reader.Remove()
	show, err := s.Show(context.Background())
	f.must(err)
	return []byte(show.SM2)
}

// TestSMSuiteFromTheStart: a counter that is set up with such a policy has the second signature on its first paper.
func TestSMSuiteFromTheStart(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	ans := f.answer(f.setUp(f.bundle(sm)), 0)
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	f.must(s.Import(ctx, ans))
	_, err := s.Enrol(ctx, "01", f.codes["01"], station.PIN(f.pins["01"]))
	f.must(err)
	f.must(s.Close())
	if len(f.paperWithSM2(open(t, f.options()))) == 0 {
		t.Error("station show has no SM2 certificate")
	}
}
