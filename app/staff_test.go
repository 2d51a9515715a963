package app

import (
	"errors"
	"path/filepath"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/keys"
	"bangban/app/station"
	"bangban/app/ui"
)

// What somebody types at the window is the proof that the station takes: a PIN, a PIN that sets a card up, a card; and a second
// word by card. The machine is opened with the key, and not without it.
func TestStaffProofs(t *testing.T) {
	ctx := t.Context()
	st, err := station.Open(ctx, station.Options{Dir: filepath.Join(t.TempDir(), "d"), Training: true, Tray: true, Program: "test", Cost: keys.Cost{Passes: 1, Memory: 8 << 10, Threads: 1}})
	must(t, err)
	defer st.Close()
	s := staff{st, flow.New(st.Ports(), flow.Options{Lang: "en"})}
	pin, id := institution.TrainingPIN, institution.TrainingClerk
	in := func(p ui.Proof) error {
		err := s.Login(ctx, id, p)
		if (err == nil) != (s.m.State().Step != flow.Locked) {
			t.Fatalf("%v at %v", err, s.m.State().Step)
		}
		if err == nil {
			must(t, s.Lock())
		}
		return err
	}
	refused := func(err error, code string) {
		t.Helper()
		var d *desk.Error
		if !errors.As(err, &d) || d.Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	must(t, in(ui.Proof{PIN: pin}))
	refused(in(ui.Proof{Card: true, CardPIN: pin}), "login-card-none")
	must(t, st.Cards().Lay("clerk-token"))
	refused(in(ui.Proof{Card: true, CardPIN: pin}), "login-card-new")
	refused(in(ui.Proof{PIN: "999999", Card: true, CardPIN: pin}), "login-wrong-pin")
	must(t, in(ui.Proof{PIN: pin, Card: true, CardPIN: pin}))
	card, err := s.StaffCard(ctx, "")
	if err != nil || card.Clerk.ID != id || !card.Known {
		t.Fatalf("%+v, %v", card, err)
	}
	_, err = s.StaffCard(ctx, card.Reader)
	refused(err, "login-card-none")
	refused(in(ui.Proof{Card: true, CardPIN: "111111"}), "login-card-pin")
	must(t, in(ui.Proof{Card: true, CardPIN: pin}))
	_, err = approver{st, s}.Approve(ctx, id, ui.Proof{Card: true, CardPIN: pin})
	refused(err, "login-role")
	if s.WantsCard(id) {
		t.Error("there is a PIN, too")
	}
}
