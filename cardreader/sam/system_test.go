package sam_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/cnid"
	"bangban/cardreader/kinds"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

const patience = 20 * time.Second // only a failing test ever waits so long

// rig is one simulated reader that can be plugged and unplugged.
type rig struct {
	m      *sim.SAM
	system *sam.System

	mu    sync.Mutex
	out   bool
	lines []net.Conn
	dials int
}

func newRig(t testing.TB, specimens ...string) *rig {
	t.Helper()
	r := &rig{m: module(t, "")}
	for _, s := range specimens {
		r.m.Lay(specimen(t, s))
	}
	r.system = sam.New(sam.Options{Ports: []sam.Port{{Name: "SAM SPECIMEN", Dial: r.dial}}, Every: 5 * time.Millisecond})
	t.Cleanup(func() { r.system.Close() })
	return r
}

func (r *rig) dial(context.Context) (io.ReadWriteCloser, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dials++
	if r.out {
		return nil, errors.New("no such port")
	}
	here, there := net.Pipe()
	r.lines = append(r.lines, there)
	go r.m.Serve(there)
	return here, nil
}

func (r *rig) plug(in bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = !in
	for _, l := range r.lines {
		l.Close()
	}
	r.lines = nil
}

func (r *rig) reader(t testing.TB) cardreader.Reader {
	t.Helper()
	list, err := r.system.Readers(context.Background())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d readers, %v", len(list), err)
	}
	return list[0]
}

func (r *rig) connect(t testing.TB) cardreader.Conn {
	t.Helper()
	c, err := r.reader(t).Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func watch(t testing.TB, f func(context.Context) (<-chan cardreader.Event, error)) func(cardreader.EventKind) cardreader.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	events, err := f(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		for range events {
		}
	})
	return func(want cardreader.EventKind) cardreader.Event {
		t.Helper()
		limit := time.After(patience)
		for {
			select {
			case e, ok := <-events:
				if !ok {
					t.Fatal("the channel closed")
				}
				if e.Kind == want {
					return e
				}
			case <-limit:
				t.Fatalf("no event %v", want)
			}
		}
	}
}

func code(err error) string {
	var e *cardreader.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return ""
}

func readKind(c cardreader.Conn) (*cardreader.Document, error) {
	k := cnid.New(cnid.Deps{Now: func() time.Time { return time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC) }})
	return k.Read(context.Background(), c, nil, nil)
}

func TestReadThroughSystem(t *testing.T) {
	for _, name := range []string{"cnid", "cnid-long", "cnid-j", "cnid-i", "cnid-y", "cnid-rare"} {
		r := newRig(t, name)
		c := r.connect(t)
		all := kinds.All(kinds.Deps{})
		k, err := kinds.Identify(context.Background(), c, all)
		if err != nil || k.ID() != cnid.ID {
			t.Fatalf("%s: %v", name, err)
		}
		doc, err := readKind(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if doc.Subject != specimen(t, name).Truth {
			t.Errorf("%s: not the truth", name)
		}
		if doc.Checks[0].Detail != "05.01-20200101-0000000000-0000000000" {
			t.Errorf("%s: vouched for by %q", name, doc.Checks[0].Detail)
		}
		again, err := readKind(c) // a connection keeps what was read, and its own copy of it
		doc.Wipe()
		if err != nil || again.Subject != specimen(t, name).Truth {
			t.Errorf("%s: read again: %v", name, err)
		}
		c.Close()
		if _, err := readKind(c); code(err) != cardreader.CodePulled {
			t.Errorf("%s: read after Close: %v", name, err)
		}
	}
}

func TestLiftAndLayAgain(t *testing.T) {
	r := newRig(t)
	if r.system.Name() != "sam" {
		t.Error(r.system.Name())
	}
	next, only := watch(t, r.system.Watch), watch(t, r.reader(t).Watch)
	next(cardreader.Empty)
	only(cardreader.Empty)
	if _, err := r.reader(t).Connect(context.Background()); !errors.Is(err, cardreader.ErrNoCard) {
		t.Fatalf("no card: %v", err)
	}
	r.m.Lay(specimen(t, "cnid"))
	first := next(cardreader.Present)
	only(cardreader.Present)
	c := r.connect(t)
	if c.ATR() != nil {
		t.Error("an answer to reset that nobody gave")
	}
	if _, err := readKind(c); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := r.reader(t).Connect(context.Background()); code(err) != sam.CodeLift {
		t.Fatalf("not lifted: %v", err)
	}
	r.m.Lift()
	r.m.Lay(specimen(t, "cnid-j"))
	if second := next(cardreader.Present); second.Count < first.Count+2 {
		t.Errorf("count %d after %d: another card does not show", second.Count, first.Count)
	}
	if doc, err := readKind(r.connect(t)); err != nil || doc.Subject != specimen(t, "cnid-j").Truth {
		t.Errorf("the next card: %v", err)
	}
}

func TestUnreadCardIsLifted(t *testing.T) {
	r := newRig(t, "cnid")
	next := watch(t, r.system.Watch)
	in := next(cardreader.Present)
	r.m.Lift()
	if out := next(cardreader.Empty); out.Count <= in.Count {
		t.Errorf("counts %d, %d", in.Count, out.Count)
	}
}

// A module that finds a card once only must still let it be read.
func TestFoundOnce(t *testing.T) {
	r := newRig(t, "cnid")
	next := watch(t, r.system.Watch)
	next(cardreader.Present)
	r.m.Fail(0x20, 0x01, 0, 0, 0x80)
	c, err := r.reader(t).Connect(context.Background())
	if err != nil {
		if !errors.Is(err, cardreader.ErrNoCard) { // two looks may have gone by: then it counts as lifted
			t.Fatal(err)
		}
		t.Skip("lifted, as far as this module tells")
	}
	defer c.Close()
	if _, err := readKind(c); err != nil {
		t.Error(err)
	}
}

func TestUnplugged(t *testing.T) {
	r := newRig(t, "cnid")
	next := watch(t, r.system.Watch)
	next(cardreader.Present)
	reader := r.reader(t)
	c := r.connect(t)
	r.plug(false)
	if _, err := readKind(c); code(err) != cardreader.CodePulled {
		t.Errorf("unplugged before the reading: %v", err)
	}
	c.Close()
	next(cardreader.Removed)
	if _, err := reader.Connect(context.Background()); code(err) != cardreader.CodeNoReader {
		t.Errorf("no reader: %v", err)
	}
	r.plug(true)
	next(cardreader.Present)
	if _, err := readKind(r.connect(t)); err != nil {
		t.Errorf("plugged in again: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name string
		cmd  [2]byte
		sw3  byte
		code string
	}{
		{"card refuses", [2]byte{0x30, 1}, 0x31, sam.CodeCardRefuses},
		{"module refuses", [2]byte{0x30, 1}, 0x32, sam.CodeSAMRefuses},
		{"wrong MAC", [2]byte{0x30, 1}, 0x33, sam.CodeSAMRefuses},
		{"other card", [2]byte{0x30, 1}, 0x40, cardreader.CodeOtherKind},
		{"taken away", [2]byte{0x30, 1}, 0x41, cardreader.CodePulled},
		{"no random number", [2]byte{0x30, 1}, 0x47, cardreader.CodePulled},
		{"taken away at the address", [2]byte{0x30, 3}, 0x41, cardreader.CodePulled},
		{"address unknown to the module", [2]byte{0x30, 3}, 0x21, ""},
		{"not authorised", [2]byte{0x20, 2}, 0x66, sam.CodeNotAuthorised},
		{"not authorised to find", [2]byte{0x20, 1}, 0x66, sam.CodeNotAuthorised},
		{"self-test", [2]byte{0x20, 1}, 0x60, sam.CodeSAMFault},
		{"command unknown", [2]byte{0x20, 2}, 0x21, sam.CodeSAMFault},
		{"no selection", [2]byte{0x20, 2}, 0x81, sam.CodeLift},
		{"never heard of", [2]byte{0x30, 1}, 0x77, cardreader.CodeFaulty},
	} {
		r := newRig(t, "cnid")
		r.m.Fail(tc.cmd[0], tc.cmd[1], 0, 0, tc.sw3)
		c, err := r.reader(t).Connect(context.Background())
		if err == nil {
			if k, kerr := kinds.Identify(context.Background(), c, kinds.All(kinds.Deps{})); kerr != nil || k.ID() != cnid.ID {
				t.Errorf("%s: identified: %v", tc.name, kerr)
			}
			_, err = readKind(c)
			c.Close()
			r.m.Fail(0x20, 1, 0, 0, 0x80) // it lies there still, and is not found again
			want := sam.CodeLift
			if code(err) == cardreader.CodePulled {
				want = cardreader.CodeNoCard
			}
			second, again := r.reader(t).Connect(context.Background())
			if code(again) != want {
				t.Errorf("%s, once more: %v, want %s", tc.name, again, want)
			}
			if second != nil {
				second.Close()
			}
		}
		if code(err) != tc.code || tc.code != "" && err == nil {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
		}
	}
}

func TestOneAtATime(t *testing.T) {
	r := newRig(t, "cnid")
	c := r.connect(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := r.reader(t).Connect(ctx); err == nil {
		t.Error("two connections to one card")
	}
	done, stop := context.WithCancel(context.Background())
	stop()
	if _, err := r.reader(t).Connect(done); code(err) != cardreader.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := r.system.Readers(done); code(err) != cardreader.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := c.(cardreader.RecordReader).ReadRecord(done); code(err) != cardreader.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := readKind(c); err != nil {
		t.Errorf("after a call that was cancelled before it began: %v", err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWatchEnds(t *testing.T) {
	r := newRig(t, "cnid")
	ctx, cancel := context.WithCancel(context.Background())
	events, err := r.system.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	<-events
	cancel()
	limit := time.After(patience)
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		case <-limit:
			t.Fatal("the channel stays open")
		}
	}
}

func TestGuessedPorts(t *testing.T) {
	r := newRig(t, "cnid")
	dead := sam.Port{Name: "dead", Guessed: true, Dial: func(context.Context) (io.ReadWriteCloser, error) { return nil, errors.New("no") }}
	live := sam.Port{Name: "live", Guessed: true, Dial: r.dial, Label: "SIMULATED SAM"}
	s := sam.New(sam.Options{Ports: []sam.Port{dead, live}})
	list, err := s.Readers(context.Background())
	if err != nil || len(list) != 1 || list[0].Name() != "live" {
		t.Fatalf("%v, %v", list, err)
	}
	c, err := list[0].Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := readKind(c)
	c.Close()
	if err != nil || doc.Checks[0].Detail != "SIMULATED SAM" {
		t.Errorf("%v, %v", doc, err)
	}
	if e := watch(t, sam.New(sam.Options{Ports: []sam.Port{dead}}).Watch)(cardreader.NoReader); e.Reader != "" {
		t.Errorf("event of %q", e.Reader)
	}
	watch(t, sam.New(sam.Options{}).Watch)(cardreader.NoReader)
}

// serveTCP is a bridge to the module.
func serveTCP(t testing.TB, m *sim.SAM) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); m.Serve(c) }()
		}
	}()
	return "tcp://" + l.Addr().String()
}

func TestTCP(t *testing.T) {
	ports, err := sam.Ports(serveTCP(t, module(t, "cnid-y")))
	if err != nil {
		t.Fatal(err)
	}
	s := sam.New(sam.Options{Ports: ports})
	defer s.Close()
	list, err := s.Readers(context.Background())
	if err != nil || len(list) != 1 || list[0].Name() != ports[0].Name {
		t.Fatalf("%v, %v", list, err)
	}
	c, err := list[0].Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if doc, err := readKind(c); err != nil || doc.Subject != specimen(t, "cnid-y").Truth {
		t.Errorf("%v", err)
	}
}

func TestPortNames(t *testing.T) {
	for _, n := range []string{"", "tcp://", "tcp://host", "tcp://:1", "udp://host:1", "sim:cnid", "COM1@", "COM1@fast", "COM1@1", "@9600"} {
		if _, err := sam.Ports(n); !errors.Is(err, sam.ErrPort) {
			t.Errorf("%q: %v", n, err)
		}
	}
	ports, err := sam.Ports("COM3", "/dev/ttyUSB0@9600", "tcp://hall.example:5000")
	if err != nil || len(ports) != 3 || ports[1].Name != "/dev/ttyUSB0@9600" || ports[1].Guessed {
		t.Errorf("%v, %v", ports, err)
	}
}

// A raw record never changes under its owner: the connection hands out copies.
func TestCopies(t *testing.T) {
	r := newRig(t, "cnid")
	rr := r.connect(t).(cardreader.RecordReader)
	first, err := rr.ReadRecord(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	clear(first["base"])
	if second, err := rr.ReadRecord(context.Background()); err != nil || !bytes.Equal(second["base"], specimen(t, "cnid").File("base")) {
		t.Errorf("%v", err)
	}
}
