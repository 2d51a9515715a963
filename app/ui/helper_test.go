package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

func (r *rig) toHelper() {
	r.t.Helper()
	r.toChoose()
	r.key(fyne.KeyF4)
	r.step(flow.HelperCard)
	r.f.Cards.Lift(flowtest.Reader)
	r.until(func() bool { return !r.c.s.OnReader })
}

func (r *rig) toHelperFace() {
	r.t.Helper()
	r.toHelper()
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	r.step(flow.HelperFace)
	r.until(func() bool { return !r.c.s.Helper.Busy })
}

func (r *rig) toHelperTerms() {
	r.t.Helper()
	r.toHelperFace()
	r.key(fyne.KeyReturn)
	r.step(flow.HelperTerms)
	r.key(fyne.KeyF3)
}

func (r *rig) toAside() {
	r.t.Helper()
	r.toHelperTerms()
	r.key(fyne.KeyReturn)
	r.step(flow.Aside)
}

// The whole way by keys: the person answers alone, and no key of the clerk's is their Yes.
func TestMandateByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toAside()
	if got := fmt.Sprint(texts(r.c.citizen.root)); strings.Contains(got, "样本二") || !strings.Contains(got, "自己决定") {
		t.Errorf("the person reads %s", got)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	r.key(fyne.KeyReturn)
	if r.c.s.Step != flow.Agree || r.c.s.Mandate == nil {
		t.Fatal("Return answered for the person")
	}
	if got := fmt.Sprint(texts(r.c.citizen.root)); strings.Contains(got, "样本二") || !strings.Contains(got, "关系到您的钱") && r.c.s.Money() {
		t.Errorf("the person reads %s", got)
	}
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	m := r.f.Mandates.Signed()
	if len(m) != 1 || m[0].Relation != desk.Relations()[0] {
		t.Fatalf("%d mandates", len(m))
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	if len(r.c.frame.helper().scopes) != 0 || r.c.s.helperPhoto != nil {
		t.Error("something of the helper is left on the screens")
	}
}

// Help with the device only is one key on the choice, and can be taken back.
func TestHelpOnlyByKey(t *testing.T) {
	r := newRig(t, nil)
	r.toChoose()
	r.key(fyne.KeyF3)
	r.until(func() bool { return r.c.s.HelpOnly })
	r.key(fyne.KeyF3)
	r.until(func() bool { return !r.c.s.HelpOnly })
}

// TestHelperSecretHasTheFocus: the field that comes up within the step takes the next key.
func TestHelperSecretHasTheFocus(t *testing.T) {
	r := newRig(t, nil)
	r.toHelper()
	if r.c.window.Canvas().Focused() == r.c.frame.helper().secret {
		t.Error("a field that is not there has the focus")
	}
	r.put(&flowtest.Card{Document: flowtest.OtherPassport(), Secret: cardreader.Secret{Kind: cardreader.CAN, Length: 6}, Value: "x"})
	r.until(func() bool { return r.c.s.Helper.Asks && r.c.window.Canvas().Focused() == r.c.frame.helper().secret })
}
