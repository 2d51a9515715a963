package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestEnding lets a counter hang at its end: its data are closed, it says where it hung, and it ends. One that ends by
// itself is left alone.
func TestEnding(t *testing.T) {
	for name, hangs := range map[string]bool{"hangs": true, "ends": false} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			var said bytes.Buffer
			var order []string
			e := ending{log: slog.New(slog.NewTextHandler(&said, nil)), within: time.Millisecond,
				finish: func() error { order = append(order, "closed"); return nil },
				exit:   func(code int) { order = append(order, "exit") }}
			cancel()
			if !hangs {
				close(done)
			}
			e.watch(ctx, done)
			got := strings.Join(order, " ")
			if hangs && (got != "closed exit" || !strings.Contains(said.String(), "TestEnding") || strings.Contains(said.String(), "goroutine 1 [")) {
				t.Errorf("%q; said %.200s", got, said.String())
			}
			if !hangs && (got != "" || said.Len() > 0) {
				t.Errorf("%q; said %.200s", got, said.String())
			}
		})
	}
}
