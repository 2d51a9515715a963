package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// Prefix begins the name of every simulated reader.
const Prefix = "sim:"

// maxAPDU is what simulated readers carry: any extended command or response.
const maxAPDU = 3 + 4 + apdu.MaxExtendedData + 2

// System is a set of simulated readers.
type System struct {
	now func() time.Time

	mu      sync.Mutex
	readers []*Reader
	off     error         // not nil: the service does not answer
	changed chan struct{} // closed and replaced at every change
}

// Reader is one simulated reader.
type Reader struct {
	system *System
	name   string

	// Guarded by system.mu.
	card  *Card
	count uint32
	open  int // connections to the card
	at    time.Time
}

var (
	_ cardreader.System           = (*System)(nil)
	_ cardreader.Reader           = (*Reader)(nil)
	_ cardreader.APDUer           = (*conn)(nil)
	_ cardreader.ExtendedLengther = (*conn)(nil)
)

// NewSystem makes one reader for each specimen, with the card on it. No name at all makes a system without readers.
func NewSystem(names ...string) (*System, error) {
	s := &System{now: time.Now, changed: make(chan struct{})}
	for _, n := range names {
		c, err := Open(n)
		if err != nil {
			return nil, err
		}
		s.Attach(Prefix + c.Specimen().Name).Insert(c)
	}
	return s, nil
}

// Name is "sim".
func (s *System) Name() string { return "sim" }

// Attach plugs in an empty reader.
func (s *System) Attach(name string) *Reader {
	r := &Reader{system: s, name: name}
	s.change(func() {
		r.at = s.now()
		s.readers = append(s.readers, r)
	})
	return r
}

// Detach unplugs a reader; the card on it goes with it.
func (s *System) Detach(name string) {
	s.change(func() {
		s.readers = slices.DeleteFunc(s.readers, func(r *Reader) bool {
			if r.name == name {
				r.put(nil)
			}
			return r.name == name
		})
	})
}

// Stop makes the card service go away for cause, until Start.
func (s *System) Stop(cause error) { s.change(func() { s.off = cause }) }

// Start brings the card service back.
func (s *System) Start() { s.change(func() { s.off = nil }) }

// Reader gives the reader of this name, nil where there is none.
func (s *System) Reader(name string) *Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.readers {
		if r.name == name {
			return r
		}
	}
	return nil
}

// Readers implements cardreader.System.
func (s *System) Readers(ctx context.Context) ([]cardreader.Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off != nil {
		return nil, cardreader.NewError(cardreader.CodeServiceOff, s.off, nil)
	}
	list := make([]cardreader.Reader, len(s.readers))
	for i, r := range s.readers {
		list[i] = r
	}
	return list, nil
}

// change runs f under the lock and wakes every watcher.
func (s *System) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// put lays a card down or takes it away. The caller holds system.mu.
func (r *Reader) put(c *Card) {
	if r.card == nil && c == nil {
		return
	}
	if r.card != nil {
		r.card.Reset()
		r.count++
	}
	if c != nil {
		r.count++
	}
	r.card, r.open, r.at = c, 0, r.system.now()
}

// Insert lays a card on the reader, in place of the one that is there.
func (r *Reader) Insert(c *Card) { r.system.change(func() { r.put(c) }) }

// Remove takes the card away.
func (r *Reader) Remove() { r.system.change(func() { r.put(nil) }) }

// Card is the card that lies there, nil for none.
func (r *Reader) Card() *Card {
	r.system.mu.Lock()
	defer r.system.mu.Unlock()
	return r.card
}

// Name implements cardreader.Reader.
func (r *Reader) Name() string { return r.name }

// Connect implements cardreader.Reader. The first connection to a card resets it.
func (r *Reader) Connect(ctx context.Context) (cardreader.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	s := r.system
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.off != nil:
		return nil, cardreader.NewError(cardreader.CodeServiceOff, s.off, nil)
	case !slices.Contains(s.readers, r):
		return nil, cardreader.NewError(cardreader.CodeNoReader, nil, nil)
	case r.card == nil:
		return nil, cardreader.NewError(cardreader.CodeNoCard, nil, nil)
	case r.card.Mute():
		return nil, cardreader.NewError(cardreader.CodeFaulty, nil, nil)
	}
	if r.open++; r.open == 1 {
		r.card.Reset()
	}
	return &conn{reader: r, card: r.card, count: r.count}, nil
}

// conn is one connection to the card that lay on the reader when it was made.
type conn struct {
	reader *Reader
	card   *Card
	count  uint32
	closed bool
}

func (c *conn) ATR() []byte  { return c.card.ATR() }
func (c *conn) MaxAPDU() int { return maxAPDU }

// Close implements cardreader.Conn: the last connection resets the card, so that no session outlives its reader.
func (c *conn) Close() error {
	s := c.reader.system
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.reader.count == c.count && c.reader.open > 0 {
		if c.reader.open--; c.reader.open == 0 {
			c.card.Reset()
		}
	}
	return nil
}

func (c *conn) here() error {
	s := c.reader.system
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.closed:
		return cardreader.NewError(cardreader.CodePulled, fmt.Errorf("sim: connection is closed"), nil)
	case s.off != nil:
		return cardreader.NewError(cardreader.CodeServiceOff, s.off, nil)
	case c.reader.count != c.count:
		return cardreader.NewError(cardreader.CodePulled, nil, nil)
	}
	return nil
}

// Transmit implements cardreader.APDUer.
func (c *conn) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	if len(command) < 4 {
		return nil, cardreader.NewError(cardreader.CodeFaulty, apdu.ErrMalformed, nil)
	}
	if err := c.here(); err != nil {
		return nil, err
	}
	answer := c.card.apdu(ctx, command)
	if err := ctx.Err(); err != nil {
		return nil, ended(err)
	}
	if answer == nil {
		c.pulled()
	}
	if err := c.here(); err != nil { // taken away while it thought
		return nil, err
	}
	return answer, nil
}

// ended tells who had enough: whoever called, or the time that was given.
func ended(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return cardreader.NewError(cardreader.CodeTimeout, err, nil)
	}
	return cardreader.NewError(cardreader.CodeCancelled, err, nil)
}

// pulled takes this very card away, unless another lies there by now.
func (c *conn) pulled() {
	c.reader.system.change(func() {
		if c.reader.count == c.count {
			c.reader.put(nil)
		}
	})
}
