package sam

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"bangban/cardreader"
)

// conn is the selected card. A module reads a card once, so what was read is kept until Close.
type conn struct {
	place   *place
	mu      sync.Mutex
	closed  bool
	asked   bool
	records map[string][]byte
	err     error
}

// ATR implements cardreader.Conn: the module keeps the card's answer to itself.
func (c *conn) ATR() []byte { return nil }

// Close implements cardreader.Conn. It wipes what was read and gives the line back.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	wipe(c.records)
	c.records = nil
	c.place.unlock()
	return nil
}

func wipe(records map[string][]byte) {
	for _, b := range records {
		clear(b)
	}
}

// ReadRecord implements cardreader.RecordReader. The records are the caller's. Once the card was read, or failed, every
// call says the same; a call that was cancelled may be repeated as long as the line lives.
func (c *conn) ReadRecord(ctx context.Context) (map[string][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, explain(err)
	}
	if c.closed {
		return nil, cardreader.NewError(cardreader.CodePulled, errors.New("sam: the connection is closed"), nil)
	}
	if !c.asked {
		records, err := c.place.read(ctx)
		if err != nil && ctx.Err() != nil {
			return nil, explain(err)
		}
		c.asked, c.records, c.err = true, records, explain(err)
	}
	if c.err != nil {
		return nil, c.err
	}
	out := maps.Clone(c.records)
	for name, b := range out {
		out[name] = slices.Clone(b)
	}
	return out, nil
}

// read reads the selected card.
func (p *place) read(ctx context.Context) (map[string][]byte, error) {
	if p.line == nil {
		return nil, ErrGone
	}
	records, err := p.readAll(ctx)
	if p.line.broken != nil {
		p.hangUp()
		p.forget()
	}
	// Read or refused, the card is found again only after it was lifted; where the line broke, the module may have read it
	// all the same. One that was taken away is gone, and what is found next was laid anew, however soon.
	p.lost = errors.Is(err, ReadFailed) || errors.Is(err, RandomFailed)
	p.spent = !p.lost
	p.found, p.missed = false, 0
	if err != nil {
		wipe(records)
		return nil, err
	}
	return records, nil
}

func (p *place) readAll(ctx context.Context) (map[string][]byte, error) {
	base, err := p.line.ReadBase(ctx, p.system.o.Fingerprint)
	if err != nil {
		return nil, err
	}
	records := map[string][]byte{"base": base.Text, "photo": base.Photo, "sam": []byte(p.label())}
	if len(base.Fingerprint) > 0 {
		records["fingerprint"] = base.Fingerprint
	}
	address, err := p.line.ReadAddress(ctx)
	if len(address) > 0 {
		records["address"] = address
	}
	return records, err
}
