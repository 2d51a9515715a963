package flow_test

import (
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"

	"github.com/fxamacker/cbor/v2"
)

func helperCard() *flowtest.Card { return &flowtest.Card{Document: flowtest.OtherPassport()} }

func terms() desk.MandateTerms {
	return desk.MandateTerms{Scopes: []string{"train-ticket", "housing-fund"}, Days: 182, Uses: 6, Relation: "child"}
}

// toHelper has the person identified and the step wait for the helper's card.
func (w *walk) toHelper() {
	w.t.Helper()
	w.toCompare()
	w.ok(w.m.Same())
	w.ok(w.m.Helper())
	w.at(flow.HelperCard)
}

func (w *walk) toAside() {
	w.t.Helper()
	w.toHelper()
	w.lift()
	w.put(helperCard())
	w.at(flow.HelperFace)
	w.ok(w.m.HelperSame())
	w.at(flow.HelperTerms)
	w.ok(w.m.Mandate(terms()))
	w.at(flow.Aside)
}

// Two identities, one mandate, the person's own Yes with the helper aside; all of it in the record, nothing left in memory.
func TestMandate(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAside()
		for _, early := range []func() error{w.m.SayYes, w.m.Spoken, w.m.HandedOver} {
			w.refused(early(), flow.CodeKeyNotNow) // nobody is asked before the helper stands aside
		}
		w.ok(w.m.SteppedAside())
		s := w.at(flow.Agree)
		if s.Mandate == nil || s.Helper == nil || s.Subject.Name() != "样本美" || s.Helper.Subject.Name() != "样本二" {
			t.Fatalf("asked about %v %v", s.Mandate, s.Helper)
		}
		if d := s.Expires.Sub(w.f.Clock.Now()); d > 182*24*time.Hour || d < 181*24*time.Hour {
			t.Fatalf("for %v", d)
		}
		w.ok(w.m.Aloud())
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		m := w.f.Mandates.Signed()[0]
		if !m.Principal.Is("emrtd", "X00000001") || !m.Helper.Is("emrtd", "X00000002") || m.Uses != 6 || len(m.Scopes) != 2 || len(w.f.Signer.Signed()) != 0 {
			t.Fatalf("signed %v with %d scopes", m, len(m.Scopes))
		}
		var b desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &b); err != nil {
			t.Fatal(err)
		}
		if b.Mode != desk.ModeHelper || b.Mandate == nil || !b.Mandate.Aside || b.Mandate.Relation != "child" || b.Consent.Answer != desk.YesOwn ||
			b.Consent.TextID != flow.MandateText || b.Consent.ReadAloud != 1 || b.Mandate.Helper.Number != "X00000002" {
			t.Fatalf("the record says %s %+v", b.Mode, b.Consent)
		}
		if row := w.f.Commit.Rows()["T01-000001"]; row.Flags[0] != flow.FlagMandate || row.Purpose != desk.PurposeMandate || row.Audience != "" {
			t.Fatalf("row %+v", row)
		}
		w.ok(w.m.HandedOver())
		w.at(flow.Farewell)
		w.wiped()
		if n, _ := w.f.Mandates.Live(t.Context(), "emrtd", "X00000002"); n != 1 {
			t.Errorf("%d live mandates", n)
		}
	})
}

// No is neutral and leaves nothing, and neither does turning back at any step.
func TestMandateRefused(t *testing.T) {
	drive(t, func(w *walk) {
		w.toAside()
		w.ok(w.m.SteppedAside())
		w.ok(w.m.SayNo())
		w.nobody(w.at(flow.NotToday))
		w.calls()
		w.wiped()
	})
	drive(t, func(w *walk) {
		w.toAside()
		w.ok(w.m.Back())
		w.at(flow.HelperTerms)
		w.ok(w.m.Back())
		w.at(flow.HelperFace)
		w.ok(w.m.Back())
		if s := w.at(flow.Choose); s.Helper != nil || s.Mandate != nil {
			t.Fatal("the helper is still shown")
		}
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		if len(w.f.Mandates.Signed()) != 0 {
			t.Error("a mandate was signed")
		}
	})
}

func TestHelpersCard(t *testing.T) {
	for name, tc := range map[string]struct {
		card *flowtest.Card
		code string
	}{
		"the person's own": {passport(), flow.CodeHelperSame},
		"nobody can prove": {social(), flow.CodeHelperProof},
		"unknown issuer":   {&flowtest.Card{Document: flowtest.Foreign()}, flow.CodeHelperProof},
		"disproven":        {&flowtest.Card{Document: flowtest.Broken()}, flow.CodeNotProven},
		"expired":          {&flowtest.Card{Document: flowtest.Expired()}, flow.CodeExpired},
		"cannot be read":   {&flowtest.Card{Err: cardreader.NewError(cardreader.CodeFaulty, nil, nil)}, cardreader.CodeFaulty},
	} {
		t.Run(name, func(t *testing.T) {
			drive(t, func(w *walk) {
				w.toHelper()
				w.lift()
				w.put(tc.card)
				w.problem(flow.HelperCard, tc.code)
				w.lift()
				w.put(helperCard()) // another way on: the right card
				w.at(flow.HelperFace)
				w.ok(w.m.Next())
				w.wiped()
			})
		})
	}
}

// A helper's card with a secret asks for it; the person's own reader stays theirs where there are two.
func TestHelpersSecret(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Cards.Plug("second reader")
		w.settle()
		w.toHelper()
		card := helperCard()
		card.Secret, card.Value = cardreader.Secret{Kind: cardreader.CAN, Length: 6}, "123456"
		w.f.Cards.Put("second reader", card)
		w.settle()
		if s := w.at(flow.HelperCard); !s.Helper.Asks || len(s.Needs) != 1 {
			t.Fatalf("asks %v", s.Helper.Asks)
		}
		w.ok(w.m.HelperRead(cardreader.CAN, "000000"))
		if s := w.at(flow.HelperCard); s.Refused != 1 || s.Problem == nil {
			t.Fatalf("refused %d", s.Refused)
		}
		w.ok(w.m.HelperRead(cardreader.CAN, "123456"))
		w.at(flow.HelperFace)
	})
}

func TestHelperCap(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Mandates.Have("emrtd", "X00000002", desk.DefaultHelperCap)
		w.toHelper()
		w.lift()
		w.put(helperCard())
		w.at(flow.HelperFace)
		w.refused(w.m.HelperSame(), flow.CodeHelperCap)
		w.problem(flow.HelperFace, flow.CodeHelperCap)
	})
}

func TestMandateTerms(t *testing.T) {
	drive(t, func(w *walk) {
		w.toHelper()
		w.lift()
		w.put(helperCard())
		w.ok(w.m.HelperSame())
		for name, edit := range map[string]func(*desk.MandateTerms){
			"no scope":    func(m *desk.MandateTerms) { m.Scopes = nil },
			"not offered": func(m *desk.MandateTerms) { m.Scopes = []string{"marriage"} },
			"two days":    func(m *desk.MandateTerms) { m.Days = 2 },
			"no use":      func(m *desk.MandateTerms) { m.Uses = 0 },
			"stranger":    func(m *desk.MandateTerms) { m.Relation = "stranger" },
		} {
			m := terms()
			edit(&m)
			t.Log(name)
			w.refused(w.m.Mandate(m), flow.CodeTerms)
		}
	})
}

// Help with the device is no representation: the voucher is the person's, and only the record says that somebody was there.
func TestTechnicalHelpOnly(t *testing.T) {
	drive(t, func(w *walk) {
		w.toCompare()
		w.ok(w.m.Same())
		w.ok(w.m.HelpOnly())
		w.ok(w.m.Choose("housing-fund", "demo-bank"))
		w.ok(w.m.SayYes())
		w.at(flow.HandOver)
		var b desk.Before
		if err := cbor.Unmarshal([]byte(w.f.Commit.Befores()["T01-000001"]), &b); err != nil {
			t.Fatal(err)
		}
		if row := w.f.Commit.Rows()["T01-000001"]; b.Mode != desk.ModeHelpOnly || b.Mandate != nil || !strings.Contains(strings.Join(row.Flags, ","), flow.FlagHelpOnly) {
			t.Fatalf("mode %s, flags %v", b.Mode, row.Flags)
		}
		if w.f.Signer.Signed()[0].Terms.RepresentedBy != "" {
			t.Error("the voucher names a representative")
		}
	})
}
