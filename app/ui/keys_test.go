package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/scan"
	"bangban/app/ui/widget"
)

// The whole journey by keys; only the Yes is the person's touch. Two keys of the clerk for one person: same, handed over
// (the choice is remembered from the person before).
func TestJourneyByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	if r.c.frame.current() != screen(r.c.frame.paper()) || r.c.s.preview == nil {
		t.Fatal("no paper on the hand-over screen")
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	r.f.Cards.Lift(flowtest.Reader)
	r.put(&flowtest.Card{Document: flowtest.OtherPassport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn) // 1
	r.step(flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	r.key(fyne.KeyReturn) // 2
	r.step(flow.Farewell)
	if got := len(r.f.Press.Printed()); got != 2 {
		t.Errorf("%d papers, want 2", got)
	}
}

// No key of the clerk alone leads past the question: every key, Return and Space is pressed on it, with and without
// Shift, and a scanner fires; the person has answered nothing. F10 twice is the one exception and another value.
func TestNothingOfTheClerkSaysYes(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	keys := append(slices.Clone(barKeys[:]), fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyY, fyne.Key1)
	for _, shift := range []bool{false, true} {
		for _, k := range keys {
			switch k {
			case fyne.KeyF2, fyne.KeyF3, fyne.KeyF10, fyne.KeyF12: // leave, change, spoken, lock: tested elsewhere
				continue
			}
			r.shift = shift
			r.key(k)
			r.shift = false
			r.scan("FLOWTEST 1 SPECIMEN CODE")
			if r.c.layer != layerNone {
				r.key(fyne.KeyEscape)
			}
			r.key(fyne.KeyF11)
			if r.c.s.Step != flow.Agree || r.c.s.Answer != desk.Unanswered {
				t.Fatalf("after %v (shift %v): step %v, answer %q", k, shift, r.c.s.Step, r.c.s.Answer)
			}
		}
	}
	if calls := r.f.Calls(); slices.ContainsFunc(calls, func(s string) bool { return strings.HasPrefix(s, "issue") }) {
		t.Errorf("something was issued: %q", calls)
	}
}

func (r *rig) scan(text string) {
	r.write(text, 8*time.Millisecond)
	r.key(fyne.KeyReturn)
}

func TestPadKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toCompare()
	r.key(fyne.KeyInsert) // Yes, but nobody was asked
	if r.c.s.Step != flow.Compare {
		t.Fatal(r.c.s.Step)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	r.key(fyne.KeyInsert)
	r.step(flow.HandOver)
	if r.c.s.Answer != desk.YesOwn {
		t.Errorf("answer %q", r.c.s.Answer)
	}
	for _, k := range append(slices.Clone(barKeys[:]), fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyTab, fyne.KeyA, fyne.Key1, fyne.KeyMinus) {
		if PadKey(k) {
			t.Errorf("%v could be bound to Yes", k)
		}
	}
}

func TestSpokenYesTakesF10Twice(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.key(fyne.KeyF7)
	r.key(fyne.KeyF10)
	r.step(flow.Spoken)
	r.key(fyne.KeyReturn)
	r.key(fyne.KeyEscape)
	r.step(flow.Agree)
	r.key(fyne.KeyF10)
	r.step(flow.Spoken)
	r.key(fyne.KeyF10)
	r.step(flow.HandOver)
	if r.c.s.Answer != desk.YesSpoken || r.c.s.ReadAloud != 1 {
		t.Errorf("answer %q, read aloud %d", r.c.s.Answer, r.c.s.ReadAloud)
	}
}

func TestEscapeNeverDiscardsAtOnce(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.key(fyne.KeyEscape)
	if r.c.s.Step != flow.Agree || r.c.armed == "" {
		t.Fatalf("step %v, armed %q", r.c.s.Step, r.c.armed)
	}
	r.key(fyne.KeyF7) // anything else takes it back
	r.key(fyne.KeyF3)
	r.step(flow.Choose)
	r.key(fyne.KeyEscape)
	r.step(flow.Compare)
	r.key(fyne.KeyEscape)
	r.step(flow.Trouble) // not the same person
	r.key(fyne.KeyEscape)
	r.step(flow.Compare) // and back: nothing was lost
	if r.c.s.Subject == nil || r.c.s.photo == nil {
		t.Error("the document was lost")
	}
}

func TestEscapeTwiceIsNotToday(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.key(fyne.KeyEscape)
	r.key(fyne.KeyEscape)
	r.step(flow.NotToday)
}

// A long press of Return is one answer: what repeats within 250 ms of a step does nothing.
func TestReturnRepeats(t *testing.T) {
	r := newRig(t, nil)
	r.toCompare()
	canvas := r.c.window.Canvas()
	canvas.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.until(func() bool { return r.c.s.Step == flow.Choose })
	r.pass(enterQuiet - time.Millisecond)
	r.c.key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if s := r.m.State().Step; s != flow.Choose {
		t.Fatalf("a repeated Return went on to %v", s)
	}
	r.pass(2 * time.Millisecond)
	r.c.key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.step(flow.Agree)
}

// A scanner in the middle of typing: the field keeps what was typed, flow gets the text, and nothing acts for 500 ms.
func TestScannerNeverLandsInAField(t *testing.T) {
	r := newRig(t, nil)
	r.write("24", 200*time.Millisecond)
	r.pass(time.Second)
	r.write("HC1:NCFOXN%TS3DH3ZSUZK", 8*time.Millisecond)
	r.key(fyne.KeyReturn)
	if got := r.c.frame.login().pin.Text; got != "24" {
		t.Errorf("the PIN field holds %d characters, want 2", len(got))
	}
	if r.c.fault == nil || r.c.fault.Code != flow.CodeLocked {
		t.Errorf("the scan did not reach the machine: %v", r.c.fault)
	}
}

func TestQuietAfterAScan(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	r.write("FLOWTEST OTHER CODE", 8*time.Millisecond)
	r.c.key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	r.pass(scan.BurstQuiet - time.Millisecond)
	r.c.citizen.yes.Tapped(nil)
	r.c.key(&fyne.KeyEvent{Name: fyne.KeyF10})
	r.c.key(&fyne.KeyEvent{Name: fyne.KeyInsert})
	if s := r.m.State().Step; s != flow.Agree {
		t.Fatalf("within 500 ms of a scan something acted: %v", s)
	}
	r.pass(2 * time.Millisecond)
	r.c.citizen.yes.Tapped(nil)
	r.step(flow.HandOver)
}

func TestScanHandsOver(t *testing.T) {
	r := newRig(t, nil)
	r.toHandOver()
	r.scan("FLOWTEST 99 SOMETHING ELSE")
	r.until(func() bool { return r.c.s.Note == flow.NoteOtherPaper })
	r.scan(r.f.Press.Jobs()[0].Text)
	r.step(flow.Farewell)
	if calls := r.f.Calls(); !slices.ContainsFunc(calls, func(s string) bool { return strings.Contains(s, "proved") }) {
		t.Errorf("not proved: %q", calls)
	}
}

func TestSpoilTakesTwoPresses(t *testing.T) {
	r := newRig(t, nil)
	r.f.Press.Fail(nil, &desk.Error{Code: "printer-fault"})
	r.toAgree()
	r.touch(r.c.citizen.yes)
	r.step(flow.PrintFault)
	r.shiftKey(fyne.KeyF8)
	if r.c.s.Step != flow.PrintFault || r.c.armed == "" {
		t.Fatal("spoiled at the first press")
	}
	r.shiftKey(fyne.KeyF8)
	r.step(flow.NotToday)
	if tone, words := r.c.message(); !strings.Contains(words, "T01-000001") {
		t.Errorf("the slot says %v %q", tone, words)
	}
}

// A key that does nothing now says so and changes nothing.
func TestUnavailableKeySpeaks(t *testing.T) {
	r := newRig(t, nil)
	r.toCompare()
	r.key(fyne.KeyF8)
	if _, words := r.c.message(); !strings.Contains(words, "F8") {
		t.Errorf("the slot says %q", words)
	}
}

// The citizen's screen never shows a code, an error's words or the whole name.
func TestCitizenScreenIsCalm(t *testing.T) {
	for _, sc := range scenes() {
		t.Run(sc.name, func(t *testing.T) {
			r := newRig(t, sc.change)
			sc.play(r)
			for _, s := range append(texts(r.c.citizen.root), r.c.view().speech()) {
				for _, bad := range []string{"样本美", "X00000001", "card-", "error", "代码", "F1", "F2", "错"} {
					if strings.Contains(s, bad) {
						t.Errorf("the person's screen says %q", s)
					}
				}
			}
		})
	}
}

func TestResolveUnfinished(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.c.show(shown{State: flow.State{Step: flow.Ready, Readers: []string{flowtest.Reader}, Unfinished: []desk.LedgerRow{{Serial: "T01-000512", State: desk.StateSigned}}}})
	if r.c.layer != layerUnfinished {
		t.Fatal("the list does not come up by itself")
	}
	r.key(fyne.KeyReturn)
	if r.c.armed == "" {
		t.Fatal("one Return was enough")
	}
	r.key(fyne.KeyEscape)
	r.key(fyne.KeyEscape)
	if r.c.layer != layerNone {
		t.Error("Escape does not put it off")
	}
}

// What is typed while the person's window comes up goes into the field that the clerk is at.
func TestTypedIntoThePersonsWindow(t *testing.T) {
	r := newRig(t, nil)
	pin, ok := r.c.window.Canvas().Focused().(*widget.Entry)
	if !ok {
		t.Fatal("no field has the focus")
	}
	for _, digit := range "246" {
		r.c.citizen.window.Canvas().OnTypedRune()(digit)
		r.pass(time.Second)
	}
	if pin.Text != "246" {
		t.Errorf("%d of 3 digits arrived", len(pin.Text))
	}
	r.c.window.Canvas().Unfocus()
	r.c.citizen.window.Canvas().OnTypedRune()('8')
	if pin.Text != "246" {
		t.Error("a digit arrived in a field that has no focus")
	}
}
