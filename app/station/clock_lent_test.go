package station_test

import (
	"context"
	"testing"
	"time"
)

// TestClockSetBackStretchesNothing ends a delegation, sets the computer's clock back into its life, and starts the
// counter anew: the database remembers the newest signed time, so nothing is left and nothing may be issued.
func TestClockSetBackStretchesNothing(t *testing.T) {
	f := newRealOffice(t)
	ctx := context.Background()
	s := f.counter()
	show, err := s.Show(ctx)
	f.must(err)
	ends, err := time.Parse(time.RFC3339, show.KeyEnds)
	f.must(err)
	if show.KeyLeft == "" {
		t.Fatal("nothing is left at the start: the test cannot fail")
	}
	start := f.clock.Now()
	f.clock.now = ends.Add(time.Hour)
	_, err = s.AcceptBundle(ctx, f.bundle(nil)) // a signed time that is after the end
	f.must(err)
	f.must(s.Close())
	f.clock.now = start
	s = open(t, f.options())
	defer s.Close()
	if show, err = s.Show(ctx); err != nil || show.KeyLeft != "" {
		t.Fatalf("%q left after the clock was set back (%v)", show.KeyLeft, err)
	}
	if at, os, sure := s.Ports().Now(); sure || !at.After(ends) || !os.Before(ends) {
		t.Fatalf("station time %v, computer %v, sure %v", at, os, sure)
	}
}
