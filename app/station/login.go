package station

import (
	"context"
	"slices"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/store"
)

// Staff lists who may log in.
func (s *Station) Staff() []desk.Clerk { return s.door.Staff() }

// Login lets a clerk in: the proof opens the voucher key. Who was logged in before is locked out first, so that no key stays
// open.
func (s *Station) Login(ctx context.Context, id string, proof Proof) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	if s.vault.Awaits(id) && !slices.Contains(s.vault.ClerkIDs(), id) && s.vault.Cards(id) == 0 {
		return desk.Clerk{}, &desk.Error{Op: "login", Code: "letter-first", Args: map[string]string{"Clerk": id}}
	}
	// The try is a leaf of the journal before the login is one: package people counts a try durably before the PIN is
	// tried, so a crash between the two leaves a try that nobody finished, never a login that nobody counted.
	c, key, err := s.door.Login(ctx, id, proof.way(ctx, s))
	if err != nil {
		return desk.Clerk{}, err
	}
	s.Lock()
	s.mu.Lock()
	s.key, s.clerk = key, c
	s.mu.Unlock()
	s.followRoster(key)
	s.followSM2(key)
	return c, s.store.Note(ctx, journal.Event{Kind: journal.KindLogin, Clerk: c.ID, Code: proof.code()})
}

// Lock wipes the voucher key from memory: nobody is logged in, nothing can be signed.
func (s *Station) Lock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		s.key.Lock()
		s.sealDay()
	}
	s.key, s.clerk = nil, desk.Clerk{}
}

// loginTraining logs clerk 01 of a training station in, for the command line.
func (s *Station) loginTraining(ctx context.Context) (desk.Clerk, error) {
	pin := []byte(institution.TrainingPIN)
	defer clear(pin)
	return s.Login(ctx, institution.TrainingClerk, PIN(pin))
}
