package keys

import (
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
)

// SuiteXWing names the key encapsulation of back-office keys: ML-KEM-768 and X25519 (draft-ietf-hpke-pq, 0x647a).
const SuiteXWing = "X-Wing"

// HolderKey is the private key of one back-office holder: it opens parcels. It prints as nothing.
type HolderKey struct{ key hpke.PrivateKey }

type holderFile struct {
	Suite   string `cbor:"1,keyasint"`
	Private []byte `cbor:"2,keyasint"`
}

// xwingPrivate is the length of an X-Wing decapsulation key: a seed.
const xwingPrivate = 32

// CreateHolder makes a back-office key and writes it to a file that must not exist yet.
func CreateHolder(path string, rand io.Reader, o Options) (*HolderKey, error) {
	seed := make([]byte, xwingPrivate)
	defer clear(seed)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, err
	}
	body, err := encMode.Marshal(holderFile{SuiteXWing, seed})
	if err != nil {
		return nil, err
	}
	defer clear(body)
	data, err := encodeKey(rand, typeHolder, body, o.Passphrase, o.Cost)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	if err := writeNew(path, data); err != nil {
		return nil, err
	}
	return &HolderKey{key}, nil
}

// OpenHolder reads a back-office key. Passphrase is nil for a file without one.
func OpenHolder(path string, passphrase []byte) (*HolderKey, error) {
	data, err := readBounded(path, true)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	return parseHolder(data, passphrase)
}

func parseHolder(data, passphrase []byte) (*HolderKey, error) {
	body, err := decodeKey(data, typeHolder, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(body)
	var f holderFile
	if err := decode(body, &f); err != nil {
		return nil, err
	}
	defer clear(f.Private)
	if f.Suite != SuiteXWing || len(f.Private) != xwingPrivate {
		return nil, ErrAlgorithm
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(f.Private)
	if err != nil {
		return nil, ErrFormat
	}
	return &HolderKey{key}, nil
}

// HolderID is the id of a back-office key: the first 8 bytes of SHA-256 of its public key.
func HolderID(public []byte) []byte {
	sum := sha256.Sum256(public)
	return sum[:8:8]
}

// ID is HolderID of the public key.
func (h *HolderKey) ID() []byte { return HolderID(h.Public()) }

// Suite names the key encapsulation.
func (h *HolderKey) Suite() string { return SuiteXWing }

// Public is the serialized public key (RFC 9180 §4).
func (h *HolderKey) Public() []byte { return h.key.PublicKey().Bytes() }

// Private is for crypto/hpke only.
func (h *HolderKey) Private() hpke.PrivateKey { return h.key }

// Format implements fmt.Formatter so that no verb prints a field.
func (h *HolderKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "back-office key") }

// LogValue implements slog.LogValuer.
func (h *HolderKey) LogValue() slog.Value { return slog.StringValue("back-office key") }
