package keys

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
)

// Key encapsulations of back-office keys.
const (
	SuiteXWing = "X-Wing"     // ML-KEM-768 and X25519 (draft-ietf-hpke-pq, 0x647a)
	SuiteP256  = "DHKEM-P256" // P-256 (RFC 9180 §7.1, 0x0010): what a PKCS#11 token can hold; no defence against quantum computers
)

// SuiteOf tells the suite of a serialized public key by its length; empty: of none.
func SuiteOf(public []byte) string {
	switch len(public) {
	case xwingPublic:
		return SuiteXWing
	case p256Public:
		return SuiteP256
	}
	return ""
}

func kemOf(suite string) (hpke.KEM, error) {
	switch suite {
	case SuiteXWing:
		return hpke.MLKEM768X25519(), nil
	case SuiteP256:
		return hpke.DHKEM(ecdh.P256()), nil
	}
	return nil, ErrAlgorithm
}

// HolderKey is the private key of one back-office holder: it opens parcels. It prints as nothing.
type HolderKey struct {
	suite string
	key   hpke.PrivateKey
}

type holderFile struct {
	Suite   string `cbor:"1,keyasint"`
	Private []byte `cbor:"2,keyasint"` // sealed where there is a token; empty where the token holds it

	// An X-Wing key is no kind of key that a token knows: it is sealed with an AES-256 key that cannot leave the token
	// (AES-GCM; the reference is the key's id, then the nonce). A P-256 key lies in the token itself.
	Token  *holderToken `cbor:"3,keyasint,omitempty"`
	Public []byte       `cbor:"4,keyasint,omitempty"` // of a key in the token
}

type holderToken struct {
	Address string `cbor:"1,keyasint"`
	Ref     []byte `cbor:"2,keyasint"`
	PIN     []byte `cbor:"3,keyasint"`
}

const aadHolder = "bangban-holder-1"

// Lengths of keys (RFC 9180 §7.1, draft-connolly-cfrg-xwing-kem §5).
const (
	holderPrivate = 32 // a seed of X-Wing, a scalar of P-256
	xwingPublic   = 1216
	p256Public    = 65
)

// CreateHolder makes a back-office key and writes it to a file that must not exist yet.
func CreateHolder(path, suite string, rand io.Reader, o Options) (*HolderKey, error) {
	private, key, err := newHolder(suite, rand)
	if err != nil {
		return nil, err
	}
	defer clear(private)
	return &HolderKey{suite, key}, writeHolder(path, rand, holderFile{Suite: suite, Private: private}, o)
}

// newHolder makes a key pair from 32 bytes of rand.
func newHolder(suite string, rand io.Reader) (private []byte, key hpke.PrivateKey, err error) {
	kem, err := kemOf(suite)
	if err != nil {
		return nil, nil, err
	}
	seed := make([]byte, holderPrivate)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, nil, err
	}
	if suite == SuiteXWing {
		key, err = kem.NewPrivateKey(seed)
		return seed, key, err
	}
	defer clear(seed)
	if key, err = kem.DeriveKeyPair(seed); err != nil {
		return nil, nil, err
	}
	private, err = key.Bytes()
	return private, key, err
}

func writeHolder(path string, rand io.Reader, f holderFile, o Options) error {
	body, err := encMode.Marshal(f)
	if err != nil {
		return err
	}
	defer clear(body)
	data, err := encodeKey(rand, typeHolder, body, o.Passphrase, o.Cost)
	if err != nil {
		return err
	}
	defer clear(data)
	return writeNew(path, data)
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
	kem, err := kemOf(f.Suite)
	if err != nil {
		return nil, err
	}
	if f.Token != nil && f.Suite == SuiteP256 {
		return f.held()
	}
	if err := f.unseal(); err != nil {
		return nil, err
	}
	defer clear(f.Private)
	if len(f.Private) != holderPrivate {
		return nil, ErrAlgorithm
	}
	key, err := kem.NewPrivateKey(f.Private)
	if err != nil {
		return nil, ErrFormat
	}
	return &HolderKey{f.Suite, key}, nil
}

// HolderID is the id of a back-office key: the first 8 bytes of SHA-256 of its public key.
func HolderID(public []byte) []byte {
	sum := sha256.Sum256(public)
	return sum[:8:8]
}

// ID is HolderID of the public key.
func (h *HolderKey) ID() []byte { return HolderID(h.Public()) }

// Suite names the key encapsulation.
func (h *HolderKey) Suite() string { return h.suite }

// Public is the serialized public key (RFC 9180 §4).
func (h *HolderKey) Public() []byte { return h.key.PublicKey().Bytes() }

// Private is for crypto/hpke only. The bytes of one that a token holds cannot be had.
func (h *HolderKey) Private() hpke.PrivateKey { return h.key }

// Format implements fmt.Formatter so that no verb prints a field.
func (h *HolderKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "back-office key") }

// LogValue implements slog.LogValuer.
func (h *HolderKey) LogValue() slog.Value { return slog.StringValue("back-office key") }
