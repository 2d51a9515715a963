package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// The branches of the journeys that no other test walks, each by keys from the first one to its next step.

// Journey a: two keys of the clerk where purpose and recipient are the last ones, eight at most otherwise.
func TestJourneyAKeys(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	keys := 0
	press := func(k fyne.KeyName, s flow.Step) {
		t.Helper()
		keys++
		r.key(k)
		r.step(s)
	}
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	press(fyne.KeyReturn, flow.Choose)
	press(fyne.KeyReturn, flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	press(fyne.KeyReturn, flow.Farewell)
	if keys > 8 {
		t.Errorf("the first visit took %d keys", keys)
	}
	keys = 0
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	r.step(flow.Compare)
	press(fyne.KeyReturn, flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	press(fyne.KeyReturn, flow.Farewell)
	if keys != 2 {
		t.Errorf("the second visit took %d keys", keys)
	}
}

// Journey a, printer out: the paper is printed again under the same number, or made again, or spoiled; each is one key.
func TestJourneyAPrinter(t *testing.T) {
	for name, way := range map[string]struct {
		keys   []fyne.KeyName
		serial string
	}{"again": {[]fyne.KeyName{fyne.KeyReturn}, "T01-000001"}, "anew": {[]fyne.KeyName{fyne.KeyF10, fyne.KeyF10}, "T01-000002"}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.f.Press.Fail(nil, &desk.Error{Code: "printer-fault"})
			r.toAgree()
			r.touch(r.c.citizen.yes)
			r.step(flow.PrintFault)
			r.f.Press.Fail(nil, nil)
			for _, k := range way.keys {
				r.key(k)
			}
			r.step(flow.HandOver)
			if r.c.s.Serial != way.serial {
				t.Errorf("%s", r.c.s.Serial)
			}
		})
	}
}

// Journey b from a card that cannot be read: three tries, then by hand.
func TestJourneyBFromTrouble(t *testing.T) {
	r := newRig(t, withEvidence)
	r.login()
	r.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)})
	r.step(flow.Trouble)
	r.key(fyne.KeyF10)
	r.step(flow.Evidence)
	r.key(fyne.KeyEscape)
	r.step(flow.Ready)
}

// Journey e: without a network everything works; the strip says so, and nothing of a visit changes.
func TestJourneyEOffline(t *testing.T) {
	r := newRig(t, nil) // the rig's network is down
	r.toHandOver()
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	if !slices.ContainsFunc(texts(r.c.frame.strip.root), func(s string) bool { return s != "" }) {
		t.Error("the strip is silent")
	}
}

// Journey g: one screen that is turned round. The question comes to the person by itself, no key of the clerk's is their Yes
// while it stands there, the answer turns it back, and so do both spoken ways.
func TestJourneyGFlipped(t *testing.T) {
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Citizen.Mode = CitizenFlip })
	walk := func(answer func(), to flow.Step) {
		t.Helper()
		r.step(flow.Compare)
		if r.c.flipped {
			t.Fatal("the person sees the clerk's comparison")
		}
		r.key(fyne.KeyReturn)
		if r.c.s.Step != flow.Agree {
			r.until(func() bool { return r.c.s.Step == flow.Choose || r.c.s.Step == flow.Agree })
			r.pass(time.Second)
			if r.c.s.Step == flow.Choose {
				r.key(fyne.KeyReturn)
			}
		}
		r.step(flow.Agree)
		if !r.c.flipped || !r.c.frame.flip.root.Visible() {
			t.Fatal("the question does not come to the person")
		}
		r.key(fyne.KeyReturn)
		r.key(fyne.KeySpace)
		if r.c.s.Step != flow.Agree {
			t.Fatal("a key answered for the person")
		}
		answer()
		r.step(to)
		if r.c.flipped {
			t.Fatal("it was not turned back")
		}
	}
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	walk(func() { r.touch(r.c.frame.flip.yes) }, flow.HandOver)
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	walk(func() { r.touch(r.c.frame.flip.no) }, flow.NotToday)
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	walk(func() {
		r.key(fyne.KeyF10)
		r.step(flow.Spoken)
		r.key(fyne.KeyF10)
	}, flow.HandOver)
	r.key(fyne.KeyF6) // once more to the person: what to take along
	if !r.c.flipped {
		t.Error("F6 does not turn it")
	}
}
