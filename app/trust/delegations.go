package trust

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"time"
)

// Withdrawn is one voucher key that may no longer sign.
type Withdrawn struct {
	_       struct{} `cbor:",toarray"`
	Station string
	KeyID   []byte // kid of its vouchers
}

// Delegations is an institution's list of withdrawn delegations. An empty one says that none is withdrawn.
type Delegations struct {
	Issuer   string
	MadeAt   time.Time
	NotAfter time.Time // zero: none
	List     []Withdrawn
}

type delegationsClaims struct {
	Iss  string      `cbor:"1,keyasint"`
	Exp  int64       `cbor:"4,keyasint,omitempty"`
	Iat  int64       `cbor:"6,keyasint"`
	List []Withdrawn `cbor:"-70003,keyasint"`
}

// SignDelegations signs the list with the issuing key of an institution.
func SignDelegations(rand io.Reader, d *Delegations, issuingKey crypto.Signer, issuing *x509.Certificate) ([]byte, error) {
	c := delegationsClaims{Iss: d.Issuer, Iat: d.MadeAt.Unix(), List: d.List}
	if c.List == nil {
		c.List = []Withdrawn{}
	}
	if !d.NotAfter.IsZero() {
		c.Exp = d.NotAfter.Unix()
	}
	return sealList(rand, issuingKey, issuing, typDelegations, c)
}

// ParseDelegations reads such a list and verifies that the institution it names signed it.
func ParseDelegations(msg []byte, issuers []*Institution) (*Delegations, error) {
	payload, by, err := openList(msg, typDelegations, issuers)
	if err != nil {
		return nil, err
	}
	var c delegationsClaims
	if err := decMode.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("%w: delegations: %w", ErrStructure, err)
	}
	if c.Iss != by.Name || !validDates(c.Iat, c.Exp) {
		return nil, fmt.Errorf("%w: delegations: iss or iat", ErrStructure)
	}
	d := &Delegations{Issuer: c.Iss, MadeAt: time.Unix(c.Iat, 0).UTC(), List: c.List}
	if c.Exp != 0 {
		d.NotAfter = time.Unix(c.Exp, 0).UTC()
	}
	if err := by.inForce(d.MadeAt); err != nil {
		return nil, err
	}
	return d, nil
}

// Holds tells whether the list names the key of that station.
func (d *Delegations) Holds(station string, keyID []byte) bool {
	for _, w := range d.List {
		if w.Station == station && bytes.Equal(w.KeyID, keyID) {
			return true
		}
	}
	return false
}

// Snapshot says what the list is and how old.
func (d *Delegations) Snapshot(source string) Snapshot {
	return Snapshot{Kind: KindDelegations, Name: d.Issuer, Source: source, MadeAt: d.MadeAt, NotAfter: d.NotAfter}
}
