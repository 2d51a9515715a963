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

func (r *rig) toGrant() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF3)
	r.step(flow.GrantScan)
}

func (r *rig) toGrantCard() {
	r.t.Helper()
	r.toGrant()
	r.write(flowtest.GrantText, 5*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.GrantCard)
}

func (r *rig) toGrantAgree() {
	r.t.Helper()
	r.toGrantCard()
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Second)
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
}

// The helper alone, by keys: F3, the paper, the card, two members of staff, the helper's own Yes.
func TestGrantByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toGrantCard()
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "样本美") || !strings.Contains(got, "买火车票") {
		t.Errorf("the clerk reads %s", got)
	}
	if got := fmt.Sprint(texts(r.c.citizen.root)); strings.Contains(got, "样本") {
		t.Errorf("the helper reads %s before anybody knows who it is", got)
	}
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyF4) // nobody passes a mandate on
	if r.c.s.Step != flow.Choose {
		t.Fatal(r.c.s.Step)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Second)
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	if got := fmt.Sprint(texts(r.c.citizen.root)); !strings.Contains(got, "样*美") || !strings.Contains(got, "由您代办") {
		t.Errorf("the helper reads %s", got)
	}
	r.key(fyne.KeyReturn)
	if r.c.s.Step != flow.Agree {
		t.Fatal("Return answered for the helper")
	}
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	if v := r.f.Signer.Signed()[0]; v.Terms.RepresentedBy != "样本二" {
		t.Fatal("the voucher does not name who acts")
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
}

// A refusal says its name and what to do now; F8 prints the way on.
func TestGrantRefusedByName(t *testing.T) {
	out := &slips{}
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Slips = out })
	r.toGrant()
	r.f.Grants.Fail(&desk.Error{Code: flow.CodeGrantRevoked})
	r.write("SOMETHING LONG ENOUGH", 5*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Problem != nil })
	if _, words := r.c.message(); !strings.Contains(words, "撤回") {
		t.Errorf("it says %q", words)
	}
	r.key(fyne.KeyF8)
	r.until(func() bool { return !r.c.busy })
	if len(out.got) != 1 {
		t.Errorf("%q", out.got)
	}
	r.key(fyne.KeyEscape)
	r.step(flow.Ready)
}
