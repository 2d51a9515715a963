package sam_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/sam"
	"bangban/cardreader/sim"
)

// hallBridge is a bridge whose network comes and goes; its address stays.
type hallBridge struct {
	t       testing.TB
	m       *sim.SAM
	address string

	mu    sync.Mutex
	l     net.Listener
	lines []net.Conn
}

func newBridge(t testing.TB, m *sim.SAM) *hallBridge {
	t.Helper()
	b := &hallBridge{t: t, m: m, address: "127.0.0.1:0"}
	b.up()
	t.Cleanup(b.down)
	return b
}

func (b *hallBridge) up() {
	b.t.Helper()
	l, err := net.Listen("tcp", b.address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	b.l, b.address = l, l.Addr().String()
	b.mu.Unlock()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.lines = append(b.lines, c)
			b.mu.Unlock()
			go b.m.Serve(c)
		}
	}()
}

// drop ends the lines that are there; new ones are taken. down takes none any more.
func (b *hallBridge) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.lines {
		c.Close()
	}
	b.lines = nil
}

func (b *hallBridge) down() {
	b.mu.Lock()
	b.l.Close()
	b.mu.Unlock()
	b.drop()
}

func (b *hallBridge) system(t *testing.T) (*sam.System, cardreader.Reader) {
	t.Helper()
	ports, err := sam.Ports("tcp://" + b.address)
	if err != nil {
		t.Fatal(err)
	}
	s := sam.New(sam.Options{Ports: ports, Every: 5 * time.Millisecond})
	t.Cleanup(func() { s.Close() })
	list, err := s.Readers(context.Background())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d readers, %v", len(list), err)
	}
	return s, list[0]
}

// A bridge drops before the text was asked for, stays away, comes back: the same card goes on without being touched.
func TestBridgeComesBack(t *testing.T) {
	b := newBridge(t, module(t, "cnid"))
	s, reader := b.system(t)
	next := watch(t, s.Watch)
	in := next(cardreader.Present)
	c, err := reader.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b.down()
	if _, err := readKind(c); code(err) != cardreader.CodePulled {
		t.Errorf("dropped: %v", err)
	}
	c.Close()
	next(cardreader.Removed)
	if _, err := reader.Connect(context.Background()); code(err) != cardreader.CodeNoReader {
		t.Errorf("away: %v", err)
	}
	b.up()
	if back := next(cardreader.Present); back.Count <= in.Count {
		t.Errorf("count %d after %d: not told as another laying-on", back.Count, in.Count)
	}
	if c, err = reader.Connect(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if doc, err := readKind(c); err != nil || doc.Subject != specimen(t, "cnid").Truth {
		t.Errorf("back: %v", err)
	}
}

// A bridge drops in the middle of the text: the module has read the card and finds it no more. It is not called absent:
// it is asked to be laid anew, and then goes on, however long the bridge was away.
func TestBridgeDropsInTheText(t *testing.T) {
	m := module(t, "cnid")
	b := newBridge(t, m)
	var once sync.Once
	m.OnWire(func(f []byte) []byte {
		if len(f) > 1000 {
			once.Do(func() { f = f[:700]; go b.down() })
		}
		return f
	})
	s, reader := b.system(t)
	next := watch(t, s.Watch)
	in := next(cardreader.Present)
	c, err := reader.Connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readKind(c); code(err) != cardreader.CodePulled {
		t.Errorf("dropped: %v", err)
	}
	c.Close()
	next(cardreader.Removed)
	for range 2 { // more than one look finds nobody there
		if _, err := reader.Connect(context.Background()); code(err) != cardreader.CodeNoReader {
			t.Errorf("away: %v", err)
		}
	}
	b.up()
	if back := next(cardreader.Present); back.Count <= in.Count {
		t.Errorf("count %d after %d", back.Count, in.Count)
	}
	if _, err := reader.Connect(context.Background()); code(err) != sam.CodeLift {
		t.Errorf("it was read and lies there still: %v", err)
	}
	m.Lay(specimen(t, "cnid"))
	again := next(cardreader.Present)
	if again.Count < in.Count+3 {
		t.Errorf("count %d after %d", again.Count, in.Count)
	}
	if c, err = reader.Connect(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if doc, err := readKind(c); err != nil || doc.Subject != specimen(t, "cnid").Truth {
		t.Errorf("laid anew: %v", err)
	}
}
