package voucher

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"time"

	"bangban/cardreader/check"
)

// Delegation is the issuing key's word that a voucher key may sign: for one counter, for a time, for a block of
// serials. A stolen voucher key is worth what is left of its block.
type Delegation struct {
	Station     string           // 1 to 16 of A–Z, 0–9 and hyphen
	Key         *ecdsa.PublicKey // P-256
	NotBefore   time.Time
	Expires     time.Time
	First, Last uint64        // the block of serials, both inclusive
	MaxLife     time.Duration // of a voucher, from iat to exp
	Issuer      string        // iss: name of the institution
}

// delegationClaims is the payload of a delegation:
//
//	{ 1 => tstr, 2 => bstr .size 33, 3 => int, 4 => int, 5 => uint, 6 => uint, 7 => uint, 8 => tstr }
type delegationClaims struct {
	Station string `cbor:"1,keyasint"`
	Key     []byte `cbor:"2,keyasint"`
	Nbf     int64  `cbor:"3,keyasint"`
	Exp     int64  `cbor:"4,keyasint"`
	First   uint64 `cbor:"5,keyasint"`
	Last    uint64 `cbor:"6,keyasint"`
	MaxLife uint32 `cbor:"7,keyasint"` // seconds
	Iss     string `cbor:"8,keyasint"`
}

// SignDelegation signs d with the issuing key, whose certificate gives the kid. A nil rand is deterministic as in Sign.
func SignDelegation(rand io.Reader, d *Delegation, issuingKey crypto.Signer, issuing *x509.Certificate) ([]byte, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	if pub, ok := issuingKey.Public().(*ecdsa.PublicKey); !ok || !pub.Equal(issuing.PublicKey) {
		return nil, fmt.Errorf("%w: the certificate is of another key", ErrWrongKey)
	}
	if name, err := certName(issuing); err != nil || name != d.Issuer {
		return nil, fmt.Errorf("%w: the certificate names another issuer", ErrOutside)
	}
	point, err := compress(d.Key)
	if err != nil {
		return nil, err
	}
	payload, err := encMode.Marshal(delegationClaims{d.Station, point, d.NotBefore.Unix(), d.Expires.Unix(), d.First, d.Last,
		uint32(d.MaxLife / time.Second), d.Issuer})
	if err != nil {
		return nil, err
	}
	body, err := seal(rand, issuingKey, protected{KID: KeyID(issuing.Raw)}, struct{}{}, aadDelegation, payload)
	if err != nil {
		return nil, err
	}
	return slices.Concat(prefixDelegation, body), nil
}

// OpenDelegation gives the delegation once its issuing certificate and its signature have been checked; a station uses
// it for its own. Errors are *OpenError with the checks structure, issuer, delegation, issuer-name, delegation-revoked.
func OpenDelegation(msg []byte, keys Keys) (*Delegation, error) {
	e := &examiner{keys: keys}
	var d *signedDelegation
	err := e.run([]step{
		{CheckStructure, func() (c check.Check) { d, c = e.delegationStructure(msg); return c }},
		{CheckIssuer, func() check.Check { return e.issuer(d) }},
		{CheckDelegation, func() check.Check { return e.delegation(d) }},
		{CheckIssuerName, func() check.Check { return e.names(d.Issuer, d.Issuer) }},
		{CheckDelegationRevoked, func() check.Check { return e.revoked(d) }},
	})
	if err != nil {
		return nil, err
	}
	return &d.Delegation, nil
}

// signedDelegation is one whose signature may not have been checked yet.
type signedDelegation struct {
	Delegation
	cose  *sign1
	kid   []byte // of the issuing certificate
	keyID []byte // of the voucher key
}

// parseDelegation reads the form only. Nothing outside Open and Sign may rest on it.
func parseDelegation(msg []byte) (*signedDelegation, error) {
	cose, head, err := parseSign1(msg, prefixDelegation)
	if err != nil {
		return nil, fmt.Errorf("delegation: %w", err)
	}
	if !bytes.Equal(cose.Unprotected, []byte{0xa0}) || head.Chain != nil {
		return nil, fmt.Errorf("delegation: %w: header", ErrStructure)
	}
	var c delegationClaims
	if err := decMode.Unmarshal(cose.Payload, &c); err != nil {
		return nil, fmt.Errorf("delegation: %w: %w", ErrStructure, err)
	}
	key, err := decompress(c.Key)
	if err != nil {
		return nil, fmt.Errorf("delegation: %w: %w", ErrStructure, err)
	}
	d := &signedDelegation{cose: cose, kid: head.KID, keyID: KeyID(c.Key), Delegation: Delegation{
		Station: c.Station, Key: key, NotBefore: seconds(c.Nbf), Expires: seconds(c.Exp), First: c.First, Last: c.Last,
		MaxLife: time.Duration(c.MaxLife) * time.Second, Issuer: c.Iss,
	}}
	if err := d.validate(); err != nil {
		return nil, fmt.Errorf("delegation: %w: %w", ErrStructure, err)
	}
	return d, nil
}

func (d *Delegation) validate() error {
	for _, f := range []struct {
		what string
		ok   bool
	}{
		{"station", validStation(d.Station)},
		{"key", d.Key != nil},
		{"nbf, exp", d.NotBefore.Unix() > 0 && d.Expires.After(d.NotBefore)},
		{"block", d.First > 0 && d.First <= d.Last},
		{"max life", d.MaxLife >= time.Second && d.MaxLife <= 365*24*time.Hour},
		{"iss", text(d.Issuer, 1)},
	} {
		if !f.ok {
			return fmt.Errorf("%w: delegation %s", ErrIncomplete, f.what)
		}
	}
	return nil
}

func (d *Delegation) holds(serial uint64) bool { return serial >= d.First && serial <= d.Last }

func (d *Delegation) covers(t time.Time) bool {
	return t.Unix() >= d.NotBefore.Unix() && t.Unix() <= d.Expires.Unix()
}

func (d *Delegation) tooLong(v *Voucher) bool {
	return time.Duration(v.Expires.Unix()-v.IssuedAt.Unix())*time.Second > d.MaxLife
}
