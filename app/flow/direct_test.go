package flow_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

func direct(f *flowtest.Fakes, d *cardreader.Document, recipient string, out func(*flow.Paper) error) error {
	return flow.Issue(context.Background(), f.Ports(), flow.Options{Lang: "zh-Hans"}, flow.Request{Document: d, Clerk: flowtest.Clerk(),
		Purpose: "housing-fund", Recipient: recipient, Lang: "en"}, out)
}

func TestDirectIssue(t *testing.T) {
	f := flowtest.New()
	var paper []byte
	if err := direct(f, flowtest.Passport(), "demo-bank", func(p *flow.Paper) error { paper = slices.Clone(p.PDF); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(paper) == 0 {
		t.Fatal("no paper")
	}
	want := []string{"issue", "sign 1", "compose T01-000001", "commit T01-000001", "mark T01-000001 printing",
		"mark T01-000001 printed", "finish T01-000001 handed-over"}
	if got := f.Calls(); !slices.Equal(got, want) {
		t.Fatalf("effects\n got %q\nwant %q", got, want)
	}
	var b desk.Before
	if err := cbor.Unmarshal([]byte(f.Commit.Befores()["T01-000001"]), &b); err != nil {
		t.Fatal(err)
	}
	if b.Consent.Answer != desk.YesTraining || b.Identified.Compare != "training" || b.Clerk != "01" {
		t.Fatal("the record claims more than happened")
	}
	if a := f.Commit.Afters()[0]; a.Proved != "" {
		t.Fatalf("proved %q: nobody looked", a.Proved)
	}
	papers := 0
	for _, s := range f.Aliases() {
		if papers++; !blank(s) && papers <= 2 {
			t.Fatal("the paper was not wiped")
		}
	}
}

func TestDirectIssueRefuses(t *testing.T) {
	typed := flowtest.Expired()
	typed.Checks = nil
	for name, tc := range map[string]struct {
		doc       *cardreader.Document
		recipient string
		change    func(*flow.Station)
		code      string
	}{
		"real station":  {flowtest.Passport(), "demo-bank", func(s *flow.Station) { s.Training = false }, flow.CodeRole},
		"failed":        {flowtest.Broken(), "demo-bank", nil, flow.CodeNotProven},
		"issuer":        {flowtest.Foreign(), "demo-bank", nil, flow.CodeIssuerUnknown},
		"expired":       {flowtest.Expired(), "demo-bank", nil, flow.CodeExpired},
		"typed expired": {typed, "demo-bank", nil, flow.CodeExpired},
		"recipient":     {flowtest.Passport(), "demo-hotel", nil, flow.CodeChoice},
		"serials":       {flowtest.Passport(), "demo-bank", func(s *flow.Station) { s.Serials = 0 }, flow.CodeSerialsUsedUp},
	} {
		t.Run(name, func(t *testing.T) {
			f := flowtest.New()
			if tc.change != nil {
				f.Rules.Change(func(s *flow.Station, _ *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) { tc.change(s) })
			}
			err := direct(f, tc.doc, tc.recipient, func(*flow.Paper) error { t.Error("a paper came out"); return nil })
			var e *desk.Error
			if !errors.As(err, &e) || e.Code != tc.code {
				t.Fatalf("got %v, want %s", err, tc.code)
			}
			if calls := f.Calls(); len(calls) != 0 {
				t.Fatalf("effects %q", calls)
			}
		})
	}
}

func TestDirectIssueThatFailsStaysUnfinished(t *testing.T) {
	f := flowtest.New()
	if err := direct(f, flowtest.Passport(), "demo-bank", func(*flow.Paper) error { return errors.New("flowtest: no room") }); err == nil {
		t.Fatal("a lost paper was not told")
	}
	if r := f.Commit.Rows()["T01-000001"]; r.State != desk.StatePrinting {
		t.Fatalf("row %v", r.State)
	}
	f = flowtest.New()
	f.Commit.Fail("issue", errors.New("flowtest: disk gone"))
	if err := direct(f, flowtest.Passport(), "demo-bank", func(*flow.Paper) error { t.Error("a paper came out"); return nil }); err == nil {
		t.Fatal("a failed T1 was not told")
	}
	for _, b := range f.Aliases() {
		if !blank(b) {
			t.Fatal("a failed draft was not wiped")
		}
	}
}
