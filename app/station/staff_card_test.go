package station_test

import (
	"context"
	"testing"

	"bangban/app/station"
	"bangban/cardreader"
	"bangban/cardreader/piv/pivtest"
	"bangban/cardreader/sim"
)

const staffReader = "sim:staff"

// cardOffice is a counter whose two people may have cards, and a reader to lay them on.
type cardOffice struct {
	*realOffice
	s           *station.Station
	reader      *sim.Reader
	clerk, boss *pivtest.Person
	edit        func(map[string]any) // of the bundle
}

// withCards names the clerk's cards on the roster.
func withCards(f *realOffice, cards map[string][]string, more func(map[string]any)) func(map[string]any) {
	return func(src map[string]any) {
		for _, m := range src["roster"].([]any) {
			m := m.(map[string]any)
			if c := cards[m["id"].(string)]; c != nil {
				m["cards"] = c
			}
		}
		if more != nil {
			more(src)
		}
	}
}

func newCardOffice(t *testing.T, more func(map[string]any)) *cardOffice {
	t.Helper()
	o := &cardOffice{realOffice: newRealOffice(t), clerk: pivtest.New(t), boss: pivtest.New(t)}
	o.lists = map[string][]byte{"01.der": o.clerk.Certificate, "02.der": o.boss.Certificate}
	o.edit = withCards(o.realOffice, map[string][]string{"01": {"01.der"}, "02": {"02.der"}}, more)
	opts := o.options()
	ans := o.answer(o.setUp(o.bundle(o.edit)), 0)
	opts.Awaiting = true
	s := open(t, opts)
	o.must(s.Import(t.Context(), ans))
	o.must(s.Close())
	o.open()
	return o
}

// open opens the counter, or opens it again, with its reader empty.
func (o *cardOffice) open() {
	o.t.Helper()
	if o.s != nil {
		o.must(o.s.Close())
	}
	o.s = open(o.t, o.options())
	sys, err := sim.NewSystem()
	o.must(err)
	o.reader = sys.Attach(staffReader)
	o.s.Attach(sys)
}

// wantCode demands a code, and that nobody is logged in.
func (o *cardOffice) wantCode(what string, err error, code string) {
	o.t.Helper()
	if codeOf(err) != code {
		o.t.Errorf("%s: %v, want %s", what, err, code)
	}
	if o.s.Unlocked() {
		o.t.Errorf("%s: the key is open", what)
	}
}

func (o *cardOffice) tally(id string) int {
	o.t.Helper()
	rows, err := o.s.Clerks(context.Background())
	o.must(err)
	for _, r := range rows {
		if r.ID == id {
			return r.Failed
		}
	}
	o.t.Fatal("nobody of that id")
	return 0
}

func byCard(pin string) station.Card { return station.Card{PIN: []byte(pin)} }

// A first login with letter and card, then the card alone; the PIN that nobody chose opens nothing; the counter opened
// again knows the card.
func TestCardLogin(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	o.reader.Insert(o.clerk.Card())
	who, err := o.s.StaffCard(ctx, nil)
	if err != nil || who.Clerk.ID != "01" || who.Known || who.Left != pivtest.Tries || who.Reader != staffReader {
		t.Fatalf("%+v, %v", who, err)
	}
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("before the letter", err, "letter-first")
	_, err = o.s.Enrol(ctx, "01", "0000-0000-0000-0000", byCard(pivtest.PIN))
	o.wantCode("another letter", err, "letter-wrong")
	_, err = o.s.Enrol(ctx, "01", o.codes["01"], byCard("111111"))
	o.wantCode("letter and a wrong PIN", err, "login-card-pin")
	if _, err = o.s.Enrol(ctx, "01", o.codes["01"], byCard(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
	if who, err = o.s.StaffCard(ctx, nil); err != nil || !who.Known {
		t.Fatalf("%+v, %v", who, err)
	}
	c, err := o.s.Login(ctx, "01", byCard(pivtest.PIN))
	if err != nil || c.ID != "01" || !o.s.Unlocked() {
		t.Fatalf("%v, %v", c, err)
	}
	o.s.Lock()
	_, err = o.s.Login(ctx, "01", station.PIN("135790"))
	o.wantCode("a PIN that nobody chose", err, "login-card-here")
	if !o.s.WantsCard("01") || o.s.WantsCard("02") || o.tally("01") != 0 {
		t.Errorf("wants a card: %v, %v; %d tries", o.s.WantsCard("01"), o.s.WantsCard("02"), o.tally("01"))
	}
	o.open()
	o.reader.Insert(o.clerk.Card())
	if _, err = o.s.Login(ctx, "01", byCard(pivtest.PIN)); err != nil {
		t.Fatal(err)
	}
}

// card enrols clerk 01 with the card, which stays on the reader.
func (o *cardOffice) enrol() *sim.Card {
	o.t.Helper()
	c := o.clerk.Card()
	o.reader.Insert(c)
	_, err := o.s.Enrol(o.t.Context(), "01", o.codes["01"], byCard(pivtest.PIN))
	o.must(err)
	return c
}

// Every card that is not the right one, and the right one with a wrong PIN: its own reason, nothing opened, the try counted
// where it was the PIN and given back where it was not.
func TestCardRefused(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	mine := o.enrol()
	for _, tc := range []struct {
		what  string
		lay   *sim.Card
		id    string
		pin   string
		code  string
		tally int
	}{
		{"no card", nil, "01", pivtest.PIN, "login-card-none", 0},
		{"a stranger's card", pivtest.New(t).Card(), "01", pivtest.PIN, "login-card-unknown", 0},
		{"the supervisor's card for the clerk", o.boss.Card(), "01", pivtest.PIN, "login-card-other", 0},
		{"the clerk's card for the supervisor", mine, "02", pivtest.PIN, "letter-first", 0},
		{"a card with a copied certificate", o.clerk.Copy(t), "01", pivtest.PIN, "login-card-slot", 0},
		{"a PIN that no card has", mine, "01", "12", "login-card-form", 0},
		{"somebody who is not on the roster", mine, "77", pivtest.PIN, "login-unknown", 0},
		{"pulled while the PIN is checked", o.clerk.Card(sim.PullAt(4)), "01", pivtest.PIN, cardreader.CodePulled, 0},
		{"pulled while the key agrees", o.clerk.Card(sim.PullAt(5)), "01", pivtest.PIN, cardreader.CodePulled, 0},
		{"a wrong PIN", mine, "01", "111111", "login-card-pin", 1},
		{"another wrong PIN", mine, "01", "111111", "login-card-pin", 2},
		{"the last wrong PIN", mine, "01", "111111", "login-card-blocked", 2}, // the card says that it is blocked, not that the PIN was wrong
		{"a blocked card and the right PIN", mine, "01", pivtest.PIN, "login-card-blocked", 2},
	} {
		o.reader.Remove()
		if tc.lay != nil {
			o.reader.Insert(tc.lay)
		}
		_, err := o.s.Login(ctx, tc.id, byCard(tc.pin))
		o.wantCode(tc.what, err, tc.code)
		if tc.id == "01" && o.tally("01") != tc.tally {
			t.Errorf("%s: %d tries, want %d", tc.what, o.tally("01"), tc.tally)
		}
	}
	o.reader.Remove()
	o.reader.Insert(mine)
	if who, err := o.s.StaffCard(ctx, nil); codeOf(err) != "login-card-blocked" || who.Clerk.ID != "01" {
		t.Errorf("a blocked card: %v", err)
	}
	o.reader.Insert(o.clerk.Card()) // control: the card again with all its tries; a right PIN forgets ours
	if _, err := o.s.Login(ctx, "01", byCard(pivtest.PIN)); err != nil || o.tally("01") != 0 {
		t.Errorf("control: %v, %d", err, o.tally("01"))
	}
}

// Our own lockout counts a card's PIN as well: somebody who unblocks the card again and again is held off all the same.
func TestCardLockout(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	o.enrol()
	var err error
	for range 5 {
		o.reader.Insert(o.clerk.Card()) // unblocked
		_, err = o.s.Login(ctx, "01", byCard("111111"))
	}
	o.wantCode("the fifth", err, "login-locked-out")
	o.reader.Insert(o.clerk.Card())
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("the right PIN during the wait", err, "login-locked-out")
}

// The roster is what counts: without the certificate the card opens nothing though its slot is there, and the slot goes with
// the next login of anybody.
func TestCardLeavesTheRoster(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	card := o.enrol()
	_, err := o.s.Enrol(ctx, "02", o.codes["02"], station.PIN(o.pins["02"]))
	o.must(err)
	without := o.bundle(withCards(o.realOffice, map[string][]string{"02": {"02.der"}}, nil))
	if _, err := o.s.AcceptBundle(ctx, without); err != nil {
		t.Fatal(err)
	}
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("a card that left the roster", err, "login-card-unknown")
	if left := card.Stats().APDUs; left == 0 {
		t.Fatal("the card was never asked")
	}
	_, err = o.s.Login(ctx, "02", station.PIN(o.pins["02"]))
	o.must(err)
	o.s.Lock()
	if _, err := o.s.AcceptBundle(ctx, o.bundle(o.edit)); err != nil { // back on the roster: the slot is gone all the same
		t.Fatal(err)
	}
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("its slot was erased", err, "login-card-new")
}

// A clerk with a PIN adds a card; both open; a supervisor takes a lost card away.
func TestCardAdded(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	o.hire(o.s)
	o.reader.Insert(o.clerk.Card())
	_, err := o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("not set up yet", err, "login-card-new")
	add := func(pin, cardPIN string) error {
		_, err := o.s.Login(ctx, "01", station.AddCard{PIN: []byte(pin), Card: byCard(cardPIN)})
		return err
	}
	o.wantCode("a wrong PIN", add("999999", pivtest.PIN), "login-wrong-pin")
	o.wantCode("a wrong PIN of the card", add(o.pins["01"], "111111"), "login-card-pin")
	o.must(add(o.pins["01"], pivtest.PIN))
	o.s.Lock()
	for _, proof := range []station.Proof{byCard(pivtest.PIN), station.PIN(o.pins["01"])} {
		_, err := o.s.Login(ctx, "01", proof)
		o.must(err)
		o.s.Lock()
	}
	_, err = o.s.RemoveCards(ctx, "01", station.PIN(o.pins["01"]), "01")
	o.wantCode("by a clerk", err, "login-role")
	_, err = o.s.RemoveCards(ctx, "02", station.PIN(o.pins["02"]), "02")
	o.wantCode("of somebody without", err, "login-card-new")
	if c, err := o.s.RemoveCards(ctx, "02", station.PIN(o.pins["02"]), "01"); err != nil || c.ID != "02" {
		t.Fatal(err)
	}
	_, err = o.s.Login(ctx, "01", byCard(pivtest.PIN))
	o.wantCode("a card that was taken away", err, "login-card-new")
}

// Where policy keeps somebody to a card, the PIN from before opens nothing; the card is added with it once.
func TestCardOnly(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	o.hire(o.s)
	next := o.bundle(withCards(o.realOffice, map[string][]string{"01": {"01.der"}, "02": {"02.der"}}, func(src map[string]any) {
		src["policy"].(map[string]any)["card_roles"] = []string{"supervisor"}
	}))
	if _, err := o.s.AcceptBundle(ctx, next); err != nil {
		t.Fatal(err)
	}
	_, err := o.s.Login(ctx, "02", station.PIN(o.pins["02"]))
	o.wantCode("a supervisor by PIN", err, "login-card-only")
	if n := o.tally("02"); n != 0 || !o.s.WantsCard("02") || o.s.WantsCard("01") {
		t.Errorf("%d tries counted; wants a card: %v, %v", n, o.s.WantsCard("02"), o.s.WantsCard("01"))
	}
	_, err = o.s.Login(ctx, "01", station.PIN(o.pins["01"])) // control: a clerk may
	o.must(err)
	o.s.Lock()
	o.reader.Insert(o.boss.Card())
	_, err = o.s.Login(ctx, "02", station.AddCard{PIN: []byte(o.pins["02"]), Card: byCard(pivtest.PIN)})
	o.must(err)
	o.s.Lock()
	if c, err := o.s.Approve(ctx, "02", byCard(pivtest.PIN)); err != nil || c.ID != "02" || o.s.Unlocked() {
		t.Errorf("approval by card: %v", err)
	}
	if _, err := o.s.Audit(ctx, "02", byCard(pivtest.PIN)); err != nil {
		t.Error(err)
	}
	if c, err := o.s.Confirm(ctx, "02", byCard(pivtest.PIN)); err != nil || c.ID != "02" || o.s.Unlocked() {
		t.Errorf("second clerk by card: %v", err)
	}
}

// Two cards of the staff at once: whose is meant is known once somebody is named; a reader that is left alone is not looked at.
func TestTwoCards(t *testing.T) {
	ctx := t.Context()
	o := newCardOffice(t, nil)
	o.enrol()
	sys, err := sim.NewSystem()
	o.must(err)
	sys.Attach("sim:other").Insert(o.boss.Card())
	o.s.Attach(sys)
	if _, err := o.s.StaffCard(ctx, nil); codeOf(err) != "login-card-many" {
		t.Errorf("two: %v", err)
	}
	if who, err := o.s.StaffCard(ctx, []string{staffReader}); err != nil || who.Clerk.ID != "02" {
		t.Errorf("the other: %v", err)
	}
	if _, err := o.s.Login(ctx, "01", byCard(pivtest.PIN)); err != nil {
		t.Error(err)
	}
	o.s.Lock()
	_, err = o.s.Login(ctx, "01", station.Card{PIN: []byte(pivtest.PIN), Not: []string{staffReader}})
	o.wantCode("left alone", err, "login-card-other")
}
