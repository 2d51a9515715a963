package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/keys"
	"bangban/app/store"
)

// ClerkRow is one of the roster as `clerk list` shows it.
type ClerkRow struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Roles    []desk.Role `json:"roles"`
	Enrolled bool        `json:"enrolled"`        // has a PIN at this counter
	Cards    int         `json:"cards,omitempty"` // of theirs that open this counter
	Until    string      `json:"until,omitempty"` // end of the roster entry
	Failed   int         `json:"failed"`          // tries since the last right PIN
	Locked   string      `json:"locked,omitempty"`
}

// Clerks lists the roster of the bundle in force and who is locked out.
func (s *Station) Clerks(ctx context.Context) ([]ClerkRow, error) {
	tries, slots := s.store.Attempts(), s.vault.ClerkIDs()
	rows := make([]ClerkRow, 0, len(s.bundle.Roster))
	for _, m := range s.bundle.Roster {
		t, err := tries.Load(ctx, m.Clerk.ID)
		if err != nil {
			return nil, err
		}
		r := ClerkRow{ID: m.Clerk.ID, Name: m.Clerk.Name, Roles: m.Clerk.Roles, Enrolled: slices.Contains(slots, m.Clerk.ID), Failed: t.Failed,
			Cards: s.vault.Cards(m.Clerk.ID)}
		if !m.Until.IsZero() {
			r.Until = m.Until.UTC().Format(time.RFC3339)
		}
		if t.Until.After(s.clock.Time()) {
			r.Locked = t.Until.UTC().Format(time.RFC3339)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// Lift ends the lockout of a clerk on the word of a supervisor, who proves who they are, and notes who did. Nobody is
// logged in by it.
func (s *Station) Lift(ctx context.Context, supervisor string, proof Proof, id string) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	who, err := s.door.Lift(ctx, supervisor, proof.way(ctx, s), id)
	if err != nil {
		return desk.Clerk{}, err
	}
	return who, s.store.Note(ctx, journal.Event{Kind: journal.KindUnlock, Clerk: who.ID, Code: id})
}

// RemoveCards takes a clerk's cards away from this counter on the word of a supervisor, who proves who they are: one was
// lost. It is for this counter and at once; everywhere, and for good, the next bundle does it.
func (s *Station) RemoveCards(ctx context.Context, supervisor string, proof Proof, id string) (desk.Clerk, error) {
	if s.o.ReadOnly {
		return desk.Clerk{}, store.ErrReadOnly
	}
	who, u, err := s.door.Supervisor(ctx, supervisor, proof.way(ctx, s))
	if err != nil {
		return desk.Clerk{}, err
	}
	defer u.Lock()
	switch err := s.vault.RemoveCards(u, id); {
	case errors.Is(err, keys.ErrNoCardSlot):
		return desk.Clerk{}, &desk.Error{Op: "login", Code: codeCardNew, Args: map[string]string{"Clerk": id}, Err: err}
	case errors.Is(err, keys.ErrLastSlot):
		return desk.Clerk{}, &desk.Error{Op: "login", Code: codeCardLast, Err: err}
	case err != nil:
		return desk.Clerk{}, s.unreadable(err)
	}
	return who, s.store.Note(ctx, journal.Event{Kind: journal.KindCardGone, Clerk: who.ID, Code: id})
}
