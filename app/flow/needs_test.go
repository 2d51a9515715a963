package flow_test

import (
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

func pinCard(tries int) *flowtest.Card {
	return &flowtest.Card{Document: flowtest.SocialSecurity(), Secret: cardreader.Secret{Kind: cardreader.PIN, Length: 6}, Value: "123456", Tries: tries}
}

// A card says what would do; any of it is taken, and nothing else.
func TestNeedsAreOffered(t *testing.T) {
	drive(t, func(w *walk) {
		can, mrz := cardreader.Secret{Kind: cardreader.CAN, Length: 6}, cardreader.Secret{Kind: cardreader.MRZ}
		w.put(&flowtest.Card{Document: flowtest.Passport(), Secret: can, Any: []cardreader.Secret{can, mrz}, Value: "123456"})
		s := w.problem(flow.NeedSecret, "")
		if len(s.Needs) != 2 || s.Needs[0].Kind != cardreader.CAN || s.Needs[1].Kind != cardreader.MRZ {
			t.Fatalf("needs %v", s.Needs)
		}
		reads := w.count("read")
		w.refused(w.m.GiveSecret(cardreader.PIN, "123456"), flow.CodeKeyNotNow)
		w.refused(w.m.GiveSecret(cardreader.CAN, "?"), "mrz-check-digit")
		if got := w.count("read"); got != reads {
			t.Fatal("the card was asked for a secret that was mistyped or that it does not want")
		}
		w.ok(w.m.GiveSecret(cardreader.CAN, "123456"))
		w.at(flow.Compare)
	})
}

// Wrong ones are counted; the last try wants a second word, and none is left untried behind the clerk's back.
func TestRetriesStopBeforeTheCardBlocks(t *testing.T) {
	drive(t, func(w *walk) {
		card := pinCard(2)
		w.put(card)
		w.problem(flow.NeedSecret, "")
		w.ok(w.m.GiveSecret(cardreader.PIN, "000000"))
		s := w.problem(flow.NeedSecret, "card-secret-wrong")
		if s.Need.RetriesLeft != 1 || s.Refused != 1 {
			t.Fatalf("left %d, refused %d", s.Need.RetriesLeft, s.Refused)
		}
		reads := w.count("read")
		w.refused(w.m.GiveSecret(cardreader.PIN, "111111"), flow.CodeLastTry)
		if s := w.at(flow.NeedSecret); !s.LastTry || w.count("read") != reads {
			t.Fatal("the last try was taken, or is not told")
		}
		w.refused(w.m.GiveSecret(cardreader.PIN, "222222"), flow.CodeLastTry) // another one is another warning
		w.ok(w.m.GiveSecret(cardreader.PIN, "222222"))
		w.problem(flow.NeedSecret, "card-secret-wrong")
		reads = w.count("read")
		w.refused(w.m.GiveSecret(cardreader.PIN, "123456"), flow.CodeSecretBlocked)
		w.refused(w.m.GiveSecret(cardreader.PIN, "123456"), flow.CodeSecretBlocked)
		if w.count("read") != reads || w.count("secret") != 2 {
			t.Fatalf("a blocked card was asked again: %q", w.f.Calls())
		}
		w.ok(w.m.Back())
		w.at(flow.Ready)
	})
}

func TestRightPINOnTheLastTry(t *testing.T) {
	drive(t, func(w *walk) {
		w.put(pinCard(2))
		w.ok(w.m.GiveSecret(cardreader.PIN, "000000"))
		w.refused(w.m.GiveSecret(cardreader.PIN, "123456"), flow.CodeLastTry)
		w.ok(w.m.GiveSecret(cardreader.PIN, "123456"))
		w.at(flow.Unproven)
	})
}

// While a card waits for its secret, a card on another reader is not taken for it.
func TestAnotherReaderIsNotMixedUp(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Cards.Plug("sim:second")
		w.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.CAN}, Value: "123456"})
		w.at(flow.NeedSecret)
		w.f.Cards.Put("sim:second", &flowtest.Card{Document: flowtest.OtherPassport()})
		w.note(flow.NeedSecret, flow.NoteCardWaits)
		w.ok(w.m.GiveSecret(cardreader.CAN, "123456"))
		if s := w.at(flow.Compare); s.Subject.Number != flowtest.Passport().Subject.Number {
			t.Fatal("the other reader's card was read")
		}
		w.ok(w.m.Next()) // now it is the next person's
		if s := w.at(flow.Compare); s.Subject.Number != flowtest.OtherPassport().Subject.Number {
			t.Fatal("the waiting card was not read")
		}
	})
}

// A clerk's token is named and left alone, whatever the visit is about.
func TestToken(t *testing.T) {
	drive(t, func(w *walk) {
		w.f.Cards.Plug("sim:second")
		w.f.Cards.Put("sim:second", tokenCard())
		s := w.note(flow.Ready, flow.NoteToken)
		if s.NoteArgs["Reader"] != "sim:second" || s.Tries != 0 || s.Problem != nil {
			t.Fatalf("%v, %d tries", s.NoteArgs, s.Tries)
		}
		for _, p := range s.Places {
			if want := map[string]string{"sim:second": "clerk-token"}[p.Reader]; p.Card != want {
				t.Fatalf("%s holds %q", p.Reader, p.Card)
			}
		}
		reads := w.count("read")
		w.f.Cards.Again("sim:second")
		w.refused(w.m.Reread(), cardreader.CodeNoCard) // a token is no card to read
		if w.count("read") != reads {
			t.Fatal("the token was read again")
		}
		w.toCompare()
		w.ok(w.m.Next())
		w.at(flow.Ready)

		w.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.CAN}, Value: "1"})
		w.at(flow.NeedSecret)
		w.lift()
		w.f.Cards.Put("sim:second", tokenCard())
		w.note(flow.NeedSecret, flow.NoteToken)
		w.f.Cards.Lift("sim:second")
		if s := w.at(flow.NeedSecret); s.Note == flow.NoteToken {
			t.Fatal("the note outlives the token")
		}
	})
}

// One reader may be named as the person's: what lies on the others opens nothing, until that one has gone.
func TestPickReader(t *testing.T) {
	named := "–"
	driveWith(t, flow.Options{Reader: func(name string) { named = name }}, nil, func(w *walk) {
		w.f.Cards.Plug("sim:second")
		w.settle()
		w.refused(w.m.PickReader("no such reader"), flow.CodeKeyNotNow)
		w.ok(w.m.PickReader("sim:second"))
		if s := w.note(flow.Ready, flow.NoteReader); s.Citizen != "sim:second" || named != "sim:second" {
			t.Fatalf("citizen %q, told %q", s.Citizen, named)
		}
		w.put(passport())
		w.at(flow.Ready)
		w.f.Cards.Put("sim:second", &flowtest.Card{Document: flowtest.OtherPassport()})
		if s := w.at(flow.Compare); s.Subject.Number != flowtest.OtherPassport().Subject.Number {
			t.Fatal("the wrong reader was read")
		}
		w.ok(w.m.Next())
		w.at(flow.Ready)
		w.f.Cards.Unplug("sim:second") // the only one that is left does it all
		w.at(flow.Compare)
	})
}

// After a restart the printer says what became of a paper; nothing is printed again.
func TestFates(t *testing.T) {
	rows := []desk.LedgerRow{{Serial: "T01-000901", State: desk.StatePrinting, Copies: 0}, {Serial: "T01-000902", State: desk.StatePrinting},
		{Serial: "T01-000903", State: desk.StateSigned}, {Serial: "T01-000904", State: desk.StatePrinted, Copies: 1}, {Serial: "T01-000905", State: desk.StatePrinting}}
	before := func(f *flowtest.Fakes) {
		f.Commit.Leave(rows...)
		f.Press.Remember("T01-000901", flowtest.Found{State: "done"})
		f.Press.Remember("T01-000902", flowtest.Found{State: "queued"})
		f.Press.Remember("T01-000905", flowtest.Found{Err: &desk.Error{Code: "printer-unsure"}})
	}
	driveWith(t, flow.Options{}, before, func(w *walk) {
		want := map[string]flow.Fate{"T01-000901": flow.FateOut, "T01-000902": flow.FateUnderWay, "T01-000903": flow.FateNone, "T01-000904": flow.FateOut, "T01-000905": flow.FateUnsure}
		s := w.at(flow.Ready)
		for serial, fate := range want {
			if s.Fates[serial] != fate {
				t.Errorf("%s: fate %d, want %d", serial, s.Fates[serial], fate)
			}
		}
		for _, serial := range []string{"T01-000901", "T01-000902", "T01-000903", "T01-000905"} {
			w.ok(w.m.ResolveUnfinished(serial, false))
		}
		w.ok(w.m.ResolveUnfinished("T01-000904", true))
		ends := map[string]desk.After{}
		for _, a := range w.f.Commit.Afters() {
			ends[a.Serial] = a
		}
		for serial, want := range map[string]desk.After{
			"T01-000901": {State: desk.StateVoid, Printed: true, Copies: 1}, "T01-000902": {State: desk.StateVoid, Copies: 1},
			"T01-000903": {State: desk.StateSpoiled}, "T01-000904": {State: desk.StateHandedOver, Printed: true, Copies: 1},
			"T01-000905": {State: desk.StateSpoiled},
		} {
			if a := ends[serial]; a.State != want.State || a.Printed != want.Printed || a.Copies != want.Copies || !a.Recovery {
				t.Errorf("%s: %s, printed %v, %d copies", serial, a.State, a.Printed, a.Copies)
			}
		}
		if len(w.f.Press.Printed()) != 0 {
			t.Error("something was printed again")
		}
	})
}
