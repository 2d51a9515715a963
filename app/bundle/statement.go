package bundle

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// Roles that the root certifies by a statement. The issuing keys have certificates instead.
const (
	RoleBundle     = "bundle"
	RoleReceipt    = "receipt"
	RoleBackOffice = "back-office"
	RoleIntake     = "intake" // of the gateway: opens the outside of what is carried
)

// Statement is the root's word that a key belongs to the institution and what it is for.
type Statement struct {
	Role      string
	Key       []byte // text of a note verifier key; for the back office the serialized public key
	Issuer    string
	NotBefore time.Time
	NotAfter  time.Time
}

type statementClaims struct {
	Role string `cbor:"1,keyasint"`
	Key  []byte `cbor:"2,keyasint"`
	Iss  string `cbor:"3,keyasint"`
	Nbf  int64  `cbor:"4,keyasint"`
	Exp  int64  `cbor:"5,keyasint"`
}

// sign1 is COSE_Sign1 (RFC 9052 §4.2).
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected struct{}
	Payload     []byte
	Signature   []byte
}

const (
	aadStatement  = "bangban-key-1"
	tagSign1      = 0xd2 // tag 18, RFC 9052 §2
	signatureSize = 64
)

// protectedES256 is the protected header { 1: -7 } (RFC 9053 §2.1).
var protectedES256 = []byte{0xa1, 0x01, 0x26}

// Encode signs the statement with the root key. A file-held key signs deterministically.
func (s Statement) Encode(root crypto.Signer) ([]byte, error) {
	pub, ok := root.Public().(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: the root is not P-256", ErrUncertified)
	}
	payload, err := encMode.Marshal(statementClaims{s.Role, s.Key, s.Issuer, s.NotBefore.Unix(), s.NotAfter.Unix()})
	if err != nil {
		return nil, err
	}
	digest, err := statementDigest(payload)
	if err != nil {
		return nil, err
	}
	der, err := root.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("bundle: statement: %w", err)
	}
	if !ecdsa.VerifyASN1(pub, digest[:], der) {
		return nil, fmt.Errorf("%w: the root signs wrongly", ErrUncertified)
	}
	var rs struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &rs); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: the root signs wrongly", ErrUncertified)
	}
	raw := make([]byte, signatureSize)
	rs.R.FillBytes(raw[:32])
	rs.S.FillBytes(raw[32:])
	body, err := encMode.Marshal(sign1{Protected: protectedES256, Payload: payload, Signature: raw})
	return append([]byte{tagSign1}, body...), err
}

// statementDigest is SHA-256 over the Sig_structure (RFC 9052 §4.4).
func statementDigest(payload []byte) ([32]byte, error) {
	tbs, err := encMode.Marshal([]any{"Signature1", protectedES256, []byte(aadStatement), payload})
	return sha256.Sum256(tbs), err
}

// OpenStatement gives a statement once the root's signature on it has been checked.
func OpenStatement(msg []byte, root *x509.Certificate) (*Statement, error) {
	body, ok := bytes.CutPrefix(msg, []byte{tagSign1})
	if !ok || len(msg) > maxSmall {
		return nil, fmt.Errorf("%w: statement", ErrFormat)
	}
	var s sign1
	if err := decodeExact(body, &s); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	if !bytes.Equal(s.Protected, protectedES256) || len(s.Signature) != signatureSize {
		return nil, fmt.Errorf("%w: statement", ErrFormat)
	}
	pub, ok := root.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: the root is not P-256", ErrUncertified)
	}
	digest, err := statementDigest(s.Payload)
	if err != nil {
		return nil, err
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{
		new(big.Int).SetBytes(s.Signature[:32]), new(big.Int).SetBytes(s.Signature[32:])})
	if err != nil || !ecdsa.VerifyASN1(pub, digest[:], der) {
		return nil, fmt.Errorf("%w: the root did not sign", ErrUncertified)
	}
	var c statementClaims
	if err := decodeExact(s.Payload, &c); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	return &Statement{c.Role, c.Key, c.Iss, time.Unix(c.Nbf, 0).UTC(), time.Unix(c.Exp, 0).UTC()}, nil
}

// covers tells whether the statement lets iss use key as role at that time.
func (s *Statement) covers(role string, key []byte, iss string, at time.Time) bool {
	return s.Role == role && bytes.Equal(s.Key, key) && s.Issuer == iss &&
		!at.Before(s.NotBefore) && !at.After(s.NotAfter)
}
