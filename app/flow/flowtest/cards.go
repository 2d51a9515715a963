package flowtest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/cardreader"
)

// Card is one card and how it behaves.
type Card struct {
	Document *cardreader.Document // what a reading gives, as a copy each time
	Err      error                // instead of a document
	Secret   cardreader.Secret    // it wants this one; Kind empty: none
	Any      []cardreader.Secret  // told beside it as what would do as well
	Tries    int                  // how many wrong values it still takes; 0: it does not count
	Value    string               // and accepts this value only
	Mute     bool                 // it does not answer at all
	Hold     chan struct{}        // a reading stops behind the details until this is closed; nil: it does not stop
	Silent   bool                 // reports no progress
	Deaf     bool                 // a reading that was cancelled goes on all the same
}

// Cards is a computer with readers that a test moves cards on. It implements flow.Cards.
type Cards struct {
	mu      sync.Mutex
	readers []*spot
	absent  cardreader.EventKind
	watch   []chan cardreader.Event
	aliases [][]byte
	note    func(string)
}

type spot struct {
	name  string
	card  *Card
	gone  chan struct{} // closed when the card is lifted
	count uint32
}

var _ flow.Cards = (*Cards)(nil)

// NewCards gives a computer whose card service runs and that has the named readers.
func NewCards(readers ...string) *Cards {
	c := &Cards{absent: cardreader.NoReader, note: func(string) {}}
	for _, name := range readers {
		c.readers = append(c.readers, &spot{name: name})
	}
	return c
}

// Watch implements flow.Cards.
func (c *Cards) Watch(ctx context.Context) (<-chan cardreader.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan cardreader.Event, 1024)
	if len(c.readers) == 0 {
		ch <- cardreader.Event{Kind: c.absent}
	}
	for _, s := range c.readers {
		ch <- s.event()
	}
	c.watch = append(c.watch, ch)
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.watch = slices.DeleteFunc(c.watch, func(other chan cardreader.Event) bool { return other == ch })
		close(ch)
	})
	return ch, nil
}

func (s *spot) event() cardreader.Event {
	e := cardreader.Event{Reader: s.name, Kind: cardreader.Empty, Count: s.count}
	switch {
	case s.card != nil && s.card.Mute:
		e.Kind = cardreader.Mute
	case s.card != nil:
		e.Kind = cardreader.Present
	}
	return e
}

func (c *Cards) send(e cardreader.Event) {
	for _, ch := range c.watch {
		ch <- e
	}
}

func (c *Cards) find(name string) *spot {
	for _, s := range c.readers {
		if s.name == name {
			return s
		}
	}
	return nil
}

// Put lays a card on a reader. One that lay there is lifted first.
func (c *Cards) Put(reader string, card *Card) {
	c.Lift(reader)
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find(reader); s != nil {
		s.card, s.gone = card, make(chan struct{})
		s.count++
		c.send(s.event())
	}
}

// Swap changes the card so fast that only the count tells.
func (c *Cards) Swap(reader string, card *Card) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find(reader); s != nil {
		s.drop()
		s.card, s.gone = card, make(chan struct{})
		s.count++
		c.send(s.event())
	}
}

func (s *spot) drop() {
	if s.card != nil {
		close(s.gone)
		s.card = nil
		s.count++
	}
}

// Lift takes the card from a reader, in the middle of a reading too.
func (c *Cards) Lift(reader string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find(reader); s != nil && s.card != nil {
		s.drop()
		c.send(s.event())
	}
}

// Again reports what is so at a reader once more, as a watcher that was restarted does.
func (c *Cards) Again(reader string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.find(reader); s != nil {
		c.send(s.event())
	}
}

// Plug attaches a reader.
func (c *Cards) Plug(reader string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.find(reader) == nil {
		s := &spot{name: reader}
		c.readers = append(c.readers, s)
		c.send(s.event())
	}
}

// Unplug takes a reader away.
func (c *Cards) Unplug(reader string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.find(reader)
	if s == nil {
		return
	}
	s.drop()
	c.readers = slices.DeleteFunc(c.readers, func(other *spot) bool { return other == s })
	c.send(cardreader.Event{Reader: reader, Kind: cardreader.Removed})
	if len(c.readers) == 0 {
		c.absent = cardreader.NoReader
		c.send(cardreader.Event{Kind: cardreader.NoReader})
	}
}

// ServiceOff stops the card service: all readers are gone.
func (c *Cards) ServiceOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.readers {
		s.drop()
	}
	c.readers, c.absent = nil, cardreader.ServiceOff
	c.send(cardreader.Event{Kind: cardreader.ServiceOff})
}

// Read implements flow.Cards.
func (c *Cards) Read(ctx context.Context, reader string, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	c.mu.Lock()
	at := c.find(reader)
	if at == nil {
		kind := c.absent
		c.mu.Unlock()
		if kind == cardreader.ServiceOff {
			return nil, cardreader.NewError(cardreader.CodeServiceOff, nil, nil)
		}
		return nil, cardreader.NewError(cardreader.CodeNoReader, nil, nil)
	}
	card, gone := at.card, at.gone
	c.mu.Unlock()
	c.note("read")
	if card == nil {
		return nil, cardreader.NewError(cardreader.CodeNoCard, nil, nil)
	}
	if card.Mute {
		return nil, cardreader.NewError(cardreader.CodeFaulty, nil, nil)
	}
	if k := card.Secret.Kind; k != "" && s[k] != card.Value {
		return nil, c.refuse(card, s[k] != "")
	}
	if card.Err != nil {
		return nil, card.Err
	}
	if !card.Silent {
		report(cardreader.Progress{Stage: cardreader.Opening})
		subject := card.Document.Subject
		report(cardreader.Progress{Stage: cardreader.Details, Done: 1, Total: 2, Subject: &subject})
	}
	if card.Deaf {
		ctx = context.WithoutCancel(ctx)
	}
	if card.Hold != nil {
		select {
		case <-ctx.Done():
			return nil, cardreader.NewError(cardreader.CodeCancelled, ctx.Err(), nil)
		case <-gone:
			return nil, cardreader.NewError(cardreader.CodePulled, nil, nil)
		case <-card.Hold:
		}
	}
	select {
	case <-gone:
		return nil, cardreader.NewError(cardreader.CodePulled, nil, nil)
	default:
		return c.give(card.Document), nil
	}
}

// refuse asks for the secret, and counts a wrong one where the card does.
func (c *Cards) refuse(card *Card, wrong bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	need := &cardreader.NeedError{Secret: card.Secret, Any: card.Any, Wrong: wrong, RetriesLeft: -1}
	if wrong {
		c.note("secret")
	}
	if wrong && card.Tries > 0 {
		card.Tries--
		need.RetriesLeft = card.Tries
	}
	return need
}

// Vet implements flow.Cards: what begins with a question mark was mistyped.
func (c *Cards) Vet(s cardreader.Secret, value string) error {
	if strings.HasPrefix(value, "?") {
		return &desk.Error{Code: "mrz-check-digit", Args: map[string]string{"Field": "number"}}
	}
	return nil
}

// give copies a document and keeps hold of the copy's bytes.
func (c *Cards) give(d *cardreader.Document) *cardreader.Document {
	out := *d
	out.Photo = slices.Clone(d.Photo)
	out.Raw = maps.Clone(d.Raw)
	out.Checks = slices.Clone(d.Checks)
	out.Doubts = slices.Clone(d.Doubts)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.aliases = append(c.aliases, out.Photo)
	for name, b := range out.Raw {
		out.Raw[name] = slices.Clone(b)
		c.aliases = append(c.aliases, out.Raw[name])
	}
	return &out
}
