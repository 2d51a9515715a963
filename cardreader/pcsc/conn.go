//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
)

// Times around a command.
const (
	idleLimit  = 2 * time.Second        // a transaction is dropped then; Windows resets the card after 5 s
	lookLimit  = 900 * time.Millisecond // pcscd looks at each reader every 400 ms
	lookStep   = 50 * time.Millisecond
	closeLimit = time.Second
	aliveLimit = time.Second // to find out whether the service or another program keeps us waiting
)

// conn is an open card.
type conn struct {
	system  *system
	context *scard.Context
	card    *scard.Card
	atr     []byte
	max     int

	mu    sync.Mutex // held by whoever calls the card, also when given up
	inTx  bool
	spoke bool
	gone  bool
	idle  *time.Timer
	ping  *time.Timer
	pings int // how often the card was asked for its state

	state  sync.Mutex // guards the rest; never held over a call
	closed bool
	stuck  bool // a call was given up: nothing may follow it on this handle
}

var (
	_ cardreader.APDUer           = (*conn)(nil)
	_ cardreader.ExtendedLengther = (*conn)(nil)
)

// ATR implements cardreader.Conn.
func (c *conn) ATR() []byte { return slices.Clone(c.atr) }

// MaxAPDU implements cardreader.ExtendedLengther.
func (c *conn) MaxAPDU() int { return c.max }

// Transmit implements cardreader.APDUer.
func (c *conn) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 4 {
		return nil, cardreader.NewError(cardreader.CodeFaulty, errors.New("pcsc: command shorter than its header"), nil)
	}
	if err := ctx.Err(); err != nil {
		return nil, wrap("transmit", err)
	}
	if !c.usable() {
		return nil, wrap("transmit", ErrClosed)
	}
	if err := c.occupy(ctx); err != nil {
		return nil, wrap("begin transaction", err)
	}
	command = slices.Clone(command) // the caller may reuse it while a given-up call still reads it
	answer, err := call(ctx, c.system.calls, c.system.transmit, func() ([]byte, error) { return c.exchange(command) }, wipe)
	switch {
	case err == nil:
		return answer, nil
	case errors.Is(err, ErrDeadline), ctx.Err() != nil:
		c.giveUp()
	}
	return nil, wrap("transmit", c.reset(err))
}

// reset names a reset by another program: nothing may follow it on this handle.
func (c *conn) reset(err error) error {
	if !errors.Is(err, scard.ErrResetCard) {
		return err
	}
	c.giveUp()
	return errors.Join(ErrReset, err)
}

// occupy begins a transaction where none is open, so that no other program comes between two commands. Another program's
// is waited for up to the deadline, and nothing was sent then. A service that does not answer either is off.
func (c *conn) occupy(ctx context.Context) error {
	_, err := call(ctx, c.system.calls, c.system.limit, func() (struct{}, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return struct{}{}, c.begin()
	}, func(struct{}) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.endTransaction()
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		c.giveUp()
		return err
	case !errors.Is(err, ErrDeadline):
		return c.reset(err)
	}
	c.giveUp()
	return c.system.whoBlocks(ctx)
}

// begin begins a transaction. The caller holds c.mu.
func (c *conn) begin() error {
	if c.gone {
		return ErrClosed
	}
	if c.inTx {
		return nil
	}
	if err := c.card.BeginTransaction(); err != nil {
		return c.settle(err)
	}
	c.inTx = true
	c.rest()
	return nil
}

func wipe(b []byte) { clear(b) }

func (c *conn) usable() bool {
	c.state.Lock()
	defer c.state.Unlock()
	return !c.closed && !c.stuck
}

func (c *conn) giveUp() {
	c.state.Lock()
	defer c.state.Unlock()
	c.stuck = true
}

// exchange sends one command inside a transaction. It runs on a goroutine of call.
func (c *conn) exchange(command []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.begin(); err != nil { // the one of occupy may have rested meanwhile
		return nil, err
	}
	c.spoke = true
	raw, err := c.card.Transmit(command)
	clear(command)
	c.rest()
	if err == nil && len(raw) < 2 {
		err = ErrNoAnswer
	}
	if err != nil {
		return nil, c.settle(err)
	}
	answer := bytes.Clone(raw)
	clear(raw)
	return answer, nil
}

// rest drops the transaction when no command follows for a while.
func (c *conn) rest() {
	if c.idle != nil {
		c.idle.Reset(idleLimit)
		return
	}
	c.idle = time.AfterFunc(idleLimit, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.endTransaction()
	})
}

// watchOver asks for the card's state from time to time where the service would forget a card that nobody asks for.
func (c *conn) watchOver() {
	every := c.system.habits.ping
	if every <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ping = time.AfterFunc(every, func() {
		if !c.usable() || !c.mu.TryLock() { // closed; or a command is under way, which is better than any question
			if c.usable() {
				c.ping.Reset(every)
			}
			return
		}
		defer c.mu.Unlock()
		if c.gone {
			return
		}
		c.pings++
		if _, err := c.card.Status(); err == nil { // else the next command says so
			c.ping.Reset(every)
		}
	})
}

func (c *conn) endTransaction() {
	if c.inTx && !c.gone {
		_ = c.card.EndTransaction(scard.LeaveCard) // fails where the card has gone: nothing is left to end
	}
	c.inTx = false
}

// settle finds out whether a card that did not answer has gone: the service notices at its next look at the reader.
func (c *conn) settle(err error) error {
	if !unclear(err) {
		return err
	}
	for range int(lookLimit / lookStep) {
		_, status := c.card.Status()
		switch {
		case status == nil:
		case serviceGone(status):
			return status
		default:
			return errors.Join(scard.ErrRemovedCard, err)
		}
		time.Sleep(lookStep)
	}
	return err
}

// Close implements cardreader.Conn. Where a given-up call still holds the card, the end of that call closes it.
func (c *conn) Close() error {
	c.state.Lock()
	first := !c.closed
	c.closed = true
	c.state.Unlock()
	if !first {
		return nil
	}
	_, err := call(context.Background(), c.system.calls, closeLimit, func() (struct{}, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drop()
		return struct{}{}, nil
	}, nil)
	if errors.Is(err, ErrDeadline) {
		return nil // it closes itself
	}
	return err
}

// drop gives card and context back. Errors mean that they are gone already.
func (c *conn) drop() {
	if c.gone {
		return
	}
	if c.idle != nil {
		c.idle.Stop()
	}
	if c.ping != nil {
		c.ping.Stop()
	}
	c.endTransaction()
	disposition := scard.LeaveCard
	if c.spoke {
		// Where the card has gone, whatever lies there now is the next person's. A reset of that one also confuses pcscd 1.9.9:
		// it then says "present" of an empty reader, should the card be taken away before its next look.
		if _, err := c.card.Status(); err == nil {
			disposition = scard.ResetCard
		}
	}
	_ = c.card.Disconnect(disposition)
	release(c.context)
	c.gone = true
}
