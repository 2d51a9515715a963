package kindtest

import (
	"context"
	"errors"

	"bangban/cardreader"
)

// Limit is how many commands one reading may send before it counts as endless.
const Limit = 5000

// ErrEndless is what a Conn answers beyond Limit.
var ErrEndless = errors.New("kindtest: the reading does not end")

// Conn stands between a kind and a card: it counts, and it can do to any answer what a bad day does.
type Conn struct {
	Inner    cardreader.Conn
	APDUs    int // commands sent
	BytesOut int // to the chip
	BytesIn  int // from the chip
	Endless  bool
	// Meddle, where set, answers the nth command (1 is the first) in place of the card; next asks the card.
	Meddle func(n int, command []byte, next func() ([]byte, error)) ([]byte, error)
}

var (
	_ cardreader.APDUer           = (*Conn)(nil)
	_ cardreader.ExtendedLengther = (*Conn)(nil)
)

// ATR implements cardreader.Conn.
func (c *Conn) ATR() []byte { return c.Inner.ATR() }

// Close implements cardreader.Conn.
func (c *Conn) Close() error { return c.Inner.Close() }

// MaxAPDU implements cardreader.ExtendedLengther.
func (c *Conn) MaxAPDU() int {
	if e, ok := c.Inner.(cardreader.ExtendedLengther); ok {
		return e.MaxAPDU()
	}
	return 0
}

// Transmit implements cardreader.APDUer.
func (c *Conn) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if c.APDUs++; c.APDUs > Limit {
		c.Endless = true
		return nil, ErrEndless
	}
	c.BytesOut += len(command)
	next := func() ([]byte, error) { return c.Inner.(cardreader.APDUer).Transmit(ctx, command) }
	var answer []byte
	var err error
	if c.Meddle != nil {
		answer, err = c.Meddle(c.APDUs, command, next)
	} else {
		answer, err = next()
	}
	c.BytesIn += len(answer)
	return answer, err
}

// Mute is a card that answers nothing but what a Conn's Meddle makes up.
type Mute struct{ Reset []byte }

// ATR implements cardreader.Conn.
func (m Mute) ATR() []byte { return m.Reset }

// Close implements cardreader.Conn.
func (Mute) Close() error { return nil }

// Transmit implements cardreader.APDUer.
func (Mute) Transmit(context.Context, []byte) ([]byte, error) { return []byte{0x6F, 0x00}, nil }
