package station_test

import (
	"context"
	"testing"
	"time"

	"bangban/app/station"
)

// Letters: a code sets a PIN once, a wrong one counts as a try, a new letter is good again, who has left is locked out.
func TestEnrol(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	if s.Awaits("01") || s.Awaits("99") {
		t.Fatal("a used code is still awaited")
	}
	_, err := s.Enrol(ctx, "01", f.codes["01"], station.PIN("999999"))
	wantCode(t, err, "letter-used")
	_, err = s.Login(ctx, "01", station.PIN("999999"))
	wantCode(t, err, "login-wrong-pin")
	_, err = s.Enrol(ctx, "99", f.codes["01"], station.PIN("999999"))
	wantCode(t, err, "login-unknown")

	// The PIN was forgotten; and somebody new came.
	f.letter("01")
	f.letter("03")
	if _, err = s.AcceptBundle(ctx, f.bundle(func(m map[string]any) {
		m["roster"] = append(m["roster"].([]any), map[string]any{"id": "03", "name": "SPECIMEN", "roles": []string{"auditor"}})
	})); err != nil {
		t.Fatal(err)
	}
	_, err = s.Enrol(ctx, "03", f.codes["03"], station.PIN("333333"))
	wantCode(t, err, "letter-used") // until somebody has opened the vault
	_, err = s.Login(ctx, "02", station.PIN(f.pins["02"]))
	f.must(err)
	_, err = s.Enrol(ctx, "03", f.codes["01"], station.PIN("333333"))
	wantCode(t, err, "letter-wrong")
	_, err = s.Enrol(ctx, "03", f.codes["03"], station.PIN("33333"))
	wantCode(t, err, "pin-short")
	_, err = s.Enrol(ctx, "03", f.codes["03"], station.PIN("333333"))
	f.must(err)
	_, err = s.Login(ctx, "03", station.PIN("333333"))
	wantCode(t, err, "login-role") // an auditor issues nothing
	_, err = s.Enrol(ctx, "01", f.codes["01"], station.PIN("111111"))
	f.must(err)
	_, err = s.Login(ctx, "01", station.PIN(f.pins["01"]))
	wantCode(t, err, "login-wrong-pin")
	_, err = s.Login(ctx, "01", station.PIN("111111"))
	f.must(err)

	// 01 leaves.
	if _, err := s.AcceptBundle(ctx, f.bundle(func(m map[string]any) { m["roster"] = m["roster"].([]any)[1:] })); err != nil {
		t.Fatal(err)
	}
	_, err = s.Login(ctx, "01", station.PIN("111111"))
	wantCode(t, err, "login-unknown")
	_, err = s.Login(ctx, "02", station.PIN(f.pins["02"]))
	f.must(err)
	rows, err := s.Clerks(ctx)
	f.must(err)
	if len(rows) != 1 || rows[0].ID != "02" || !rows[0].Enrolled {
		t.Fatalf("roster %+v", rows)
	}
}

// Codes that are tried count, and a clock that is set does not lift what they earn.
func TestEnrolLockout(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	ans := f.answer(f.setUp(f.bundle(nil)), 0)
	o := f.options()
	o.Awaiting = true
	s := open(t, o)
	f.must(s.Import(ctx, ans))
	for range 4 {
		_, err := s.Enrol(ctx, "01", "0000-0000-0000-0000", station.PIN("135790"))
		wantCode(t, err, "letter-wrong")
	}
	for _, shift := range []time.Duration{0, -48 * time.Hour, -10 * 365 * 24 * time.Hour} {
		f.clock.now = newClock().now.Add(shift)
		_, err := s.Enrol(ctx, "01", "0000-0000-0000-0000", station.PIN("135790"))
		wantCode(t, err, "login-locked-out")
		_, err = s.Enrol(ctx, "01", f.codes["01"], station.PIN("135790"))
		wantCode(t, err, "login-locked-out")
		f.must(s.Close())
		s = open(t, f.options()) // another run: the monotonic clock has forgotten, the record has not
	}
}
