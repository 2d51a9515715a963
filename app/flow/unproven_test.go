package flow_test

import (
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

func social() *flowtest.Card { return &flowtest.Card{Document: flowtest.SocialSecurity()} }

// By default nothing is issued on a document that nobody can prove. It is shown, field by field, and the next one goes on.
func TestUnprovenIsNotForVouchers(t *testing.T) {
	for name, tc := range map[string]struct {
		card         *flowtest.Card
		code, reason string
	}{
		"kind without a signature": {social(), flow.CodeUnsure, "not-supported"},
		"unknown issuer":           {&flowtest.Card{Document: flowtest.Foreign()}, flow.CodeIssuerUnknown, "unknown-issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.put(tc.card)
				s := w.problem(flow.Unproven, tc.code)
				if !s.Lower || s.Signed.Verdict != check.Indeterminate || string(s.Signed.Reason) != tc.reason || len(s.Proofs) == 0 || len(s.Purposes) != 0 {
					t.Fatalf("lower %v, signed %+v, %d proofs, %d purposes", s.Lower, s.Signed, len(s.Proofs), len(s.Purposes))
				}
				w.refused(w.m.Accept(), flow.CodeNotForVoucher)
				for _, input := range []func() error{w.m.Same, w.m.SayYes, w.m.ConfirmSpoken, w.m.HandedOver} {
					w.refused(input(), flow.CodeKeyNotNow)
				}
				w.lift()
				w.at(flow.Unproven)
				w.put(passport())
				w.at(flow.Compare)
				w.ok(w.m.Next())
				w.lift()
				w.calls()
				w.wiped()
			})
		})
	}
}

// Where the bundle takes it, the voucher is narrower and shorter, and two clerks have looked.
func TestUnprovenWithTerms(t *testing.T) {
	before := func(f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(true)) }
	driveWith(t, flow.Options{}, before, func(w *walk) {
		w.put(social())
		s := w.problem(flow.Unproven, flow.CodeUnsure)
		if len(s.Purposes) != 1 || s.Purposes[0].Code != "train-ticket" {
			t.Fatalf("offered %d", len(s.Purposes))
		}
		w.ok(w.m.Accept())
		w.at(flow.Compare)
		w.ok(w.m.NotSame())
		w.ok(w.m.Back())
		w.at(flow.Compare)
		w.ok(w.m.Same())
		w.refused(w.m.Choose("housing-fund", "demo-bank"), flow.CodeChoice)
		w.ok(w.m.Choose("train-ticket", "demo-rail"))
		w.at(flow.Second)
		w.refused(w.m.SayYes(), flow.CodeKeyNotNow)
		w.refused(w.m.Seconded(flowtest.Clerk()), flow.CodeSecondSelf)
		w.refused(w.m.Seconded(desk.Clerk{ID: "03", Roles: []desk.Role{desk.RoleAuditor}}), flow.CodeRole)
		w.ok(w.m.Seconded(flowtest.Supervisor()))
		s = w.at(flow.Agree)
		if life := s.Expires.Sub(w.f.Clock.Now()); life > 24*time.Hour {
			t.Fatalf("good for %v", life)
		}
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		var before desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &before); err != nil {
			t.Fatal(err)
		}
		if !before.Identified.Unproven || before.Identified.Second != "02" || before.Clerk != "01" {
			t.Fatalf("the record says %+v", before.Identified)
		}
		if row := w.f.Commit.Rows()["T01-000001"]; len(row.Flags) == 0 || row.Flags[0] != flow.FlagUnproven {
			t.Fatalf("flags %v", row.Flags)
		}
		w.ok(w.m.HandedOver())
		w.wiped()
	})
}

func TestUnprovenWithoutSecond(t *testing.T) {
	before := func(f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(false)) }
	driveWith(t, flow.Options{}, before, func(w *walk) {
		w.put(social())
		w.ok(w.m.Accept())
		w.ok(w.m.Same())
		w.ok(w.m.Choose("train-ticket", "demo-rail"))
		w.at(flow.Agree)
	})
}

// What else is undecided is not a question of who issued the card.
func TestOnlyTheIssuerMayBeUndecided(t *testing.T) {
	d := flowtest.SocialSecurity()
	d.Checks = append(d.Checks, check.Unsure("validity", check.ClockUnsure, ""))
	failed := flowtest.SocialSecurity()
	failed.Checks = append(failed.Checks, check.Fail("validity", check.Expired, ""))
	for _, tc := range []struct {
		card *flowtest.Card
		code string
	}{{&flowtest.Card{Document: d}, flow.CodeUnsure}, {&flowtest.Card{Document: failed}, flow.CodeExpired}} {
		before := func(f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(false)) }
		driveWith(t, flow.Options{}, before, func(w *walk) {
			w.put(tc.card)
			w.problem(flow.Trouble, tc.code)
			w.wiped()
		})
	}
}

// Every character that was repaired or is rare is compared before the face is.
func TestNameIsCompared(t *testing.T) {
	drive(t, func(w *walk) {
		w.put(&flowtest.Card{Document: flowtest.Rare()})
		s := w.at(flow.Compare)
		if len(s.Doubts) != 2 || s.Doubts[0].From != 0xE82C || s.Doubts[0].Read != 0x9FB5 || s.Doubts[1].From != 0x20087 {
			t.Fatalf("%d doubts", len(s.Doubts))
		}
		w.refused(w.m.Same(), flow.CodeNameDoubt)
		w.ok(w.m.ConfirmName(0))
		w.refused(w.m.Same(), flow.CodeNameDoubt)
		w.refused(w.m.CorrectName(1, 0xE000), flow.CodeNameCharacter)
		w.refused(w.m.CorrectName(1, '\u200B'), flow.CodeNameCharacter)
		w.refused(w.m.CorrectName(2, '明'), flow.CodeKeyNotNow)
		w.ok(w.m.CorrectName(1, '明'))
		if s = w.at(flow.Compare); s.Subject.FullName != "样\u9FB5明" {
			t.Fatal("the name is not what the clerk said")
		}
		w.ok(w.m.Same())
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		var before desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &before); err != nil {
			t.Fatal(err)
		}
		want := []desk.NameCharacter{{At: 1, From: 0xE82C, As: 0x9FB5, How: "confirmed"}, {At: 2, From: 0x20087, As: '明', How: "entered"}}
		if len(before.Names) != 2 || before.Names[0] != want[0] || before.Names[1] != want[1] || before.Person.Name != "样\u9FB5明" {
			t.Fatal("the record does not say what was compared")
		}
		if got := w.f.Press.Jobs()[0].Person.Name; got != "样\u9FB5明" {
			t.Fatal("another name is printed")
		}
	})
}

// A character that no table knows cannot be confirmed unseen only where nothing can be drawn of it; an ordinary name has
// nothing to compare.
func TestOrdinaryNamesHaveNoDoubts(t *testing.T) {
	for name, want := range map[string]int{"样本美": 0, "LINDEN MEI": 0, "买买提·样本": 0, "买买提•样本": 1, "样㐀": 1, "样\uE000": 1, "样\u200B本": 1, "样\U00030000": 1,
		"ÅSA-MARIE O'NEIL": 0, "สมหญิง ตัวอย่าง": 0} {
		d := flowtest.Passport()
		d.Subject.FullName = name
		drive(t, func(w *walk) {
			w.put(&flowtest.Card{Document: d})
			if got := len(w.at(flow.Compare).Doubts); got != want {
				t.Errorf("a name of %d characters has %d doubts, want %d", len([]rune(name)), got, want)
			}
		})
	}
}
