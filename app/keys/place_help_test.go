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
