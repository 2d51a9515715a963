package main

import (
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bangban/cardreader/sim"
)

// cable is the way to a module that breaks in the middle of the text, once, and is there again under the same name.
type cable struct {
	once   sync.Once
	broken chan struct{} // half the text is under way
	none   chan struct{} // after that the module was asked for a card, and has none to offer
}

// cut makes the module's answers end there.
func cut(m *sim.SAM) *cable {
	c := &cable{broken: make(chan struct{}), none: make(chan struct{})}
	asked := sync.OnceFunc(func() { close(c.none) })
	gone := false
	m.OnWire(func(f []byte) []byte {
		switch {
		case isBase(f) && !gone:
			gone = true
			close(c.broken)
			return f[:len(f)/2]
		case gone && len(f) > 9 && f[9] == 0x80:
			asked()
		}
		return f
	})
	return c
}

// The way to the reader breaks while card read reads, and comes back under its name; the hand does what the sentence says,
// and the same call gives the whole truth.
func TestReaderComesBackUnderCardRead(t *testing.T) {
	t.Setenv("PCSCLITE_CSOCK_NAME", filepath.Join(t.TempDir(), "no-service"))
	bin := filepath.Join(programDir(t), program)
	card, err := sim.Load("cnid")
	if err != nil {
		t.Fatal(err)
	}
	for line, open := range map[string]func(*testing.T, *sim.SAM, *cable) string{"serial": replugged, "tcp": reconnected} {
		t.Run(line, func(t *testing.T) {
			module := sim.NewSAM()
			module.Lay(card)
			c := cut(module)
			go func() {
				<-c.none
				module.Lay(card)
			}()
			if got := encoded(t, call(t, bin, open(t, module, c), "")); got != moduleTruth(t, "cnid") {
				t.Errorf("got %s", got)
			}
			select {
			case <-c.broken:
			default:
				t.Error("the line never broke")
			}
		})
	}
	// The control: nobody touches the card, and the sentence asks for it.
	module := sim.NewSAM()
	module.Lay(card)
	if got := call(t, bin, reconnected(t, module, cut(module)), "8s"); got.Error != "card-pulled" && got.Error != "card-lift-again" {
		t.Errorf("left lying: %q", got.Error)
	}
}

// replugged is a serial port whose plug is pulled and put back: another terminal under the name that udev gave it.
func replugged(t *testing.T, m *sim.SAM, c *cable) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "ttyReader")
	first, pull := plugPTY(t, m)
	second, _ := plugPTY(t, m)
	if err := os.Symlink(first, link); err != nil {
		t.Fatal(err)
	}
	go func() {
		<-c.broken
		next := link + ".next"
		if err := os.Symlink(second, next); err != nil {
			t.Error(err)
		} else if err := os.Rename(next, link); err != nil {
			t.Error(err)
		}
		pull()
	}()
	return link
}

// reconnected is a bridge that ends the line.
func reconnected(t *testing.T, m *sim.SAM, c *cable) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); _ = m.Serve(conn) }()
			go func() { <-c.broken; c.once.Do(func() { conn.Close() }) }()
		}
	}()
	return "tcp://" + l.Addr().String()
}
