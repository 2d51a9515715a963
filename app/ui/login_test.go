package ui

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// newcomer is a staff of whom one comes with a letter.
type newcomer struct {
	staff
	waits map[string]bool
	got   []string
	err   error
}

func (s *newcomer) Awaits(id string) bool { return s.waits[id] }

func (s *newcomer) Enrol(_ context.Context, id, code string, p Proof) error {
	s.got = append(s.got, id+" "+code+" "+p.PIN)
	if s.err == nil {
		s.waits[id] = false
	}
	return s.err
}

func newcomers(s *newcomer) func(*Deps, *flowtest.Fakes) {
	return func(d *Deps, _ *flowtest.Fakes) {
		s.staff = d.Staff.(staff)
		d.Staff = s
	}
}

// The first login of a clerk by keys: code, PIN twice, in; two PINs that differ and a wrong code keep nobody from trying again.
func TestFirstLogin(t *testing.T) {
	s := &newcomer{waits: map[string]bool{"01": true}, err: &desk.Error{Code: "letter-wrong", Args: map[string]string{"Left": "4"}}}
	r := newRig(t, newcomers(s))
	r.write("ab3d-efgh-jkmn-pqrs", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.write("246811", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	if r.c.fault == nil || r.c.fault.Code != "pin-differs" || len(s.got) != 0 {
		t.Fatalf("%v %q", r.c.fault, s.got)
	}
	twice := func() {
		r.write("246810", 120*time.Millisecond)
		r.key(fyne.KeyReturn)
		r.write("246810", 120*time.Millisecond)
		r.key(fyne.KeyReturn)
		r.until(func() bool { return !r.c.busy })
	}
	twice()
	if r.c.fault == nil || r.c.fault.Code != "letter-wrong" || s.got[0] != "01 AB3D-EFGH-JKMN-PQRS 246810" {
		t.Fatalf("%v %q", r.c.fault, s.got)
	}
	s.err = nil
	r.key(fyne.KeyReturn) // the code is still there
	twice()
	r.step(flow.Ready)
	if f := r.c.frame.login(); f.code.Text+f.pin.Text+f.again.Text != "" {
		t.Error("something is left in a field")
	}
}

// Choosing somebody without a letter takes the fields away again.
func TestFirstLoginOfOne(t *testing.T) {
	s := &newcomer{waits: map[string]bool{"02": true}}
	r := newRig(t, newcomers(s))
	f := r.c.frame.login()
	if f.codeBox.Visible() {
		t.Fatal("01 is asked for a code")
	}
	r.c.window.Canvas().Focus(f.who)
	r.key(fyne.KeyDown)
	if !f.codeBox.Visible() || r.c.frame.login().first() != f.code {
		t.Fatal("02 is not asked for a code")
	}
	r.key(fyne.KeyUp)
	if f.codeBox.Visible() {
		t.Fatal("01 is asked for a code")
	}
	r.c.window.Canvas().Focus(f.pin)
	r.login()
}
