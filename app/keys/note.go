package keys

import (
	"crypto"
	"crypto/ed25519"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// noteSigner signs notes (golang.org/x/mod/sumdb/note) with any Ed25519 crypto.Signer.
type noteSigner struct {
	note.Verifier
	key crypto.Signer
}

var _ note.Signer = (*noteSigner)(nil)

// NoteSigner makes a note signer called name of an Ed25519 key, and the text form of its verifier key.
func NoteSigner(name string, key crypto.Signer) (s note.Signer, vkey string, err error) {
	pub, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, "", ErrAlgorithm
	}
	vkey, err = note.NewEd25519VerifierKey(name, pub)
	if err != nil {
		return nil, "", fmt.Errorf("keys: note: %w", err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, "", fmt.Errorf("keys: note: name: %w", err)
	}
	return &noteSigner{v, key}, vkey, nil
}

// Sign implements note.Signer.
func (s *noteSigner) Sign(msg []byte) ([]byte, error) {
	return s.key.Sign(nil, msg, crypto.Hash(0))
}
