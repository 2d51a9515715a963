package flow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"

	"github.com/fxamacker/cbor/v2"
)

// withEvidence lets train tickets be bought without a card.
func withEvidence(f *flowtest.Fakes) {
	f.Rules.Change(func(_ *flow.Station, _ *desk.Policy, p *[]desk.Purpose, _ *[]desk.Recipient) {
		for i := range *p {
			if (*p)[i].Code == "train-ticket" {
				(*p)[i].Evidence = &desk.Evidence{Least: 4, Life: 12 * time.Hour, Vouch: true, Attach: true}
			}
		}
	})
}

func typed() flow.Typed {
	return flow.Typed{Name: "样本无", Birth: "1938年05月04日", Number: "hk 123456"}
}

func (w *walk) pieces(codes ...string) {
	w.t.Helper()
	for _, c := range codes {
		w.ok(w.m.Piece(c))
	}
}

func (w *walk) toEvidenceAgree(codes ...string) {
	w.t.Helper()
	w.ok(w.m.NoCard())
	w.at(flow.Evidence)
	w.pieces(codes...)
	w.ok(w.m.Papers(typed()))
	w.at(flow.Compare)
	w.ok(w.m.Same())
	if s := w.at(flow.Choose); len(s.Purposes) != 1 {
		w.t.Fatalf("offered %d purposes", len(s.Purposes))
	}
	w.ok(w.m.Choose("train-ticket", "demo-rail"))
	w.at(flow.Second)
	w.ok(w.m.Seconded(flowtest.Supervisor()))
	w.at(flow.Agree)
}

// Two papers instead of a card: a voucher that is shorter and narrower, bound to the paper with the number, seen by two,
// looked at again at day-end.
func TestEvidence(t *testing.T) {
	driveWith(t, flow.Options{App: "bangban test"}, withEvidence, func(w *walk) {
		w.toEvidenceAgree("utility-bill", "household-book")
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		v := w.f.Signer.Signed()[0]
		if v.Holder.FullName != "样本无" || v.Holder.BirthDate != "" || v.Expires.Sub(v.IssuedAt) != 12*time.Hour || !v.MatchesDocument("household-book", "HK123456") {
			t.Fatalf("signed for %v", v.Expires.Sub(v.IssuedAt))
		}
		var b desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &b); err != nil {
			t.Fatal(err)
		}
		if b.Evidence == nil || b.Evidence.Points != 4 || b.Evidence.Attach || b.Identified.Compare != "papers" || !b.Identified.Unproven || b.Identified.Second != "02" {
			t.Fatalf("the record says %+v %v", b.Identified, b.Evidence)
		}
		row := w.f.Commit.Rows()["T01-000001"]
		if !slices.Contains(row.Flags, flow.FlagEvidence) || slices.Contains(row.Flags, flow.FlagAttach) || !flow.Risky(row) {
			t.Fatalf("flags %v", row.Flags)
		}
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
		w.wiped()
		if strings.Contains(w.log.String(), "样本无") {
			t.Error("the name was logged")
		}
	})
}

// Vouching that is attached by the end of the day is outstanding until a supervisor has seen it.
func TestEvidenceAttached(t *testing.T) {
	driveWith(t, flow.Options{App: "bangban test"}, withEvidence, func(w *walk) {
		w.toEvidenceAgree("household-book", desk.PieceVouch, desk.PieceVouchLater) // the last word stands
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		row := w.f.Commit.Rows()["T01-000001"]
		if !slices.Contains(row.Flags, flow.FlagAttach) {
			t.Fatalf("flags %v", row.Flags)
		}
		r := flow.DayReport{Items: []flow.DayItem{{LedgerRow: row}, {LedgerRow: desk.LedgerRow{Flags: []string{flow.FlagEvidence}}}}}
		if r.Outstanding() != 1 {
			t.Fatalf("%d outstanding", r.Outstanding())
		}
		for word, want := range map[flow.Word]int{flow.HeldOver: 1, flow.Approved: 0, flow.Rejected: 0} {
			if r.Items[0].Word = word; r.Outstanding() != want {
				t.Errorf("%s: %d outstanding", word, r.Outstanding())
			}
		}
	})
}

// What is not enough, and what was mistyped, is said by name and nothing is lost; the way back keeps the papers.
func TestEvidenceRefused(t *testing.T) {
	driveWith(t, flow.Options{App: "bangban test"}, withEvidence, func(w *walk) {
		w.ok(w.m.NoCard())
		w.refused(w.m.Piece("library-card"), flow.CodeKeyNotNow)
		w.pieces("household-book")
		w.refused(w.m.Papers(typed()), flow.CodeEvidenceLow)
		w.pieces("utility-bill")
		for code, edit := range map[string]func(*flow.Typed){
			flow.CodeEvidenceName:   func(t *flow.Typed) { t.Name = "1" },
			flow.CodeEvidenceBirth:  func(t *flow.Typed) { t.Birth = "1938-02-30" },
			flow.CodeEvidenceNumber: func(t *flow.Typed) { t.Number = "" },
		} {
			x := typed()
			edit(&x)
			w.refused(w.m.Papers(x), code)
		}
		for _, birth := range []string{"", "18991231", "20991231", "1938"} {
			x := typed()
			x.Birth = birth
			w.refused(w.m.Papers(x), flow.CodeEvidenceBirth)
		}
		w.ok(w.m.Papers(typed()))
		w.at(flow.Compare)
		w.refused(w.m.Reread(), flow.CodeKeyNotNow)
		w.ok(w.m.NotSame()) // the papers are another's
		if s := w.at(flow.Evidence); len(s.Evidence.Pieces) != 2 || s.Subject != nil {
			t.Fatalf("%v", s.Evidence)
		}
		w.ok(w.m.Papers(typed()))
		w.ok(w.m.Same())
		w.refused(w.m.Helper(), flow.CodeHelperProof)
		w.ok(w.m.NotToday())
		w.nobody(w.at(flow.NotToday))
		w.calls()
	})
}

// Where no purpose is done without a card, the refusal comes at once; a card that cannot be read leads there.
func TestEvidenceAfterTrouble(t *testing.T) {
	drive(t, func(w *walk) {
		w.refused(w.m.NoCard(), flow.CodeEvidenceNone)
		w.problem(flow.Ready, flow.CodeEvidenceNone)
	})
	driveWith(t, flow.Options{App: "bangban test"}, withEvidence, func(w *walk) {
		w.put(&flowtest.Card{Document: flowtest.Broken()})
		w.at(flow.Trouble)
		w.ok(w.m.NoCard())
		w.at(flow.Evidence)
		w.lift()
		w.put(passport()) // the card was found after all: F2 goes on to it
		w.note(flow.Evidence, flow.NoteCardWaits)
		w.ok(w.m.Next())
		w.at(flow.Compare)
	})
}
