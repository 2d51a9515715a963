package app

import (
	"context"

	"bangban/app/desk"
	"bangban/app/station"
	"bangban/app/ui"
)

// Second takes the second clerk's proof, then gives the machine that clerk's word.
func (s staff) Second(ctx context.Context, id string, p ui.Proof) error {
	proof, wipe := s.proof(p)
	defer wipe()
	c, err := s.st.Confirm(ctx, id, proof)
	if err != nil {
		return err
	}
	return s.m.Seconded(c)
}

// StaffCard asks whose card lies on a reader. The person's card that a visit reads is not asked; that of the staff is left
// alone by the visits.
func (s staff) StaffCard(ctx context.Context, not string) (desk.StaffCard, error) {
	c, err := s.st.StaffCard(ctx, append(s.apart(), not))
	if c.Clerk.ID != "" { // nobody's may be a person's document that has this application, too
		s.m.StaffCard(c.Reader)
	}
	return c, err
}

// WantsCard tells whether a clerk logs in here by card only.
func (s staff) WantsCard(id string) bool { return s.st.WantsCard(id) }

// apart names the readers where no card of the staff is looked for.
func (s staff) apart() []string {
	if r := s.m.Holds(); r != "" {
		return []string{r}
	}
	return nil
}

// proof makes the station's proof of what somebody typed. wipe overwrites it.
func (s staff) proof(p ui.Proof) (_ station.Proof, wipe func()) {
	pin, cardPIN := []byte(p.PIN), []byte(p.CardPIN)
	wipe = func() { clear(pin); clear(cardPIN) }
	card := station.Card{PIN: cardPIN, Not: s.apart()}
	switch {
	case p.Card && p.PIN != "":
		return station.AddCard{PIN: pin, Card: card}, wipe
	case p.Card:
		return card, wipe
	}
	return station.PIN(pin), wipe
}
