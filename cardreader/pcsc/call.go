//go:build cgo || windows

package pcsc

import (
	"context"
	"fmt"
	"time"
)

// maxStuck bounds calls that have been given up and hang on in the service, each with a thread of its own.
const maxStuck = 16

// caller runs calls of the service with a deadline.
type caller struct{ slots chan struct{} }

func newCaller() *caller { return &caller{slots: make(chan struct{}, maxStuck)} }

type result[T any] struct {
	value T
	err   error
}

// call runs f and waits for it until ctx ends or limit has passed. What a call that was given up brings late goes to
// late, which may be nil.
func call[T any](ctx context.Context, c *caller, limit time.Duration, f func() (T, error), late func(T)) (T, error) {
	var none T
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case c.slots <- struct{}{}:
	case <-timer.C:
		return none, fmt.Errorf("%w (%d calls hang)", ErrDeadline, maxStuck)
	case <-ctx.Done():
		return none, ctx.Err()
	}
	done := make(chan result[T])
	given := make(chan struct{}) // closed when nobody waits any more
	go func() {
		defer func() { <-c.slots }()
		var r result[T]
		r.value, r.err = guard(f)
		select {
		case done <- r:
		case <-given:
			if r.err == nil && late != nil {
				late(r.value)
			}
		}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		close(given)
		return none, ErrDeadline
	case <-ctx.Done():
		close(given)
		return none, ctx.Err()
	}
}

// guard turns a panic of the binding into an error: on this goroutine it would end the program.
func guard[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrBinding, p)
		}
	}()
	return f()
}
