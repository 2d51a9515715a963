package voucher

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// Tags and header labels in use.
const (
	tagCWT          = 61     // RFC 8392 §6
	tagSign1        = 18     // RFC 9052 §2
	algES256        = -7     // RFC 9053 §2.1
	labelDelegation = -70002 // private, unprotected: the delegation
	signatureSize   = 64
	keyIDSize       = 8
)

// aadDelegation is the external_aad (RFC 9052 §4.4) under which delegations are signed, so that a delegation can never
// be taken for a voucher nor a voucher for a delegation.
const aadDelegation = "bangban-delegation-1"

// sign1 is COSE_Sign1 (RFC 9052 §4.2):
//
//	COSE_Sign1 = [ protected: bstr .cbor header_map, unprotected: header_map, payload: bstr, signature: bstr ]
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// protected is the protected header of vouchers and delegations: { 1: alg, 4: kid, ? 33: x5chain }. The chain stands
// here and not in the unprotected header (RFC 9360 §2 allows both) so that nobody can take it off a paper.
type protected struct {
	Alg   int             `cbor:"1,keyasint"`
	KID   []byte          `cbor:"4,keyasint"`
	Chain cbor.RawMessage `cbor:"33,keyasint,omitempty"`
}

// outer is the unprotected header of a voucher: { -70002: delegation }.
type outer struct {
	Delegation []byte `cbor:"-70002,keyasint,omitempty"`
}

// encMode writes core deterministic CBOR (RFC 8949 §4.2.1).
var encMode = must(cbor.CoreDetEncOptions().EncMode())

// decMode reads hostile CBOR: no duplicate keys, no indefinite lengths, no tags where none is expected, UTF-8 only.
var decMode = must(cbor.DecOptions{
	DupMapKey:        cbor.DupMapKeyEnforcedAPF,
	IndefLength:      cbor.IndefLengthForbidden,
	TagsMd:           cbor.TagsForbidden,
	MaxNestedLevels:  8,
	MaxArrayElements: 64,
	MaxMapPairs:      64,
	UTF8:             cbor.UTF8RejectInvalid,
}.DecMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// toBeSigned is the Sig_structure of RFC 9052 §4.4.
func toBeSigned(protectedHeader, aad, payload []byte) ([]byte, error) {
	return encMode.Marshal([]any{"Signature1", protectedHeader, aad, payload})
}

// seal signs payload and gives the COSE_Sign1 without its tags.
func seal(rand io.Reader, key crypto.Signer, p protected, unprotected any, aad string, payload []byte) ([]byte, error) {
	pub, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	p.Alg = algES256
	head, err := encMode.Marshal(p)
	if err != nil {
		return nil, err
	}
	open, err := encMode.Marshal(unprotected)
	if err != nil {
		return nil, err
	}
	tbs, err := toBeSigned(head, []byte(aad), payload)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(tbs)
	der, err := key.Sign(rand, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	// A token that lies about its signature must not cost the person a paper that nobody accepts.
	if !ecdsa.VerifyASN1(pub, digest[:], der) {
		return nil, ErrSigner
	}
	raw, err := rawSignature(der)
	if err != nil {
		return nil, err
	}
	return encMode.Marshal(sign1{Protected: head, Unprotected: open, Payload: payload, Signature: raw})
}

// rawSignature turns the ASN.1 form of X9.62 into r ‖ s (RFC 9053 §2.1).
func rawSignature(der []byte) ([]byte, error) {
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &rs); err != nil || len(rest) > 0 {
		return nil, ErrSigner
	}
	// (r, s) and (r, n−s) are both valid. Only the lower s is written and read, so that a voucher has one encoding and
	// its SHA-256 names it.
	if n := elliptic.P256().Params().N; rs.S.Cmp(halfOrder()) > 0 {
		rs.S.Sub(n, rs.S)
	}
	raw := make([]byte, signatureSize)
	rs.R.FillBytes(raw[:32])
	rs.S.FillBytes(raw[32:])
	return raw, nil
}

func halfOrder() *big.Int { return new(big.Int).Rsh(elliptic.P256().Params().N, 1) }

// verify checks an ES256 signature over the Sig_structure, in its lower form.
func (s *sign1) verify(pub *ecdsa.PublicKey, aad string) bool {
	tbs, err := toBeSigned(s.Protected, []byte(aad), s.Payload)
	if err != nil || len(s.Signature) != signatureSize {
		return false
	}
	digest := sha256.Sum256(tbs)
	lower := new(big.Int).SetBytes(s.Signature[32:])
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(s.Signature[:32]), lower})
	return err == nil && lower.Cmp(halfOrder()) <= 0 && ecdsa.VerifyASN1(pub, digest[:], der)
}

// parseSign1 takes the COSE_Sign1 behind prefix apart. The form must be the one that seal writes, byte for byte: one
// voucher has one encoding.
func parseSign1(msg, prefix []byte) (*sign1, *protected, error) {
	body, ok := bytes.CutPrefix(msg, prefix)
	if !ok {
		return nil, nil, fmt.Errorf("%w: other tags than expected", ErrStructure)
	}
	var s sign1
	if err := decMode.Unmarshal(body, &s); err != nil {
		return nil, nil, fmt.Errorf("%w: COSE_Sign1: %w", ErrStructure, err)
	}
	var head protected
	if err := decMode.Unmarshal(s.Protected, &head); err != nil {
		return nil, nil, fmt.Errorf("%w: protected header: %w", ErrStructure, err)
	}
	again, err := encMode.Marshal(head)
	if err != nil || !bytes.Equal(again, s.Protected) {
		return nil, nil, fmt.Errorf("%w: protected header", ErrStructure)
	}
	whole, err := encMode.Marshal(s)
	if err != nil || !bytes.Equal(whole, body) {
		return nil, nil, fmt.Errorf("%w: COSE_Sign1 is not deterministic CBOR", ErrStructure)
	}
	if head.Alg != algES256 || len(head.KID) != keyIDSize || len(s.Signature) != signatureSize || len(s.Payload) == 0 {
		return nil, nil, fmt.Errorf("%w: header or signature", ErrStructure)
	}
	return &s, &head, nil
}

// prefixes before the COSE_Sign1 array: tag 61 then tag 18, and tag 18 alone.
var (
	prefixVoucher    = []byte{0xd8, tagCWT, 0xc0 | tagSign1}
	prefixDelegation = []byte{0xc0 | tagSign1}
)

// KeyID is the first 8 bytes of SHA-256 of b: of the compressed public key for a voucher, of the certificate's DER for
// a delegation.
func KeyID(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:keyIDSize:keyIDSize]
}

// VoucherKeyID is the kid of vouchers signed with pub: KeyID of the compressed point (SEC 1 §2.3.3).
func VoucherKeyID(pub *ecdsa.PublicKey) ([]byte, error) {
	point, err := compress(pub)
	if err != nil {
		return nil, err
	}
	return KeyID(point), nil
}

func compress(pub *ecdsa.PublicKey) ([]byte, error) {
	if pub == nil || pub.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	raw, err := pub.Bytes() // uncompressed; fails where the point is not on the curve
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return append([]byte{2 | raw[64]&1}, raw[1:33]...), nil
}

func decompress(point []byte) (*ecdsa.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), point)
	if x == nil {
		return nil, ErrKey
	}
	raw := make([]byte, 65)
	raw[0] = 4
	x.FillBytes(raw[1:33])
	y.FillBytes(raw[33:])
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return pub, nil
}
