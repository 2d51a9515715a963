package station

import (
	"testing"
	"time"
)

func TestClockIsTheLater(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	c := NewClock(func() time.Time { return now })
	if got, os, sure := c.Now(); !got.Equal(now) || !os.Equal(now) || !sure {
		t.Fatalf("no signed time seen: %v %v %v", got, os, sure)
	}
	c.Saw(now.Add(-time.Hour))
	if got := c.Time(); !got.Equal(now) {
		t.Fatalf("an older signed time moved the clock back to %v", got)
	}
	c.Saw(now.Add(4 * time.Minute))
	if got, _, sure := c.Now(); !got.Equal(now.Add(4*time.Minute)) || !sure {
		t.Fatalf("4 min ahead: %v, sure %v", got, sure)
	}
	c.Saw(now.Add(10 * time.Minute))
	if got, _, sure := c.Now(); !got.Equal(now.Add(10*time.Minute)) || sure {
		t.Fatalf("10 min ahead: %v, sure %v; issuing must stop", got, sure)
	}
	now = now.Add(-24 * time.Hour)
	if _, _, sure := c.Now(); sure {
		t.Fatal("a clock set back a day is called sure")
	}
}
