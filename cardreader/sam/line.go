package sam

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// How long an answer may take. Reading 2,321 bytes at 9600 baud takes 2.5 s on the wire alone.
const (
	short   = time.Second
	long    = 8 * time.Second
	grace   = 250 * time.Millisecond // after a damaged frame: is there a good one behind it?
	tries   = 3                      // of a command whose answer came damaged
	noBytes = 100                    // reads in a row that give nothing: the port is not one that can be read
)

// Line asks one reader one question at a time. It is not safe for concurrent use, except Close.
type Line struct {
	port   io.ReadWriteCloser
	pieces chan []byte
	done   chan struct{}
	once   sync.Once
	dec    Decoder
	broken error // after this no answer can be told from a late one
}

// NewLine begins to read from port, which it owns from now on.
func NewLine(port io.ReadWriteCloser) *Line {
	l := &Line{port: port, pieces: make(chan []byte), done: make(chan struct{})}
	go l.receive()
	return l
}

// Close closes the port. It may be called twice, and while a question is open: that one then fails. It does not wait long
// for a port that does not let go: a serial port whose bytes another program took away keeps its reader, and with it
// Close, for as long as nothing comes.
func (l *Line) Close() (err error) {
	l.once.Do(func() {
		close(l.done)
		closed := make(chan error, 1)
		go func() { closed <- l.port.Close() }()
		late := time.NewTimer(short)
		defer late.Stop()
		select {
		case err = <-closed:
		case <-late.C:
			err = ErrSilent
		}
	})
	return err
}

func (l *Line) receive() {
	defer close(l.pieces)
	buf := make([]byte, 4096)
	defer clear(buf)
	for idle := 0; idle < noBytes; idle++ {
		n, err := l.port.Read(buf)
		if n > 0 {
			idle = 0
			piece := append([]byte(nil), buf[:n]...)
			clear(buf[:n])
			select {
			case l.pieces <- piece:
			case <-l.done:
				clear(piece)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// ask sends a command and gives the data of the answer where SW3 is want. A damaged answer is asked for again.
func (l *Line) ask(ctx context.Context, limit time.Duration, want Status, command ...byte) (data []byte, err error) {
	for range tries {
		data, err = l.exchange(ctx, limit, want, command)
		if !errors.Is(err, ErrXOR) && !errors.Is(err, ErrBounds) && !errors.Is(err, WrongChecksum) {
			break
		}
	}
	return data, err
}

func (l *Line) exchange(ctx context.Context, limit time.Duration, want Status, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.broken != nil {
		return nil, l.broken
	}
	if err := l.drain(); err != nil {
		return nil, l.breaks(err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	if err := l.write(ctx, timer.C, AppendFrame(nil, command)); err != nil {
		return nil, l.breaks(err)
	}
	body, err := l.await(ctx, timer)
	if err != nil {
		return nil, err
	}
	if sw3 := Status(body[2]); sw3 != want {
		return nil, &StatusError{SW1: body[0], SW2: body[1], SW3: sw3}
	}
	return body[3:], nil
}

// breaks closes the line for err.
func (l *Line) breaks(err error) error {
	l.broken = err
	_ = l.Close() // what made it break is reported
	l.dec.Reset()
	return err
}

// drain drops what came before the question: noise, or more than was asked for.
func (l *Line) drain() error {
	l.dec.Reset()
	for {
		select {
		case piece, ok := <-l.pieces:
			if !ok {
				return ErrGone
			}
			clear(piece)
		default:
			return nil
		}
	}
}

func (l *Line) write(ctx context.Context, late <-chan time.Time, frame []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := l.port.Write(frame)
		written <- err
	}()
	for {
		select {
		case err := <-written:
			if err != nil {
				return fmt.Errorf("%w: %w", ErrGone, err)
			}
			return nil
		case piece, ok := <-l.pieces: // a port may take no byte before it has given one
			if !ok {
				return ErrGone
			}
			l.dec.Feed(piece)
			clear(piece)
			if len(l.dec.buf) > 2*maxLength {
				l.dec.Reset()
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return ErrSilent
		}
	}
}

// await gives the first whole frame. A damaged one is an error only where no good one follows it shortly.
func (l *Line) await(ctx context.Context, timer *time.Timer) ([]byte, error) {
	var damage error
	for {
		for {
			body, err := l.dec.Next()
			if body != nil {
				return body, nil
			}
			if err == nil {
				break
			}
			if damage == nil {
				timer.Reset(grace)
			}
			damage = err
		}
		select {
		case piece, ok := <-l.pieces:
			if !ok {
				return nil, l.breaks(ErrGone)
			}
			l.dec.Feed(piece)
			clear(piece)
		case <-ctx.Done():
			return nil, l.breaks(ctx.Err())
		case <-timer.C:
			if body := l.hidden(); body != nil {
				return body, nil
			}
			if damage != nil {
				return nil, damage // the answer has come, damaged: nothing comes late
			}
			return nil, l.breaks(ErrSilent)
		}
	}
}

// hidden looks for a whole frame behind a false preamble that promised more than came.
func (l *Line) hidden() []byte {
	for l.dec.Resync() {
		for {
			body, err := l.dec.Next()
			if body != nil {
				return body
			}
			if err == nil {
				break
			}
		}
	}
	return nil
}
