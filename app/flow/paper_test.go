package flow_test

import (
	"errors"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// Same serial, same bytes, and no second signature.
func TestPrintFaultThenAgain(t *testing.T) {
	drive(t, func(w *walk) {
		w.toPrintFault()
		s := w.problem(flow.PrintFault, "printer-fault")
		if s.Serial != "T01-000001" || s.Printed || s.Copies != 0 {
			t.Fatalf("fault shows %+v", s)
		}
		w.refused(w.m.HandedOver(), flow.CodeKeyNotNow)
		w.refused(w.m.Scanned(w.f.Press.Jobs()[0].Text), flow.CodeKeyNotNow)
		w.refused(w.m.Next(), flow.CodeHandOverOpen)
		w.refused(w.m.NotToday(), flow.CodeHandOverOpen)
		w.refused(w.m.Back(), flow.CodeKeyNotNow)
		w.ok(w.m.PrintAgain())
		w.problem(flow.PrintFault, "printer-fault")
		w.f.Press.Fail(nil, nil)
		w.ok(w.m.PrintAgain())
		w.problem(flow.HandOver, "")
		w.ok(w.m.PrintAgain()) // F8: a second sheet
		if s = w.at(flow.HandOver); s.Copies != 2 {
			t.Fatalf("%d copies", s.Copies)
		}
		if p := w.f.Press.Printed(); len(p) != 2 || p[1].PDF != p[0].PDF+" copy 2" || p[0].Serial != p[1].Serial || p[1].Copy != 2 {
			t.Fatal("the copy is not the same paper, or does not say that it is one")
		}
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
		if w.count("issue") != 1 || w.count("sign") != 1 || w.count("compose") != 2 {
			t.Fatalf("printing again signed again: %q", w.f.Calls())
		}
		if a := w.f.Commit.Afters()[0]; a.Copies != 2 || a.Proved != "serial-seen" || a.State != desk.StateHandedOver {
			t.Fatalf("after: %d copies, proved %q", a.Copies, a.Proved)
		}
		w.wiped()
	})
}

func TestSpoil(t *testing.T) {
	for name, far := range map[string]func(*walk){"fault": (*walk).toPrintFault, "hand-over": (*walk).toHandOver} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				far(w)
				w.refused(w.m.Spoil(""), flow.CodeKeyNotNow)
				w.ok(w.m.Spoil("torn"))
				s := w.note(flow.NotToday, flow.NoteSpoiled)
				w.nobody(s)
				if s.NoteArgs["Serial"] != "T01-000001" {
					t.Fatalf("args %v", s.NoteArgs)
				}
				if a := w.f.Commit.Afters(); len(a) != 1 || a[0].State != desk.StateSpoiled || a[0].Reason != "torn" ||
					a[0].Printed != (name == "hand-over") {
					t.Fatal("the spoiled paper is not on record")
				}
				w.wiped()
				w.refused(w.m.PrintAgain(), flow.CodeKeyNotNow)
			})
		})
	}
}

func TestScanOnHandOver(t *testing.T) {
	drive(t, func(w *walk) {
		w.toHandOver()
		text := w.f.Press.Jobs()[0].Text
		for _, other := range []string{"", "6901234567892", text + "0", text[:len(text)-1]} {
			w.ok(w.m.Scanned(other))
			if s := w.note(flow.HandOver, flow.NoteOtherPaper); s.Proved {
				t.Fatalf("%q proved the paper", other)
			}
		}
		if w.count("finish") != 0 || w.count("mark T01-000001 proved") != 0 {
			t.Fatal("another paper was handed over")
		}
		w.ok(w.m.Scanned(text))
		w.at(flow.Farewell)
	})
}

// A store that fails at the end keeps the paper open; the same key tries again.
func TestFinishFails(t *testing.T) {
	boom := errors.New("flowtest: disk gone")
	drive(t, func(w *walk) {
		w.toHandOver()
		w.f.Commit.Fail("finish", boom)
		w.ok(w.m.HandedOver())
		w.problem(flow.HandOver, desk.CodeInternal)
		w.ok(w.m.Spoil("torn"))
		w.problem(flow.HandOver, desk.CodeInternal)
		w.refused(w.m.Next(), flow.CodeHandOverOpen)
		w.f.Commit.Fail("finish", nil)
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
	})
	drive(t, func(w *walk) {
		w.toHandOver()
		w.f.Commit.Fail("mark", boom)
		w.ok(w.m.Scanned(w.f.Press.Jobs()[0].Text))
		if s := w.problem(flow.HandOver, desk.CodeInternal); !s.Proved {
			t.Fatal("the scan is forgotten")
		}
		w.f.Commit.Fail("mark", nil)
		w.ok(w.m.HandedOver()) // it was scanned before
		w.at(flow.Farewell)
		if a := w.f.Commit.Afters()[0]; a.Proved != "scanned" {
			t.Fatalf("proved %q", a.Proved)
		}
	})
}

// Where the row cannot be moved before printing nothing goes to the printer; after it the paper is out all the same.
func TestMarkFails(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAgree()
		w.f.Commit.Fail("mark", errors.New("flowtest: disk gone"))
		w.ok(w.m.SayYes())
		w.problem(flow.PrintFault, desk.CodeInternal)
		if len(w.f.Press.Printed()) != 0 {
			t.Fatal("printed without a mark")
		}
		w.f.Commit.Fail("mark", nil)
		w.ok(w.m.PrintAgain())
		w.problem(flow.HandOver, "")
	})
	drive(t, func(w *walk) {
		hold := make(chan struct{})
		w.f.Press.Hold(hold)
		w.toAgree()
		w.ok(w.m.SayYes())
		w.at(flow.Issuing)
		w.f.Commit.Fail("mark", errors.New("flowtest: disk gone"))
		close(hold)
		w.problem(flow.HandOver, desk.CodeInternal)
		w.f.Commit.Fail("mark", nil)
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
	})
}

// While the voucher is being made nothing can leave or double it.
func TestIssuingHolds(t *testing.T) {
	drive(t, func(w *walk) {
		hold := make(chan struct{})
		w.f.Press.Hold(hold)
		w.toAgree()
		w.ok(w.m.SayYes())
		s := w.at(flow.Issuing)
		if s.Serial == "" {
			t.Fatal("the serial is not shown while printing")
		}
		for _, input := range []func() error{w.m.SayYes, w.m.SayNo, w.m.Next, w.m.NotToday, w.m.Back, w.m.Same, w.m.HandedOver,
			w.m.PrintAgain, w.m.Reread, w.m.ConfirmSpoken, func() error { return w.m.Spoil("torn") }} {
			w.refused(input(), flow.CodeKeyNotNow)
		}
		w.put(&flowtest.Card{Document: flowtest.OtherPassport()})
		w.ok(w.m.Lock())
		w.nobody(w.at(flow.Locked))
		close(hold)
		w.nobody(w.at(flow.Locked))
		w.ok(w.m.Login(flowtest.Supervisor()))
		w.at(flow.HandOver)
		w.ok(w.m.HandedOver())
		if s := w.at(flow.Compare); s.Subject.Number != "X00000002" {
			t.Fatal("the card that was laid on meanwhile is not read")
		}
		if a := w.f.Commit.Afters()[0]; a.Clerk != "02" {
			t.Fatalf("handed over by %q", a.Clerk)
		}
	})
}

func TestLockResumesExactlyThere(t *testing.T) {
	for _, tc := range []struct {
		step flow.Step
		far  func(*walk)
	}{
		{flow.Ready, func(*walk) {}}, {flow.Compare, (*walk).toCompare}, {flow.Agree, (*walk).toAgree},
		{flow.HandOver, (*walk).toHandOver}, {flow.PrintFault, (*walk).toPrintFault},
		{flow.Spoken, func(w *walk) { w.toAgree(); w.ok(w.m.Spoken()) }},
	} {
		t.Run(tc.step.String(), func(t *testing.T) {
			drive(t, func(w *walk) {
				tc.far(w)
				before := w.at(tc.step)
				w.refused(w.m.Login(flowtest.Clerk()), flow.CodeKeyNotNow)
				w.ok(w.m.Lock())
				w.nobody(w.at(flow.Locked))
				for _, input := range []func() error{w.m.SayYes, w.m.SayNo, w.m.Next, w.m.NotToday, w.m.Back, w.m.Same, w.m.Lock,
					w.m.HandedOver, w.m.Aloud, w.m.Reread, func() error { return w.m.Scanned("x") }} {
					w.refused(input(), flow.CodeLocked)
				}
				w.refused(w.m.Login(desk.Clerk{ID: "03", Roles: []desk.Role{desk.RoleAuditor}}), flow.CodeRole)
				w.refused(w.m.Login(desk.Clerk{}), flow.CodeRole)
				next := flowtest.Supervisor()
				if tc.step == flow.Agree || tc.step == flow.Spoken { // another clerk compares first, see TestHandOverBetweenClerks
					next = flowtest.Clerk()
				}
				w.ok(w.m.Login(next))
				after := w.at(tc.step)
				if after.Clerk.ID != next.ID || after.Serial != before.Serial || (after.Subject == nil) != (before.Subject == nil) ||
					len(after.Photo) > 0 && blank(after.Photo) || len(after.Unfinished) != 0 {
					t.Fatal("the visit is not what it was")
				}
			})
		})
	}
}

// Behind the lock no card opens a visit, and the one that lies there does so at login.
func TestCardBehindTheLock(t *testing.T) {
	drive(t, func(w *walk) {
		w.ok(w.m.Lock())
		w.put(passport())
		w.at(flow.Locked)
		if len(w.f.Aliases()) != 0 {
			t.Fatal("a card was read behind the lock")
		}
		w.f.Cards.Unplug(flowtest.Reader)
		w.settle()
		w.f.Cards.Plug(flowtest.Reader)
		w.put(passport())
		w.ok(w.m.Login(flowtest.Clerk()))
		w.at(flow.Compare)
	})
}

func TestPowerCut(t *testing.T) {
	left := []desk.LedgerRow{{Serial: "T01-000007", State: desk.StateSigned, Day: "2027-02-28"},
		{Serial: "T01-000008", State: desk.StatePrinted, Day: "2027-02-28", Copies: 1},
		{Serial: "T01-000009", State: desk.StateHandedOver}}
	driveWith(t, flow.Options{}, func(f *flowtest.Fakes) { f.Commit.Leave(left...) }, func(w *walk) {
		if s := w.at(flow.Ready); len(s.Unfinished) != 2 || s.Unfinished[0].Serial != "T01-000007" {
			t.Fatalf("unfinished: %v", s.Unfinished)
		}
		w.refused(w.m.ResolveUnfinished("T01-000009", true), flow.CodeKeyNotNow)
		w.f.Commit.Fail("finish", errors.New("flowtest: disk gone"))
		w.ok(w.m.ResolveUnfinished("T01-000007", false))
		if s := w.problem(flow.Ready, desk.CodeInternal); len(s.Unfinished) != 2 {
			t.Fatal("a failed answer took the row off the list")
		}
		w.f.Commit.Fail("finish", nil)
		w.ok(w.m.ResolveUnfinished("T01-000007", false))
		w.toHandOver() // the list does not stand in the way of a visit
		if s := w.at(flow.HandOver); len(s.Unfinished) != 1 {
			t.Fatalf("unfinished: %v", s.Unfinished)
		}
		w.ok(w.m.Lock())
		w.ok(w.m.Login(flowtest.Clerk())) // asks the store again: the one in hand is not on the list
		if s := w.at(flow.HandOver); len(s.Unfinished) != 1 || s.Unfinished[0].Serial != "T01-000008" {
			t.Fatalf("unfinished: %v", s.Unfinished)
		}
		w.ok(w.m.HandedOver())
		w.ok(w.m.ResolveUnfinished("T01-000008", true))
		if s := w.at(flow.Farewell); len(s.Unfinished) != 0 {
			t.Fatalf("unfinished: %v", s.Unfinished)
		}
		for i, want := range []desk.After{{State: desk.StateSpoiled, Reason: "power-cut", Recovery: true},
			{State: desk.StateHandedOver}, {State: desk.StateHandedOver, Recovery: true}} {
			a := w.f.Commit.Afters()[i]
			if a.State != want.State || a.Reason != want.Reason || a.Recovery != want.Recovery || a.Clerk != "01" {
				t.Fatalf("after %d: %+v", i, a.State)
			}
		}
	})
}

// An answer of the store that the end of a voucher has overtaken is not shown.
func TestOvertakenListOfUnfinished(t *testing.T) {
	drive(t, func(w *walk) {
		w.toHandOver()
		hold := make(chan struct{})
		w.f.Commit.HoldUnfinished(hold)
		w.ok(w.m.Lock())
		w.ok(w.m.Login(flowtest.Clerk()))
		w.ok(w.m.HandedOver())
		close(hold)
		if s := w.at(flow.Farewell); len(s.Unfinished) != 0 {
			t.Fatalf("unfinished: %v", s.Unfinished)
		}
	})
}

// The document has done its work when the voucher is signed; the paper stays until it is handed over.
func TestDocumentIsWipedWhenSigned(t *testing.T) {
	drive(t, func(w *walk) {
		w.toHandOver()
		s, documents := w.m.State(), 1+len(flowtest.Passport().Raw)
		for i, b := range w.f.Aliases() {
			if i < documents && !blank(b) {
				t.Fatal("the document is still there")
			}
		}
		if s.Photo != nil || blank(s.Preview) {
			t.Fatal("the paper cannot be shown")
		}
	})
}

// Next asks nothing before the Yes and wipes.
func TestNextAndNotTodayWipe(t *testing.T) {
	for name, far := range map[string]func(*walk){
		"reading": func(w *walk) { w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})}) },
		"compare": (*walk).toCompare, "agree": (*walk).toAgree, "spoken": func(w *walk) { w.toAgree(); w.ok(w.m.Spoken()) },
		"pulled": func(w *walk) {
			w.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
			w.lift()
		},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				far(w)
				w.ok(w.m.SetLang("en"))
				w.ok(w.m.Next())
				s := w.at(flow.Ready)
				w.nobody(s)
				if s.Lang != "zh-Hans" {
					t.Fatal("the next person begins in the last one's language")
				}
				w.wiped()
				w.calls()
			})
			drive(t, func(w *walk) {
				far(w)
				w.ok(w.m.SetLang("en"))
				w.ok(w.m.NotToday())
				s := w.at(flow.NotToday)
				w.nobody(s)
				if s.Lang != "en" {
					t.Fatal("the neutral word is not in the person's language")
				}
				w.wiped()
				w.calls()
				w.refused(w.m.NotToday(), flow.CodeKeyNotNow)
				w.ok(w.m.Back())
				w.at(flow.Ready)
			})
		})
	}
}

// States come in order, one at a time, and a subscriber may press a key from inside.
func TestSubscribe(t *testing.T) {
	drive(t, func(w *walk) {
		inside, calls := 0, 0
		cancel := w.m.Subscribe(func(s flow.State) {
			inside++
			if inside != 1 {
				t.Error("called while it was being called")
			}
			if s.Step == flow.Compare {
				if err := w.m.Same(); err != nil {
					t.Error(err)
				}
				if blank(s.Photo) {
					t.Error("the photo was wiped before it was shown")
				}
			}
			calls++
			inside--
		})
		w.put(passport())
		w.at(flow.Choose)
		var steps []flow.Step
		for _, s := range w.seen {
			if n := len(steps); n == 0 || steps[n-1] != s.Step {
				steps = append(steps, s.Step)
			}
		}
		want := []flow.Step{flow.Locked, flow.Ready, flow.Reading, flow.Compare, flow.Choose}
		if len(steps) < 4 || steps[len(steps)-1] != flow.Choose {
			t.Fatalf("steps %v, want %v", steps, want)
		}
		cancel()
		before := calls
		w.ok(w.m.Next())
		if calls != before {
			t.Fatal("called after cancel")
		}
	})
}
