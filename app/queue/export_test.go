package queue

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"slices"
)

// Resuite gives an envelope another suite in its header and signs it again, as a hostile counter could.
func Resuite(b []byte, suite Suite, key crypto.Signer) ([]byte, error) {
	w, h, err := parseEnvelope(b)
	if err != nil {
		return nil, err
	}
	h.Suite = suite
	if w.Header, err = encoder.Marshal(h); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(w.Sealed)
	if w.Signature, err = sign(key, w.Header, aadEnvelope, sum[:]); err != nil {
		return nil, err
	}
	return encoder.Marshal(w)
}

// SameSplit tells whether bytes split in place are what the decoder makes of them, or refused by both.
func SameSplit(b []byte) bool {
	var w wireEnvelope
	fast, ok := splitEnvelope(b)
	slow := decodeExact(b, &w) && w.Header != nil && w.Sealed != nil && w.Signature != nil
	if slow != ok || ok && !(bytes.Equal(w.Header, fast.Header) && bytes.Equal(w.Sealed, fast.Sealed) && bytes.Equal(w.Signature, fast.Signature)) {
		return false
	}
	var body sealedBody
	quick, ok := splitSealed(b)
	slow = decodeExact(b, &body) && len(body.Wraps) <= MaxHolders && body.Wraps != nil && body.Ciphertext != nil &&
		!slices.ContainsFunc(body.Wraps, func(w wrap) bool { return w.Enc == nil || w.Key == nil })
	if slow != ok {
		return false
	}
	if !ok {
		return true
	}
	x, err := encoder.Marshal(quick)
	return err == nil && bytes.Equal(x, b)
}

// Sealed is what an envelope seals, for SameSplit.
func (e *Envelope) Sealed() []byte { return e.sealed }
