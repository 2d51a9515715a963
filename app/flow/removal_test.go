package flow_test

import (
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// A card that was used and still lies there begins nothing by itself; a swap between two looks does.
func TestCardLeftOnTheReader(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Next())
		w.note(flow.Ready, flow.NoteCardStill)
		w.f.Cards.Again(flowtest.Reader)
		w.note(flow.Ready, flow.NoteCardStill)
		w.ok(w.m.Reread())
		w.at(flow.Compare)
		w.ok(w.m.Next())
		w.lift()
		w.note(flow.Ready, "")
		w.put(passport())
		w.ok(w.m.Next())
		w.f.Cards.Swap(flowtest.Reader, &flowtest.Card{Document: flowtest.OtherPassport()})
		if s := w.at(flow.Compare); s.Subject.Number != "X00000002" {
			t.Fatal("a fast swap was not seen")
		}
	})
}

func TestTwoReaders(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Cards.Plug("sim:second")
		w.toCompare()
		w.f.Cards.Put("sim:second", &flowtest.Card{Document: flowtest.OtherPassport()})
		if s := w.note(flow.Compare, flow.NoteCardWaits); len(s.Readers) != 2 || s.Subject.Number != "X00000001" {
			t.Fatal("the card on the second reader disturbed the visit")
		}
		w.f.Cards.Unplug("sim:second")
		w.at(flow.Compare)
		w.f.Cards.Plug("sim:second")
		w.f.Cards.Put("sim:second", &flowtest.Card{Document: flowtest.OtherPassport()})
		w.settle()
		w.ok(w.m.Next())
		if s := w.at(flow.Compare); s.Subject.Number != "X00000002" {
			t.Fatal("F2 did not go on to the second reader's card")
		}
	})
}

func TestWipeOnRemoval(t *testing.T) {
	policy := func(f *flowtest.Fakes) {
		f.Rules.Change(func(_ *flow.Station, p *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) { p.WipeOnRemoval = true })
	}
	for name, far := range map[string]func(*walk){"compare": (*walk).toCompare, "agree": (*walk).toAgree,
		"choose": func(w *walk) { w.toCompare(); w.ok(w.m.Same()) },
		"spoken": func(w *walk) { w.toAgree(); w.ok(w.m.Spoken()) }} {
		t.Run(name, func(t *testing.T) {
			driveWith(t, flow.Options{}, policy, func(w *walk) {
				far(w)
				w.lift()
				w.nobody(w.note(flow.Ready, flow.NoteCardRemoved))
				w.wiped()
			})
		})
	}
	driveWith(t, flow.Options{}, policy, func(w *walk) {
		w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
		w.lift()
		w.nobody(w.problem(flow.Pulled, cardreader.CodePulled))
		w.put(&flowtest.Card{Document: flowtest.OtherPassport()})
		w.nobody(w.note(flow.Pulled, flow.NoteOtherCard)) // it is known all the same which card it was
		w.put(passport())
		w.ok(w.m.Same())
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
		w.ok(w.m.SayYes())
		w.lift() // the voucher is signed: the paper is owed
		w.at(flow.HandOver)
	})
}

// What a reading brings after its visit has ended is wiped and shown to nobody.
func TestLateReading(t *testing.T) {
	drive(t, func(w *walk) {
		late := &flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{}), Deaf: true}
		slow := &flowtest.Card{Document: flowtest.OtherPassport(), Hold: make(chan struct{})}
		w.put(late)
		w.ok(w.m.Next())
		w.f.Cards.Plug("sim:second")
		w.f.Cards.Put("sim:second", slow)
		w.at(flow.Reading)
		close(late.Hold)
		if s := w.at(flow.Reading); s.Subject == nil || s.Subject.Number != "X00000002" {
			t.Fatal("the second card is not being read")
		}
		w.wiped()
		close(slow.Hold)
		if s := w.at(flow.Compare); s.Subject.Number != "X00000002" {
			t.Fatal("the late reading is shown in another person's visit")
		}
	})
}
