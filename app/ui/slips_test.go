package ui

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

type slips struct {
	got []string
	err error
}

func (s *slips) Refer(_ context.Context, reason, lang string) error {
	s.got = append(s.got, "refer "+reason+" "+lang)
	return s.err
}

func (s *slips) Checklist(_ context.Context, purpose, lang string) error {
	s.got = append(s.got, "list "+purpose+" "+lang)
	return s.err
}

// Where a visit cannot go on, F8 prints how to do it next time; on the choice Shift+F8 prints what to bring.
func TestSlips(t *testing.T) {
	out := &slips{}
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Slips = out })
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Broken()})
	r.step(flow.Trouble)
	r.key(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy })
	out.err = &desk.Error{Code: "printer-fault"}
	r.key(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy })
	if r.c.fault == nil || r.c.fault.Code != "printer-fault" || len(out.got) != 2 || out.got[0] != "refer card zh-Hans" {
		t.Fatalf("%v, %q", r.c.fault, out.got)
	}
	out.err = nil
	r.f.Cards.Lift(flowtest.Reader)
	r.key(fyne.KeyF2)
	r.step(flow.Ready)
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.shiftKey(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy })
	if r.c.s.Step != flow.Choose || out.got[len(out.got)-1] != "list housing-fund zh-Hans" {
		t.Fatalf("%v %q", r.c.s.Step, out.got)
	}
}
