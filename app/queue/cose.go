package queue

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// Bounds of hostile bytes.
const (
	MaxBody     = 1 << 20           // of a record
	MaxEnvelope = MaxBody + 128<<10 // header, certificate, wraps, padding
	MaxHolders  = 8
	maxHeader   = 16 << 10
	maxField    = 64      // bytes of a text field
	maxCert     = 8 << 10 // bytes of an identity certificate
)

// encoder and decoder are set once and never change.
var (
	encoder = must(cbor.CoreDetEncOptions().UserBufferEncMode())
	decoder = must(cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxNestedLevels: 6, MaxMapPairs: 16, MaxArrayElements: 1024,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// decodeExact reads b into v and refuses every encoding but the deterministic one.
func decodeExact(b []byte, v any) bool {
	if decoder.Unmarshal(b, v) != nil {
		return false
	}
	again, err := encoder.Marshal(v)
	return err == nil && bytes.Equal(again, b)
}

// External data of the two signatures (RFC 9052 §4.4).
const (
	aadEnvelope = "bangban-envelope-1"
	aadRecord   = "bangban-record-1"
)

type sigStructure struct {
	_         struct{} `cbor:",toarray"`
	Context   string
	Protected []byte
	External  []byte
	Payload   []byte
}

// toBeSigned is the digest of the Sig_structure of COSE_Sign1 (RFC 9052 §4.4).
func toBeSigned(protected []byte, external string, payload []byte) ([]byte, error) {
	b, err := encoder.Marshal(sigStructure{Context: "Signature1", Protected: protected, External: []byte(external), Payload: payload})
	sum := sha256.Sum256(b)
	return sum[:], err
}

// sign makes an ES256 signature, r ‖ s with s at most n/2 (RFC 9053 §2.1; low s so that a signature has one form).
func sign(key crypto.Signer, protected []byte, external string, payload []byte) ([]byte, error) {
	digest, err := toBeSigned(protected, external, payload)
	if err != nil {
		return nil, err
	}
	if pub, ok := key.Public().(*ecdsa.PublicKey); !ok || pub.Curve != elliptic.P256() {
		return nil, ErrIdentity
	}
	der, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &rs); err != nil || len(rest) > 0 {
		return nil, ErrSignature
	}
	n := elliptic.P256().Params().N
	if rs.S.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		rs.S.Sub(n, rs.S)
	}
	sig := make([]byte, 64)
	rs.R.FillBytes(sig[:32])
	rs.S.FillBytes(sig[32:])
	return sig, nil
}

func verify(key *ecdsa.PublicKey, protected []byte, external string, payload, sig []byte) error {
	digest, err := toBeSigned(protected, external, payload)
	if err != nil || key == nil || key.Curve != elliptic.P256() || len(sig) != 64 {
		return ErrSignature
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if s.Cmp(new(big.Int).Rsh(elliptic.P256().Params().N, 1)) > 0 || !ecdsa.Verify(key, digest, r, s) {
		return ErrSignature
	}
	return nil
}
