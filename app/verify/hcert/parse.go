package hcert

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"

	"github.com/fxamacker/cbor/v2"
)

// Bounds on a certificate: a QR code of version 40 holds 4,296 characters.
const (
	prefix     = "HC1:"
	maxText    = 8 << 10
	maxCOSE    = 64 << 10
	maxEntries = 16
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// values gives each character's value and one; 0 stands for all others.
var values = func() (v [256]uint8) {
	for i := range len(alphabet) {
		v[alphabet[i]] = uint8(i + 1)
	}
	return v
}()

// unbase45 decodes RFC 9285 §4 strictly: a group above 65535 is refused, so that no two texts mean the same bytes.
func unbase45(s []byte) ([]byte, error) {
	out := make([]byte, 0, len(s)/3*2+1)
	for i := 0; i < len(s); i += 3 {
		group := s[i:min(i+3, len(s))]
		n, weight := 0, 1
		for j, c := range group {
			d := int(values[c])
			if d == 0 {
				return nil, fmt.Errorf("%w: character %d", ErrUnreadable, i+j)
			}
			n += (d - 1) * weight
			weight *= 45
		}
		switch {
		case len(group) == 3 && n <= 0xffff:
			out = append(out, byte(n>>8), byte(n))
		case len(group) == 2 && n <= 0xff:
			out = append(out, byte(n))
		default:
			return nil, fmt.Errorf("%w: Base45 group %d", ErrUnreadable, i/3)
		}
	}
	return out, nil
}

// unpack gives the COSE bytes behind the text.
func unpack(text []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(bytes.Trim(text, "\r\n"), []byte(prefix))
	if !ok || len(rest) == 0 {
		return nil, ErrUnreadable
	}
	if len(rest) > maxText {
		return nil, ErrTooLarge
	}
	packed, err := unbase45(rest)
	if err != nil {
		return nil, err
	}
	cose, err := verify.Unzlib(packed, maxCOSE)
	switch {
	case errors.Is(err, verify.ErrTooLong):
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return cose, nil
}

// entry is one of a vaccination, a test, a recovery; fields that differ by country stay encoded.
type entry map[string]cbor.RawMessage

// content is the certificate itself.
type content struct {
	Version string `cbor:"ver"`
	Name    struct {
		Family   string `cbor:"fn"`
		Given    string `cbor:"gn"`
		FamilyTr string `cbor:"fnt"`
		GivenTr  string `cbor:"gnt"`
	} `cbor:"nam"`
	Born         string  `cbor:"dob"`
	Vaccinations []entry `cbor:"v"`
	Tests        []entry `cbor:"t"`
	Recoveries   []entry `cbor:"r"`
}

// plain reads a certificate whose fields all have their types, as most are; false: the library may read it, or refuse it.
func (c *content) plain(b []byte) bool {
	var fields, name map[string]cbor.RawMessage
	if trust.DecodeCBOR(b, &fields) != nil || fields["nam"] != nil && trust.DecodeCBOR(fields["nam"], &name) != nil {
		return false
	}
	for _, f := range []struct {
		raw cbor.RawMessage
		to  *string
	}{{fields["ver"], &c.Version}, {fields["dob"], &c.Born}, {name["fn"], &c.Name.Family}, {name["gn"], &c.Name.Given},
		{name["fnt"], &c.Name.FamilyTr}, {name["gnt"], &c.Name.GivenTr}} {
		if f.raw == nil {
			continue
		}
		var ok bool
		if *f.to, ok = trust.CBORText(f.raw); !ok {
			return false
		}
	}
	return plainEntries(fields["v"], &c.Vaccinations) && plainEntries(fields["t"], &c.Tests) && plainEntries(fields["r"], &c.Recoveries)
}

func plainEntries(raw cbor.RawMessage, to *[]entry) bool {
	if raw == nil {
		return true
	}
	var list []cbor.RawMessage
	if raw[0]>>5 != 4 || trust.DecodeCBOR(raw, &list) != nil || len(list) > maxEntries {
		return false
	}
	for _, e := range list {
		var fields map[string]cbor.RawMessage
		if e[0]>>5 != 5 || trust.DecodeCBOR(e, &fields) != nil {
			return false
		}
		*to = append(*to, fields)
	}
	return true
}

// credential is a certificate taken apart. Nothing in it is proven.
type credential struct {
	message  *trust.Sign1
	alg      trust.Algorithm
	chain    [][]byte
	issuer   string
	exp, iat time.Time // zero: absent
	content  content
}

func parse(cose []byte) (*credential, error) {
	m, err := trust.ParseSign1(cose)
	if err != nil {
		return nil, err
	}
	c := &credential{message: m}
	if c.alg, err = m.Algorithm(); err != nil {
		return nil, err
	}
	if c.chain, err = m.Chain(); err != nil {
		return nil, err
	}
	if len(c.chain) == 0 && len(m.KeyID()) == 0 { // volume 1 §3.3.2
		return nil, fmt.Errorf("%w: no kid", ErrStructure)
	}
	var claims trust.Labels
	if err := trust.DecodeCBOR(m.Payload, &claims); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	c.issuer, _ = claims.Text(int64(1))
	if c.exp, err = numericDate(claims, 4); err != nil {
		return nil, err
	}
	if c.iat, err = numericDate(claims, 6); err != nil {
		return nil, err
	}
	var wrapped map[int64]cbor.RawMessage
	if err := trust.DecodeCBOR(claims[int64(-260)], &wrapped); err != nil || len(wrapped[1]) == 0 {
		return nil, fmt.Errorf("%w: no claim -260", ErrStructure)
	}
	if !c.content.plain(wrapped[1]) {
		c.content = content{}
		if err := trust.DecodeCBOR(wrapped[1], &c.content); err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
	}
	n := len(c.content.Vaccinations) + len(c.content.Tests) + len(c.content.Recoveries)
	if c.content.Version == "" || n == 0 || n > maxEntries {
		return nil, fmt.Errorf("%w: %d entries", ErrStructure, n)
	}
	return c, nil
}

// numericDate reads whole or broken seconds (RFC 8392 §2).
func numericDate(claims trust.Labels, label int64) (time.Time, error) {
	raw, there := claims[label]
	if !there {
		return time.Time{}, nil
	}
	raw = bytes.TrimPrefix(raw, []byte{0xc1})
	var whole int64
	if len(raw) > 0 && raw[0]>>5 == 0 && trust.DecodeCBOR(raw, &whole) == nil && whole > 0 && whole < 253402300800 {
		return time.Unix(whole, 0).UTC(), nil
	}
	var v float64
	if err := trust.DecodeCBOR(raw, &v); err != nil || !(v > 0 && v < 253402300800) {
		return time.Time{}, fmt.Errorf("%w: date in claim %d", ErrStructure, label)
	}
	return time.Unix(int64(v), 0).UTC(), nil
}
