//go:build cgo && linux

package station_test

import (
	"testing"

	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/piv/pivtest"
	"bangban/cardreader/sim"
	"bangban/cardreader/vpcd"
	"bangban/cardreader/vpcd/pcscdtest"
)

// slot is the reader of a real PC/SC service, and what lies there.
type slot struct {
	t       *testing.T
	service *pcscdtest.Service
	events  <-chan cardreader.Event
	session *vpcd.Session
}

// lay lays a card and waits until the counter sees it; nil takes away what lies there.
func (l *slot) lay(c *sim.Card) {
	l.t.Helper()
	if l.session != nil {
		_ = l.session.Remove() // a card that took itself away
		l.session = nil
		l.await(cardreader.Empty)
	}
	if c == nil {
		return
	}
	var err error
	if l.session, err = vpcd.Insert(l.t.Context(), l.service.Addr(0), c); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = l.session.Remove() })
	l.await(cardreader.Present)
}

func (l *slot) await(k cardreader.EventKind) {
	l.t.Helper()
	for ev := range l.events {
		if ev.Reader == vpcd.Readers()[0] && ev.Kind == k {
			return
		}
	}
	l.t.Fatalf("%v never comes", k)
}

// The way of a login by card through the real PC/SC service, with the same library that the product uses: letter and card,
// card alone, and what goes wrong, each with its reason and nothing opened.
func TestCardBehindService(t *testing.T) {
	service := pcscdtest.Start(t)
	o := newCardOffice(t, nil)
	o.must(o.s.Close())
	o.s = open(t, o.options()) // its readers are those of the service
	events, err := o.s.Cards().Watch(t.Context())
	o.must(err)
	l := &slot{t: t, service: service, events: events}
	l.await(cardreader.Empty)
	ctx := t.Context()

	_, err = o.s.Enrol(ctx, "01", o.codes["01"], byCard(pivtest.PIN))
	o.wantCode("no card", err, "login-card-none")
	mine := o.clerk.Card()
	l.lay(mine)
	if _, err = o.s.Enrol(ctx, "01", o.codes["01"], byCard(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	who, err := o.s.StaffCard(ctx, nil)
	if err != nil || who.Clerk.ID != "01" || !who.Known || who.Reader != vpcd.Readers()[0] {
		t.Fatalf("%+v, %v", who, err)
	}
	if _, err = o.s.Login(ctx, "01", byCard(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	o.s.Lock()
	_, err = o.s.Login(ctx, "01", byCard("111111"))
	o.wantCode("a wrong PIN", err, "login-card-pin")
	l.lay(o.clerk.Copy(t))
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("a copy", err, "login-card-slot")
	l.lay(o.boss.Card())
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("another's card", err, "login-card-other")
	whole := o.clerk.Card()
	l.lay(whole)
	if _, err = o.s.Login(ctx, "01", byCard(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	o.s.Lock()
	for n := whole.Stats().APDUs; n > whole.Stats().APDUs-2; n-- { // VERIFY and GENERAL AUTHENTICATE are the last two
		l.lay(o.clerk.Card(sim.PullAt(n)))
		_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
		o.wantCode("pulled", err, cardreader.CodePulled)
	}
	if n := o.tally("01"); n != 0 {
		t.Errorf("%d tries: a pulled card is none", n)
	}
	l.lay(nil)
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("taken away", err, "login-card-none")
	l.lay(mine) // with one wrong try, forgotten by the right PIN
	if _, err = o.s.Login(ctx, "01", station.Card{PIN: []byte(pivtest.PIN)}); err != nil {
		t.Fatal(err)
	}
}
