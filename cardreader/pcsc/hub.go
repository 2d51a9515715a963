//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ebfe/scard"

	"bangban/cardreader"
)

// Times of the watcher.
const (
	slice = time.Second // one wait for changes
	retry = time.Second // between two tries to reach the service
)

// pnp is the pseudo reader that changes when readers come and go. macOS has none.
const pnp = `\\?PnP?\Notification`

// statusChange lets one SCardGetStatusChange run at a time: the binding keeps the names it hands to C in a map by name,
// so a second call for the same reader would free the first one's. It guards that map, which is process-wide.
var statusChange sync.Mutex

// hub follows the service while anybody watches and keeps how it is now.
type hub struct {
	mu       sync.Mutex
	watchers int
	cancel   context.CancelFunc
	state    []cardreader.Event // nil: not known yet
	changed  chan struct{}      // closed and replaced at every change
}

// join starts following with the first watcher and returns what ends with the last.
func (s *system) join() (leave func()) {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers++; h.watchers == 1 {
		var ctx context.Context
		ctx, h.cancel = context.WithCancel(context.Background())
		h.state, h.changed = nil, make(chan struct{})
		go s.follow(ctx)
	}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.watchers--; h.watchers == 0 {
			h.cancel()
		}
	}
}

func (h *hub) snapshot() ([]cardreader.Event, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state, h.changed
}

// publish makes state known. A follower that has been stopped publishes nothing.
func (h *hub) publish(ctx context.Context, state []cardreader.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil || slices.EqualFunc(h.state, state, same) {
		return
	}
	h.state = state
	close(h.changed)
	h.changed = make(chan struct{})
}

// seen is what is known of one reader.
type seen struct {
	flags scard.StateFlag
	event cardreader.Event
}

// follow keeps the state until ctx ends. It never gives up.
func (s *system) follow(ctx context.Context) {
	known := map[string]*seen{}
	for ctx.Err() == nil {
		looked := false
		c, err := call(ctx, s.calls, s.limit, func() (*scard.Context, error) { return establish(ctx) }, release)
		if err == nil {
			looked, err = s.attend(ctx, c, known)
			_, _ = call(ctx, s.calls, s.limit, func() (struct{}, error) { release(c); return struct{}{}, nil }, nil)
		}
		if looked { // a service that was restarted answers a new context at once
			wait(ctx, lookStep)
			continue
		}
		s.hub.publish(ctx, []cardreader.Event{{Kind: cardreader.ServiceOff, At: s.now(), Err: off(err)}})
		wait(ctx, retry)
	}
}

// off is the cause of ServiceOff: what a caller of Readers would get.
func off(err error) error {
	if errors.Is(err, ErrDeadline) {
		return cardreader.NewError(cardreader.CodeServiceOff, err, nil)
	}
	return wrap("watch", err)
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// attend follows one context until it fails, and tells whether it saw anything.
func (s *system) attend(ctx context.Context, c *scard.Context, known map[string]*seen) (looked bool, err error) {
	outdate(known)
	for ctx.Err() == nil {
		names, err := call(ctx, s.calls, s.limit, func() ([]string, error) { return list(c) }, nil)
		if err != nil {
			return looked, err
		}
		for n := range known {
			if !slices.Contains(names, n) {
				delete(known, n)
			}
		}
		if err := s.look(ctx, c, names, known); err != nil {
			return looked, err
		}
		looked = true
	}
	return looked, ctx.Err()
}

// outdate takes in that the service was away: what was laid down meanwhile cannot be known, so every card counts as
// another one.
func outdate(known map[string]*seen) {
	for _, k := range known {
		k.flags = scard.StateUnaware
		k.event.Count += 2
	}
}

// look waits for one change at the named readers, or for a slice of time, and publishes how it is then.
func (s *system) look(ctx context.Context, c *scard.Context, names []string, known map[string]*seen) error {
	timeout := slice
	states := make([]scard.ReaderState, 0, len(names)+1)
	for _, n := range names {
		current := scard.StateUnaware
		if k := known[n]; k != nil {
			current = k.flags
		}
		if current == scard.StateUnaware {
			timeout = 0 // answers at once with what is
		}
		states = append(states, scard.ReaderState{Reader: n, CurrentState: current})
	}
	if len(states) == 0 {
		s.publish(ctx, names, known)
	}
	if s.habits.notify {
		state := scard.ReaderState{Reader: pnp}
		if s.habits.counted {
			state.CurrentState = scard.StateFlag(len(names) << 16)
		}
		states = append(states, state)
	}
	if len(states) == 0 { // the binding panics on none
		wait(ctx, slice)
		return nil
	}
	states, err := s.await(ctx, c, states, timeout)
	switch {
	case errors.Is(err, scard.ErrTimeout), errors.Is(err, scard.ErrCancelled):
		return nil
	case errors.Is(err, scard.ErrUnknownReader), errors.Is(err, scard.ErrReaderUnavailable), errors.Is(err, scard.ErrNoReadersAvailable):
		wait(ctx, lookStep) // listed, and gone before the wait began
		return nil
	case err != nil:
		return err
	}
	news := false
	for _, rs := range states[:len(names)] {
		news = s.note(rs, known) || news
	}
	s.publish(ctx, names, known)
	if !news { // readers came or went; a service that says so again and again must not make this spin
		wait(ctx, lookStep)
	}
	return nil
}

// await waits for a change. When ctx ends the wait is cancelled and, should that be lost, over within a slice: the
// context must not be released under it.
func (s *system) await(ctx context.Context, c *scard.Context, states []scard.ReaderState, timeout time.Duration) ([]scard.ReaderState, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Cancel() })
	defer stop()
	return call(context.WithoutCancel(ctx), s.calls, timeout+s.limit, func() ([]scard.ReaderState, error) {
		statusChange.Lock()
		defer statusChange.Unlock()
		if ctx.Err() != nil {
			return nil, scard.ErrCancelled
		}
		return states, c.GetStatusChange(states, timeout)
	}, nil)
}

// note takes over what the service said of one reader, and tells whether that was anything new.
func (s *system) note(rs scard.ReaderState, known map[string]*seen) (news bool) {
	k, old := known[rs.Reader], true
	if k == nil {
		k, old = &seen{event: cardreader.Event{Reader: rs.Reader}}, false
		known[rs.Reader] = k
	}
	before := k.event
	counter := uint16(rs.EventState >> 16)
	switch passed := counter - uint16(k.flags>>16); {
	case !old:
		k.event.Count = uint32(counter)
	case k.flags != scard.StateUnaware:
		k.event.Count += uint32(passed) // modulo 65536 on purpose
	}
	flags := rs.EventState &^ scard.StateChanged
	news = flags != k.flags
	k.flags = flags
	k.event.Kind, k.event.ATR = kindOf(rs.EventState), nil
	if k.event.Kind == cardreader.Present {
		k.event.ATR = slices.Clone(rs.Atr)
	}
	if old && before.Count == k.event.Count && before.Kind != k.event.Kind { // a service that does not count
		k.event.Count++
	}
	if !same(before, k.event) {
		k.event.At = s.now()
	}
	return news
}

func kindOf(f scard.StateFlag) cardreader.EventKind {
	switch {
	case f&(scard.StateUnknown|scard.StateUnavailable|scard.StateIgnore) != 0:
		return cardreader.Removed
	case f&scard.StateMute != 0:
		return cardreader.Mute
	case f&scard.StatePresent != 0:
		return cardreader.Present
	}
	return cardreader.Empty
}

// publish makes the state of the named readers known, in the order of the service.
func (s *system) publish(ctx context.Context, names []string, known map[string]*seen) {
	state := make([]cardreader.Event, 0, len(names)+1)
	for _, n := range names {
		if k := known[n]; k != nil {
			state = append(state, k.event)
		}
	}
	if len(state) == 0 {
		state = append(state, cardreader.Event{Kind: cardreader.NoReader, At: s.now()})
	}
	s.hub.publish(ctx, state)
}
