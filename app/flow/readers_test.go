package flow_test

import (
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Each of the six causes has a State of its own and goes away by itself.
func TestSixCauses(t *testing.T) {
	ready := func(w *walk) { w.lift(); w.put(passport()); w.at(flow.Compare) }
	for _, tc := range []struct {
		name    string
		begin   func(*walk)
		step    flow.Step
		cause   cardreader.EventKind
		problem string
		end     func(*walk)
	}{
		{"service off", func(w *walk) { w.f.Cards.ServiceOff() }, flow.Ready, cardreader.ServiceOff, cardreader.CodeServiceOff,
			func(w *walk) { w.f.Cards.Plug(flowtest.Reader); w.problem(flow.Ready, ""); ready(w) }},
		{"no reader", func(w *walk) { w.f.Cards.Unplug(flowtest.Reader) }, flow.Ready, cardreader.NoReader, cardreader.CodeNoReader,
			func(w *walk) { w.f.Cards.Plug(flowtest.Reader); w.problem(flow.Ready, ""); ready(w) }},
		{"no card", func(*walk) {}, flow.Ready, cardreader.Empty, "", ready},
		{"other kind", func(w *walk) {
			w.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "bank"})})
		}, flow.Trouble, cardreader.Present, cardreader.CodeOtherKind,
			func(w *walk) { w.lift(); w.problem(flow.Ready, ""); ready(w) }},
		{"pulled early", func(w *walk) {
			w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
			w.at(flow.Reading)
			w.lift()
		}, flow.Pulled, cardreader.Empty, cardreader.CodePulled, ready},
		{"faulty", func(w *walk) { w.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}) },
			flow.Trouble, cardreader.Present, cardreader.CodeFaulty,
			func(w *walk) { w.lift(); w.problem(flow.Ready, ""); ready(w) }},
		{"mute", func(w *walk) { w.put(&flowtest.Card{Mute: true}) }, flow.Trouble, cardreader.Mute, cardreader.CodeFaulty,
			func(w *walk) { w.lift(); w.problem(flow.Ready, ""); ready(w) }},
		{"training", func(w *walk) {
			w.put(&flowtest.Card{Err: &desk.Error{Code: "card-not-training", Args: map[string]string{"Kind": "emrtd"}}})
		}, flow.Trouble, cardreader.Present, "card-not-training",
			func(w *walk) { w.lift(); w.problem(flow.Ready, ""); ready(w) }},
		{"busy", func(w *walk) { w.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeReaderBusy, nil, nil)}) },
			flow.Trouble, cardreader.Present, cardreader.CodeReaderBusy,
			func(w *walk) { w.lift(); w.problem(flow.Ready, ""); ready(w) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			drive(t, func(w *walk) {
				tc.begin(w)
				s := w.problem(tc.step, tc.problem)
				if s.Cause != tc.cause {
					t.Fatalf("cause %v, want %v", s.Cause, tc.cause)
				}
				if tc.name == "other kind" && s.Problem.Args["Kind"] != "bank" {
					t.Fatal("the other kind is not named")
				}
				tc.end(w)
			})
		})
	}
}

// A service that goes off in the middle of a reading ends it; what comes back is read by itself.
func TestServiceGoesOffWhileReading(t *testing.T) {
	drive(t, func(w *walk) {
		w.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeServiceOff, nil, nil)})
		w.problem(flow.Ready, cardreader.CodeServiceOff)
		w.f.Cards.ServiceOff()
		w.problem(flow.Ready, cardreader.CodeServiceOff)
		w.f.Cards.Plug(flowtest.Reader)
		w.toCompare()
	})
}

func TestPulledKeepsForDisplayOnly(t *testing.T) {
	drive(t, func(w *walk) {
		slow := &flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})}
		w.put(slow)
		if s := w.at(flow.Reading); s.Subject == nil || s.Proof != check.Indeterminate || s.Photo != nil {
			t.Fatal("the name is not shown as not yet proven")
		}
		w.lift()
		s := w.problem(flow.Pulled, cardreader.CodePulled)
		if s.Subject == nil || s.Tries != 1 || s.Proof == check.Passed {
			t.Fatalf("pulled shows subject %v, tries %d", s.Subject, s.Tries)
		}
		for _, input := range []func() error{w.m.Same, w.m.SayYes, w.m.HandedOver} {
			w.refused(input(), flow.CodeKeyNotNow)
		}
		w.put(passport()) // the same card goes on by itself
		if s = w.problem(flow.Compare, ""); s.Tries != 0 {
			t.Fatal("tries are not forgotten")
		}
	})
}

func TestAnotherCardDoesNotGoOn(t *testing.T) {
	sameNumber := flowtest.Passport()
	sameNumber.Kind = "other"
	silent := &flowtest.Card{Document: flowtest.OtherPassport(), Silent: true}
	for name, other := range map[string]*flowtest.Card{"number": {Document: flowtest.OtherPassport()}, "number, no progress": silent} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
				w.lift()
				w.put(other)
				if s := w.note(flow.Pulled, flow.NoteOtherCard); s.Subject.Number != "X00000001" {
					t.Fatal("the other card's person is shown")
				}
				w.f.Cards.Again(flowtest.Reader)
				w.note(flow.Pulled, flow.NoteOtherCard)
				w.lift()
				w.put(passport())
				if s := w.note(flow.Compare, ""); s.Subject.Number != "X00000001" {
					t.Fatal("the right card did not go on")
				}
			})
			drive(t, func(w *walk) {
				w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
				w.lift()
				w.put(other)
				w.note(flow.Pulled, flow.NoteOtherCard)
				w.ok(w.m.Next()) // F2: the other card is the next person's
				if s := w.at(flow.Compare); s.Subject.Number != "X00000002" {
					t.Fatal("F2 did not go on to the other card")
				}
			})
		})
	}
	t.Run("kind", func(t *testing.T) {
		drive(t, func(w *walk) {
			w.toCompare()
			w.put(&flowtest.Card{Document: sameNumber})
			w.note(flow.Compare, flow.NoteCardWaits)
			w.ok(w.m.Reread())
			if s := w.note(flow.Compare, flow.NoteOtherCard); s.DocKind != "emrtd" {
				t.Fatal("a card of another kind took the place of the first")
			}
		})
	})
}

func TestThreeTries(t *testing.T) {
	faulty := &flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}
	drive(t, func(w *walk) {
		for n := 1; n <= flow.MaxTries; n++ {
			w.put(faulty)
			if s := w.problem(flow.Trouble, cardreader.CodeFaulty); s.Tries != n {
				t.Fatalf("try %d shown as %d", n, s.Tries)
			}
			w.lift()
		}
		w.problem(flow.Trouble, cardreader.CodeFaulty) // the other ways stay on the screen
		w.ok(w.m.Next())
		if s := w.at(flow.Ready); s.Tries != 0 {
			t.Fatal("the next person begins with tries")
		}
	})
	drive(t, func(w *walk) {
		for range flow.MaxTries {
			w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
			w.lift()
		}
		s := w.problem(flow.Trouble, cardreader.CodeFaulty)
		if s.Tries != flow.MaxTries || s.Subject != nil {
			t.Fatal("after three pulls other ways are not offered")
		}
		w.put(passport())
		w.at(flow.Compare)
	})
	drive(t, func(w *walk) {
		w.put(faulty)
		w.ok(w.m.Reread())
		if s := w.problem(flow.Trouble, cardreader.CodeFaulty); s.Tries != 2 {
			t.Fatalf("F4 is try %d", s.Tries)
		}
	})
}

// A document that is not proven, not known or over never reaches the comparison, and its bytes are gone at once.
func TestUnusableDocuments(t *testing.T) {
	unsure := flowtest.Passport()
	unsure.Checks[0] = check.Unsure("sod-signature", check.ClockUnsure, "")
	unchecked := flowtest.Passport()
	unchecked.Checks = nil
	for _, tc := range []struct {
		name, code, check, reason string
		doc                       *cardreader.Document
	}{
		{"failed", flow.CodeNotProven, "dg-hashes", "wrong-digest", flowtest.Broken()},
		{"unsure", flow.CodeUnsure, "sod-signature", "clock-unsure", unsure},
		{"unchecked", flow.CodeUnsure, "checks", "not-checked", unchecked},
		{"expired", flow.CodeExpired, "", "", flowtest.Expired()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.put(&flowtest.Card{Document: tc.doc})
				s := w.problem(flow.Trouble, tc.code)
				if s.Problem.Args["Check"] != tc.check || s.Problem.Args["Reason"] != tc.reason || s.Photo != nil {
					t.Fatalf("args %v", s.Problem.Args)
				}
				w.wiped()
				w.refused(w.m.Same(), tc.code)
				for _, input := range []func() error{w.m.SayYes, w.m.NotSame, w.m.ConfirmSpoken, w.m.HandedOver, w.m.PrintAgain,
					func() error { return w.m.Choose("housing-fund", "demo-bank") }} {
					w.refused(input(), flow.CodeKeyNotNow)
				}
				w.lift()
				w.problem(flow.Trouble, tc.code) // the sentence stays while the card goes back
				w.calls()
				w.put(&flowtest.Card{Document: flowtest.OtherPassport()})
				w.at(flow.Compare) // another document goes on by itself
			})
		})
	}
}

func TestLastDayStillCounts(t *testing.T) {
	for date, want := range map[string]flow.Step{"2027-03-01": flow.Compare, "2027-02-28": flow.Trouble, "2027-00-00": flow.Compare,
		"2026-00-00": flow.Trouble, "2027-02-00": flow.Trouble, "2027-03-00": flow.Compare, "": flow.Compare, "9999-12-31": flow.Compare} {
		drive(t, func(w *walk) {
			d := flowtest.Passport()
			d.Subject.Expires = date
			w.put(&flowtest.Card{Document: d})
			w.at(want)
		})
	}
}

func TestExpiresBehindTheLock(t *testing.T) {
	drive(t, func(w *walk) {
		d := flowtest.Passport()
		d.Subject.Expires = "2027-03-01"
		w.put(&flowtest.Card{Document: d})
		w.at(flow.Compare)
		w.f.Clock.Pass(24 * 3600e9)
		w.refused(w.m.Same(), flow.CodeExpired)
		w.problem(flow.Trouble, flow.CodeExpired)
		w.wiped()
	})
}

func TestSecret(t *testing.T) {
	card := func() *flowtest.Card {
		return &flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.CAN, Length: 6}, Value: "123456"}
	}
	drive(t, func(w *walk) {
		w.refused(w.m.GiveSecret(cardreader.CAN, "123456"), flow.CodeKeyNotNow)
		w.put(card())
		if s := w.problem(flow.NeedSecret, ""); s.Need == nil || s.Need.Secret.Kind != cardreader.CAN {
			t.Fatal("what is needed is not told")
		}
		w.refused(w.m.GiveSecret(cardreader.CAN, ""), "card-secret-needed")
		w.ok(w.m.GiveSecret(cardreader.CAN, "000000"))
		w.problem(flow.NeedSecret, "card-secret-wrong")
		w.ok(w.m.GiveSecret(cardreader.CAN, "123456"))
		w.at(flow.Compare)
		w.ok(w.m.Reread())
		w.at(flow.Compare)
	})
	drive(t, func(w *walk) { // the number is read off the card, so the card is lifted
		w.put(card())
		w.lift()
		if s := w.at(flow.NeedSecret); s.OnReader {
			t.Fatal("the card is gone, the State says it lies there")
		}
		w.ok(w.m.GiveSecret(cardreader.CAN, "123456"))
		w.note(flow.NeedSecret, flow.NotePutCardBack)
		w.put(card())
		w.at(flow.Compare)
	})
	drive(t, func(w *walk) { // put back before anything was typed: nothing moves
		w.put(card())
		w.lift()
		before := len(w.seen)
		w.put(card())
		for _, s := range w.seen[before:] {
			if s.Step != flow.NeedSecret {
				t.Fatalf("the field that the clerk types into went away: %v", s.Step)
			}
		}
		w.lift()
		w.put(passport()) // another card, one that needs nothing, goes on
		w.at(flow.Compare)
	})
	drive(t, func(w *walk) {
		w.put(card())
		w.ok(w.m.Back())
		w.note(flow.Ready, flow.NoteCardStill)
	})
}

func TestPINIsNotTriedTwice(t *testing.T) {
	drive(t, func(w *walk) {
		w.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.PIN}, Value: "4711"})
		w.ok(w.m.GiveSecret(cardreader.PIN, "4711"))
		w.at(flow.Compare)
		w.ok(w.m.Reread())
		w.problem(flow.NeedSecret, "")
		w.ok(w.m.Back()) // the first reading is still good
		w.at(flow.Compare)
	})
}

func TestRereadKeepsTheFirstReading(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.lift()
		w.refused(w.m.Reread(), cardreader.CodeNoCard)
		w.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)})
		w.ok(w.m.Reread())
		if s := w.problem(flow.Compare, cardreader.CodeFaulty); blank(s.Photo) || s.Subject == nil {
			t.Fatal("the first reading is gone")
		}
		w.put(passport())
		w.ok(w.m.Reread())
		w.problem(flow.Compare, "")
		first := w.f.Aliases()[0]
		if !blank(first) {
			t.Fatal("the first reading was replaced and not wiped")
		}
		w.ok(w.m.Same())
		w.refused(w.m.Reread(), flow.CodeKeyNotNow)
	})
}
