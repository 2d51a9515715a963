package queue

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Suite names the algorithms that a parcel is sealed with.
type Suite uint64

// The suites; each with HKDF-SHA256 and AES-256-GCM. Which of them is used is the institution's policy: the kind of its
// back-office keys.
const (
	SuiteXWing Suite = 1 // X-Wing: what is recorded today stays sealed when there are quantum computers
	SuiteP256  Suite = 2 // DHKEM(P-256, HKDF-SHA256): a key that never leaves a PKCS#11 token can open it
)

// hpkeInfo is the info parameter of HPKE (RFC 9180 §5.1).
const hpkeInfo = "bangban-parcel-1"

func (s Suite) kem() (hpke.KEM, error) {
	switch s {
	case SuiteXWing:
		return hpke.MLKEM768X25519(), nil
	case SuiteP256:
		return hpke.DHKEM(ecdh.P256()), nil
	}
	return nil, fmt.Errorf("%w: %d", ErrSuite, uint64(s))
}

// Lengths (draft-connolly-cfrg-xwing-kem §5.4, RFC 9180 §7.1).
const (
	xwingPublic, xwingEnc = 1216, 1120
	p256Public, p256Enc   = 65, 65
)

// encSize is the length of an encapsulated key; 0: there is no such suite.
func (s Suite) encSize() int {
	switch s {
	case SuiteXWing:
		return xwingEnc
	case SuiteP256:
		return p256Enc
	}
	return 0
}

// Holder is one back-office key that parcels are sealed to.
type Holder struct {
	ID     string // KeyID of Public
	Suite  Suite
	Public []byte // as RFC 9180 SerializePublicKey gives it
}

// NewHolder reads a public key; its length tells the suite.
func NewHolder(public []byte) (Holder, error) {
	h := Holder{ID: KeyID(public), Public: public}
	switch len(public) {
	case xwingPublic:
		h.Suite = SuiteXWing
	case p256Public:
		h.Suite = SuiteP256
	}
	_, err := h.public()
	return h, err
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

// Bytes is the private key for a file (RFC 9180 SerializePrivateKey): 32 bytes.
func (k *HolderKey) Bytes() ([]byte, error) { return k.key.Bytes() }

// GenerateHolder makes a back-office key from 32 bytes of rand.
func GenerateHolder(s Suite, rand io.Reader) (*HolderKey, error) {
	kem, err := s.kem()
	if err != nil {
		return nil, err
	}
	seed := make([]byte, 32)
	defer clear(seed)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	key, err := kem.DeriveKeyPair(seed)
	if err != nil {
		return nil, err
	}
	return NewHolderKey(key)
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
	return NewHolderKey(key)
}

// NewHolderKey takes a key that lies elsewhere, in a file of package keys or in hardware.
func NewHolderKey(key hpke.PrivateKey) (*HolderKey, error) {
	if key == nil {
		return nil, ErrHolder
	}
	h, err := NewHolder(key.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	if kem, err := h.Suite.kem(); err != nil || kem.ID() != key.KEM().ID() {
		return nil, fmt.Errorf("%w: of another suite", ErrHolder)
	}
	return &HolderKey{h.ID, h.Suite, key}, nil
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
