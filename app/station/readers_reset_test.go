//go:build cgo && linux

package station

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
	"bangban/cardreader/pcsc"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// Another program resets the card in the middle of a reading, as soon as the transaction lets it: once, and nobody
// notices; twice, and the clerk is told.
func TestResetIsReadAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		resets int
		code   string
	}{"never": {0, ""}, "once": {1, ""}, "twice": {2, cardreader.CodeReaderBusy}} {
		t.Run(name, func(t *testing.T) {
			service := pcscdtest.Start(t)
			cards, err := OpenCards(t.Context(), Options{Dir: t.TempDir() + "/st", Training: true})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			card, err := sim.Open("emrtd")
			if err != nil {
				t.Fatal(err)
			}
			session, err := vpcd.Insert(ctx, service.Addr(0), card)
			if err != nil {
				t.Fatal(err)
			}
			defer session.Remove()
			reader := vpcd.Readers()[0]
			events, err := cards.Watch(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for e := range events {
				if e.Reader == reader && e.Kind == cardreader.Present {
					break
				}
			}
			left, armed := tc.resets, false
			d, err := cards.Read(ctx, reader, sim.Secrets("emrtd"), func(p cardreader.Progress) {
				if p.Stage == cardreader.Opening {
					armed = true
				}
				if p.Stage == cardreader.Details && left > 0 && armed {
					left, armed = left-1, false
					resetCard(t, reader)
				}
			})
			if left != 0 {
				t.Errorf("%d resets were not made", left)
			}
			if tc.code == "" {
				if err != nil || d.Subject.Number == "" {
					t.Fatalf("%v", err)
				}
				return
			}
			var e *cardreader.Error
			if !errors.As(err, &e) || e.Code() != tc.code || !errors.Is(err, pcsc.ErrReset) {
				t.Fatalf("%v, want %s", err, tc.code)
			}
		})
	}
}

// resetCard is the other program: it waits for its turn and resets the card.
func resetCard(t *testing.T, reader string) {
	c, err := scard.EstablishContext()
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Release()
	card, err := c.Connect(reader, scard.ShareShared, scard.ProtocolAny)
	if err == nil {
		err = card.BeginTransaction() // ours ends by itself when no command follows
	}
	if err == nil {
		err = card.Disconnect(scard.ResetCard)
	}
	if err != nil {
		t.Error(err)
	}
}
