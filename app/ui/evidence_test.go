package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

func withEvidence(_ *Deps, f *flowtest.Fakes) {
	f.Rules.Change(func(_ *flow.Station, _ *desk.Policy, p *[]desk.Purpose, _ *[]desk.Recipient) {
		for i := range *p {
			if (*p)[i].Code == "train-ticket" {
				(*p)[i].Evidence = &desk.Evidence{Least: 4, Vouch: true, Attach: true}
			}
		}
	})
}

// toEvidence has two papers on the desk.
func (r *rig) toEvidence() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF2)
	r.step(flow.Evidence)
	for _, row := range "16" {
		r.write(string(row), 120*time.Millisecond)
		r.until(func() bool { return r.c.frame.evidence().at == int(row-'1') })
		r.key(fyne.KeyF3)
	}
	r.until(func() bool { return r.c.s.Evidence.Enough })
	r.pass(time.Second)
}

func (r *rig) toEvidenceCompare() {
	r.t.Helper()
	r.toEvidence()
	for _, s := range []string{"SPECIMEN MEI", "19380504"} {
		r.key(fyne.KeyReturn)
		r.write(s, 120*time.Millisecond)
	}
	r.c.window.Canvas().Focus(r.c.frame.evidence().fields[2])
	r.write("HK123456", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Compare)
}

// Somebody without a card by keys, from the empty desk to the paper; the score is live, and nothing typed is left.
func TestEvidenceByKeys(t *testing.T) {
	r := newRig(t, withEvidence)
	r.toEvidenceCompare()
	if f := r.c.frame.evidence().fields; f[0].Text+f[1].Text+f[2].Text != "" {
		t.Error("something is left in a field")
	}
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "SPECIMEN MEI") || !strings.Contains(got, "1938-05-04") {
		t.Errorf("the clerk reads %s", got)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Second)
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	if v := r.f.Signer.Signed()[0]; v.Holder.FullName != "SPECIMEN MEI" {
		t.Fatal("another name was signed")
	}
}

// Too few papers: it says how many points are missing; F8 prints the way on, at rest with Shift where nothing is done so.
func TestEvidenceReferredOut(t *testing.T) {
	out := &slips{}
	r := newRig(t, func(d *Deps, f *flowtest.Fakes) {
		withEvidence(d, f)
		d.Slips = out
	})
	r.login()
	r.key(fyne.KeyF2)
	r.step(flow.Evidence)
	r.key(fyne.KeyReturn)
	if r.c.fault == nil || r.c.fault.Code != flow.CodeEvidenceLow {
		t.Fatalf("%v", r.c.fault)
	}
	r.key(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy })
	r.key(fyne.KeyEscape)
	r.step(flow.Ready)
	r.f.Rules.Change(func(_ *flow.Station, _ *desk.Policy, p *[]desk.Purpose, _ *[]desk.Recipient) { *p = (*p)[:2] })
	r.key(fyne.KeyF2)
	r.until(func() bool { return r.c.fault != nil && r.c.fault.Code == flow.CodeEvidenceNone })
	r.shiftKey(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy && len(out.got) == 2 })
	if out.got[0] != "refer evidence zh-Hans" || out.got[1] != out.got[0] {
		t.Errorf("%q", out.got)
	}
}
