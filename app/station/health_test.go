package station_test

import (
	"os"
	"testing"
	"time"

	"bangban/app/desk"
)

// The whole health of a fresh training counter is good, and the probes are those that the window shows.
func TestHealth(t *testing.T) {
	o, c := options(t), newClock()
	o.Now = c.Now
	s := open(t, o)
	want := map[string]desk.Level{"printer": desk.LevelGood, "network": desk.LevelGood, "clock": desk.LevelGood, "lists": desk.LevelGood, "keys": desk.LevelGood}
	check := func(when string) {
		t.Helper()
		h := s.Health(t.Context())
		for name, level := range want {
			if p := h.Probe(name); p.Level != level {
				t.Errorf("%s: %s is %v %q, want %v", when, name, p.Level, p.Code, level)
			}
		}
		if len(h.Probes) != len(want) {
			t.Errorf("%s: %v", when, h.Probes)
		}
	}
	check("fresh")
	if err := os.RemoveAll(o.Dir + "-papers"); err != nil {
		t.Fatal(err)
	}
	want["printer"] = desk.LevelStop
	check("without the folder of the printer")
	if err := os.Mkdir(o.Dir+"-papers", 0o700); err != nil {
		t.Fatal(err)
	}
	want["printer"] = desk.LevelGood
	c.now = c.now.Add(6*24*time.Hour + time.Hour)
	want["keys"] = desk.LevelWarn // the delegation ends tomorrow
	check("on the last day of the key")
	c.now = c.now.Add(26 * 24 * time.Hour)
	want["lists"] = desk.LevelStop
	check("a month later")

	if n, oldest, err := s.Unsent(t.Context()); n != 0 || oldest != 0 || err != nil {
		t.Errorf("unsent %d, %v, %v", n, oldest, err)
	}
}
