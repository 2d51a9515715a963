package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"sort"
	"time"
)

// Object identifiers: RFC 5652 §11, RFC 5758 §3.2, ICAO Doc 9303-10 §4.6.2.3 and 9303-12 §7.1.1.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA256      = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidLDS           = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 1}
	oidDocumentTypes = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}
)

var (
	validFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2045, 12, 31, 23, 59, 59, 0, time.UTC)
	signedAt  = time.Date(2021, 3, 1, 9, 0, 0, 0, time.UTC)

	withdrawnAt = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

// authority is a country signing certification authority with a document signer below it, and another one that it has
// withdrawn.
type authority struct {
	cert, signer *x509.Certificate
	key          *ecdsa.PrivateKey
	signerKey    *ecdsa.PrivateKey
	other        *authority
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	// ICAO Doc 9303-12 §7.1, table 6: the authority signs certificates and revocation lists and has path length 0.
	root := &x509.Certificate{
		Subject: subject(name), NotBefore: validFrom, NotAfter: validTo, BasicConstraintsValid: true, IsCA: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SignatureAlgorithm: x509.ECDSAWithSHA256,
	}
	cert, err := issue(root, root, key, key)
	if err != nil {
		return nil, err
	}
	a := &authority{cert: cert, key: key, other: &authority{cert: cert, key: key}}
	return a, errors.Join(a.appoint("TRAINING DS 1"), a.other.appoint("TRAINING DS 2"))
}

// appoint makes the document signer.
func (a *authority) appoint(name string) (err error) {
	if a.signerKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	types, err := asn1.Marshal(struct {
		Version int
		Types   []string `asn1:"set"`
	}{0, []string{"P"}})
	if err != nil {
		return err
	}
	a.signer, err = issue(&x509.Certificate{
		Subject: subject(name), NotBefore: validFrom, NotAfter: validTo, KeyUsage: x509.KeyUsageDigitalSignature,
		SignatureAlgorithm: x509.ECDSAWithSHA256, ExtraExtensions: []pkix.Extension{{Id: oidDocumentTypes, Value: types}},
	}, a.cert, a.signerKey, a.key)
	return err
}

// withdrawn is the list of withdrawn certificates, ICAO Doc 9303-12 §7.1.4, with the other signer on it. It is for practice
// and holds as long as the authority does.
func (a *authority) withdrawn() ([]byte, error) {
	return x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		SignatureAlgorithm: x509.ECDSAWithSHA256, Number: big.NewInt(1), ThisUpdate: withdrawnAt, NextUpdate: validTo,
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: a.other.signer.SerialNumber, RevocationTime: withdrawnAt}},
	}, a.cert, a.key)
}

func subject(name string) pkix.Name {
	return pkix.Name{Country: []string{"UT"}, Organization: []string{"Bangban Training"}, CommonName: name}
}

func issue(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(point)
	template.SubjectKeyId = id[:20] // RFC 7093 §2 method 1
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

type dgHash struct {
	Number int
	Value  []byte
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

type signerInfo struct {
	Version         int
	Issuer          issuerAndSerial
	DigestAlgorithm pkix.AlgorithmIdentifier
	Attributes      asn1.RawValue // [0] IMPLICIT SignedAttributes
	Algorithm       pkix.AlgorithmIdentifier
	Signature       []byte
}

type issuerAndSerial struct {
	Name   asn1.RawValue
	Serial *big.Int
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Content          struct {
		Type  asn1.ObjectIdentifier
		Bytes []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue // [0] IMPLICIT CertificateSet
	Signers      []signerInfo  `asn1:"set"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

// securityObject is EF.SOD, ICAO Doc 9303-10 §4.6.2: the hashes of the data groups, signed.
func (a *authority) securityObject(groups map[int][]byte) ([]byte, error) {
	lds := struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Hashes    []dgHash
	}{Algorithm: sha256Only()}
	for n, dg := range groups {
		h := sha256.Sum256(dg)
		lds.Hashes = append(lds.Hashes, dgHash{n, h[:]})
	}
	sort.Slice(lds.Hashes, func(i, j int) bool { return lds.Hashes[i].Number < lds.Hashes[j].Number })
	content, err := asn1.Marshal(lds)
	if err != nil {
		return nil, err
	}
	der, err := a.signed(oidLDS, content)
	if err != nil {
		return nil, err
	}
	return tlv(0x77, der), nil
}

// signed is SignedData, RFC 5652 §5, with the signer's certificate.
func (a *authority) signed(oid asn1.ObjectIdentifier, content []byte) ([]byte, error) {
	sha := sha256Only()
	signer, err := a.sign(oid, content, sha)
	if err != nil {
		return nil, err
	}
	ci := contentInfo{Type: oidSignedData, Content: signedData{
		Version: 3, DigestAlgorithms: []pkix.AlgorithmIdentifier{sha}, Signers: []signerInfo{signer},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: a.signer.Raw},
	}}
	ci.Content.Content.Type, ci.Content.Content.Bytes = oid, content
	return asn1.Marshal(ci)
}

// sign makes the SignerInfo of RFC 5652 §5.3: the signature is over the DER SET OF the signed attributes.
func (a *authority) sign(oid asn1.ObjectIdentifier, content []byte, sha pkix.AlgorithmIdentifier) (signerInfo, error) {
	digest := sha256.Sum256(content)
	attributes, err := signedAttributes(oid, digest[:])
	if err != nil {
		return signerInfo{}, err
	}
	hash := sha256.Sum256(attributes)
	sig, err := ecdsa.SignASN1(rand.Reader, a.signerKey, hash[:])
	if err != nil {
		return signerInfo{}, err
	}
	implicit := append([]byte{0xA0}, attributes[1:]...)
	return signerInfo{
		Version: 1, DigestAlgorithm: sha, Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA256}, Signature: sig,
		Issuer:     issuerAndSerial{asn1.RawValue{FullBytes: a.signer.RawIssuer}, a.signer.SerialNumber},
		Attributes: asn1.RawValue{FullBytes: implicit},
	}, nil
}

func signedAttributes(content asn1.ObjectIdentifier, digest []byte) ([]byte, error) {
	var list []attribute
	for _, v := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, content}, {oidSigningTime, signedAt}, {oidMessageDigest, digest}} {
		der, err := asn1.Marshal(v.value)
		if err != nil {
			return nil, err
		}
		list = append(list, attribute{v.oid, []asn1.RawValue{{FullBytes: der}}})
	}
	return asn1.MarshalWithParams(list, "set") // encoding/asn1 sorts a SET OF as DER wants
}
