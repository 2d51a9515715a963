package claim169

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// Errors of this package; compare with errors.Is.
var (
	ErrStructure = errors.New("claim169: broken structure")
	ErrEncrypted = errors.New("claim169: encrypted")
)

// Algorithms of RFC 9053 that are verified.
const (
	algES256 = -7
	algES384 = -35
	algEdDSA = -8
)

// decMode reads hostile CBOR as others write it: tags may stand inside, nothing may stand twice.
var decMode = must(cbor.DecOptions{
	DupMapKey:            cbor.DupMapKeyEnforcedAPF,
	IndefLength:          cbor.IndefLengthForbidden,
	IntDec:               cbor.IntDecConvertSignedOrFail,
	MaxNestedLevels:      12,
	MaxArrayElements:     256,
	MaxMapPairs:          256,
	UTF8:                 cbor.UTF8RejectInvalid,
	UnrecognizedTagToAny: cbor.UnrecognizedTagContentToAny,
}.DecMode())

var encMode = must(cbor.CoreDetEncOptions().EncMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// labels is a map of header parameters or claims, still encoded.
type labels map[any]cbor.RawMessage

// message is a COSE_Sign1 whose signature has not been checked.
type message struct {
	protectedBytes []byte
	protected      labels
	unprotected    labels
	payload        []byte
	signature      []byte
}

// parse takes a COSE_Sign1 apart, behind tags 61 and 18, 18 or none.
func parse(b []byte) (*message, error) {
	b = bytes.TrimPrefix(b, []byte{0xd8, 61})
	if bytes.HasPrefix(b, []byte{0xd0, 0x83}) {
		return nil, ErrEncrypted
	}
	b = bytes.TrimPrefix(b, []byte{0xd2})
	var a struct {
		_           struct{} `cbor:",toarray"`
		Protected   []byte
		Unprotected labels
		Payload     []byte
		Signature   []byte
	}
	if err := decMode.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("%w: not a COSE_Sign1: %w", ErrStructure, err)
	}
	m := &message{protectedBytes: a.Protected, unprotected: a.Unprotected, payload: a.Payload, signature: a.Signature}
	if len(a.Protected) > 0 {
		if err := decMode.Unmarshal(a.Protected, &m.protected); err != nil {
			return nil, fmt.Errorf("%w: protected header: %w", ErrStructure, err)
		}
	}
	return m, nil
}

// number, text and blob give a label's value; ok is false where it is absent or of another type.
func (l labels) number(key int64) (n int64, ok bool) {
	raw, there := l[key]
	return n, there && decMode.Unmarshal(raw, &n) == nil
}

func (l labels) text(key int64) (s string, ok bool) {
	raw, there := l[key]
	return s, there && len(raw) > 0 && raw[0]>>5 == 3 && decMode.Unmarshal(raw, &s) == nil
}

func (l labels) blob(key int64) (b []byte, ok bool) {
	raw, there := l[key]
	return b, there && len(raw) > 0 && raw[0]>>5 == 2 && decMode.Unmarshal(raw, &b) == nil
}

// kid is label 4, from the protected header where it is there (RFC 9052 §3.1).
func (m *message) kid() []byte {
	if k, ok := m.protected.blob(4); ok {
		return k
	}
	k, _ := m.unprotected.blob(4)
	return k
}

// signed is the Sig_structure of RFC 9052 §4.4. An empty protected header counts as an empty byte string.
func (m *message) signed() ([]byte, error) {
	p := m.protectedBytes
	if bytes.Equal(p, []byte{0xa0}) {
		p = nil
	}
	return encMode.Marshal([]any{"Signature1", append([]byte{}, p...), []byte{}, m.payload})
}

// fits tells whether a key is one for the algorithm.
func fits(alg int64, key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return alg == algES256 && k.Curve == elliptic.P256() || alg == algES384 && k.Curve == elliptic.P384()
	case ed25519.PublicKey:
		return alg == algEdDSA
	}
	return false
}

// verify checks the signature with a key that fits.
func (m *message) verify(alg int64, key crypto.PublicKey) bool {
	tbs, err := m.signed()
	if err != nil || !fits(alg, key) {
		return false
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		return len(m.signature) == ed25519.SignatureSize && ed25519.Verify(k, tbs, m.signature)
	case *ecdsa.PublicKey:
		sum256 := sha256.Sum256(tbs)
		sum := sum256[:]
		if alg == algES384 {
			sum384 := sha512.Sum384(tbs)
			sum = sum384[:]
		}
		return verifyRaw(k, sum, m.signature)
	}
	return false
}

// verifyRaw checks r ‖ s (RFC 9053 §2.1).
func verifyRaw(k *ecdsa.PublicKey, sum, raw []byte) bool {
	size := (k.Curve.Params().BitSize + 7) / 8
	if len(raw) != 2*size {
		return false
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:size]), new(big.Int).SetBytes(raw[size:])})
	return err == nil && ecdsa.VerifyASN1(k, sum, der)
}
