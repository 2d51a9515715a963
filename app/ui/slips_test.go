package ui

import (
	"context"
	"fmt"
	"strings"
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

// listed has services that one may ask about.
func listed(out *slips) func(*Deps, *flowtest.Fakes) {
	return func(d *Deps, f *flowtest.Fakes) {
		if d.Slips = out; out == nil {
			d.Slips = &slips{}
		}
		d.Purposes = f.Rules.Purposes
	}
}

func (r *rig) toList() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF1)
	r.key(fyne.KeyF3)
	if r.c.layer != layerList {
		r.t.Fatalf("layer %v", r.c.layer)
	}
}

// Before anybody lays a card: can it be done here, what must they bring; Return prints it. A counter that cannot sign says so.
func TestListByKeys(t *testing.T) {
	out := &slips{}
	r := newRig(t, listed(out))
	r.toList()
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "可以办") {
		t.Errorf("it reads %s", got)
	}
	r.key(fyne.KeyDown)
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "照片") {
		t.Errorf("the hotel wants %s", got)
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy && len(out.got) == 1 })
	if out.got[0] != "list hotel zh-Hans" {
		t.Errorf("%q", out.got)
	}
	r.c.s.Station.Serials = 0
	r.c.refresh()
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "办不了") {
		t.Errorf("without serials it reads %s", got)
	}
	r.key(fyne.KeyEscape)
	if r.c.layer != layerNone {
		t.Error("Escape does not leave")
	}
}
