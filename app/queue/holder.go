package queue

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Suite names the algorithms that a parcel is sealed with.
type Suite uint64

// SuiteXWing is X-Wing, HKDF-SHA256 and AES-256-GCM.
const SuiteXWing Suite = 1

// hpkeInfo is the info parameter of HPKE (RFC 9180 §5.1).
const hpkeInfo = "bangban-parcel-1"

func (s Suite) kem() (hpke.KEM, error) {
	if s != SuiteXWing {
		return nil, fmt.Errorf("%w: %d", ErrSuite, uint64(s))
	}
	return hpke.MLKEM768X25519(), nil
}

// Holder is one back-office key that parcels are sealed to.
type Holder struct {
	ID     string // KeyID of Public
	Suite  Suite
	Public []byte // as RFC 9180 SerializePublicKey gives it
}

// KeyID names a back-office public key.
func KeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// HolderKey is the private half. It prints as its id.
type HolderKey struct {
	id    string
	suite Suite
	key   hpke.PrivateKey
}

// ID is the key id that envelopes name.
func (k *HolderKey) ID() string { return k.id }

// String gives the key id, never the key.
func (k *HolderKey) String() string { return "holder " + k.id }

// Holder is the public half.
func (k *HolderKey) Holder() Holder {
	return Holder{ID: k.id, Suite: k.suite, Public: k.key.PublicKey().Bytes()}
}

// Bytes is the private key for a file (RFC 9180 SerializePrivateKey): 32 bytes for SuiteXWing.
func (k *HolderKey) Bytes() ([]byte, error) { return k.key.Bytes() }

// GenerateHolder makes a back-office key from 32 bytes of rand.
func GenerateHolder(rand io.Reader) (*HolderKey, error) {
	seed := make([]byte, 32)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	return ParseHolderKey(SuiteXWing, seed)
}

// ParseHolderKey reads what Bytes gave.
func ParseHolderKey(s Suite, private []byte) (*HolderKey, error) {
	kem, err := s.kem()
	if err != nil {
		return nil, err
	}
	key, err := kem.NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHolder, err)
	}
	return NewHolderKey(s, key)
}

// NewHolderKey takes a key that lies elsewhere, in a file of package keys or in hardware.
func NewHolderKey(s Suite, key hpke.PrivateKey) (*HolderKey, error) {
	kem, err := s.kem()
	if err != nil {
		return nil, err
	}
	if key == nil || key.KEM().ID() != kem.ID() {
		return nil, fmt.Errorf("%w: of another suite", ErrHolder)
	}
	return &HolderKey{KeyID(key.PublicKey().Bytes()), s, key}, nil
}

// public reads and checks a holder's public key.
func (h Holder) public() (hpke.PublicKey, error) {
	kem, err := h.Suite.kem()
	if err != nil {
		return nil, err
	}
	if h.ID != KeyID(h.Public) {
		return nil, fmt.Errorf("%w: id %q", ErrHolder, h.ID)
	}
	pub, err := kem.NewPublicKey(h.Public)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHolder, err)
	}
	return pub, nil
}
