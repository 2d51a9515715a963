package station

import (
	"context"
	"errors"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/people"
	"bangban/app/store"
)

// Awaits tells whether a clerk of the roster comes with an enrolment code the next time: the first time here, or with a
// new letter because the PIN was forgotten.
func (s *Station) Awaits(id string) bool { return s.vault.Awaits(id) }

// Enrol is a clerk's first login: the code of the letter opens the voucher key once, and the PIN or the card from then on.
// Nobody is logged in by it. The caller wipes the code.
func (s *Station) Enrol(ctx context.Context, id, code string, proof Proof) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	key, err := bundle.EnrolmentKey(id, code)
	if err != nil {
		return desk.Clerk{}, err
	}
	way := proof.way(ctx, s)
	way.Open = func(id string) (u *keys.Unlocked, err error) {
		switch p := proof.(type) {
		case PIN:
			u, err = s.vault.Enrol(s.o.Rand, key, keys.Slot{ClerkID: id, PIN: p, Cost: s.o.Cost})
		case Card:
			u, err = withStaffCard(ctx, s, p, id, func(h heldCard) (*keys.Unlocked, error) {
				if err := h.prove(p.PIN); err != nil {
					return nil, err
				}
				u, err := s.vault.EnrolCard(s.o.Rand, key, h.slot(s, id))
				return u, cardSlotError(err)
			})
		default:
			err = keys.ErrNoSlot
		}
		switch {
		case errors.Is(err, keys.ErrEnrolment):
			return nil, people.ErrWrongCode
		case errors.Is(err, keys.ErrNoSlot):
			return nil, &desk.Error{Op: "login.enrol", Code: "letter-used"}
		case errors.Is(err, keys.ErrPIN):
			return nil, &desk.Error{Op: "login.enrol", Code: "pin-short", Err: err}
		}
		return u, err
	}
	c, u, err := s.door.Enrol(ctx, id, way)
	if err != nil {
		return desk.Clerk{}, err
	}
	defer u.Lock()
	s.followRoster(u)
	return c, s.store.Note(ctx, journal.Event{Kind: journal.KindEnrolled, Clerk: id, Code: proof.code()})
}

// followRoster lets the vault follow the bundle's roster while it is open: new letters are awaited, who has left loses
// their slot, and so does a card that has left. That is no reason to keep a clerk from work.
func (s *Station) followRoster(u *keys.Unlocked) {
	holds := func(id string, public []byte) bool {
		c, err := s.door.Holder(public)
		return err == nil && c.ID == id
	}
	if _, err := s.vault.KeepCards(u, holds); err != nil {
		s.o.Log.Error("station", "op", "roster", "err", err)
	}
	if s.o.Training {
		return
	}
	var staff []string
	for _, m := range s.bundle.Roster {
		staff = append(staff, m.Clerk.ID)
	}
	if _, err := s.vault.Follow(u, staff, awaited(s.bundle)); err != nil {
		s.o.Log.Error("station", "op", "roster", "err", err)
	}
}
