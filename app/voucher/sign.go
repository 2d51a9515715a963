package voucher

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"io"
	"slices"
)

// Signer is a voucher key with the delegation that makes it one. KeyID may be nil: it follows from the key.
type Signer struct {
	Key        crypto.Signer // P-256; Sign gives ASN.1 ECDSA over a SHA-256 digest
	Delegation []byte        // from SignDelegation
	KeyID      []byte        // VoucherKeyID of the key
	Chain      [][]byte      // certificates of the key, DER, its own first: the header x5chain; nil: none
	AsMap      bool          // claim 169 as a map, for readers that take no byte string
}

// Sign signs v and gives the COSE bytes. A nil rand makes an *ecdsa.PrivateKey sign deterministically (RFC 6979); other
// keys get rand as it is. Sign refuses what no Open would accept: a voucher outside its delegation (ErrOutside), an
// incomplete one (ErrIncomplete), a key that is not the delegated one (ErrWrongKey).
func Sign(rand io.Reader, v *Voucher, s Signer) ([]byte, error) {
	if err := v.validate(); err != nil {
		return nil, err
	}
	d, err := parseDelegation(s.Delegation)
	if err != nil {
		return nil, err
	}
	pub, ok := s.Key.Public().(*ecdsa.PublicKey)
	if !ok || !pub.Equal(d.Key) {
		return nil, ErrWrongKey
	}
	kid, err := VoucherKeyID(pub)
	if err != nil {
		return nil, err
	}
	if len(s.KeyID) > 0 && !bytes.Equal(s.KeyID, kid) {
		return nil, fmt.Errorf("%w: other key id", ErrWrongKey)
	}
	switch {
	case v.Issuer != d.Issuer:
		return nil, fmt.Errorf("%w: issuer", ErrOutside)
	case !d.holds(v.Terms.Serial):
		return nil, fmt.Errorf("%w: serial", ErrOutside)
	case !d.covers(v.IssuedAt):
		return nil, fmt.Errorf("%w: time of issue", ErrOutside)
	case d.tooLong(v):
		return nil, fmt.Errorf("%w: life", ErrOutside)
	}
	if len(s.Chain) > maxCertificates {
		return nil, fmt.Errorf("%w: chain of %d certificates", ErrWrongKey, len(s.Chain))
	}
	if len(s.Chain) > 0 && !chainOf(s.Chain, pub) {
		return nil, fmt.Errorf("%w: the certificate is of another key", ErrWrongKey)
	}
	s.KeyID = kid
	return sign(rand, v, s)
}

// sign does it without asking whether anybody will accept it.
func sign(rand io.Reader, v *Voucher, s Signer) ([]byte, error) {
	payload, err := v.encode(s.AsMap)
	if err != nil {
		return nil, err
	}
	chain, err := encodeChain(s.Chain)
	if err != nil {
		return nil, err
	}
	body, err := seal(rand, s.Key, protected{KID: s.KeyID, Chain: chain}, outer{Delegation: s.Delegation}, "", payload)
	if err != nil {
		return nil, err
	}
	return slices.Concat(prefixVoucher, body), nil
}
