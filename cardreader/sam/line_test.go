package sam_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// module gives a simulated reader with a specimen on it, none where name is empty.
func module(t testing.TB, name string) *sim.SAM {
	t.Helper()
	m := sim.NewSAM()
	if name != "" {
		m.Lay(specimen(t, name))
	}
	return m
}

func specimen(t testing.TB, name string) sim.Specimen {
	t.Helper()
	s, err := sim.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// line connects to a simulated reader over an in-memory pipe.
func line(t testing.TB, m *sim.SAM) *sam.Line {
	t.Helper()
	here, there := net.Pipe()
	go m.Serve(there)
	l := sam.NewLine(here)
	t.Cleanup(func() { l.Close(); there.Close() })
	return l
}

func TestSession(t *testing.T) {
	ctx := context.Background()
	s := specimen(t, "cnid-long")
	l := line(t, module(t, "cnid-long"))
	number := ""
	for _, step := range []struct {
		name string
		f    func() error
	}{
		{"reset", func() error { return l.Reset(ctx) }},
		{"status", func() error { return l.Status(ctx) }},
		{"number", func() (err error) { number, err = l.Number(ctx); return err }},
		{"find", func() error { return l.Find(ctx) }},
		{"select", func() error { return l.Select(ctx) }},
	} {
		if err := step.f(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	if number != "05.01-20200101-0000000000-0000000000" {
		t.Errorf("number %q", number)
	}
	b, err := l.ReadBase(ctx, false)
	if err != nil || !bytes.Equal(b.Text, s.File("base")) || !bytes.Equal(b.Photo, s.File("photo")) || len(b.Fingerprint) != 0 {
		t.Fatalf("base: %v", err)
	}
	if a, err := l.ReadAddress(ctx); err != nil || !bytes.Equal(a, s.File("address")) {
		t.Errorf("address: %v", err)
	}
	if err := l.Find(ctx); !errors.Is(err, sam.NoCard) {
		t.Errorf("the same card again without lifting: %v", err)
	}
}

func TestFingerprints(t *testing.T) {
	for _, n := range []int{0, 512, 1024} {
		s := specimen(t, "cnid")
		s.Dirs[0].Files["fingerprint"] = bytes.Repeat([]byte{0x46}, n)
		m := module(t, "")
		m.Lay(s)
		l := line(t, m)
		ctx := context.Background()
		if err := errors.Join(l.Find(ctx), l.Select(ctx)); err != nil {
			t.Fatal(err)
		}
		b, err := l.ReadBase(ctx, true)
		if err != nil || !bytes.Equal(b.Text, s.File("base")) || !bytes.Equal(b.Photo, s.File("photo")) || len(b.Fingerprint) != n {
			t.Errorf("%d bytes: %v, %d bytes of fingerprint", n, err, len(b.Fingerprint))
		}
		if a, err := l.ReadAddress(ctx); a != nil || err != nil {
			t.Errorf("a card without an additional address: %X, %v", a, err)
		}
	}
}

// Every value of SW3, at every command, is an error that says it, and only success is none.
func TestEveryStatus(t *testing.T) {
	ctx := context.Background()
	for v := range 256 {
		m := module(t, "cnid")
		for _, c := range [][2]byte{{0x10, 0xFF}, {0x11, 0xFF}, {0x20, 1}, {0x20, 2}, {0x30, 1}} {
			if v != 0 {
				m.Fail(c[0], c[1], 0x6A, 0x82, byte(v))
			}
		}
		l := line(t, m)
		for name, tc := range map[string]struct {
			ok sam.Status
			f  func(context.Context) error
		}{
			"reset":  {sam.OK, l.Reset},
			"status": {sam.OK, l.Status},
			"find":   {sam.Found, l.Find},
			"select": {sam.OK, l.Select},
			"read":   {sam.OK, func(ctx context.Context) error { _, err := l.ReadBase(ctx, false); return err }},
		} {
			err := tc.f(ctx)
			var status *sam.StatusError
			switch {
			case v == 0: // no fault
			case sam.Status(v) == tc.ok && name != "read":
				if err != nil {
					t.Errorf("%s %02X: %v", name, v, err)
				}
			case sam.Status(v) == tc.ok:
				if !errors.Is(err, sam.ErrPayload) {
					t.Errorf("read without data: %v", err)
				}
			case !errors.As(err, &status) || !errors.Is(err, sam.Status(v)) || status.SW1 != 0x6A || status.SW2 != 0x82:
				t.Errorf("%s %02X: %v", name, v, err)
			}
		}
	}
}

func TestDamagedLine(t *testing.T) {
	ctx := context.Background()
	for name, wire := range map[string]func(n int, frame []byte) []byte{
		"noise before":        func(_ int, f []byte) []byte { return append([]byte("\xAA\xAA\x96\x69SPECIMEN\xAA"), f...) },
		"noise behind":        func(_ int, f []byte) []byte { return append(f, 0xAA, 0xAA, 0xAA, 0x96) },
		"one bad XOR":         func(n int, f []byte) []byte { return flip(f, len(f)-1, n == 1) },
		"two bad bits":        func(n int, f []byte) []byte { return flip(f, 8, n <= 2) },
		"false preamble":      func(_ int, f []byte) []byte { return append([]byte("\xAA\xAA\xAA\x96\x69\xFF\xFF"), f...) },
		"swallowing preamble": func(_ int, f []byte) []byte { return append([]byte("\xAA\xAA\xAA\x96\x69\x09\x00"), f...) },
		"twice the answer":    func(_ int, f []byte) []byte { return append(f, f...) },
	} {
		m := module(t, "cnid")
		n := 0
		m.OnWire(func(f []byte) []byte { n++; return wire(n, bytes.Clone(f)) })
		l := line(t, m)
		if err := l.Status(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := l.Find(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := module(t, "cnid")
	m.OnWire(func(f []byte) []byte { return flip(bytes.Clone(f), len(f)-1, true) })
	if err := line(t, m).Status(ctx); !errors.Is(err, sam.ErrXOR) {
		t.Errorf("a line that damages everything: %v", err)
	}
}

func flip(f []byte, at int, yes bool) []byte {
	if yes {
		f[at] ^= 1
	}
	return f
}

// An answer that comes too late must not be taken for the next one: the line is given up.
func TestSilence(t *testing.T) {
	m := module(t, "cnid")
	m.OnWire(func(f []byte) []byte { return f[:len(f)-1] })
	l := line(t, m)
	if err := l.Status(context.Background()); !errors.Is(err, sam.ErrSilent) {
		t.Fatalf("half an answer: %v", err)
	}
	if err := l.Find(context.Background()); !errors.Is(err, sam.ErrSilent) {
		t.Errorf("the line is used again: %v", err)
	}
}

func TestCancelledAndGone(t *testing.T) {
	m := module(t, "cnid")
	asked := make(chan struct{}, 8)
	m.OnWire(func([]byte) []byte { asked <- struct{}{}; return []byte{0xAA} })
	l := line(t, m)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-asked; cancel() }()
	if err := l.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	here, there := net.Pipe()
	l = sam.NewLine(here)
	defer l.Close()
	go func() { buf := make([]byte, 64); _, _ = there.Read(buf); there.Close() }()
	if err := l.Status(context.Background()); !errors.Is(err, sam.ErrGone) {
		t.Errorf("unplugged in a command: %v", err)
	}
	here, there = net.Pipe() // nobody takes what is written
	l = sam.NewLine(here)
	defer there.Close()
	late, stop := context.WithTimeout(context.Background(), time.Millisecond)
	defer stop()
	if err := l.Status(late); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody takes the command: %v", err)
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// idle gives no bytes and no error, as a serial port with a read time-out does.
type idle struct{}

func (idle) Read([]byte) (int, error)    { return 0, nil }
func (idle) Write(b []byte) (int, error) { return len(b), nil }
func (idle) Close() error                { return nil }

func TestIdlePortEnds(t *testing.T) {
	if err := sam.NewLine(idle{}).Status(context.Background()); !errors.Is(err, sam.ErrGone) {
		t.Errorf("%v", err)
	}
}

// stuck is a port that never lets go.
type stuck struct{ idle }

func (stuck) Read([]byte) (int, error) { select {} }
func (stuck) Close() error             { select {} }

func TestCloseDoesNotHang(t *testing.T) {
	if err := sam.NewLine(stuck{}).Close(); !errors.Is(err, sam.ErrSilent) {
		t.Errorf("%v", err)
	}
}
