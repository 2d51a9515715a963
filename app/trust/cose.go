package trust

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/fxamacker/cbor/v2"
)

const (
	algES256      = -7 // RFC 9053 §2.1
	signatureSize = 64
	maxList       = 16 << 20 // bytes of a signed list
)

// sign1 is COSE_Sign1 (RFC 9052 §4.2). The package cannot share the one of package voucher: a relying party imports that
// one alone, without this.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// header is the protected header of a list: { 1: alg, 4: kid, 16: typ }.
type header struct {
	Alg int    `cbor:"1,keyasint"`
	KID []byte `cbor:"4,keyasint"`
	Typ string `cbor:"16,keyasint"`
}

var encMode = must(cbor.CoreDetEncOptions().EncMode())

var decMode = must(cbor.DecOptions{
	DupMapKey:        cbor.DupMapKeyEnforcedAPF,
	IndefLength:      cbor.IndefLengthForbidden,
	TagsMd:           cbor.TagsForbidden,
	MaxNestedLevels:  8,
	MaxArrayElements: 65536,
	MaxMapPairs:      64,
	UTF8:             cbor.UTF8RejectInvalid,
}.DecMode())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// KeyID is the first 8 bytes of SHA-256 of b; of a certificate's DER, its kid.
func KeyID(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:8:8]
}

func digest(protected, payload []byte) ([32]byte, error) {
	tbs, err := encMode.Marshal([]any{"Signature1", protected, []byte{}, payload})
	return sha256.Sum256(tbs), err
}

// sealList signs a list with the issuing key. A nil rand makes an *ecdsa.PrivateKey sign deterministically (RFC 6979).
func sealList(rand io.Reader, key crypto.Signer, issuing *x509.Certificate, typ string, claims any) ([]byte, error) {
	pub, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() || !pub.Equal(issuing.PublicKey) {
		return nil, fmt.Errorf("%w: the certificate is of another key", ErrKey)
	}
	payload, err := encMode.Marshal(claims)
	if err != nil {
		return nil, err
	}
	head, err := encMode.Marshal(header{Alg: algES256, KID: KeyID(issuing.Raw), Typ: typ})
	if err != nil {
		return nil, err
	}
	sum, err := digest(head, payload)
	if err != nil {
		return nil, err
	}
	der, err := key.Sign(rand, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil || !ecdsa.VerifyASN1(pub, sum[:], der) {
		return nil, ErrSignature
	}
	raw := make([]byte, signatureSize)
	rs.R.FillBytes(raw[:32])
	rs.S.FillBytes(raw[32:])
	body, err := encMode.Marshal(sign1{Protected: head, Unprotected: cbor.RawMessage{0xa0}, Payload: payload, Signature: raw})
	return append([]byte{0xc0 | 18}, body...), err
}

// openList verifies a signed list against the institutions and gives its payload. Tags 61 and 18 may stand before it.
func openList(msg []byte, typ string, issuers []*Institution) (payload []byte, by *signer, err error) {
	if len(msg) > maxList {
		return nil, nil, ErrTooLarge
	}
	msg = bytes.TrimPrefix(bytes.TrimPrefix(msg, []byte{0xd8, 61}), []byte{0xc0 | 18})
	var s sign1
	if err := decMode.Unmarshal(msg, &s); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrStructure, err)
	}
	var h header
	if err := decMode.Unmarshal(s.Protected, &h); err != nil {
		return nil, nil, fmt.Errorf("%w: header: %w", ErrStructure, err)
	}
	if h.Alg != algES256 || h.Typ != typ || len(s.Signature) != signatureSize {
		return nil, nil, fmt.Errorf("%w: not a %s", ErrStructure, typ)
	}
	if by = findIssuing(issuers, h.KID); by == nil {
		return nil, nil, fmt.Errorf("%w: no issuing certificate %x", ErrUnknown, h.KID)
	}
	sum, err := digest(s.Protected, s.Payload)
	if err != nil {
		return nil, nil, err
	}
	if !verifyRaw(by.cert.PublicKey.(*ecdsa.PublicKey), sum[:], s.Signature) {
		return nil, nil, fmt.Errorf("%w: certificate %x", ErrSignature, h.KID)
	}
	return s.Payload, by, nil
}

// signer is the issuing certificate that signed a list, and whose it is.
type signer struct {
	*Institution
	cert *x509.Certificate
}

// inForce tells whether certificate and root were in force when the list was made.
func (s *signer) inForce(madeAt time.Time) error {
	for _, c := range []*x509.Certificate{s.cert, s.Root} {
		if madeAt.Before(c.NotBefore) || madeAt.After(c.NotAfter) {
			return fmt.Errorf("%w: %x", ErrNotInForce, KeyID(c.Raw))
		}
	}
	return nil
}

func findIssuing(issuers []*Institution, kid []byte) *signer {
	for _, i := range issuers {
		for _, c := range i.Issuing {
			if bytes.Equal(KeyID(c.Raw), kid) {
				return &signer{i, c}
			}
		}
	}
	return nil
}
