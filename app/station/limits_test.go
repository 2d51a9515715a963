package station_test

import (
	"testing"

	"bangban/app/station"
)

// A limit warns, half way to the end it narrows, then it stops; one of zero is off.
func TestLimits(t *testing.T) {
	for _, tc := range []struct {
		n, warn, stop int64
		want          station.Degree
	}{
		{0, 0, 0, station.Free}, {1 << 40, 0, 0, station.Free},
		{99, 100, 500, station.Free}, {100, 100, 500, station.Warned}, {299, 100, 500, station.Warned},
		{300, 100, 500, station.Narrowed}, {499, 100, 500, station.Narrowed}, {500, 100, 500, station.Stopped}, {9000, 100, 500, station.Stopped},
		{9000, 100, 0, station.Warned}, {499, 0, 500, station.Free}, {500, 0, 500, station.Stopped}, {500, 500, 500, station.Stopped},
	} {
		if got := station.Over(tc.n, tc.warn, tc.stop); got != tc.want {
			t.Errorf("%d of %d and %d: %d, want %d", tc.n, tc.warn, tc.stop, got, tc.want)
		}
	}
}

// A training counter has no limits but the disk's, and a fresh one is free of them.
func TestFrozenWhenFresh(t *testing.T) {
	s := open(t, options(t))
	if f := s.Frozen(t.Context()); f.Degree != station.Free && f.Code != "disk-low" {
		t.Errorf("%+v", f)
	}
}
