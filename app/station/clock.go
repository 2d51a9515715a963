package station

import (
	"sync"
	"time"
)

// maxBehind is how far the computer's clock may be behind the newest signed time before issuing stops (design §3).
const maxBehind = 5 * time.Minute

// Clock is station time: the later of the computer's clock and the newest signed time seen (bundle, receipt, ledger
// row, checkpoint). A clock set back can stretch neither a delegation nor a list.
type Clock struct {
	os func() time.Time

	mu     sync.Mutex
	newest time.Time
}

// NewClock makes a Clock over the computer's own.
func NewClock(os func() time.Time) *Clock { return &Clock{os: os} }

// Saw notes a signed time. Only ever forward.
func (c *Clock) Saw(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.newest) {
		c.newest = t
	}
}

// Now gives station time, the computer's time, and whether the computer's clock can be relied on for issuing.
func (c *Clock) Now() (station, os time.Time, sure bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	os = c.os()
	station = os
	if c.newest.After(os) {
		station = c.newest
	}
	return station, os, station.Sub(os) <= maxBehind
}

// Time is station time alone.
func (c *Clock) Time() time.Time {
	t, _, _ := c.Now()
	return t
}
