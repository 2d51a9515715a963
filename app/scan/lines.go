package scan

import (
	"context"
	"fmt"
	"io"
	"time"

	"go.bug.st/serial"
)

// lineMost is the longest line: the largest QR code has 7089 characters.
const lineMost = 8192

// Lines reads scans from a scanner's line until the context ends or the reader does, and hands each on. after makes the
// timer of the silence that ends a scan without a terminator; nil: time.After.
func Lines(ctx context.Context, from io.Reader, after func(time.Duration) <-chan time.Time, emit func(text string)) error {
	if after == nil {
		after = time.After
	}
	type part struct {
		b   []byte
		err error
	}
	parts := make(chan part)
	go func() {
		for {
			b := make([]byte, 1024)
			n, err := from.Read(b)
			select {
			case parts <- part{b[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	var c cutter
	defer c.drop()
	var silence <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-silence:
			silence = nil
			c.end(emit)
		case p := <-parts:
			c.take(p.b, emit)
			clear(p.b)
			silence = nil
			if len(c.line) > 0 || c.over {
				silence = after(BurstGap)
			}
			if p.err != nil {
				c.end(emit)
				return fmt.Errorf("scan: line: %w", p.err)
			}
		}
	}
}

// cutter cuts a stream into scans.
type cutter struct {
	line []byte
	over bool // too long: dropped to its end
}

func (c *cutter) take(b []byte, emit func(string)) {
	for _, v := range b {
		switch v {
		case '\r', '\n', '\t', 0:
			c.end(emit)
		default:
			if len(c.line) >= lineMost {
				c.drop()
				c.over = true
			}
			if !c.over {
				c.line = append(c.line, v)
			}
		}
	}
}

func (c *cutter) end(emit func(string)) {
	if len(c.line) > 0 && !c.over {
		emit(string(c.line))
	}
	c.drop()
	c.over = false
}

func (c *cutter) drop() {
	clear(c.line)
	c.line = c.line[:0]
}

// OpenSerial opens a scanner's port. Closing it ends what reads from it.
func OpenSerial(name string) (io.ReadCloser, error) {
	p, err := serial.Open(name, &serial.Mode{BaudRate: 9600, DataBits: 8, Parity: serial.NoParity, StopBits: serial.OneStopBit})
	if err != nil {
		return nil, fmt.Errorf("scan: open the scanner: %w", err)
	}
	return p, nil
}

// Serial reads a scanner's port until the context ends. Where the port goes away it is opened again every few seconds.
// state is told each change: nil where the scanner is there.
func Serial(ctx context.Context, name string, emit func(text string), state func(error)) {
	for ctx.Err() == nil {
		p, err := OpenSerial(name)
		if state != nil {
			state(err)
		}
		if err == nil {
			stop := context.AfterFunc(ctx, func() { p.Close() })
			err = Lines(ctx, p, nil, emit)
			stop()
			p.Close()
			if ctx.Err() == nil && state != nil {
				state(err)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}
