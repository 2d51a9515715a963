package scan_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/scan"
)

func TestLines(t *testing.T) {
	in := "FIRST\r\nSECOND\tTHIRD\x00" + strings.Repeat("X", 9000) + "\rFOURTH"
	var got []string
	err := scan.Lines(context.Background(), strings.NewReader(in), nil, func(s string) { got = append(got, s) })
	if !errors.Is(err, io.EOF) || !slices.Equal(got, []string{"FIRST", "SECOND", "THIRD", "FOURTH"}) {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

// TestLinesBySilence ends a scan that has no terminator when the timer says so.
func TestLinesBySilence(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	asked, quiet, lines := make(chan time.Duration, 8), make(chan time.Time), make(chan string)
	done := make(chan error, 1)
	go func() {
		done <- scan.Lines(ctx, r, func(d time.Duration) <-chan time.Time { asked <- d; return quiet }, func(s string) { lines <- s })
	}()
	for _, part := range []string{"NO ", "TERMINATOR"} {
		io.WriteString(w, part)
		if d := <-asked; d != scan.BurstGap {
			t.Errorf("silence of %v", d)
		}
	}
	quiet <- time.Time{}
	if got := <-lines; got != "NO TERMINATOR" {
		t.Errorf("%q", got)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	w.Close()
}
