package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"time"

	"bangban/cardreader"
)

// belgium is an invented root of Belgium with two registers below it: RSA as on cards until 2020, a curve as on those after.
type belgium struct {
	root     *x509.Certificate
	register map[string]*x509.Certificate
	key      map[string]crypto.Signer
}

func newBelgium(name string) (*belgium, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"BE"}, Organization: []string{"Bangban Training"}, CommonName: name},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	b := &belgium{register: map[string]*x509.Certificate{}, key: map[string]crypto.Signer{"rsa": old, "ec": curve}}
	if b.root, err = certify(template, template, rootKey.Public(), rootKey); err != nil {
		return nil, err
	}
	for i, kind := range []string{"rsa", "ec"} {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{Country: []string{"BE"}, Organization: []string{"RRN"}, CommonName: "RRN"},
			NotBefore: validFrom, NotAfter: validTo.Add(-time.Hour), BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
		if b.register[kind], err = certify(leaf, b.root, b.key[kind].Public(), rootKey); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func certify(template, parent *x509.Certificate, public any, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func (b *belgium) sign(kind string, message []byte) ([]byte, error) {
	if kind == "rsa" {
		h := sha256.Sum256(message)
		return b.key[kind].Sign(rand.Reader, h[:], crypto.SHA256)
	}
	h := sha512.Sum384(message)
	return b.key[kind].Sign(rand.Reader, h[:], crypto.SHA384)
}

// belgian is one card and the one thing that is wrong with it.
type belgian struct {
	name, what, key string
	person          cardreader.Subject
	foreign         bool
	spoil           string // "identity", "address", "photo": changed after signing; "nophoto": not there
}

func belgianList() []belgian {
	base := cardreader.Subject{Surname: "SPECIMEN", GivenNames: "Marie Thérèse A", Sex: "F", BirthDate: "1952-03-05", Nationality: "BEL", Number: "592000000001",
		Address: "Voorbeeldstraat 7 1000 Brussel", Authority: "Sint-Specimen", Issued: "2024-07-01", Expires: "2034-07-01"}
	return []belgian{
		{name: "beid", what: "eID of Belgium, RSA", key: "rsa", person: base},
		{name: "beid-curve", what: "eID of Belgium, curve P-384", key: "ec", person: with(base, func(s *cardreader.Subject) { s.GivenNames = "Luc Pieter" })},
		{name: "beid-expired", what: "eID of Belgium, expired", key: "rsa", person: with(base, func(s *cardreader.Subject) { s.Expires = "2024-05-31" })},
		{name: "beid-foreign", what: "eID below a root that is not known here", key: "ec", person: base, foreign: true},
		{name: "beid-tampered", what: "eID, identity changed after signing", key: "rsa", person: with(base, func(s *cardreader.Subject) { s.GivenNames = "Marie Thérèsa A" }), spoil: "identity"},
		{name: "beid-address", what: "eID, address changed after signing", key: "rsa", spoil: "address",
			person: with(base, func(s *cardreader.Subject) { s.Address = "Voorbeeldstraat 9 1000 Brussel" })},
		{name: "beid-photo", what: "eID with the portrait of somebody else", key: "ec", person: base, spoil: "photo"},
		{name: "beid-nophoto", what: "eID without a portrait", key: "ec", person: base, spoil: "nophoto"},
		{name: "beid-long", what: "eID, 36 letters of names", key: "ec", person: with(base, func(s *cardreader.Subject) { s.GivenNames = "Maximiliaan-Alexander Wilhelmina-Charlotte" })},
	}
}

// belgians makes the cards; root is the anchor that training stations come to trust.
func belgians() (all []specimen, root []byte, err error) {
	trusted, err := newBelgium("SPECIMEN Belgium Root CA")
	if err != nil {
		return nil, nil, err
	}
	unknown, err := newBelgium("UNKNOWN Belgium Root CA")
	if err != nil {
		return nil, nil, err
	}
	for _, c := range belgianList() {
		state := trusted
		if c.foreign {
			state = unknown
		}
		s, err := c.make(state)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, s)
	}
	return all, trusted.root.Raw, nil
}

func (c belgian) make(state *belgium) (specimen, error) {
	photo, err := smallPortrait(face{hair: 0xC9C4BC, skin: 0xEBC6A6, cloth: 0x4A5A7E, glasses: c.key == "rsa"}, 4500)
	if err != nil {
		return specimen{}, err
	}
	other, err := smallPortrait(face{hair: 0x2B2826, skin: 0x9C6B47, cloth: 0x3F6B4A}, 4500)
	if err != nil {
		return specimen{}, err
	}
	digest := sha256.Sum256(photo)
	field := func(tag byte, value string) []byte { return append([]byte{tag, byte(len(value))}, value...) }
	day := func(date string) string { return date[8:] + "." + date[5:7] + "." + date[:4] }
	id := bytes.Join([][]byte{field(0, "\x03\x00"), field(1, c.person.Number), field(2, "SPECIMEN-CHIP"), field(3, day(c.person.Issued)), field(4, day(c.person.Expires)),
		field(5, c.person.Authority), field(6, "52030500156"), field(7, c.person.Surname), field(8, c.person.GivenNames), field(9, ""), field(0x0A, "Belg"),
		field(0x0B, "Voorbeeldstad"), field(0x0C, "05 MAAR 1952"), field(0x0D, "V"), field(0x0E, ""), field(0x0F, "1"), field(0x10, "0"), field(0x11, string(digest[:]))}, nil)
	street, _, _ := strings.Cut(c.person.Address, " 1000 ")
	home := bytes.Join([][]byte{field(1, street), field(2, "1000"), field(3, "Brussel")}, nil)
	signedID, signedHome := id, home
	switch c.spoil { // what was signed said something else
	case "identity":
		signedID = bytes.Replace(id, []byte("Thérèsa"), []byte("Thérèse"), 1)
	case "address":
		signedHome = bytes.Replace(home, []byte("straat 9"), []byte("straat 7"), 1)
	case "photo":
		photo = other
	}
	idSignature, err := state.sign(c.key, signedID)
	if err != nil {
		return specimen{}, err
	}
	homeSignature, err := state.sign(c.key, append(bytes.Clone(signedHome), idSignature...))
	if err != nil {
		return specimen{}, err
	}
	files := map[string]file{"DF014031": {Bytes: id}, "DF014032": {Bytes: idSignature}, "DF014033": {Bytes: append(bytes.Clone(home), make([]byte, 40)...)},
		"DF014034": {Bytes: homeSignature}, "DF014035": {Bytes: photo}, "DF00503C": {Bytes: state.register[c.key].Raw}}
	if c.spoil == "nophoto" {
		delete(files, "DF014035")
	}
	return specimen{Name: c.name, Kind: "beid", Note: about(c.what), ATR: "3B9813400AA503010101AD1311", Truth: c.person,
		Plain: &plain{T0: true, Apps: map[string]string{enc([]byte("\xA0\x00\x00\x01\x77PKCS-15")): ""}, Files: files}}, nil
}
