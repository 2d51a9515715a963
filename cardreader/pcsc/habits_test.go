//go:build cgo && linux

package pcsc_test

import (
	"testing"
	"time"

	"bangban/cardreader/pcsc"
	"bangban/cardreader/readertest"
)

// The contract holds with the habits of the other systems: without the pseudo reader, and with an open card asked for its
// state all the time.
func TestContractWithOtherHabits(t *testing.T) {
	for _, goos := range []string{"darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			readertest.Run(t, func(t *testing.T) readertest.Harness {
				h := newHarness(t)
				var err error
				if h.system, err = pcsc.OpenAs(pcsc.Options{}, goos, 20*time.Millisecond); err != nil {
					t.Fatal(err)
				}
				return h
			})
		})
	}
}

// An open card is asked for its state until it is closed, and where the system wants that only.
func TestKeepAlive(t *testing.T) {
	h := newHarness(t)
	present(t, h, "bank-card")
	for _, goos := range []string{"linux", "windows"} {
		var err error
		if h.system, err = pcsc.OpenAs(pcsc.Options{}, goos, time.Millisecond); err != nil {
			t.Fatal(err)
		}
		conn, err := findReader(t, h).Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sending(conn)(); err != nil {
			t.Fatal(err)
		}
		if goos == "linux" {
			if n := pcsc.Pings(conn); n != 0 {
				t.Errorf("%d questions nobody needs", n)
			}
			conn.Close()
			continue
		}
		for until := time.Now().Add(atMost); pcsc.Pings(conn) < 3; {
			if time.Now().After(until) {
				t.Fatal("the card was not asked for its state")
			}
			time.Sleep(time.Millisecond)
		}
		if _, err := sending(conn)(); err != nil {
			t.Errorf("a question broke the connection: %v", err)
		}
		conn.Close()
		before := pcsc.Pings(conn)
		if _, err := listing(h)(); err != nil {
			t.Fatal(err)
		}
		if n := pcsc.Pings(conn); n != before {
			t.Errorf("asked %d times more after Close", n-before)
		}
	}
}
