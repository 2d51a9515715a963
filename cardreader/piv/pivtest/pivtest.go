// Package pivtest makes cards of invented members of staff. Only tests import it.
package pivtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"bangban/cardreader/sim"
)

// PIN opens every card of this package, and so often may it be wrong.
const (
	PIN   = "246810"
	Tries = 3
)

// Person is somebody with a card: keys 9A and 9D on P-256, each with a certificate that it has signed itself.
type Person struct {
	Certificate []byte // of 9D, DER
	Signing     []byte // of 9A, DER
	Public      []byte // of 9D, uncompressed point
	scalars     map[string][]byte
}

// New invents somebody.
func New(t testing.TB) *Person {
	t.Helper()
	p := &Person{scalars: map[string][]byte{}}
	for ref, usage := range map[string]x509.KeyUsage{"9A": x509.KeyUsageDigitalSignature, "9D": x509.KeyUsageKeyAgreement} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN " + ref},
			NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: usage}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		if p.scalars[ref], err = key.Bytes(); err != nil {
			t.Fatal(err)
		}
		if ref == "9A" {
			p.Signing = der
			continue
		}
		p.Certificate = der
		if p.Public, err = key.PublicKey.Bytes(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// Card is the person's card, with all its tries.
func (p *Person) Card(options ...sim.Option) *sim.Card { return sim.NewCard(p.Specimen(), options...) }

// Specimen describes it.
func (p *Person) Specimen() sim.Specimen {
	return sim.Specimen{Name: "SPECIMEN", Kind: "clerk-token", ATR: []byte{0x3B, 0x80, 0x80, 0x01, 0x01}, PIV: &sim.PIV{PIN: PIN, Tries: Tries, Keys: map[string]sim.PIVKey{
		"9A": {Private: p.scalars["9A"], Certificate: p.Signing}, "9D": {Private: p.scalars["9D"], Certificate: p.Certificate}}}}
}

// Copy is another card with this person's certificates and keys of its own: what somebody makes who has read the card.
func (p *Person) Copy(t testing.TB) *sim.Card {
	s, other := p.Specimen(), New(t)
	for ref, k := range s.PIV.Keys {
		k.Private = other.scalars[ref]
		s.PIV.Keys[ref] = k
	}
	return sim.NewCard(s)
}
