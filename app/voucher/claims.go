package voucher

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// claims is the CWT claims set of a voucher:
//
//	{ 1 => tstr, 2 => tstr, 3 => tstr, 4 => int, 5 => int, 6 => int, 7 => bstr .size 16, ? 10 => bstr .size (8..64),
//	  ? 169 => (bstr .cbor holder) / holder, ? 65535 => { "status_list": { "idx": uint, "uri": tstr } }, -70001 => terms }
type claims struct {
	Iss    string          `cbor:"1,keyasint"`
	Sub    string          `cbor:"2,keyasint"`
	Aud    string          `cbor:"3,keyasint"`
	Exp    int64           `cbor:"4,keyasint"`
	Nbf    int64           `cbor:"5,keyasint"`
	Iat    int64           `cbor:"6,keyasint"`
	CTI    []byte          `cbor:"7,keyasint"`
	Nonce  []byte          `cbor:"10,keyasint,omitempty"`
	Holder cbor.RawMessage `cbor:"169,keyasint,omitempty"`
	Status *statusClaim    `cbor:"65535,keyasint,omitempty"`
	Terms  *terms          `cbor:"-70001,keyasint"`
}

type statusClaim struct {
	List StatusRef `cbor:"status_list"`
}

// terms is claim -70001:
//
//	{ 1 => tstr, ? 2 => tstr, ? 3 => uint, 4 => bstr .size 32, ? 5 => [* tstr], ? 6 => tstr, 7 => uint, ? 8 => bstr .size 48 }
type terms struct {
	PurposeCode   string   `cbor:"1,keyasint"`
	PurposeText   string   `cbor:"2,keyasint,omitempty"`
	MaxUses       uint64   `cbor:"3,keyasint,omitempty"`
	Before        []byte   `cbor:"4,keyasint"`
	Operations    []string `cbor:"5,keyasint,omitempty"`
	RepresentedBy string   `cbor:"6,keyasint,omitempty"`
	Serial        uint64   `cbor:"7,keyasint"`
	Binding       []byte   `cbor:"8,keyasint,omitempty"`
}

// encode gives the payload. With asMap claim 169 is the map itself, else a byte string that holds it.
func (v *Voucher) encode(asMap bool) ([]byte, error) {
	holder, err := v.Holder.encode()
	if err != nil {
		return nil, err
	}
	if holder != nil && !asMap {
		if holder, err = encMode.Marshal(holder); err != nil {
			return nil, err
		}
	}
	t := v.Terms
	c := claims{
		Iss: v.Issuer, Sub: v.SubjectText(), Aud: v.Audience,
		Exp: v.Expires.Unix(), Nbf: v.NotBefore.Unix(), Iat: v.IssuedAt.Unix(),
		CTI: v.ID[:], Nonce: v.Nonce, Holder: holder,
		Terms: &terms{t.PurposeCode, t.PurposeText, t.MaxUses, t.Before[:], t.Operations, t.RepresentedBy, t.Serial, t.Binding},
	}
	if v.Status != nil {
		c.Status = &statusClaim{List: *v.Status}
	}
	return encMode.Marshal(c)
}

// decodeClaims reads a payload whose signature has not been looked at yet; only Open calls it.
func decodeClaims(payload []byte) (*Voucher, error) {
	var c claims
	if err := decMode.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrStructure, err)
	}
	sub, err := base64.RawURLEncoding.Strict().DecodeString(c.Sub)
	if err != nil || len(sub) != 16 || len(c.CTI) != 16 || c.Terms == nil || len(c.Terms.Before) != 32 {
		return nil, fmt.Errorf("%w: sub, cti or terms", ErrStructure)
	}
	inner := []byte(c.Holder)
	if len(inner) > 0 && inner[0]>>5 == 2 { // a byte string that holds the map
		var inside []byte
		if err := decMode.Unmarshal(inner, &inside); err != nil || len(inside) == 0 {
			return nil, fmt.Errorf("%w: claim 169", ErrStructure)
		}
		inner = inside
	}
	holder, err := decodeHolder(inner)
	if err != nil {
		return nil, err
	}
	t := c.Terms
	v := &Voucher{
		Issuer: c.Iss, Subject: [16]byte(sub), Audience: c.Aud,
		Expires: seconds(c.Exp), NotBefore: seconds(c.Nbf), IssuedAt: seconds(c.Iat),
		ID: [16]byte(c.CTI), Nonce: c.Nonce, Holder: holder,
		Terms: Terms{t.PurposeCode, t.PurposeText, t.MaxUses, [32]byte(t.Before), t.Operations, t.RepresentedBy, t.Serial, t.Binding},
	}
	if c.Status != nil {
		v.Status = &c.Status.List
	}
	if err := v.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStructure, err)
	}
	return v, nil
}

// seconds is the time of a NumericDate; what no calendar can hold (year 9999 and after) reads as the zero time, which
// no check accepts.
func seconds(n int64) time.Time {
	if n <= 0 || n > 253402300799 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
