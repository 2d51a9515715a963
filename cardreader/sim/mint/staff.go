package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// staffCard is the card of a member of staff, NIST SP 800-73-4; package sim reads it.
type staffCard struct {
	PIN   string              `json:"pin"`
	Tries int                 `json:"tries"`
	Keys  map[string]staffKey `json:"keys"`
}

type staffKey struct {
	Private     []byte `json:"private"`
	Certificate []byte `json:"certificate"`
}

// trainingPIN stands on the login screen of every training counter.
const trainingPIN = "246810"

// staff makes the card with which a newcomer tries a login by card: keys 9A and 9D on P-256, each with a certificate that it
// signs itself. Its private keys are shipped: only a training counter has it on its roster.
func staff() (specimen, error) {
	c := &staffCard{PIN: trainingPIN, Tries: 3, Keys: map[string]staffKey{}}
	for ref, usage := range map[string]x509.KeyUsage{"9A": x509.KeyUsageDigitalSignature, "9D": x509.KeyUsageKeyAgreement} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return specimen{}, err
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN training staff card " + ref},
			NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2056, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: usage}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			return specimen{}, err
		}
		scalar, err := key.Bytes()
		if err != nil {
			return specimen{}, err
		}
		c.Keys[ref] = staffKey{scalar, der}
	}
	return specimen{Name: "clerk-token", Kind: "clerk-token", Note: "SPECIMEN – SIMULATED card of a training counter's clerk 01",
		ATR: enc(atr([]byte{0x80, 0x31, 0xE0, 0x6B, 0x04})), PIV: c}, nil
}
