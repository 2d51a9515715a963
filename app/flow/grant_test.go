package flow_test

import (
	"errors"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"

	"github.com/fxamacker/cbor/v2"
)

// toGrantCard has a good mandate scanned.
func (w *walk) toGrantCard() {
	w.t.Helper()
	w.ok(w.m.Grant())
	w.at(flow.GrantScan)
	w.ok(w.m.Scanned(flowtest.GrantText))
	w.at(flow.GrantCard)
}

func (w *walk) toGrantAgree() {
	w.t.Helper()
	w.toGrantCard()
	w.put(helperCard())
	w.at(flow.Compare)
	w.ok(w.m.Same())
	w.ok(w.m.Choose("train-ticket", "demo-rail"))
	w.at(flow.Second)
	w.refused(w.m.Seconded(flowtest.Clerk()), flow.CodeSecondSelf)
	w.ok(w.m.Seconded(flowtest.Supervisor()))
	w.at(flow.Agree)
}

// A helper comes alone: the mandate, the helper's card and face, two clerks, the helper's Yes. The voucher is the person's,
// names who acts, is bound to the helper's document, says no more than the name, and lasts a day.
func TestGrant(t *testing.T) {
	drive(t, func(w *walk) {
		w.toGrantAgree()
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		v := w.f.Signer.Signed()[0]
		if v.Holder.FullName != "样本美" || v.Terms.RepresentedBy != "样本二" || v.Holder.BirthDate != "" || v.Expires.Sub(v.IssuedAt) != flow.GrantLife ||
			!v.MatchesDocument("emrtd", "X00000002") || v.MatchesDocument("emrtd", "X00000001") {
			t.Fatalf("signed for %v: %v", v.Expires.Sub(v.IssuedAt), v)
		}
		var b desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &b); err != nil {
			t.Fatal(err)
		}
		if b.Mode != desk.ModeGrant || b.Grant == nil || b.Grant.Use != 1 || b.Grant.Helper.Number != "X00000002" || b.Person.Number != "" ||
			b.Consent.TextID != flow.GrantText || b.Identified.Second != "02" {
			t.Fatalf("the record says %s %+v", b.Mode, b.Identified)
		}
		if row := w.f.Commit.Rows()["T01-000001"]; !strings.Contains(strings.Join(row.Flags, ","), flow.FlagGrant) || !flow.Risky(row) {
			t.Fatalf("row %+v", row)
		}
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
		w.wiped()
		w.calls("use", "issue", "sign 1", "compose T01-000001", "commit T01-000001", "mark T01-000001 printing", "print T01-000001 copy 1",
			"mark T01-000001 printed", "finish T01-000001 handed-over")
	})
}

// What is no good is refused by name, and the step stays: another paper may be scanned.
func TestGrantRefused(t *testing.T) {
	drive(t, func(w *walk) {
		w.ok(w.m.Grant())
		for _, code := range []string{flow.CodeGrantFalse, flow.CodeGrantEnded, flow.CodeGrantRevoked, flow.CodeGrantUsed, flow.CodeGrantUnsure, flow.CodeGrantSlip} {
			w.f.Grants.Fail(&desk.Error{Code: code})
			w.ok(w.m.Scanned(flowtest.GrantText))
			w.problem(flow.GrantScan, code)
		}
		w.f.Grants.Fail(nil)
		w.ok(w.m.Scanned("6901234567892"))
		w.problem(flow.GrantScan, flow.CodeGrantNone)
		w.f.Rules.Change(func(_ *flow.Station, _ *desk.Policy, p *[]desk.Purpose, _ *[]desk.Recipient) { *p = (*p)[:2] }) // hotel wants a face
		w.ok(w.m.Scanned(flowtest.GrantText))
		w.problem(flow.GrantScan, flow.CodeGrantNothing)
		w.ok(w.m.Back())
		w.at(flow.Ready)
		w.calls()
	})
}

// Another person's card never goes on with the mandate, nor does it become that person's own visit.
func TestGrantOthersCard(t *testing.T) {
	for name, tc := range map[string]struct {
		card *flowtest.Card
		code string
	}{
		"the person's own": {passport(), flow.CodeGrantHelper},
		"nobody can prove": {social(), flow.CodeHelperProof},
		"disproven":        {&flowtest.Card{Document: flowtest.Broken()}, flow.CodeNotProven},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.toGrantCard()
				w.put(tc.card)
				w.problem(flow.Trouble, tc.code)
				w.lift()
				w.put(helperCard())
				if s := w.at(flow.Compare); s.Grant == nil || s.Subject.Name() != "样本二" {
					t.Fatalf("grant %v", s.Grant)
				}
				w.ok(w.m.Same())
				if s := w.at(flow.Choose); len(s.Purposes) != 1 || s.Purposes[0].Code != "train-ticket" {
					t.Fatalf("offered %v", s.Purposes)
				}
				w.refused(w.m.Helper(), flow.CodeKeyNotNow)
				w.refused(w.m.HelpOnly(), flow.CodeKeyNotNow)
				w.refused(w.m.Choose("housing-fund", "demo-bank"), flow.CodeChoice)
				w.ok(w.m.Next())
				if s := w.at(flow.Ready); s.Grant != nil {
					t.Fatal("the mandate is left")
				}
				w.lift()
				w.put(helperCard()) // the next visit is the person's own
				if s := w.at(flow.Compare); s.Grant != nil {
					t.Fatal("the mandate of the visit before")
				}
			})
		})
	}
}

// A use is counted once a visit, before the signature; the last one gone, nothing is signed.
func TestGrantUses(t *testing.T) {
	drive(t, func(w *walk) {
		w.toGrantAgree()
		w.f.Signer.Fail(errors.New("flowtest: no key"))
		w.ok(w.m.SayYes())
		if w.at(flow.Agree); w.f.Grants.Used() != 1 {
			t.Fatalf("%d uses", w.f.Grants.Used())
		}
		w.f.Signer.Fail(nil)
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		if w.f.Grants.Used() != 1 {
			t.Fatalf("the second try counted again: %d", w.f.Grants.Used())
		}
		w.ok(w.m.HandedOver())
		w.lift()
		w.ok(w.m.Next())
		for range 2 {
			w.lift()
			w.toGrantAgree()
			_ = w.m.SayYes()
			w.settle()
			if w.m.State().Step == flow.HandOver {
				w.ok(w.m.HandedOver())
			}
			w.ok(w.m.Next())
		}
		if n := len(w.f.Signer.Signed()); n != 2 || w.f.Grants.Used() != 2 {
			t.Fatalf("%d signed, %d uses", n, w.f.Grants.Used())
		}
	})
}

// A clock that cannot be relied on stops it at the first step, and a card that lies there before is not taken for anything.
func TestGrantAtOnce(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Clock.Doubt(true)
		w.refused(w.m.Grant(), flow.CodeClockUnsure)
		w.f.Clock.Doubt(false)
		w.ok(w.m.Grant())
		w.put(helperCard())
		w.at(flow.GrantScan)
		w.ok(w.m.Scanned(flowtest.GrantText))
		w.at(flow.Compare)
	})
}
