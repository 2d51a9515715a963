package queue

import (
	"crypto"
	"crypto/sha256"
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
