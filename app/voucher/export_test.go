package voucher

import (
	"crypto"
	"io"
	"slices"
)

// Doors for the tests: what a thief or a broken station could make.

var (
	EncMode     = encMode
	Deflate     = deflate
	MaxCOSESize = maxCOSE
)

// SignUnchecked signs without asking whether anybody will accept it.
func SignUnchecked(rand io.Reader, v *Voucher, s Signer) ([]byte, error) {
	kid := s.KeyID
	if kid == nil {
		d, err := parseDelegation(s.Delegation)
		if err != nil {
			return nil, err
		}
		kid = d.keyID
	}
	s.KeyID = kid
	return sign(rand, v, s)
}

// SealRaw signs any payload as a voucher or, with aad, as a delegation.
func SealRaw(key crypto.Signer, kid []byte, delegation []byte, aad string, payload []byte) ([]byte, error) {
	if aad != "" {
		body, err := seal(nil, key, protected{KID: kid}, struct{}{}, aad, payload)
		return slices.Concat(prefixDelegation, body), err
	}
	body, err := seal(nil, key, protected{KID: kid}, outer{Delegation: delegation}, "", payload)
	return slices.Concat(prefixVoucher, body), err
}

// Payload gives the signed bytes.
func Payload(v *Voucher) ([]byte, error) { return v.encode(false) }

// DelegationPayload gives the signed bytes of a delegation, whatever it says.
func DelegationPayload(d *Delegation, maxLife uint32) ([]byte, error) {
	point, err := compress(d.Key)
	if err != nil {
		return nil, err
	}
	return encMode.Marshal(delegationClaims{d.Station, point, d.NotBefore.Unix(), d.Expires.Unix(), d.First, d.Last, maxLife, d.Issuer})
}
