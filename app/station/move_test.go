package station_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/station"
)

// A station that was moved works at its new place with everything it had, and at its old place never again.
func TestMove(t *testing.T) {
	o := options(t)
	s := open(t, o)
	p := issue(t, s)
	shut(t, s)
	to := filepath.Join(t.TempDir(), "new")
	if err := station.Move(t.Context(), o, to); err != nil {
		t.Fatal(err)
	}
	if _, err := station.Open(t.Context(), o); codeOf(err) != "station-moved" {
		t.Fatalf("the old folder: %v", err)
	}
	look := o
	look.ReadOnly = true
	if _, err := station.Open(t.Context(), look); codeOf(err) != "station-moved" {
		t.Fatalf("looking at the old folder: %v", err)
	}
	if err := station.Move(t.Context(), o, filepath.Join(t.TempDir(), "third")); codeOf(err) != "station-moved" {
		t.Fatalf("moved twice: %v", err)
	}
	n := o
	n.Dir = to
	moved := open(t, n)
	if rows, err := moved.Parcels(t.Context()); err != nil || len(rows) == 0 {
		t.Fatalf("%+v %v", rows, err)
	}
	if q := issue(t, moved); q.serial <= p.serial {
		t.Fatalf("%s after %s", q.serial, p.serial)
	}
}

// The power goes between the steps of a move: nothing works until the same move is asked for again.
func TestMoveCutOff(t *testing.T) {
	o := options(t)
	shut(t, open(t, o))
	to := filepath.Join(t.TempDir(), "new")
	if err := station.Move(t.Context(), o, to); err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(filepath.Join(o.Dir, "moved"))
	if err != nil {
		t.Fatal(err)
	}
	n := o
	n.Dir = to
	// Between the two marks: both are there.
	arriving := filepath.Join(to, "arriving")
	if err := os.WriteFile(arriving, token, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, each := range []station.Options{o, n} {
		if _, err := station.Open(t.Context(), each); codeOf(err) != "station-moved" && codeOf(err) != "station-arriving" {
			t.Fatalf("%s opens between the marks: %v", each.Dir, err)
		}
	}
	if err := station.Move(t.Context(), o, to); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, n))
	// Before the old one is marked: only the old one works, and the move is made again.
	if err := errors.Join(os.Remove(filepath.Join(o.Dir, "moved")), os.WriteFile(arriving, token, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := station.Open(t.Context(), n); codeOf(err) != "station-arriving" {
		t.Fatalf("half a copy opens: %v", err)
	}
	shut(t, open(t, o))
	if err := station.Move(t.Context(), o, to); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, n))
}

func TestMoveRefused(t *testing.T) {
	o := options(t)
	s := open(t, o)
	to := filepath.Join(t.TempDir(), "new")
	if err := station.Move(t.Context(), o, to); codeOf(err) != "data-locked" {
		t.Fatalf("while somebody works there: %v", err)
	}
	shut(t, s)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{full, o.Dir, filepath.Join(o.Dir, "in")} {
		if err := station.Move(t.Context(), o, bad); codeOf(err) != "move-target" {
			t.Errorf("to %s: %v", bad, err)
		}
	}
	shut(t, open(t, o))
	if err := station.Move(t.Context(), station.Options{Dir: t.TempDir(), Training: true}, to); codeOf(err) != "station-none" {
		t.Errorf("an empty folder: %v", err)
	}
}
