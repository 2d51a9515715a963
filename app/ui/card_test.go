package ui

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// staffReader is where cards of the staff lie in these tests; people's lie on flowtest.Reader.
const staffReader = "ACS ACR39U ICC Reader 00 00"

// carded is a staff who also have cards.
type carded struct {
	*newcomer
	lies desk.StaffCard // Reader is where it lies
	why  error
	pin  string // of the card
	got  []Proof

	wants  string   // who logs in by card only
	not    []string // readers that were left alone
	during func()   // while a proof is checked; nil: nothing
}

func (s *carded) WantsCard(id string) bool { return s.wants == id }

func (s *carded) StaffCard(_ context.Context, not string) (desk.StaffCard, error) {
	s.not = append(s.not, not)
	if s.why == nil && (s.lies.Reader == "" || s.lies.Reader == not) {
		return desk.StaffCard{}, &desk.Error{Code: "login-card-none"}
	}
	if s.lies.Reader != "" {
		s.m.StaffCard(s.lies.Reader)
	}
	return s.lies, s.why
}

func (s *carded) proven(id string, p Proof) error {
	s.got = append(s.got, p)
	if s.during != nil {
		s.during()
	}
	switch {
	case !p.Card:
		return nil
	case s.lies.Clerk.ID != id:
		return &desk.Error{Code: "login-card-other", Args: map[string]string{"Clerk": s.lies.Clerk.ID}}
	case p.CardPIN != s.pin:
		s.lies.Left--
		return &desk.Error{Code: "login-card-pin", Args: map[string]string{"Left": "2"}}
	}
	return nil
}

// by hands a proof by card on to the stand-in that knows PINs only.
func (s *carded) by(p Proof) Proof {
	if p.Card {
		return Proof{PIN: s.staff.pin}
	}
	return p
}

func (s *carded) Login(ctx context.Context, id string, p Proof) error {
	if err := s.proven(id, p); err != nil {
		return err
	}
	return s.staff.Login(ctx, id, s.by(p))
}

func (s *carded) Second(ctx context.Context, id string, p Proof) error {
	if err := s.proven(id, p); err != nil {
		return err
	}
	return s.staff.Second(ctx, id, s.by(p))
}

func (s *carded) Enrol(ctx context.Context, id, code string, p Proof) error {
	if err := s.proven(id, p); err != nil {
		return err
	}
	s.lies.Known = true
	return s.newcomer.Enrol(ctx, id, code, p)
}

// withCard is a counter with a second reader and the card of a clerk.
func withCard(s *carded, who desk.Clerk, known bool, waits ...string) func(*Deps, *flowtest.Fakes) {
	return func(d *Deps, f *flowtest.Fakes) {
		s.newcomer = &newcomer{staff: d.Staff.(staff), waits: map[string]bool{}}
		for _, id := range waits {
			s.waits[id] = true
		}
		s.pin, s.lies = "135790", desk.StaffCard{Clerk: who, Known: known, Left: 3}
		f.Cards.Plug(staffReader)
		d.Staff = s
	}
}

// layStaff lays the card of the staff and waits until the screen knows whose it is.
func (r *rig) layStaff(s *carded) {
	r.t.Helper()
	s.lies.Reader = staffReader
	look := r.c.card.look
	r.f.Cards.Put(staffReader, &flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "clerk-token"})})
	r.until(func() bool { return r.c.card.look > look && (r.c.card.found.Reader != "" || r.c.card.fault != nil) })
	r.pass(time.Second)
}

func (r *rig) liftStaff(s *carded) {
	s.lies.Reader = ""
	r.f.Cards.Lift(staffReader)
}

func (r *rig) typed(text string) {
	r.t.Helper()
	r.write(text, 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy })
	r.pass(time.Second)
}

// The card chooses its holder; its PIN lets in; a wrong one is told with what is left; lifted, the counter locks and goes on
// exactly where it was once the card is back.
func TestCardLogin(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Supervisor(), true))
	login := r.c.frame.login()
	r.layStaff(s)
	if login.way() != wayCard || login.chosen != 1 || login.pinLabel.String() != r.c.t("cl.card.pin") {
		t.Fatalf("way %d, chosen %d, %q", login.way(), login.chosen, login.pinLabel.String())
	}
	r.typed("111111")
	if r.c.fault == nil || r.c.fault.Code != "login-card-pin" || r.c.s.Step != flow.Locked {
		t.Fatalf("%v", r.c.fault)
	}
	r.until(func() bool { return r.c.card.found.Left == 2 })
	if login.news.String() != r.c.t("cl.card.left", "N", "2") {
		t.Errorf("the last tries are not told: %q", login.news.String())
	}
	r.typed("135790")
	r.step(flow.Ready)
	if r.c.s.Clerk.ID != "02" || s.got[len(s.got)-1] != (Proof{Card: true, CardPIN: "135790"}) {
		t.Fatalf("%v by %+v", r.c.s.Clerk.ID, s.got)
	}
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.liftStaff(s)
	r.step(flow.Locked)
	r.until(func() bool { _, said := r.c.message(); return said == r.c.t("cl.card.lifted") })
	r.layStaff(s)
	r.typed("135790")
	r.step(flow.Compare)
	if r.c.s.Subject == nil {
		t.Error("it does not go on where it was")
	}
	r.until(func() bool { return r.c.s.Note != flow.NoteCardWaits })
}

// Who logs in by PIN is not locked out by a card that comes and goes.
func TestCardOfNobodysLogin(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Clerk(), true))
	r.login()
	r.layStaffUnasked(s)
	r.liftStaff(s)
	r.until(func() bool { return r.c.s.Note == "" && lying(r, staffReader) == cardreader.Empty })
	if r.c.s.Step != flow.Ready {
		t.Errorf("at %v", r.c.s.Step)
	}
}

func (r *rig) layStaffUnasked(s *carded) {
	s.lies.Reader = staffReader
	r.f.Cards.Put(staffReader, &flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "clerk-token"})})
	r.until(func() bool { return r.c.s.Note == flow.NoteToken })
}

func lying(r *rig, reader string) cardreader.EventKind {
	for _, p := range r.c.s.Places {
		if p.Reader == reader {
			return p.Kind
		}
	}
	return cardreader.Removed
}

// A lock by key ends what the card held: whoever logs in by PIN afterwards is not locked out by its absence.
func TestCardLiftedBehindTheLock(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Clerk(), true))
	r.layStaff(s)
	r.typed("135790")
	r.step(flow.Ready)
	r.key(fyne.KeyF12)
	r.step(flow.Locked)
	r.liftStaff(s)
	r.until(func() bool { return lying(r, staffReader) == cardreader.Empty })
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
}

// A card that goes while its PIN is checked is noticed all the same.
func TestCardGoesMeanwhile(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Clerk(), true))
	r.layStaff(s)
	s.during = func() { r.f.Cards.Lift(staffReader) }
	r.write("135790", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy && lying(r, staffReader) == cardreader.Empty })
	r.step(flow.Locked)
	if r.c.s.Clerk.ID != "01" {
		t.Error("nobody was logged in: nothing is tried")
	}
}

// With one reader the card has to make room: the counter stays open and says what to do.
func TestCardOnTheOnlyReader(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Clerk(), true))
	r.f.Cards.Unplug(flowtest.Reader)
	r.until(func() bool { return len(r.c.s.Places) == 1 })
	r.layStaff(s)
	r.typed("135790")
	r.step(flow.Ready)
	r.liftStaff(s)
	r.until(func() bool { return lying(r, staffReader) == cardreader.Empty })
	if r.c.s.Step != flow.Ready || r.c.note != r.c.t("cl.card.off") {
		t.Errorf("at %v, %q", r.c.s.Step, r.c.note)
	}
}

// A first login: the code of the letter and the card's PIN, no PIN of one's own. And a card that a clerk with a PIN adds.
func TestCardFirst(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Clerk(), false, "01"))
	r.layStaff(s)
	login := r.c.frame.login()
	if login.way() != wayCardLetter || login.agBox.Visible() || !login.codeBox.Visible() {
		t.Fatalf("way %d", login.way())
	}
	r.write("ab3d-efgh-jkmn-pqrs", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.typed("135790")
	r.step(flow.Ready)
	if want := (Proof{Card: true, CardPIN: "135790"}); len(s.got) != 2 || s.got[0] != want || s.got[1] != want {
		t.Errorf("%+v", s.got)
	}

	s = &carded{}
	r = newRig(t, withCard(s, flowtest.Clerk(), false))
	r.layStaff(s)
	if login = r.c.frame.login(); login.way() != wayCardNew || login.codeBox.Visible() || !login.agBox.Visible() {
		t.Fatalf("way %d", login.way())
	}
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.typed("135790")
	r.step(flow.Ready)
	if want := (Proof{PIN: "246810", Card: true, CardPIN: "135790"}); len(s.got) != 1 || s.got[0] != want {
		t.Errorf("%+v", s.got)
	}
	if login.pin.Text+login.again.Text+login.code.Text != "" {
		t.Error("something is left in a field")
	}
}

// A card that lets nobody in says why and what to do, and the PIN still does.
func TestCardOfNoUse(t *testing.T) {
	for _, code := range []string{"login-card-unknown", "login-card-blocked", "login-card-many", "login-card-key"} {
		s := &carded{}
		r := newRig(t, withCard(s, desk.Clerk{}, false))
		s.why = &desk.Error{Code: code}
		r.layStaff(s)
		if got := r.c.frame.login().news.String(); got != r.c.t("error."+code)+r.c.t("list.stop")+r.c.t("hint."+code) {
			t.Errorf("%s: %q", code, got)
		}
		r.login()
	}
}

// Choosing somebody else than the card's holder asks for that clerk's PIN.
func TestCardOfAnother(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Supervisor(), true))
	r.layStaff(s)
	login := r.c.frame.login()
	r.c.window.Canvas().Focus(login.who)
	r.key(fyne.KeyUp)
	if login.way() != wayPIN || login.pinLabel.String() != r.c.t("cl.login.pin") {
		t.Fatalf("way %d", login.way())
	}
	r.c.window.Canvas().Focus(login.pin)
	r.login()
	if r.c.card.held != "" {
		t.Error("a login by PIN rests on a card")
	}
}

// Somebody who logs in by card only is told to lay it; once it lies there, its PIN is asked for.
func TestCardWanted(t *testing.T) {
	s := &carded{wants: "01"}
	r := newRig(t, withCard(s, flowtest.Clerk(), true))
	login := r.c.frame.login()
	if login.letter.String() != r.c.t("cl.card.lay") {
		t.Fatalf("%q", login.letter.String())
	}
	r.layStaff(s)
	if login.letter.String() != r.c.t("cl.card.known") {
		t.Errorf("%q", login.letter.String())
	}
	r.liftStaff(s)
	r.until(func() bool { return login.letter.String() == r.c.t("cl.card.lay") })
}

// The card with which the clerk is logged in gives no second word: its reader is not looked at.
func TestCardOfTheClerkIsNoSecond(t *testing.T) {
	s := &carded{}
	r := newRig(t, func(d *Deps, f *flowtest.Fakes) {
		f.Rules.Change(flowtest.TakeUnproven(true))
		withCard(s, flowtest.Clerk(), true)(d, f)
	})
	r.layStaff(s)
	r.typed("135790")
	r.step(flow.Ready)
	r.put(&flowtest.Card{Document: flowtest.SocialSecurity()})
	r.step(flow.Unproven)
	for _, next := range []flow.Step{flow.Compare, flow.Choose, flow.Second} {
		r.key(fyne.KeyReturn)
		r.step(next)
	}
	r.until(func() bool { return s.not[len(s.not)-1] == staffReader })
	if got := r.c.frame.second().pinLabel.String(); got != r.c.t("cl.second.pin") {
		t.Errorf("%q", got)
	}
}

// The second clerk's word by card, beside the person's card that stays where it is.
func TestCardSecond(t *testing.T) {
	s := &carded{}
	r := newRig(t, func(d *Deps, f *flowtest.Fakes) {
		f.Rules.Change(flowtest.TakeUnproven(true))
		withCard(s, flowtest.Supervisor(), true)(d, f)
	})
	r.toSecond()
	r.layStaff(s)
	if got := r.c.frame.second().pinLabel.String(); got != r.c.t("cl.card.pin") {
		t.Fatalf("%q", got)
	}
	r.until(func() bool { return r.c.s.Note != flow.NoteCardWaits })
	r.typed("135790")
	r.step(flow.Agree)
	if s.got[len(s.got)-1] != (Proof{Card: true, CardPIN: "135790"}) {
		t.Errorf("%+v", s.got)
	}
}

// A supervisor's word by card, in a step over the visits.
func TestCardApprove(t *testing.T) {
	s := &carded{}
	r := newRig(t, withCard(s, flowtest.Supervisor(), true))
	r.toTakeApprove()
	r.layStaff(s)
	if got := r.c.frame.approve().pinLabel.String(); got != r.c.t("cl.card.pin") {
		t.Fatalf("%q", got)
	}
	r.approve()
	r.until(func() bool { return r.c.take.Printed })
}
