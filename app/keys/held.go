package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// heldKey is an open key in a place. It prints as nothing and is safe for concurrent use.
type heldKey struct {
	kind string
	pub  *ecdsa.PublicKey
	sign func(digest, pin []byte) ([]byte, error)
	end  func() error

	mu  sync.RWMutex
	pin []byte // a copy, wiped by Close
	ok  bool
}

// openHeld proves a PIN by one signature and gives the key. It copies pin.
func openHeld(kind string, pub *ecdsa.PublicKey, pin []byte, sign func(digest, pin []byte) ([]byte, error), end func() error) (Key, error) {
	sig, err := sign(opened(), pin)
	if err != nil {
		return nil, err
	}
	if !ecdsa.VerifyASN1(pub, opened(), sig) {
		return nil, &PlaceError{code: CodePlaceKey, kind: kind}
	}
	return &heldKey{kind: kind, pub: pub, sign: sign, end: end, pin: bytes.Clone(pin), ok: true}, nil
}

// Kind says where it lies.
func (k *heldKey) Kind() string { return k.kind }

// Public implements crypto.Signer.
func (k *heldKey) Public() crypto.PublicKey { return k.pub }

// Sign implements crypto.Signer: ECDSA, ASN.1 form; the place makes the randomness. Only SHA-256 digests.
func (k *heldKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if len(digest) != sha256.Size || opts != nil && opts.HashFunc() != crypto.SHA256 {
		return nil, ErrAlgorithm
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if !k.ok {
		return nil, ErrLocked
	}
	return k.sign(digest, k.pin)
}

// Close forgets the PIN and gives the place back. Sign fails with ErrLocked afterwards.
func (k *heldKey) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.ok {
		return nil
	}
	clear(k.pin)
	k.pin, k.ok = nil, false
	return k.end()
}

// Format implements fmt.Formatter so that no verb prints a field.
func (k *heldKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key ("+k.kind+")") }

// LogValue implements slog.LogValuer.
func (k *heldKey) LogValue() slog.Value { return slog.StringValue("key (" + k.kind + ")") }

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}
