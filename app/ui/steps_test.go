package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// Each cause has its own sentence, and goes away by itself.
func TestSixCauses(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	seen := map[string]string{}
	say := func(name string) {
		t.Helper()
		words := r.c.frame.ready().head.String()
		if r.c.s.Step != flow.Ready {
			words = r.c.frame.stopped().head.String()
		}
		if other, ok := seen[words]; ok {
			t.Errorf("%s and %s say the same: %q", name, other, words)
		}
		seen[words] = name
	}
	say("no card")
	r.f.Cards.ServiceOff()
	r.until(func() bool { return r.c.s.Cause == cardreader.ServiceOff })
	say("service off")
	r.f.Cards.Plug(flowtest.Reader)
	r.until(func() bool { return r.c.s.Cause == cardreader.Empty })
	if got := seen[r.c.frame.ready().head.String()]; got != "no card" {
		t.Errorf("after the service came back the screen says what it says for %q", got)
	}
	r.f.Cards.Unplug(flowtest.Reader)
	r.until(func() bool { return r.c.s.Cause == cardreader.NoReader })
	say("no reader")
	r.f.Cards.Plug(flowtest.Reader)
	r.until(func() bool { return r.c.s.Cause == cardreader.Empty })
	for _, c := range []struct {
		name string
		card *flowtest.Card
	}{
		{"another kind", &flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "bank-card"})}},
		{"faulty", &flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}},
		{"mute", &flowtest.Card{Mute: true}},
	} {
		r.put(c.card)
		r.step(flow.Trouble)
		say(c.name)
		if r.c.frame.stopped().ways.String() == "" || r.c.mainAction().do == nil {
			t.Errorf("%s leaves no way on", c.name)
		}
		r.f.Cards.Lift(flowtest.Reader)
		r.until(func() bool { return r.c.s.Cause == cardreader.Empty })
	}
	r.key(fyne.KeyF2)
	r.step(flow.Ready)
	r.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
	r.until(func() bool { return r.c.s.Step == flow.Reading && r.c.s.Subject != nil })
	r.f.Cards.Lift(flowtest.Reader)
	r.step(flow.Pulled)
	say("pulled early")
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
}

// A document that fails its proof ends with what to do, and no key issues from it.
func TestNotProvenRefuses(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Broken()})
	r.step(flow.Trouble)
	r.audit()
	for _, k := range []fyne.KeyName{fyne.KeyF10, fyne.KeyF8, fyne.KeyF5} {
		r.key(k)
	}
	if r.c.s.Step != flow.Trouble {
		t.Fatal(r.c.s.Step)
	}
	if do := r.c.frame.stopped().what.String(); do == "" {
		t.Error("nothing says what to do")
	}
}

func TestSecretLeavesTheField(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	first, second := "P<UTOSPECIMEN<<MEI<<<<<<<<<<<<<<<<<<<<<<<<<<", "X000000018UTO4107096F3105314<<<<<<<<<<<<<<06"
	r.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.MRZ}, Value: first + "|" + second})
	r.step(flow.NeedSecret)
	r.write(strings.ToLower(first+second), 100*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Compare)
	if got := r.c.frame.secret().zone.Text; got != "" {
		t.Errorf("%d characters stay in the field", len(got))
	}
}

func TestLockKeepsTheVisit(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.key(fyne.KeyF12)
	r.step(flow.Locked)
	if r.c.s.Subject != nil || strings.Contains(fmt.Sprint(texts(r.c.citizen.root)), "样") {
		t.Error("a locked screen shows the person")
	}
	r.login()
	if r.c.s.Step != flow.Agree {
		t.Errorf("after login: %v", r.c.s.Step)
	}
}

func TestWrongPIN(t *testing.T) {
	r := newRig(t, nil)
	r.write("000000", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.fault != nil && !r.c.busy })
	if r.c.fault.Code != "login-wrong-pin" || r.c.frame.login().pin.Text != "" {
		t.Errorf("%v, field %q", r.c.fault, r.c.frame.login().pin.Text)
	}
	if f := r.c.window.Canvas().Focused(); f != fyne.Focusable(r.c.frame.login().pin) {
		t.Errorf("the focus went to %T", f)
	}
}

func TestLanguageAndSizeChangeInPlace(t *testing.T) {
	r := newRig(t, nil)
	r.toCompare()
	r.key(fyne.KeyF11)
	if got := r.c.frame.compare().head.String(); !strings.Contains(got, "same person") {
		t.Errorf("the clerk reads %q", got)
	}
	if got := r.c.citizen.title.String(); !strings.Contains(got, "身份证") {
		t.Errorf("the person's language changed as well: %q", got)
	}
	for r.c.s.Lang != "en" { // the person's languages come in their order
		before := r.c.s.Lang
		r.shiftKey(fyne.KeyF11)
		r.until(func() bool { return r.c.s.Lang != before })
	}
	if got := r.c.citizen.title.String(); !strings.Contains(got, "card") {
		t.Errorf("the person reads %q", got)
	}
	r.shiftKey(fyne.KeyF6)
	r.until(func() bool { return r.c.s.Lang == "en-x-short" })
	if got := r.c.citizen.title.String(); got != "Take your card" {
		t.Errorf("in short words the person reads %q", got)
	}
	r.shiftKey(fyne.KeyF6)
	r.until(func() bool { return r.c.s.Lang == "en" })
	for range 9 {
		r.c.combo(&desktop.CustomShortcut{KeyName: fyne.KeyEqual, Modifier: fyne.KeyModifierControl})
	}
	if got := r.c.kit.Scale(); got != 2 {
		t.Errorf("text size %v, want 2", got)
	}
	r.audit()
	r.c.combo(&desktop.CustomShortcut{KeyName: fyne.Key0, Modifier: fyne.KeyModifierControl})
	if got := r.c.kit.Scale(); got != 1 {
		t.Errorf("text size %v, want 1", got)
	}
}

// Nobody is there: the person's details go after a while, the counter locks later, and both come back as they were. The
// question itself is never taken from a person who thinks.
func TestIdle(t *testing.T) {
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.BlankAfter, d.LockAfter = 90*time.Second, 10*time.Minute })
	r.toCompare()
	r.pass(88 * time.Second)
	r.c.watchIdle()
	if r.c.idle.blank {
		t.Fatal("blank too early")
	}
	r.pass(3 * time.Second)
	r.c.watchIdle()
	seen := strings.Join(append(texts(r.c.frame.root), texts(r.c.citizen.root)...), " ")
	if !r.c.idle.blank || strings.Contains(seen, "样") {
		t.Fatalf("not hidden: %s", seen)
	}
	r.audit()
	r.key(fyne.KeyReturn) // only wakes
	if r.c.idle.blank || r.m.State().Step != flow.Compare {
		t.Fatal("the first key did more than wake, or did not wake")
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	r.pass(9 * time.Minute)
	r.c.watchIdle()
	if r.c.idle.blank || r.c.s.Step != flow.Agree {
		t.Fatal("the question was taken away")
	}
	r.pass(time.Minute)
	r.c.watchIdle()
	r.step(flow.Locked)
	r.login()
	if r.c.s.Step != flow.Agree {
		t.Errorf("after the lock: %v", r.c.s.Step)
	}
}

// BenchmarkRefresh is one State on both screens, as it comes many times while a card is read.
func BenchmarkRefresh(b *testing.B) {
	r := newRig(b, nil)
	r.toCompare()
	for b.Loop() {
		r.c.refresh()
	}
}

// After a visit no control of either window, shown or hidden, holds a word or a picture of the person.
func TestNothingStaysInTheControls(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	held := func() string {
		return strings.Join(append(everything(r.c.frame.root), everything(r.c.citizen.root)...), " ")
	}
	for _, personal := range []string{"样本美", "X00 000 001", "1941-07-09", "样*美", "image"} {
		if !strings.Contains(held(), personal) {
			t.Errorf("the control %q is not found during the visit", personal)
		}
	}
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	for _, personal := range []string{"样本美", "X00 000 001", "1941-07-09", "样*美", "image"} {
		if strings.Contains(held(), personal) {
			t.Errorf("%q is still held", personal)
		}
	}
}
