package station_test

import (
	"testing"

	"bangban/app/inbox"
	parcels "bangban/app/queue"
	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// A person asks at a real counter what is held of them; the back office answers; the gateway gives the answer to this
// counter, which opens it with the person's code alone, hands it over, and forgets it.
func TestSubjectOverTheNetwork(t *testing.T) {
	ctx := t.Context()
	f := newRealOffice(t)
	address, box, _ := f.serve("127.0.0.1:0", "", nil)
	s := f.online(address)
	f.hire(s)
	ask := station.SubjectRequest{Ask: parcels.AskHold, Document: &cardreader.Document{Kind: "emrtd",
		Subject: cardreader.Subject{FullName: "SPECIMEN LINDEN", Number: "U00000001"}}}
	s.Lock()
	if _, err := s.Ask(ctx, ask); codeOf(err) != "subject-nobody" {
		t.Fatalf("nobody is logged in: %v", err)
	}
	_, err := s.Login(ctx, "01", station.PIN(f.pins["01"]))
	f.must(err)
	bad := ask
	bad.Document = &cardreader.Document{Kind: "emrtd", Subject: ask.Document.Subject, Checks: []check.Check{check.Fail("chip", check.WrongSignature, "")}}
	if _, err := s.Ask(ctx, bad); codeOf(err) != "subject-card" {
		t.Fatalf("a card that failed: %v", err)
	}
	if _, err := s.Ask(ctx, station.SubjectRequest{Ask: parcels.AskCorrect, Document: ask.Document}); codeOf(err) != "subject-incomplete" {
		t.Fatalf("nothing to correct: %v", err)
	}
	slip, err := s.Ask(ctx, ask)
	f.must(err)
	other, err := s.Ask(ctx, ask)
	f.must(err)
	_, err = s.SendNow(ctx)
	f.must(err)
	if _, err := s.SubjectAnswer(ctx, slip.Number, slip.Code); codeOf(err) != "subject-no-answer" {
		t.Fatalf("before anybody answered: %v", err)
	}
	f.reply(box, 1, "SPECIMEN: nothing")
	got, err := s.SubjectAnswer(ctx, slip.Number, slip.Code) // fetched when it is asked for
	f.must(err)
	if got.Result != parcels.SubjectDone || got.Text != "SPECIMEN: nothing" {
		t.Fatalf("%+v", got)
	}
	if _, err := s.SubjectAnswer(ctx, slip.Number, other.Code); codeOf(err) != "subject-code" {
		t.Fatalf("another person's code: %v", err)
	}
	f.must(s.SubjectGiven(ctx, slip.Number))
	if _, err := s.SubjectAnswer(ctx, slip.Number, slip.Code); codeOf(err) != "subject-no-answer" {
		t.Fatalf("after it was handed over: %v", err)
	}
	f.reply(box, 2, "SPECIMEN: one voucher")
	_, err = s.Deliver(ctx) // fetched with the post
	f.must(err)
	rows, err := s.Subjects(ctx)
	f.must(err)
	if len(rows) != 2 || rows[0].ID != other.Number || rows[0].Answered == "" || rows[0].Given || !rows[1].Given || rows[0].State != "purged" {
		t.Fatalf("%+v", rows)
	}
}

// reply answers the request with a number as the back office does.
func (f *realOffice) reply(box inbox.Store, seq uint64, text string) {
	f.t.Helper()
	held, err := f.inst.HolderKeys()
	f.must(err)
	key, err := parcels.NewHolderKey(held[0].Private())
	f.must(err)
	receipts, err := f.inst.ReceiptSigner()
	f.must(err)
	_, err = inbox.Reply(f.t.Context(), box, inbox.Deps{Store: box, Identify: inbox.Known(f.inst.PEM(), f.clock.Now), Receipts: receipts, Now: f.clock.Now},
		[]*parcels.HolderKey{key}, inbox.Ref{Station: "H12", Epoch: 1, Seq: seq}, parcels.AnswerText{Result: parcels.SubjectDone, Text: text})
	f.must(err)
}
