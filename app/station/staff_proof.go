package station

import (
	"context"
	"errors"

	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/people"
)

// Proof is how somebody proves who they are: PIN or Card.
type Proof interface {
	way(ctx context.Context, s *Station) people.Way[*keys.Unlocked]
	code() string // in the journal, how somebody logged in; empty: by PIN
}

// PIN is the PIN of a clerk's slot at this counter. The caller wipes it.
type PIN []byte

// Card is a clerk's card that lies on a reader, and its own PIN, which the caller wipes. Not names readers where it does not
// lie: that of the person in front of the counter.
type Card struct {
	PIN []byte
	Not []string
}

// AddCard is the PIN of a clerk's slot and a card of theirs, which opens the counter from then on. The caller wipes both PINs.
type AddCard struct {
	PIN  []byte
	Card Card
}

func (PIN) code() string     { return "" }
func (Card) code() string    { return byCard }
func (AddCard) code() string { return newCard }

// Codes of the journal's leaves of logins.
const (
	byCard  = "card"
	newCard = "card-added"
)

func (p PIN) way(_ context.Context, s *Station) people.Way[*keys.Unlocked] {
	return people.Way[*keys.Unlocked]{Open: func(id string) (*keys.Unlocked, error) {
		u, err := s.vault.Unlock(id, p)
		if errors.Is(err, keys.ErrNoSlot) && s.vault.Cards(id) > 0 {
			err = &desk.Error{Op: "login", Code: codeCardHere, Args: map[string]string{"Clerk": id}, Err: err}
		}
		return u, err
	}}
}

func (c Card) way(ctx context.Context, s *Station) people.Way[*keys.Unlocked] {
	return people.Way[*keys.Unlocked]{Card: true, Open: func(id string) (*keys.Unlocked, error) {
		return withStaffCard(ctx, s, c, id, func(h heldCard) (*keys.Unlocked, error) {
			if !s.vault.HasCard(id, h.public) {
				return nil, &desk.Error{Op: "login", Code: codeCardNew, Args: map[string]string{"Clerk": id}, Err: keys.ErrNoCardSlot}
			}
			if err := h.prove(c.PIN); err != nil {
				return nil, err
			}
			u, err := s.vault.UnlockCard(h.slot(s, id))
			return u, cardSlotError(err)
		})
	}}
}

func (a AddCard) way(ctx context.Context, s *Station) people.Way[*keys.Unlocked] {
	return people.Way[*keys.Unlocked]{Card: true, Open: func(id string) (*keys.Unlocked, error) {
		return withStaffCard(ctx, s, a.Card, id, func(h heldCard) (*keys.Unlocked, error) {
			u, err := s.vault.Unlock(id, a.PIN)
			if err != nil {
				return nil, err
			}
			if err = h.prove(a.Card.PIN); err == nil {
				err = cardSlotError(s.vault.AddCard(u, s.o.Rand, h.slot(s, id)))
			}
			if err != nil {
				u.Lock()
				return nil, err
			}
			return u, nil
		})
	}}
}
