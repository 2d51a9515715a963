package sam_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"bangban/cardreader"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// silentPort takes what is written and says nothing.
func silentPort(f *os.File) { _, _ = io.Copy(io.Discard, f) }

// echoPort gives back what is written: a plug with two pins bridged.
func echoPort(f *os.File) { _, _ = io.Copy(f, f) }

// scalePort weighs, and says so whatever it is asked.
func scalePort(f *os.File) {
	for buf := make([]byte, 64); ; {
		if _, err := f.Read(buf); err != nil {
			return
		}
		for range 20 {
			if _, err := f.WriteString("ST,GS,+  1.234kg\r\n\xAA\xAA\xAA\x96\x69"); err != nil {
				return
			}
		}
	}
}

// at makes a module answer at one speed only, and tells what it heard at others.
func at(t *testing.T, m *sim.SAM, speed uint32, other func()) string {
	t.Helper()
	master, name, port := pty(t)
	m.OnWire(func(f []byte) []byte {
		if now, err := unix.IoctlGetTermios(port, unix.TCGETS); err != nil || now.Cflag&unix.CBAUD != speed {
			other()
			return []byte{0x00, 0xFF, 0xAA} // what another speed makes of it
		}
		return f
	})
	served := make(chan struct{})
	go func() { defer close(served); m.Serve(master) }()
	t.Cleanup(func() { master.Close(); <-served })
	return name
}

// All serial ports of a computer at once: of those with a module, each is found at its own speed and read; a silent one, a
// scale, a bridged plug, one that is none and one that is not there are no readers.
func TestAuto(t *testing.T) {
	var wrong atomic.Int32
	slow, fast := module(t, "cnid-y"), module(t, "cnid")
	slowest := at(t, slow, unix.B9600, func() { wrong.Add(1) })
	usual := terminal(t, fast, unix.B115200)
	file := filepath.Join(t.TempDir(), "ttyNone")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ports := sam.Guess(stranger(t, silentPort), stranger(t, echoPort), slowest, stranger(t, scalePort), usual, file, "/dev/no-such-port")
	s := sam.New(sam.Options{Ports: ports, Every: 10 * time.Millisecond})
	defer s.Close()
	began := time.Now()
	names := find(t, s, 2)
	t.Logf("%d ports, of them 2 modules, found in %v", len(ports), time.Since(began).Round(time.Millisecond))
	if !slices.Contains(names, slowest) || !slices.Contains(names, usual) {
		t.Fatalf("readers %q, want %q and %q", names, slowest, usual)
	}
	others := wrong.Load()
	if others < 4 { // 9600 is the last that is tried
		t.Errorf("asked %d times at another speed", others)
	}
	list, err := s.Readers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		want := specimen(t, "cnid").Truth
		if r.Name() == slowest {
			want = specimen(t, "cnid-y").Truth
		}
		c, err := r.Connect(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", r.Name(), err)
		}
		if doc, err := readKind(c); err != nil || doc.Subject != want {
			t.Errorf("%s: %v", r.Name(), err)
		}
		c.Close()
	}
	// Opened again it is asked at its own speed first.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	slow.Lay(specimen(t, "cnid-y"))
	for _, r := range list {
		if r.Name() == slowest {
			c, err := r.Connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	}
	if n := wrong.Load(); n != others {
		t.Errorf("opened again: asked %d times more at another speed", n-others)
	}
}

// find lists the readers until there are n: a loaded computer may need a second look.
func find(t *testing.T, s *sam.System, n int) (names []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events, err := s.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		if e.Kind == cardreader.Present && !slices.Contains(names, e.Reader) {
			if names = append(names, e.Reader); len(names) == n {
				return names
			}
		}
	}
	t.Fatalf("only %q", names)
	return nil
}

// None of them is a module: nothing is listed, nothing hangs, and each port is let go.
func TestAutoFindsNothing(t *testing.T) {
	s := sam.New(sam.Options{Ports: sam.Guess(stranger(t, silentPort), stranger(t, echoPort), stranger(t, scalePort))})
	began := time.Now()
	list, err := s.Readers(context.Background())
	if err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	t.Logf("3 ports without a module: %v", time.Since(began).Round(time.Millisecond))
	if e := watch(t, s.Watch)(cardreader.NoReader); e.Reader != "" {
		t.Errorf("event of %q", e.Reader)
	}
}

// A look that had no time for every speed goes on with the next look where it stopped, however slow the computer.
func TestAutoGoesOn(t *testing.T) {
	var over atomic.Pointer[context.CancelFunc] // each look is over once it was heard at a wrong speed
	p := sam.Guess(at(t, module(t, "cnid"), unix.B9600, func() { (*over.Load())() }))[0]
	for range sam.Speeds() {
		ctx, cancel := context.WithCancel(context.Background())
		over.Store(&cancel)
		line, err := p.Dial(ctx)
		cancel()
		if err == nil {
			line.Close()
			return
		}
	}
	t.Error("begins anew each time and never comes to the last speed")
}
