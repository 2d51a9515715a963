package flow_test

import (
	"testing"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// A clerk's card that was found out otherwise is neither read nor said to wait; the visit's own card is held, also behind the
// lock, until it is lifted or another lies there.
func TestStaffCard(t *testing.T) {
	drive(t, func(w *walk) {
		if w.m.Holds() != "" {
			t.Fatal("nothing lies there")
		}
		w.toCompare()
		if w.m.Holds() != flowtest.Reader {
			t.Fatalf("holds %q", w.m.Holds())
		}
		reads := w.count("read")
		w.f.Cards.Plug("sim:second")
		w.f.Cards.Put("sim:second", tokenCard())
		w.note(flow.Compare, flow.NoteCardWaits)
		w.m.StaffCard("sim:none") // no such reader: nothing happens
		w.m.StaffCard("sim:second")
		if s := w.at(flow.Compare); s.Note != "" {
			t.Fatalf("note %q", s.Note)
		}
		w.ok(w.m.Lock())
		if w.m.Holds() != flowtest.Reader {
			t.Fatal("behind the lock it is held still")
		}
		w.ok(w.m.Login(flowtest.Clerk()))
		w.ok(w.m.Next())
		w.at(flow.Ready)
		if n := w.count("read"); n != reads {
			t.Errorf("%d readings: the clerk's card was read", n-reads)
		}
	})
}

// Another card in the place of the visit's, behind the lock, is not the visit's.
func TestHoldsOneCard(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Lock())
		w.f.Cards.Swap(flowtest.Reader, tokenCard())
		w.settle()
		if w.m.Holds() != "" {
			t.Errorf("holds %q", w.m.Holds())
		}
	})
}
