package kindtest

import (
	"context"
	"errors"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Fuzz plays fuzz bytes as the answers of a card: the first byte says how many commands the true card answers before
// that, then each answer is one length byte and so many bytes. Reading must end and must not panic, and must never pass.
func Fuzz(f *testing.F, x Fixture) {
	f.Add([]byte{0})
	f.Add([]byte{0, 2, 0x90, 0x00, 2, 0x90, 0x00})
	f.Add([]byte{3, 2, 0x90, 0x00, 2, 0x6A, 0x82})
	f.Add([]byte{6, 20, 0x87, 9, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0x99, 2, 0x90, 0, 0x8E, 8, 0x90, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := x.read(t, context.Background(), x.Secrets, playback(b))
		if r.err == nil && r.doc.Verdict() == check.Passed && r.doc.Subject != x.Truth {
			t.Fatal("made-up answers passed")
		}
		var need *cardreader.NeedError
		var known *cardreader.Error
		if r.err != nil && !errors.As(r.err, &need) && !errors.As(r.err, &known) {
			t.Fatalf("an error without a code: %v", r.err)
		}
	})
}

func playback(b []byte) func(int, []byte, func() ([]byte, error)) ([]byte, error) {
	honest := 0
	if len(b) > 0 {
		honest, b = int(b[0]), b[1:]
	}
	return func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
		if n <= honest {
			return next()
		}
		if len(b) == 0 {
			return []byte{0x6F, 0x00}, nil
		}
		size := min(int(b[0]), len(b)-1)
		answer := b[1 : 1+size]
		b = b[1+size:]
		return answer, nil
	}
}
