package flow_test

import (
	"errors"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
)

// A paper that came out wrong is spoiled and another made in the same visit: the next serial, the same record, nobody asked
// twice, both accounted for.
func TestAgain(t *testing.T) {
	drive(t, func(w *walk) {
		w.toHandOver()
		w.ok(w.m.Again())
		if s := w.at(flow.HandOver); s.Serial != "T01-000002" || s.Copies != 1 || !s.Printed {
			t.Fatalf("%s, copies %d", s.Serial, s.Copies)
		}
		a, b := w.f.Signer.Signed()[0], w.f.Signer.Signed()[1]
		if a.Terms.Before != b.Terms.Before || a.ID == b.ID || a.Subject == b.Subject || b.Holder.FullName != a.Holder.FullName || !b.MatchesDocument("emrtd", "X00000001") || !b.Expires.Equal(a.Expires) {
			t.Fatal("it is another voucher than the person agreed to")
		}
		rows := w.f.Commit.Rows()
		if rows["T01-000001"].State != desk.StateSpoiled || w.f.Commit.Afters()[0].Reason != "made-again" {
			t.Fatalf("the first one is %s", rows["T01-000001"].State)
		}
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
		if rows := w.f.Commit.Rows(); rows["T01-000002"].State != desk.StateHandedOver {
			t.Fatalf("the second one is %s", rows["T01-000002"].State)
		}
		w.wiped()
	})
}

// From a printer that failed too; where the second cannot be signed the visit ends, the first one spoiled, nothing open.
func TestAgainFails(t *testing.T) {
	drive(t, func(w *walk) {
		w.toPrintFault()
		w.f.Press.Fail(nil, nil)
		w.ok(w.m.Again())
		w.at(flow.HandOver)
		w.ok(w.m.HandedOver())
		w.wiped()
	})
	drive(t, func(w *walk) {
		w.toHandOver()
		w.f.Commit.Fail("finish", errors.New("flowtest: the disk is full"))
		w.ok(w.m.Again())
		if s := w.at(flow.HandOver); s.Problem == nil || s.Serial != "T01-000001" {
			t.Fatalf("%v %s", s.Problem, s.Serial)
		}
		w.f.Commit.Fail("finish", nil)
		w.f.Signer.Fail(errors.New("flowtest: no key"))
		w.ok(w.m.Again())
		w.nobody(w.at(flow.NotToday))
		if rows := w.f.Commit.Rows(); len(rows) != 1 || rows["T01-000001"].State != desk.StateSpoiled {
			t.Fatalf("%v", rows)
		}
		w.wiped()
	})
	drive(t, func(w *walk) {
		w.f.Clock.Doubt(false)
		w.toAside()
		w.ok(w.m.SteppedAside())
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		w.refused(w.m.Again(), flow.CodeKeyNotNow) // a mandate is not made again without both people
	})
}
