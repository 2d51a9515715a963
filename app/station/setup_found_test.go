package station_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/desk"
	"bangban/app/station"
)

// From the institution's file to a counter that awaits, then takes, its answer; what is no bundle, and a training one, are
// refused by name and make nothing.
func TestFounderMakesACounter(t *testing.T) {
	ctx := context.Background()
	r := newRealOffice(t)
	f := station.Founder{O: r.options()}
	file := r.bundle(nil)
	l, err := r.inst.Enrol("H12")
	r.must(err)
	stick := t.TempDir()
	path := filepath.Join(stick, "hall.bundle")
	write := func(name string, b []byte) string {
		p := filepath.Join(stick, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write("hall.bundle", file)
	var e *desk.Error
	if _, err := f.Bundle(ctx, write("no.bundle", []byte("no"))); !errors.As(err, &e) || e.Code != "bundle-unreadable" {
		t.Errorf("no bundle: %v", err)
	}
	if _, err := f.Bundle(ctx, filepath.Join(stick, "absent")); !errors.As(err, &e) || e.Code != "file-unreadable" {
		t.Errorf("absent: %v", err)
	}
	if !station.Unset(f.O) || station.Awaiting(f.O) != "" {
		t.Fatal("there is a counter before there is one")
	}
	look, err := f.Bundle(ctx, path)
	if err != nil || len(look.Groups) != 12 || look.Issuer == "" {
		t.Fatalf("%+v, %v", look, err)
	}
	request, err := f.Found(ctx, path, l.Fingerprint, "H12", l.Code)
	if err != nil || filepath.Dir(request) != stick {
		t.Fatalf("%s, %v", request, err)
	}
	if station.Unset(f.O) || station.Awaiting(f.O) == "" {
		t.Fatal("it does not await its answer")
	}
	if err := f.Answer(ctx, write("answer", []byte("no"))); !errors.As(err, &e) || e.Code != "answer-unreadable" {
		t.Errorf("no answer: %v", err)
	}
	b, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Answer(ctx, write("answer", r.answer(b, 0))); err != nil {
		t.Fatal(err)
	}
	if station.Awaiting(f.O) != "" {
		t.Error("it still awaits")
	}
}
