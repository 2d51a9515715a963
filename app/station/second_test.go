package station_test

import (
	"context"
	"testing"

	"bangban/app/institution"
	"bangban/app/station"
)

// A second clerk's PIN is proved without taking the place of the first.
func TestConfirm(t *testing.T) {
	s := open(t, options(t))
	ctx := context.Background()
	if _, err := s.Login(ctx, "01", station.PIN(institution.TrainingPIN)); err != nil {
		t.Fatal(err)
	}
	c, err := s.Confirm(ctx, "02", station.PIN(institution.TrainingPIN))
	if err != nil || c.ID != "02" {
		t.Fatalf("%v %v", c, err)
	}
	_, err = s.Confirm(ctx, "02", station.PIN("000000"))
	wantCode(t, err, "login-wrong-pin")
	if err := s.IssueTraining(ctx, order(), new(paper).keep); err != nil {
		t.Errorf("the first clerk's key is gone: %v", err)
	}
}
