//go:build cgo || windows

package pcsc

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
)

// Available tells whether this build can reach the card service.
func Available() bool { return true }

// system is the card service of this computer.
type system struct {
	now      func() time.Time
	limit    time.Duration
	transmit time.Duration
	calls    *caller
	habits   habits
	hub      hub
}

// reader is one reader of the service, attached or not.
type reader struct {
	system *system
	name   string
}

var (
	_ cardreader.System = (*system)(nil)
	_ cardreader.Reader = (*reader)(nil)
)

// Open gives the card service. It does not call it yet: a service that is off now may come.
func Open(o Options) (cardreader.System, error) {
	s := &system{now: o.Now, limit: o.Deadline, transmit: o.Transmit, calls: newCaller(), habits: habitsOf(runtime.GOOS)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.limit == 0 {
		s.limit = 3 * time.Second
	}
	if s.transmit == 0 {
		s.transmit = 15 * time.Second
	}
	return s, nil
}

// Name is "pcsc".
func (s *system) Name() string { return "pcsc" }

// Readers implements cardreader.System.
func (s *system) Readers(ctx context.Context) ([]cardreader.Reader, error) {
	names, err := call(ctx, s.calls, s.limit, func() ([]string, error) {
		c, err := establish(ctx)
		if err != nil {
			return nil, err
		}
		defer release(c)
		return list(c)
	}, nil)
	if errors.Is(err, ErrDeadline) {
		return nil, cardreader.NewError(cardreader.CodeServiceOff, err, nil)
	}
	if err != nil {
		return nil, wrap("list readers", err)
	}
	readers := make([]cardreader.Reader, len(names))
	for i, n := range names {
		readers[i] = &reader{system: s, name: n}
	}
	return readers, nil
}

// list gives the names of the readers; none is no error. The binding asks for the size first: a reader plugged in
// between the two calls makes its buffer too short.
func list(c *scard.Context) ([]string, error) {
	names, err := c.ListReaders()
	for n := 0; n < 3 && errors.Is(err, scard.ErrInsufficientBuffer); n++ {
		names, err = c.ListReaders()
	}
	if errors.Is(err, scard.ErrNoReadersAvailable) {
		return nil, nil
	}
	return names, err
}

// establish makes a context. Where there is none, the service is asked why: the library says "no
// service" to everything, or repeats what the other end made up.
func establish(ctx context.Context) (*scard.Context, error) {
	c, err := scard.EstablishContext()
	if err == nil {
		return c, nil
	}
	why, again := reason(ctx, err, Probe)
	if again {
		if c, err := scard.EstablishContext(); err == nil {
			return c, nil
		}
	}
	return nil, why
}

// whoBlocks tells why a call to a card did not come back: a service that lets another caller in answers, so another
// program's transaction is in the way; else it is off.
func (s *system) whoBlocks(ctx context.Context) error {
	_, err := call(ctx, s.calls, aliveLimit, func() (struct{}, error) {
		c, err := establish(ctx)
		if err == nil {
			release(c)
		}
		return struct{}{}, err
	}, nil)
	if err != nil {
		return errors.Join(scard.ErrNoService, err)
	}
	return errors.Join(ErrOccupied, ErrDeadline)
}

// release gives a context back. A context of a service that has died reports an error here and is gone all the same.
func release(c *scard.Context) { _ = c.Release() }

// Name implements cardreader.Reader.
func (r *reader) Name() string { return r.name }

// Steps of waiting inside Connect.
const (
	busyStep  = 200 * time.Millisecond // between tries while another program holds the card
	wakeLimit = 600 * time.Millisecond // a card that has just been laid down may need this long to answer
)

// Connect implements cardreader.Reader.
func (r *reader) Connect(ctx context.Context) (cardreader.Conn, error) {
	limit, cancel := context.WithTimeout(ctx, r.system.limit)
	defer cancel()
	wake, stop := context.WithTimeout(limit, wakeLimit)
	defer stop()
	var held error // another program held the card at the last look
	for {
		c, err := r.connectOnce(limit)
		switch {
		case err == nil:
			return c, nil
		case ctx.Err() != nil:
			return nil, wrap("connect", ctx.Err())
		case errors.Is(err, scard.ErrSharingViolation):
			held = err
		case errors.Is(err, scard.ErrUnpoweredCard), errors.Is(err, scard.ErrUnresponsiveCard), errors.Is(err, scard.ErrResetCard):
			if wake.Err() != nil {
				return nil, wrap("connect", err)
			}
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrDeadline):
			return nil, wrap("connect", cmp.Or(held, r.system.whoBlocks(ctx)))
		case errors.Is(err, scard.ErrRemovedCard):
			return nil, cardreader.NewError(cardreader.CodeNoCard, err, nil)
		default:
			return nil, wrap("connect", err)
		}
		again := time.NewTimer(busyStep)
		select {
		case <-again.C:
		case <-limit.Done():
			again.Stop()
			return nil, wrap("connect", errors.Join(ctx.Err(), err))
		}
	}
}

// connectOnce opens the card in a context of its own.
func (r *reader) connectOnce(ctx context.Context) (*conn, error) {
	return call(ctx, r.system.calls, r.system.limit, func() (*conn, error) {
		c, err := establish(ctx)
		if err != nil {
			return nil, err
		}
		card, err := c.Connect(r.name, scard.ShareShared, scard.ProtocolAny)
		if err != nil {
			release(c)
			return nil, err
		}
		n := &conn{system: r.system, context: c, card: card}
		status, err := card.Status()
		if err != nil {
			n.drop()
			return nil, err
		}
		n.atr, n.max = status.Atr, maxAPDU(card)
		n.watchOver()
		return n, nil
	}, func(n *conn) { n.drop() })
}
