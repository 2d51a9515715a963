package station_test

import (
	"testing"

	"bangban/app/institution"
	"bangban/app/station"
)

// A newcomer's way to a login by card: PIN, the simulated card on the tray, locked, PIN and card, locked, card.
func TestTrainingCard(t *testing.T) {
	o := options(t)
	o.Tray = true
	s := open(t, o)
	ctx := t.Context()
	pin := []byte(institution.TrainingPIN)
	if err := s.Cards().Lay("clerk-token"); err != nil {
		t.Fatal(err)
	}
	who, err := s.StaffCard(ctx, nil)
	if err != nil || who.Clerk.ID != institution.TrainingClerk || who.Known {
		t.Fatalf("%+v, %v", who, err)
	}
	if _, err := s.Login(ctx, who.Clerk.ID, station.AddCard{PIN: pin, Card: station.Card{PIN: pin}}); err != nil {
		t.Fatal(err)
	}
	s.Lock()
	if _, err := s.Login(ctx, who.Clerk.ID, station.Card{PIN: pin}); err != nil {
		t.Fatal(err)
	}
	s.Lock()
	if err := s.Cards().Lay("emrtd"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StaffCard(ctx, nil); codeOf(err) != "login-card-none" {
		t.Errorf("a person's card: %v", err)
	}
}
