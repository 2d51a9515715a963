package sam

import (
	"context"
	"errors"
	"time"

	"bangban/cardreader"
)

// patience is the deadline of Connect and of one look at a port.
const patience = 3 * time.Second

// unnumbered is what a module is called that does not tell its number.
const unnumbered = "unnumbered"

// misses is how often in a row a card that was found and not read must not be found before it counts as lifted: some
// modules find the same card once only.
const misses = 2

// place is one port and what is known of the card there.
type place struct {
	system *System
	port   Port
	turn   chan struct{} // holds a token while somebody uses the line

	// Used by who has the turn.
	line   *Line
	number string
	spent  bool // a card was read: it is found again only after it was lifted
	lost   bool // a card was lifted, as its reading says: the next one that is found was laid anew
	found  bool // a card was found and not read yet
	missed int
	looked time.Time

	state chan cardreader.Event // holds the newest event; taken and put back by whoever looks at it
}

func newPlace(s *System, p Port) *place {
	r := &place{system: s, port: p, turn: make(chan struct{}, 1), state: make(chan cardreader.Event, 1)}
	r.state <- cardreader.Event{Reader: p.Name, Kind: cardreader.Removed, At: s.o.Now()}
	return r
}

func (p *place) lock(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *place) unlock() { <-p.turn }

// Name implements cardreader.Reader.
func (p *place) Name() string { return p.port.Name }

// Watch implements cardreader.Reader.
func (p *place) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	return p.system.watch(ctx, []*place{p})
}

// event is the newest event.
func (p *place) event() cardreader.Event {
	e := <-p.state
	p.state <- e
	return e
}

// now sets what is so, and counts n insertions or removals.
func (p *place) now(kind cardreader.EventKind, n uint32) {
	e := <-p.state
	if e.Kind != kind || n > 0 {
		e.Kind, e.Count, e.At = kind, e.Count+n, p.system.o.Now()
	}
	p.state <- e
}

// look asks the module for a card, unless somebody uses the line or asked just now, and gives what is so.
func (p *place) look(ctx context.Context) cardreader.Event {
	select {
	case p.turn <- struct{}{}:
	default:
		return p.event() // a card is being read
	}
	defer p.unlock()
	if !p.looked.IsZero() && time.Since(p.looked) < p.pause() {
		return p.event()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = p.find(ctx) // it is in the event
	p.looked = time.Now()
	return p.event()
}

// pause is how long what was seen holds: several watchers share one look, and a port where nothing answered is left
// alone for a while.
func (p *place) pause() time.Duration {
	if p.event().Kind == cardreader.Removed {
		return max(time.Second, p.system.o.Every/2)
	}
	return p.system.o.Every / 2
}

// find opens the line where it is not open, looks for a card and notes what is so.
func (p *place) find(ctx context.Context) error {
	if err := p.open(ctx); err != nil {
		if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
			p.forget()
		}
		return err
	}
	err := p.line.Find(ctx)
	var status *StatusError
	switch kind := p.event().Kind; {
	case err == nil && (p.spent || p.lost && kind == cardreader.Present): // another card, or the same laid anew
		p.spent, p.lost, p.found, p.missed = false, false, true, 0
		p.now(cardreader.Present, 2)
	case err == nil && kind != cardreader.Present:
		p.found, p.lost, p.missed = true, false, 0
		p.now(cardreader.Present, 1)
	case err == nil:
		p.found, p.missed = true, 0
	case errors.Is(err, NoCard) && p.spent: // it may lie there still: nobody can tell
		if kind == cardreader.Removed { // the line broke while it was read, and is back
			p.now(cardreader.Present, 1)
		}
	case errors.Is(err, NoCard) && kind == cardreader.Present:
		if p.missed++; p.missed >= misses || p.lost {
			p.found, p.lost = false, false
			p.now(cardreader.Empty, 1)
		}
	case errors.Is(err, NoCard):
		p.now(cardreader.Empty, 0)
	case errors.As(err, &status):
		// A module that refuses to work: Connect tells why, and is asked only where something seems to be there.
		if kind != cardreader.Present {
			p.now(cardreader.Present, 1)
		}
	case p.line.broken == nil: // a damaged answer: the next look may do better
	default:
		p.hangUp()
		if !errors.Is(err, context.Canceled) {
			p.forget()
		}
	}
	return err
}

// forget notes that no reader is there. A card whose reading broke off with the line stays spent until the next is found.
func (p *place) forget() {
	kind, n := p.event().Kind, uint32(0)
	if kind == cardreader.Present {
		n = 1
	}
	if kind != cardreader.Removed {
		p.spent, p.lost, p.found, p.missed = false, false, false, 0
	}
	p.now(cardreader.Removed, n)
}

func (p *place) hangUp() {
	if p.line != nil {
		_ = p.line.Close() // nothing is written any more
		p.line = nil
	}
}

// open opens the line and makes sure that a module is at its other end.
func (p *place) open(ctx context.Context) error {
	if p.line != nil && p.line.broken == nil {
		return nil
	}
	p.hangUp()
	port, err := p.port.Dial(ctx)
	if err != nil {
		return cardreader.NewError(cardreader.CodeNoReader, err, nil)
	}
	line := NewLine(port)
	err = line.Status(ctx)
	var status *StatusError
	if err == nil || errors.As(err, &status) {
		p.number, err = line.Number(ctx)
	}
	if errors.As(err, &status) || errors.Is(err, ErrPayload) { // a module that says what is wrong with it is there
		p.number, err = unnumbered, nil
	}
	if err != nil {
		_ = line.Close()
		return err
	}
	p.line = line
	return nil
}

// label is what the record "sam" says.
func (p *place) label() string {
	if p.port.Label != "" {
		return p.port.Label
	}
	return p.number
}

// Connect implements cardreader.Reader: it finds and selects the card. The line is the connection's until Close.
func (p *place) Connect(parent context.Context) (cardreader.Conn, error) {
	ctx, cancel := context.WithTimeout(parent, patience)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, explain(err)
	}
	if err := p.lock(ctx); err != nil {
		if parent.Err() != nil {
			return nil, explain(parent.Err())
		}
		return nil, cardreader.NewError(cardreader.CodeReaderBusy, err, nil)
	}
	if err := p.connect(ctx); err != nil {
		p.unlock()
		return nil, err
	}
	return &conn{place: p}, nil
}

func (p *place) connect(ctx context.Context) error {
	before := p.found
	err := p.find(ctx)
	switch {
	case errors.Is(err, ErrSilent), errors.Is(err, ErrGone):
		return cardreader.NewError(cardreader.CodeNoReader, err, nil)
	case errors.Is(err, NoCard) && p.spent:
		return cardreader.NewError(CodeLift, err, nil)
	case errors.Is(err, NoCard) && before: // a module that finds a card once: it is waiting to be selected
	case err != nil:
		return explain(err)
	}
	if sel := p.line.Select(ctx); sel != nil {
		if p.line.broken != nil {
			p.hangUp()
			p.forget()
		}
		p.lost = errors.Is(sel, SelectFailed)
		if err != nil {
			return explain(err) // there is none after all
		}
		return explain(sel)
	}
	return nil
}
