package flow

import (
	"context"
	"log/slog"
	"sync"

	"bangban/app/desk"
)

// table is what the small machines beside the visit share: a state that is handed out after each change, and effects that
// run beside it. What belongs to an earlier turn is dropped.
type table[S any] struct {
	ctx   context.Context
	spawn func(func())
	log   *slog.Logger

	mu     sync.Mutex
	s      S
	tell   func(S)
	turn   uint64
	effect func()
}

func newTable[S any](ctx context.Context, spawn func(func()), log *slog.Logger) table[S] {
	if spawn == nil {
		spawn = func(fn func()) { go fn() }
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return table[S]{ctx: ctx, spawn: spawn, log: log, tell: func(S) {}}
}

// State is what is so now.
func (t *table[S]) State() S {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.s
}

// OnChange names who is told after each change, on any goroutine.
func (t *table[S]) OnChange(fn func(S)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell = fn
}

// change runs one input and hands the state out; an effect that it left runs beside it.
func (t *table[S]) change(op string, fn func() *desk.Error) error {
	t.mu.Lock()
	refused := fn()
	s, tell, effect := t.s, t.tell, t.effect
	t.effect = nil
	t.mu.Unlock()
	tell(s)
	if effect != nil {
		t.spawn(effect)
	}
	if refused == nil {
		return nil
	}
	e := *refused
	e.Op = op
	return &e
}

// then leaves an effect; done takes its outcome, unless the turn is over.
func (t *table[S]) then(op string, act func(ctx context.Context) error, done func(*desk.Error)) {
	turn := t.turn
	t.effect = func() {
		err := act(t.ctx)
		_ = t.change(op, func() *desk.Error {
			if turn != t.turn {
				return nil
			}
			e := desk.Explain(op, err)
			if e != nil {
				t.log.Warn("desk", "op", op, "code", e.Code, "cause", e.Err)
			}
			done(e)
			return nil
		})
	}
}
