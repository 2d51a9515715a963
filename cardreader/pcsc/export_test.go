//go:build cgo || windows

package pcsc

import (
	"time"

	"bangban/cardreader"
)

// OpenAs is Open with the habits of another operating system; ping replaces its own where it has one.
func OpenAs(o Options, goos string, ping time.Duration) (cardreader.System, error) {
	sys, err := Open(o)
	if err != nil {
		return nil, err
	}
	s := sys.(*system)
	s.habits = habitsOf(goos)
	if s.habits.ping > 0 {
		s.habits.ping = ping
	}
	return s, nil
}

// Pings is how often an open card was asked for its state.
func Pings(c cardreader.Conn) int {
	n := c.(*conn)
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.pings
}
