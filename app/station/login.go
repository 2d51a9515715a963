package station

import (
	"context"
	"encoding/json"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/journal"
	"bangban/app/people"
)

// Staff lists who may log in.
func (s *Station) Staff() []desk.Clerk { return s.door.Staff() }

// Login lets a clerk in: the PIN opens the voucher key. The caller wipes the PIN. Who was logged in before is locked out
// first, so that no key stays open.
func (s *Station) Login(ctx context.Context, id string, pin []byte) (desk.Clerk, error) {
	c, key, err := s.door.Login(ctx, id, pin)
	if err != nil {
		return desk.Clerk{}, err
	}
	s.Lock()
	s.mu.Lock()
	s.key, s.clerk = key, c
	s.mu.Unlock()
	return c, s.store.Note(ctx, journal.Event{Kind: journal.KindLogin, Clerk: c.ID})
}

// Lock wipes the voucher key from memory: nobody is logged in, nothing can be signed.
func (s *Station) Lock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		s.key.Lock()
	}
	s.key, s.clerk = nil, desk.Clerk{}
}

// loginTraining logs clerk 01 of a training station in, for the command line.
func (s *Station) loginTraining(ctx context.Context) (desk.Clerk, error) {
	pin := []byte(institution.TrainingPIN)
	defer clear(pin)
	return s.Login(ctx, institution.TrainingClerk, pin)
}

// attempts keeps the tries of each clerk in the store. One process holds the folder, so its own mutex makes load,
// compare and save one act.
type attempts struct{ s *Station }

func triesKey(clerk string) string { return "tries/" + clerk }

// Load implements people.Attempts.
func (a attempts) Load(ctx context.Context, clerk string) (t people.Tally, err error) {
	b, err := a.s.store.Get(ctx, triesKey(clerk))
	if err != nil || b == nil {
		return t, err
	}
	return t, json.Unmarshal(b, &t)
}

// Save implements people.Attempts.
func (a attempts) Save(ctx context.Context, clerk string, old, next people.Tally) error {
	a.s.tries.Lock()
	defer a.s.tries.Unlock()
	now, err := a.Load(ctx, clerk)
	if err != nil {
		return err
	}
	if now.Failed != old.Failed || now.Event != old.Event || !now.Until.Equal(old.Until) {
		return people.ErrRaced
	}
	b, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return a.s.store.Set(ctx, triesKey(clerk), b)
}
