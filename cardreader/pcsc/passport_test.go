//go:build cgo && linux

package pcsc_test

import (
	"context"
	"testing"
	"time"

	"bangban/assets"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sim"
)

// Every shipped passport through the whole of it: driver, pcscd, client library, binding, kind.
func TestPassports(t *testing.T) {
	anchors, err := cms.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		t.Fatal(err)
	}
	all := kinds.All(kinds.Deps{
		Anchors: func() []*cms.Certificate { return anchors },
		Now:     func() time.Time { return time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC) },
	})
	for name, want := range map[string]struct {
		verdict check.Verdict
		first   string // the first check with that verdict, where it is not Passed
		apdus   int
	}{
		"emrtd":          {check.Passed, "", 12},
		"emrtd-short":    {check.Passed, "", 112},
		"emrtd-wang":     {check.Passed, "", 12},
		"emrtd-tampered": {check.Failed, "dg-hashes", 12},
		"emrtd-expired":  {check.Failed, "validity", 12},
		"emrtd-foreign":  {check.Indeterminate, "csca", 12},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			r, card := present(t, h, name)
			conn, err := r.Connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			kind, err := kinds.Identify(context.Background(), conn, all)
			if err != nil {
				t.Fatal(err)
			}
			before := card.Stats()
			start := time.Now()
			doc, err := kind.Read(context.Background(), conn, sim.Secrets(name), nil)
			if err != nil {
				t.Fatal(err)
			}
			after := card.Stats()
			t.Logf("%d commands, %d bytes in, %d bytes out, %v", after.APDUs-before.APDUs,
				after.BytesIn-before.BytesIn, after.BytesOut-before.BytesOut, time.Since(start).Round(time.Millisecond))
			if n := after.APDUs - before.APDUs; n > want.apdus {
				t.Errorf("%d commands, at most %d", n, want.apdus)
			}
			if doc.Subject != card.Specimen().Truth {
				t.Error("the subject is not the truth of the specimen")
			}
			if doc.Verdict() != want.verdict {
				t.Errorf("verdict %v, want %v: %+v", doc.Verdict(), want.verdict, doc.Checks)
			}
			if c, ok := check.First(doc.Checks, want.verdict); want.first != "" && (!ok || c.Name != want.first) {
				t.Errorf("first %v check is %q, want %q", want.verdict, c.Name, want.first)
			}
		})
	}
}
