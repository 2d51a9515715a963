package journal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"

	"golang.org/x/mod/sumdb/note"
)

var (
	_ note.Verifier = (*verifier)(nil)
	_ note.Signer   = (*signer)(nil)
)

type verifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

// NewVerifier makes a note verifier of a station identity. Name is the station.
func NewVerifier(name string, key *ecdsa.PublicKey) (note.Verifier, error) {
	v, err := newVerifier(name, key)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func newVerifier(name string, key *ecdsa.PublicKey) (*verifier, error) {
	if key == nil || key.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(spki)
	return &verifier{name, binary.BigEndian.Uint32(sum[:]), key}, nil
}

// Name implements note.Verifier.
func (v *verifier) Name() string { return v.name }

// KeyHash implements note.Verifier.
func (v *verifier) KeyHash() uint32 { return v.hash }

// Verify implements note.Verifier.
func (v *verifier) Verify(msg, sig []byte) bool {
	digest := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(v.key, digest[:], sig)
}

type signer struct {
	*verifier
	key crypto.Signer
}

// NewSigner makes a note signer of a station identity, wherever its key lies.
func NewSigner(name string, key crypto.Signer) (note.Signer, error) {
	if key == nil {
		return nil, ErrKey
	}
	pub, ok := key.Public().(*ecdsa.PublicKey)
	if !ok {
		return nil, ErrKey
	}
	v, err := newVerifier(name, pub)
	if err != nil {
		return nil, err
	}
	return &signer{v, key}, nil
}

// Sign implements note.Signer.
func (s *signer) Sign(msg []byte) ([]byte, error) {
	digest := sha256.Sum256(msg)
	return s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
}
