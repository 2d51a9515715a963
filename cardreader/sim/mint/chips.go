package main

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// plan is what a chip does beyond Basic Access Control.
type plan struct {
	can    string
	pace   *agreement
	chip   *agreement // Chip Authentication; its key is on P-256
	clone  bool       // the chip holds another key than the state signed
	active bool       // Active Authentication with RSA
	detail bool       // DG11 and DG12
}

// agreement is written to the specimen as package sim reads it.
type agreement struct {
	Protocol string `json:"protocol"`
	Curve    string `json:"curve"`
	Key      string `json:"key,omitempty"`
}

// Object identifiers of ICAO Doc 9303-11 §9.2 and of the content of EF.CardSecurity.
var (
	oidPACE         = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2, 4}
	oidChip         = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2, 3, 2}
	oidChipKey      = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 2, 2, 1, 2}
	oidCardSecurity = asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 3, 2, 1}
)

// Mappings and ciphers, the last arcs of a protocol.
const (
	generic = 2
	chipMap = 6

	aes128 = 2
	aes192 = 3
	aes256 = 4
)

func paceOID(mapping, cipher int) asn1.ObjectIdentifier {
	return append(append(asn1.ObjectIdentifier{}, oidPACE...), mapping, cipher)
}

func chipOID(cipher int) asn1.ObjectIdentifier {
	return append(append(asn1.ObjectIdentifier{}, oidChip...), cipher)
}

// content is the content of an object identifier.
func content(oid asn1.ObjectIdentifier) []byte {
	der, err := asn1.Marshal(oid)
	if err != nil {
		panic("mint: " + err.Error()) // a constant of this package
	}
	return der[2:]
}

// info is a SecurityInfo, ICAO Doc 9303-11 §9.2.
func info(oid asn1.ObjectIdentifier, required any, optional ...any) ([]byte, error) {
	parts := []any{oid, required}
	b := []byte{}
	for _, p := range append(parts, optional...) {
		der, ok := p.([]byte)
		if !ok {
			var err error
			if der, err = asn1.Marshal(p); err != nil {
				return nil, err
			}
		}
		b = append(b, der...)
	}
	return tlv(0x30, b), nil
}

// extras are the files and keys that a plan adds to a chip.
type extras struct {
	master map[string][]byte // identifier → content
	groups map[int][]byte    // data group → content
	plan   plan
	active []byte
}

// parameter is the standardised domain of ICAO Doc 9303-11 table 6.
func parameter(curve string) int {
	return map[string]int{"P-256": 12, "brainpoolP256r1": 13, "P-384": 15}[curve]
}

// equip makes them. The specimen's private keys are shipped with it: nobody is protected by them.
func (v variant) equip(a *authority) (*extras, error) {
	x := &extras{master: map[string][]byte{}, groups: map[int][]byte{}, plan: v.plan}
	if v.plan.detail {
		x.groups[11], x.groups[12] = v.person.details(), v.person.issuing()
	}
	var group14 []byte
	if v.plan.pace != nil {
		var err error
		if group14, err = x.equipPACE(v.plan, a); err != nil {
			return nil, err
		}
	}
	if v.plan.chip != nil {
		infos, err := x.equipChip(v.plan)
		if err != nil {
			return nil, err
		}
		group14 = append(group14, infos...)
	}
	if group14 != nil {
		x.groups[14] = tlv(0x6E, tlv(0x31, group14))
	}
	if v.plan.active {
		return x, x.equipActive()
	}
	return x, nil
}

// equipPACE makes EF.CardAccess and, for chip authentication mapping, EF.CardSecurity. What EF.CardAccess says stands in
// DG14 too, signed there, ICAO Doc 9303-11 §9.2.11.
func (x *extras) equipPACE(p plan, a *authority) ([]byte, error) {
	oid, mapped := p.paceProtocol()
	offer, err := info(oid, 2, parameter(p.pace.Curve))
	if err != nil {
		return nil, err
	}
	x.plan.pace = &agreement{Protocol: enc(content(oid)), Curve: p.pace.Curve}
	x.master["011C"] = tlv(0x31, offer)
	if !mapped {
		return offer, nil
	}
	key, _, point, err := staticKey(p.pace.Curve)
	if err != nil {
		return nil, err
	}
	x.plan.pace.Key = enc(key)
	number := parameter(p.pace.Curve)
	spki, err := numbered(number, point)
	if err != nil {
		return nil, err
	}
	public, err := info(oidChipKey, spki, number)
	if err != nil {
		return nil, err
	}
	x.master["011D"], err = a.signed(oidCardSecurity, tlv(0x31, append(append([]byte{}, offer...), public...)))
	return offer, err
}

func (p plan) paceProtocol() (oid asn1.ObjectIdentifier, mapped bool) {
	switch p.pace.Protocol {
	case "gm-aes256":
		return paceOID(generic, aes256), false
	case "cam-aes192":
		return paceOID(chipMap, aes192), true
	}
	return paceOID(generic, aes128), false
}

// equipChip makes the static key of Chip Authentication and what DG14 says of it.
func (x *extras) equipChip(p plan) ([]byte, error) {
	key, spki, _, err := staticKey(p.chip.Curve)
	if err != nil {
		return nil, err
	}
	if p.clone {
		if key, _, _, err = staticKey(p.chip.Curve); err != nil {
			return nil, err
		}
	}
	x.plan.chip = &agreement{Protocol: enc(content(chipOID(aes256))), Curve: p.chip.Curve, Key: enc(key)}
	protocol, err := info(chipOID(aes256), 1)
	if err != nil {
		return nil, err
	}
	public, err := info(oidChipKey, spki)
	return append(protocol, public...), err
}

// equipActive makes an RSA key for Active Authentication and DG15. 1,536 bits fit a short answer.
func (x *extras) equipActive() error {
	key, err := rsa.GenerateKey(rand.Reader, 1536)
	if err != nil {
		return err
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	x.active = x509.MarshalPKCS1PrivateKey(key)
	x.groups[15] = tlv(0x6F, spki)
	return nil
}

// staticKey draws a key on a curve of the standard library.
func staticKey(curve string) (private, spki, point []byte, err error) {
	c := map[string]ecdh.Curve{"P-256": ecdh.P256(), "P-384": ecdh.P384()}[curve]
	if c == nil {
		return nil, nil, nil, fmt.Errorf("curve %q", curve)
	}
	key, err := c.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	spki, err = x509.MarshalPKIXPublicKey(key.PublicKey())
	return key.Bytes(), spki, key.PublicKey().Bytes(), err
}

// numbered is a SubjectPublicKeyInfo whose curve is named by its number in ICAO Doc 9303-11 table 6, as EF.CardSecurity
// has it (standardizedDomainParameters; appendix I).
func numbered(number int, point []byte) ([]byte, error) {
	return asn1.Marshal(struct {
		Algorithm struct {
			OID    asn1.ObjectIdentifier
			Number int
		}
		Point asn1.BitString
	}{struct {
		OID    asn1.ObjectIdentifier
		Number int
	}{asn1.ObjectIdentifier{0, 4, 0, 127, 0, 7, 1, 2}, number}, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
}

// sha256Only is the digest of every signature here.
func sha256Only() pkix.AlgorithmIdentifier { return pkix.AlgorithmIdentifier{Algorithm: oidSHA256} }
