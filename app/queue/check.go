package queue

import (
	"fmt"
	"strings"
)

// Sizes of what is sealed: AES-256 key with tag, tag of the body.
const (
	wrappedKey = keySize + gcmTag
	gcmTag     = 16
)

// Check is what a receiver can demand of an envelope that it cannot open, before it is stored for ever: a suite that is
// known, a kind that is a word, a wrapped key for each holder that the header names, in its order, and sealed bytes of
// a length that the sealing can have given. A parcel that passes may still be sealed to a key nobody has.
func (e *Envelope) Check() error {
	h := e.Header
	if h.Suite.encSize() == 0 {
		return fmt.Errorf("%w: %d", ErrSuite, uint64(h.Suite))
	}
	if strings.Trim(h.Kind, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return fmt.Errorf("%w: kind", ErrEnvelope)
	}
	body, ok := splitSealed(e.sealed)
	if !ok || len(body.Wraps) != len(h.Recipients) {
		return fmt.Errorf("%w: sealed part", ErrEnvelope)
	}
	for i, w := range body.Wraps {
		if w.ID != h.Recipients[i] || len(w.Enc) != h.Suite.encSize() || len(w.Key) != wrappedKey {
			return fmt.Errorf("%w: key of holder %d", ErrEnvelope, i+1)
		}
	}
	if n := len(body.Ciphertext) - gcmTag; n < padStep || n%padStep != 0 {
		return fmt.Errorf("%w: %d sealed bytes", ErrEnvelope, len(body.Ciphertext))
	}
	return nil
}
