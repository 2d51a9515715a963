package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"runtime/pprof"
	"time"
)

// endWithin is how long the windows, and what works behind them, may take to end once they were told to.
const endWithin = 10 * time.Second

// ending is a counter that was told to end: by a signal, or by its window being closed. A toolkit or a driver that does not
// let go must not keep the data open: finish closes them, and the program ends all the same.
type ending struct {
	log    *slog.Logger
	within time.Duration
	finish func() error
	exit   func(code int)
}

// watch waits for ctx, and gives what is under way until done is closed some time to end. It returns at once where that
// happened in time.
func (e ending) watch(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	timer := time.NewTimer(e.within)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
	}
	var stacks bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1) // functions and places; runtime.Stack would print what they were called with
	e.log.Error("does not end", "seconds", e.within.Seconds(), "stacks", stacks.String())
	if err := e.finish(); err != nil {
		e.log.Error("close", "err", err)
	}
	e.exit(1)
}

// mustEnd watches over a counter; over is called when it has ended by itself.
func mustEnd(ctx context.Context, log *slog.Logger, finish func() error) (over func()) {
	done := make(chan struct{})
	go ending{log, endWithin, finish, os.Exit}.watch(ctx, done)
	return func() { close(done) }
}
