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

// Enrol is a clerk's first login: the code of the letter opens the voucher key once, and the PIN from then on. Nobody is
// logged in by it. The caller wipes code and PIN.
func (s *Station) Enrol(ctx context.Context, id, code string, pin []byte) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	key, err := bundle.EnrolmentKey(id, code)
	if err != nil {
		return desk.Clerk{}, err
	}
	c, u, err := s.door.Enrol(ctx, id, func() (*keys.Unlocked, error) {
		u, err := s.vault.Enrol(s.o.Rand, key, keys.Slot{ClerkID: id, PIN: pin, Cost: s.o.Cost})
		switch {
		case errors.Is(err, keys.ErrEnrolment):
			return nil, people.ErrWrongCode
		case errors.Is(err, keys.ErrNoSlot):
			return nil, &desk.Error{Op: "login.enrol", Code: "letter-used"}
		case errors.Is(err, keys.ErrPIN):
			return nil, &desk.Error{Op: "login.enrol", Code: "pin-short", Err: err}
		}
		return u, err
	})
	if err != nil {
		return desk.Clerk{}, err
	}
	defer u.Lock()
	s.followRoster(u)
	return c, s.store.Note(ctx, journal.Event{Kind: journal.KindEnrolled, Clerk: id})
}

// followRoster lets the vault follow the bundle's roster while it is open: new letters are awaited, who has left loses
// their slot. That is no reason to keep a clerk from work.
func (s *Station) followRoster(u *keys.Unlocked) {
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
