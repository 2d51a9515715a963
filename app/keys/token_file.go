package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"io"
)

// typeToken is a key file that holds no key but says where it lies.
const typeToken = "BANGBAN TOKEN KEY"

// tokenFile names a key in a place.
type tokenFile struct {
	Version uint8  `cbor:"1,keyasint"`
	Address string `cbor:"2,keyasint"`
	Ref     []byte `cbor:"3,keyasint"`
	Public  []byte `cbor:"4,keyasint"`
	PIN     []byte `cbor:"5,keyasint,omitempty"`
}

// Token says where a fresh key is made. The caller wipes the PIN.
type Token struct {
	Address string // see At
	Label   string // what tools show
	PIN     []byte // nil: none (a TPM needs none)
}

// make makes the key and gives what names it.
func (t Token) make(rand io.Reader) (*tokenFile, *ecdsa.PublicKey, error) {
	if len(t.PIN) > maxPIN {
		return nil, nil, ErrPIN
	}
	place, err := At(t.Address)
	if err != nil {
		return nil, nil, err
	}
	defer place.Close()
	if len(t.PIN) == 0 && place.Kind() != KindTPM {
		return nil, nil, &PlaceError{code: CodePlaceWants, kind: place.Kind()}
	}
	ref, pub, err := place.Generate(rand, t.Label, t.PIN)
	if err != nil {
		return nil, nil, err
	}
	point, err := pub.Bytes()
	if err != nil {
		return nil, nil, ErrAlgorithm
	}
	return &tokenFile{Version: 1, Address: t.Address, Ref: ref, Public: point, PIN: bytes.Clone(t.PIN)}, pub, nil
}

// open opens the key with the PIN that came with it.
func (f *tokenFile) open() (Key, error) {
	if f.Version != 1 || len(f.Address) > maxAddress || len(f.Ref) > maxRef || len(f.PIN) > maxPIN {
		return nil, ErrFormat
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), f.Public)
	if err != nil {
		return nil, ErrFormat
	}
	place, err := At(f.Address)
	if err != nil {
		return nil, err
	}
	key, err := place.Open(f.Ref, pub, f.PIN)
	if err != nil {
		return nil, errors.Join(err, place.Close())
	}
	return key, nil
}

// CreateToken makes a key in a place, and a key file that names it, which must not exist yet. A PIN lies in that file:
// give it a passphrase.
func CreateToken(path string, rand io.Reader, t Token, o Options) (Key, error) {
	if len(t.PIN) > 0 && len(o.Passphrase) == 0 {
		return nil, ErrPassphrase
	}
	if err := absent(path); err != nil {
		return nil, err
	}
	f, _, err := t.make(rand)
	if err != nil {
		return nil, err
	}
	defer clear(f.PIN)
	body, err := encMode.Marshal(f)
	if err != nil {
		return nil, err
	}
	defer clear(body)
	data, err := encodeKey(rand, typeToken, body, o.Passphrase, o.Cost)
	if err != nil {
		return nil, err
	}
	if err := writeNew(path, data); err != nil {
		return nil, err
	}
	return f.open()
}

// FileKind says where the key of a key file without a passphrase lies; the place need not be there.
func FileKind(path string) (string, error) {
	data, err := readBounded(path, true)
	if err != nil {
		return "", err
	}
	defer clear(data)
	body, err := decodeKey(data, typeToken, nil)
	if err != nil {
		return Software, nil
	}
	var f tokenFile
	if err := decode(body, &f); err != nil {
		return "", err
	}
	return (&vaultToken{Address: f.Address}).kind(), nil
}

// Open reads a key file: of a key that lies in it, or of one that lies in the place that it names. Passphrase is nil for
// a file without one.
func Open(path string, passphrase []byte) (Key, error) {
	data, err := readBounded(path, true)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	body, err := decodeKey(data, typeToken, passphrase)
	if errors.Is(err, ErrFormat) {
		return parseFile(data, passphrase)
	}
	if err != nil {
		return nil, err
	}
	defer clear(body)
	var f tokenFile
	if err := decode(body, &f); err != nil {
		return nil, err
	}
	defer clear(f.PIN)
	return f.open()
}
