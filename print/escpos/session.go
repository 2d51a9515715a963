package escpos

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"bangban/print"
)

// session is one connection to a printer.
type session struct {
	p     *Printer
	port  io.ReadWriteCloser
	in    chan byte // what the printer says; closed when it has hung up
	gone  chan struct{}
	sent  int // GS r
	done  int // answers to it
	begun bool
}

// window is how many bands may be under way.
const window = 2

func (p *Printer) open(ctx context.Context) (*session, error) {
	dial, cancel := context.WithTimeout(ctx, p.c.Patience)
	defer cancel()
	port, err := p.c.Port.Open(dial)
	if err != nil {
		return nil, p.lost(ctx)
	}
	s := &session{p: p, port: port, in: make(chan byte, 64), gone: make(chan struct{})}
	if !p.c.Mute {
		go s.listen()
	}
	return s, nil
}

func (s *session) listen() {
	defer close(s.in)
	var b [64]byte
	for {
		n, err := s.port.Read(b[:])
		for _, c := range b[:n] {
			select {
			case s.in <- c:
			case <-s.gone:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *session) close() {
	close(s.gone)
	s.port.Close()
}

// write hands bytes over, for no longer than our patience, and overwrites them. A port that is stuck is closed: then
// nothing more can be said to it.
func (s *session) write(ctx context.Context, data []byte) error {
	result := make(chan error, 1)
	go func() {
		_, err := s.port.Write(data)
		clear(data)
		result <- err
	}()
	patience := time.NewTimer(s.p.c.Patience)
	defer patience.Stop()
	var err error
	select {
	case err = <-result:
	case <-ctx.Done():
		err = ctx.Err()
		s.port.Close()
	case <-patience.C:
		err = context.DeadlineExceeded
		s.port.Close()
	}
	if err != nil {
		return s.p.lost(ctx)
	}
	return nil
}

// ask asks one question and gives the answer. Answers to GS r that come between are counted.
func (s *session) ask(ctx context.Context, question byte) (byte, error) {
	if err := s.write(ctx, cmdAsk(question)); err != nil {
		return 0, err
	}
	patience := time.NewTimer(s.p.c.Patience)
	defer patience.Stop()
	for {
		select {
		case b, open := <-s.in:
			switch {
			case !open:
				return 0, s.p.lost(ctx)
			case isStatus(b):
				return b, nil
			case isDone(b):
				s.done++
			}
		case <-ctx.Done():
			return 0, s.p.lost(ctx)
		case <-patience.C:
			return 0, s.p.lost(ctx)
		}
	}
}

// check asks all questions.
func (s *session) check(ctx context.Context) error {
	for _, q := range questions() {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return err
		}
		if code := trouble(q, answer); code != "" {
			return s.p.coded(code, nil)
		}
	}
	return nil
}

// send hands one command over and waits until no more than left of those before are unanswered.
func (s *session) send(ctx context.Context, command []byte, left int) error {
	s.begun = true
	if s.p.c.Mute {
		return s.write(ctx, bytes.Clone(command))
	}
	if err := s.write(ctx, slices.Concat(command, cmdAnswer())); err != nil {
		return err
	}
	s.sent++
	return s.await(ctx, left)
}

func (s *session) await(ctx context.Context, left int) error {
	look := time.NewTicker(s.p.c.Look)
	defer look.Stop()
	patience := time.NewTimer(s.p.c.Patience)
	defer patience.Stop()
	for s.sent-s.done > left {
		before := s.done
		select {
		case b, open := <-s.in:
			switch {
			case !open:
				return s.p.lost(ctx)
			case !isStatus(b) && isDone(b):
				s.done++
			}
		case <-look.C:
			if err := s.check(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return s.p.lost(ctx)
		case <-patience.C:
			return s.p.coded(print.CodeFault, nil)
		}
		if s.done != before {
			patience.Reset(s.p.c.Patience)
		}
	}
	return nil
}

// forget makes the printer drop what it has of a paper that will not be finished.
func (s *session) forget() {
	if s.begun {
		ctx, cancel := context.WithTimeout(context.Background(), s.p.c.Patience)
		defer cancel()
		_ = s.write(ctx, cmdForget()) // one that cannot be told has lost the connection, and with it what was under way
	}
}
