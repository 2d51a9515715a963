package keys_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"
)

// enrolment is a code of an enrolment letter, and the public key that the roster holds.
func enrolment(t *testing.T) (*ecdh.PrivateKey, []byte) {
	t.Helper()
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k, k.PublicKey().Bytes()
}

// fixed is a source of randomness that gives the same again.
type fixed byte

func (f fixed) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f) + byte(i)
	}
	return len(p), nil
}
