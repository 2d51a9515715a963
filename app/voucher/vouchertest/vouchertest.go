// Package vouchertest makes an institution, a delegation and vouchers of invented people for tests. Only tests import it.
package vouchertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"testing"
	"time"

	"bangban/app/voucher"
)

// Issuer is the name of the invented institution.
const Issuer = "urn:bangban:training:0123456789abcdef"

// Now is the time at which the invented voucher was issued.
func Now() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }

// Authority is an invented institution with its private keys.
type Authority struct {
	Name       string
	Root       *x509.Certificate
	Issuing    *x509.Certificate
	RootKey    *ecdsa.PrivateKey
	IssuingKey *ecdsa.PrivateKey
	PEM        []byte // institution.pem
}

// New makes an institution of that name, in force for a year around Now.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{Name: name, RootKey: Key(t), IssuingKey: Key(t)}
	a.Root = Certificate(t, name, "SPECIMEN root", 1, a.RootKey, nil, a.RootKey)
	a.Issuing = Certificate(t, name, "SPECIMEN issuing", 2, a.IssuingKey, a.Root, a.RootKey)
	a.PEM = append(PEM(a.Root), PEM(a.Issuing)...)
	return a
}

// Key makes a P-256 key.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Certificate makes a CA certificate; a nil parent makes it a root. edit may change the template.
func Certificate(t testing.TB, name, cn string, serial int64, key *ecdsa.PrivateKey, parent *x509.Certificate,
	parentKey *ecdsa.PrivateKey, edit ...func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	uri, err := url.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: cn}, URIs: []*url.URL{uri},
		NotBefore: Now().AddDate(0, -6, 0), NotAfter: Now().AddDate(0, 6, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	for _, f := range edit {
		f(template)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// PEM writes a certificate.
func PEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// Keys gives what a relying office holds of the institution.
func (a *Authority) Keys(t testing.TB) voucher.Keys {
	t.Helper()
	i, err := voucher.ParseInstitution(a.PEM)
	if err != nil {
		t.Fatal(err)
	}
	return voucher.Keys{Institutions: []*voucher.Institution{i}}
}

// Delegation gives one for key, station T01, serials 1 to 10,000, a week from Now.
func (a *Authority) Delegation(key *ecdsa.PrivateKey) *voucher.Delegation {
	return &voucher.Delegation{
		Station: "T01", Key: &key.PublicKey, NotBefore: Now().Add(-time.Hour), Expires: Now().AddDate(0, 0, 6),
		First: 1, Last: 10000, MaxLife: 7 * 24 * time.Hour, Issuer: a.Name,
	}
}

// Signer gives a delegated voucher key.
func (a *Authority) Signer(t testing.TB) voucher.Signer {
	t.Helper()
	key := Key(t)
	d, err := voucher.SignDelegation(nil, a.Delegation(key), a.IssuingKey, a.Issuing)
	if err != nil {
		t.Fatal(err)
	}
	return voucher.Signer{Key: key, Delegation: d}
}

// Voucher gives a draft with every field set, for an invented person.
func (a *Authority) Voucher() *voucher.Voucher {
	return &voucher.Voucher{
		Issuer: a.Name, Subject: [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, Audience: "demo-bank",
		IssuedAt: Now(), NotBefore: Now(), Expires: Now().Add(24 * time.Hour),
		ID:     [16]byte{0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0},
		Nonce:  []byte("nonce-of-bank-01"),
		Status: &voucher.StatusRef{Index: 4711, URI: "https://hall.example/.well-known/bangban/status/1"},
		Terms: voucher.Terms{
			PurposeCode: "housing-fund", PurposeText: "提取住房公积金", MaxUses: 1, Before: [32]byte{1, 2, 3},
			Operations: []string{"withdraw"}, RepresentedBy: "SPECIMEN 帮办", Serial: 123,
			Binding: voucher.BindDocument([16]byte{9, 8, 7}, "cnid", "11010519491231002X"),
		},
		Holder: voucher.Holder{
			Language: "zho", FullName: "样本甲", BirthDate: "1949-12-31", Sex: voucher.Female, Nationality: "CHN",
			SecondName: "YANGBEN JIA SPECIMEN", SecondLanguage: "eng",
		},
	}
}

// Sign signs the draft deterministically.
func Sign(t testing.TB, v *voucher.Voucher, s voucher.Signer) []byte {
	t.Helper()
	msg, err := voucher.Sign(nil, v, s)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}
