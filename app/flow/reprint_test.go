package flow_test

import (
	"fmt"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// handOut issues one voucher, hands it over and gives the text of its code.
func (w *walk) handOut() string {
	w.t.Helper()
	w.put(passport())
	w.at(flow.Compare)
	w.ok(w.m.Same())
	if s := w.m.State(); s.Step == flow.Choose {
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
	}
	w.at(flow.Agree)
	w.ok(w.m.SayYes())
	w.at(flow.HandOver)
	w.ok(w.m.HandedOver())
	w.at(flow.Farewell)
	w.lift()
	w.ok(w.m.Next())
	all := w.f.Signer.Signed()
	v := all[len(all)-1]
	return fmt.Sprintf("FLOWTEST %d %X", v.Terms.Serial, v.ID)
}

// toReprint reads a card again and opens the step that wants the old paper.
func (w *walk) toReprint(card *flowtest.Card) {
	w.t.Helper()
	w.put(card)
	w.at(flow.Compare)
	w.ok(w.m.Same())
	w.ok(w.m.Reprint("worn"))
	w.at(flow.Reprint)
}

// A copy takes the same person's card, the person's own paper and a supervisor. It says which copy it is.
func TestReprintFromOwnPaper(t *testing.T) {
	drive(t, func(w *walk) {
		text := w.handOut()
		w.toReprint(passport())
		w.ok(w.m.Scanned("something else"))
		w.problem(flow.Reprint, flow.CodePaperUnknown)
		w.ok(w.m.Scanned("T01-000001"))
		w.problem(flow.Reprint, flow.CodeReprintScan)
		w.ok(w.m.Scanned(text + "\r\n"))
		w.at(flow.Sanction)
		w.refused(w.m.Sanctioned(flowtest.Clerk()), flow.CodeSupervisor)
		w.ok(w.m.Sanctioned(flowtest.Supervisor()))
		s := w.at(flow.HandOver)
		jobs := w.f.Press.Jobs()
		if j := jobs[len(jobs)-1]; j.Copy != 2 || j.Serial != "T01-000001" || j.Text != text || s.Copies != 2 || len(w.f.Signer.Signed()) != 1 {
			t.Errorf("copy %d of %s, %d copies, %d signatures", j.Copy, j.Serial, s.Copies, len(w.f.Signer.Signed()))
		}
		w.ok(w.m.Scanned(text))
		w.at(flow.Farewell)
		all := w.f.Papers.Reprints()
		if len(all) != 1 || all[0].Approver != flowtest.Supervisor().ID || all[0].Reason != "worn" || all[0].Copies != 2 || all[0].Proved != "scanned" {
			t.Errorf("%+v", all)
		}
		if row := w.f.Commit.Rows()["T01-000001"]; row.State != desk.StateHandedOver {
			t.Error(row.State)
		}
		w.lift()
		w.ok(w.m.Next())
		w.wiped()
	})
}

// What is refused, and why.
func TestReprintRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		code   string
		card   *flowtest.Card
		change func(w *walk)
	}{
		"another person": {flow.CodeReprintPerson, &flowtest.Card{Document: flowtest.OtherPassport()}, nil},
		"void":           {flow.CodeReprintState, passport(), func(w *walk) { w.change(func(r *desk.LedgerRow) { r.State = desk.StateVoid }) }},
		"unproven":       {flow.CodeReprintState, passport(), func(w *walk) { w.change(func(r *desk.LedgerRow) { r.Flags = []string{flow.FlagUnproven} }) }},
		"expired":        {flow.CodeReprintExpired, passport(), func(w *walk) { w.f.Clock.Pass(400 * 24 * time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				text := w.handOut()
				w.toReprint(tc.card)
				if tc.change != nil {
					tc.change(w)
				}
				w.ok(w.m.Scanned(text))
				w.problem(flow.Reprint, tc.code)
				w.ok(w.m.Back())
				w.at(flow.Choose)
				if len(w.f.Papers.Reprints()) != 0 {
					t.Error("a copy was kept")
				}
			})
		})
	}
}

func (w *walk) change(fn func(*desk.LedgerRow)) {
	row := w.f.Commit.Rows()["T01-000001"]
	fn(&row)
	w.f.Commit.Leave(row)
}

// A copy that did not come out right is spoiled; the paper stays what it is.
func TestReprintSpoiled(t *testing.T) {
	drive(t, func(w *walk) {
		text := w.handOut()
		w.toReprint(passport())
		w.ok(w.m.Scanned(text))
		w.at(flow.Sanction)
		w.f.Press.Fail(nil, &desk.Error{Code: "printer-paper-out"})
		w.ok(w.m.Sanctioned(flowtest.Supervisor()))
		w.problem(flow.PrintFault, "printer-paper-out")
		w.ok(w.m.Spoil("paper-bad"))
		s := w.at(flow.NotToday)
		if s.Note != flow.NoteCopySpoiled || w.f.Commit.Rows()["T01-000001"].State != desk.StateHandedOver {
			t.Errorf("note %q, row %v", s.Note, w.f.Commit.Rows())
		}
	})
}

// Another clerk goes on from the comparison, and the person is asked again; where policy says so the visit is wiped.
func TestHandOverBetweenClerks(t *testing.T) {
	for _, wipe := range []bool{false, true} {
		before := func(f *flowtest.Fakes) {
			f.Rules.Change(func(_ *flow.Station, p *desk.Policy, _ *[]desk.Purpose, _ *[]desk.Recipient) { p.WipeOnHandOver = wipe })
		}
		driveWith(t, flow.Options{}, before, func(w *walk) {
			w.put(passport())
			w.at(flow.Compare)
			w.ok(w.m.Same())
			w.ok(w.m.Choose("housing-fund", "demo-bank"))
			w.at(flow.Agree)
			w.ok(w.m.Lock())
			w.at(flow.Locked)
			w.ok(w.m.Login(flowtest.Supervisor()))
			if wipe {
				if s := w.at(flow.Ready); s.Note != flow.NoteHandedOn {
					t.Errorf("note %q", s.Note)
				}
				w.lift()
				w.wiped()
				return
			}
			s := w.at(flow.Compare)
			if s.Note != flow.NoteTakenOver || s.NoteArgs["Clerk"] != flowtest.Clerk().ID {
				t.Errorf("note %q %v", s.Note, s.NoteArgs)
			}
			w.refused(w.m.SayYes(), flow.CodeKeyNotNow)
			w.ok(w.m.Lock())
			w.ok(w.m.Login(flowtest.Supervisor())) // the same clerk goes on where it was
			if s := w.at(flow.Compare); s.Note != flow.NoteTakenOver {
				t.Errorf("note %q", s.Note)
			}
		})
	}
}
