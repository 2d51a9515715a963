package kinds_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kinds"
	"bangban/cardreader/kindtest"
	"bangban/cardreader/sim"
)

// pieces takes answers out of fuzz bytes: one length byte and so many bytes each.
type pieces []byte

func (p *pieces) next() ([]byte, bool) {
	b := *p
	if len(b) == 0 {
		return nil, false
	}
	n := min(int(b[0]), len(b)-1)
	*p = b[1+n:]
	return b[1 : 1+n], true
}

// sound checks what a reading of made-up answers came to.
func sound(t *testing.T, doc *cardreader.Document, err error, truth cardreader.Subject) {
	t.Helper()
	if (doc == nil) == (err == nil) {
		t.Fatalf("document %v and error %v: exactly one is wanted", doc, err)
	}
	var known *cardreader.Error
	var need *cardreader.NeedError
	switch {
	case err != nil && !errors.As(err, &known) && !errors.As(err, &need):
		t.Fatalf("an error without a code: %v", err)
	case err == nil && doc.Verdict() == check.Passed && doc.Subject != truth:
		t.Fatal("made-up answers passed")
	}
}

// FuzzSpecimens plays fuzz bytes as the answers of each kind's chip, after so many true ones. The true chip goes on
// answering behind, so that sessions, signatures and secrets are reached.
func FuzzSpecimens(f *testing.F) {
	all, names := training(f), []string{}
	for _, s := range specimens(f) {
		if samples()[s.Name] {
			names = append(names, s.Name)
		}
	}
	for i := range names {
		f.Add(byte(i), byte(0), []byte{2, 0x90, 0x00, 2, 0x90, 0x00, 2, 0x90, 0x00, 2, 0x90, 0x00})
		f.Add(byte(i), byte(2), []byte{2, 0x61, 0x10, 2, 0x6C, 0x10, 3, 0x30, 0x90, 0x00, 2, 0x62, 0x82})
		f.Add(byte(i), byte(5), []byte{2, 0x69, 0x82, 2, 0x63, 0xC3, 2, 0x90, 0x00, 1, 0x90, 0})
		f.Add(byte(i), byte(9), []byte{20, 0x87, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0x99, 2, 0x90, 0, 0x8E, 8, 0, 0x90, 0x00})
	}
	f.Fuzz(func(t *testing.T, which, honest byte, b []byte) {
		s, err := sim.Load(names[int(which)%len(names)])
		if err != nil {
			t.Fatal(err)
		}
		conn, err := lay(t, s).Connect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		made := pieces(b)
		line := &kindtest.Conn{Inner: conn, Meddle: func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
			if n > int(honest) {
				if answer, ok := made.next(); ok {
					return answer, nil
				}
			}
			return next()
		}}
		defer line.Close()
		k, err := kinds.Identify(context.Background(), line, all)
		var doc *cardreader.Document
		if err == nil {
			doc, err = k.Read(context.Background(), line, sim.Secrets(s.Name), nil)
		}
		sound(t, doc, err, s.Truth)
		if line.Endless || line.APDUs > kindtest.Limit {
			t.Fatalf("%d commands", line.APDUs)
		}
	})
}

// mostFrames is how many frames one reading may take: nine in good order, and three tries of a damaged answer each.
const mostFrames = 60

// FuzzModule plays fuzz bytes as the answers of a reader with a security module, after so many true ones. They are put
// into frames as the line wants them: frames themselves are fuzzed where they are read. What the module says is what proves
// these cards, so made-up text may pass; it must end, and every failure has a sentence.
func FuzzModule(f *testing.F) {
	all := training(f)
	base, err := sim.Load("cnid-long")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(byte(0), []byte{3, 0, 0, 0x90, 3, 0, 0, 0x21})
	f.Add(byte(2), []byte{3, 0, 0, 0x9F, 3, 0, 0, 0x31})
	f.Add(byte(4), []byte{3, 0, 0, 0x90})
	f.Add(byte(4), []byte{9, 0, 0, 0x90, 1, 0, 4, 0, 0, 0})
	f.Add(byte(5), []byte{3, 0, 0, 0x91})
	f.Fuzz(func(t *testing.T, honest byte, b []byte) {
		m := sim.NewSAM()
		m.Lay(base)
		made, frames := pieces(b), 0
		m.OnWire(func(frame []byte) []byte {
			if frames++; frames <= int(honest) {
				return frame
			}
			answer, ok := made.next()
			if !ok || len(answer) < 3 {
				return frame
			}
			return inFrame(answer)
		})
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		conn, err := moduleReader(t, m).Connect(ctx)
		var doc *cardreader.Document
		if err == nil {
			defer conn.Close()
			var k cardreader.Kind
			if k, err = kinds.Identify(ctx, conn, all); err == nil {
				doc, err = k.Read(ctx, conn, nil, nil)
			}
		}
		if err == nil {
			doc.Checks = nil // it is the module that vouches
		}
		sound(t, doc, err, base.Truth)
		if frames > mostFrames {
			t.Fatalf("%d frames", frames)
		}
	})
}

// inFrame is a whole frame, GA/T 467-2019: preamble, length, body, exclusive or.
func inFrame(body []byte) []byte {
	n := len(body) + 1
	f := append([]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, byte(n >> 8), byte(n)}, body...)
	sum := byte(0)
	for _, v := range f[5:] {
		sum ^= v
	}
	return append(f, sum)
}
