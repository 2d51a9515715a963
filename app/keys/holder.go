package keys

import (
	"crypto/hpke"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// SuiteXWing names the key encapsulation of back-office keys: ML-KEM-768 and X25519 (draft-ietf-hpke-pq, 0x647a).
const SuiteXWing = "X-Wing"

// HolderKey is the private key of one back-office holder: it opens parcels. It prints as nothing.
type HolderKey struct{ key hpke.PrivateKey }

type holderFile struct {
	Suite   string `cbor:"1,keyasint"`
	Private []byte `cbor:"2,keyasint"` // sealed where there is a token

	// The X-Wing key is no kind of key that a token knows: it is sealed with an AES-256 key that cannot leave the token
	// (AES-GCM; the reference is the key's id, then the nonce).
	Token *holderToken `cbor:"3,keyasint,omitempty"`
}

type holderToken struct {
	Address string `cbor:"1,keyasint"`
	Ref     []byte `cbor:"2,keyasint"`
	PIN     []byte `cbor:"3,keyasint"`
}

const aadHolder = "bangban-holder-1"

// xwingPrivate is the length of an X-Wing decapsulation key: a seed.
const xwingPrivate = 32

// refHolder is the length of what names the key and the nonce that seal a back-office key in a token.
const refHolder = 16 + nonceSize

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
	return &HolderKey{key}, writeHolder(path, rand, holderFile{Suite: SuiteXWing, Private: seed}, o)
}

// CreateHolderToken makes a back-office key that opens only where a PKCS#11 token is. The file wants a passphrase, for
// it holds the token's PIN.
func CreateHolderToken(path string, rand io.Reader, t Token, o Options) (*HolderKey, error) {
	u, ok := strings.CutPrefix(t.Address, "pkcs11:")
	if !ok || len(t.Address) > maxAddress {
		return nil, &PlaceError{code: CodePlaceAddress}
	}
	where, err := parseURI(u)
	if err != nil {
		return nil, err
	}
	if len(o.Passphrase) == 0 {
		return nil, ErrPassphrase
	}
	if err := absent(path); err != nil {
		return nil, err
	}
	seed, ref := make([]byte, xwingPrivate), make([]byte, refHolder)
	defer clear(seed)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(rand, ref); err != nil {
		return nil, err
	}
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, err
	}
	sealed, err := sealIn(where, ref, t.Label, t.PIN, seed, []byte(aadHolder))
	if err != nil {
		return nil, err
	}
	return &HolderKey{key}, writeHolder(path, rand, holderFile{SuiteXWing, sealed, &holderToken{t.Address, ref, t.PIN}}, o)
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

// unseal takes the private key out of the token's seal.
func (f *holderFile) unseal() error {
	if f.Token == nil {
		return nil
	}
	u, ok := strings.CutPrefix(f.Token.Address, "pkcs11:")
	if !ok || len(f.Token.Address) > maxAddress {
		return ErrFormat
	}
	where, err := parseURI(u)
	if err != nil {
		return err
	}
	defer clear(f.Token.PIN)
	f.Private, err = unsealIn(where, f.Token.Ref, f.Token.PIN, f.Private, []byte(aadHolder))
	return err
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
	if err := f.unseal(); err != nil {
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
