package cms

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds on input.
const (
	MaxMessage      = 4 << 20 // bytes of a SignedData or of a list of certificates
	maxCertificate  = 64 << 10
	maxCertificates = 2048 // of one list
	maxExtensions   = 64
)

// Certificate is an X.509 certificate, RFC 5280 §4.1. It is read only; several goroutines may use it.
type Certificate struct {
	Raw                 []byte
	Version             int // 1 to 3
	Serial              []byte
	Issuer, Subject     Name
	NotBefore, NotAfter time.Time
	PublicKey           PublicKey
	SubjectKeyID        []byte // nil: no such extension
	AuthorityKeyID      []byte // nil: no such extension or no key identifier in it
	CA                  bool
	MaxPath             int // certificates below that are no leaves; -1: no bound
	KeyUsage            KeyUsage
	ExtKeyUsage         []string // object identifiers

	tbs       []byte
	spki      []byte
	algorithm signature
	value     []byte
	unknown   []string // critical extensions that are not understood
	altNames  []byte   // subjectAltName; nil: none
}

// KeyUsage is the keyUsage extension, RFC 5280 §4.2.1.3; bit 0 is digitalSignature. 0: the extension is absent.
type KeyUsage uint16

// The usages that count here.
const (
	DigitalSignature KeyUsage = 1 << 0
	ContentCommit    KeyUsage = 1 << 1
	CertSign         KeyUsage = 1 << 5
	CRLSign          KeyUsage = 1 << 6
)

// ParseCertificate reads one certificate in DER with nothing after it. It verifies nothing: CheckSignatureFrom and
// Pool.Chain do.
//
//	Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
func ParseCertificate(der []byte) (*Certificate, error) {
	if len(der) > maxCertificate {
		return nil, broken("certificate too large")
	}
	in := cryptobyte.String(der)
	var body, tbs cryptobyte.String
	c := &Certificate{Raw: bytes.Clone(der), MaxPath: -1}
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return nil, broken("certificate")
	}
	outer, ok := readAlgorithm(&body)
	if !ok || !body.ReadASN1BitStringAsBytes(&c.value) || !body.Empty() {
		return nil, broken("certificate signature")
	}
	c.tbs, c.value = bytes.Clone(tbs), bytes.Clone(c.value)
	inner, err := c.parseTBS(tbs)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(inner.raw, outer.raw) { // RFC 5280 §4.1.1.2
		return nil, broken("two signature algorithms in one certificate")
	}
	c.algorithm, err = parseSignature(outer)
	return c, err
}

// parseTBS reads the signed part.
//
//	TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber INTEGER, signature AlgorithmIdentifier,
//	  issuer Name, validity SEQUENCE { Time, Time }, subject Name, subjectPublicKeyInfo,
//	  issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, extensions [3] OPTIONAL }
func (c *Certificate) parseTBS(in cryptobyte.String) (algorithm, error) {
	var body, serial, validity, spki cryptobyte.String
	version := 0
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadOptionalASN1Integer(&version, contextSet(0), 0) ||
		version < 0 || version > 2 || !body.ReadASN1(&serial, asn1.INTEGER) || len(serial) == 0 {
		return algorithm{}, broken("certificate head")
	}
	c.Version, c.Serial = version+1, bytes.Clone(serial)
	alg, ok := readAlgorithm(&body)
	if !ok {
		return alg, broken("certificate algorithm")
	}
	if c.Issuer, ok = readName(&body); !ok {
		return alg, broken("issuer name")
	}
	if !body.ReadASN1(&validity, asn1.SEQUENCE) {
		return alg, broken("validity")
	}
	var ok2 bool
	c.NotBefore, ok = readTime(&validity)
	c.NotAfter, ok2 = readTime(&validity)
	if !ok || !ok2 || !validity.Empty() {
		return alg, broken("validity")
	}
	if c.Subject, ok = readName(&body); !ok {
		return alg, broken("subject name")
	}
	if !body.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return alg, broken("public key")
	}
	c.spki = bytes.Clone(spki)
	var err error
	if c.PublicKey, _, err = parsePublicKey(c.spki); err != nil {
		return alg, err
	}
	var ext cryptobyte.String
	var has bool
	if !body.SkipOptionalASN1(context(1)) || !body.SkipOptionalASN1(context(2)) ||
		!body.ReadOptionalASN1(&ext, &has, contextSet(3)) || !body.Empty() {
		return alg, broken("certificate tail")
	}
	if !has {
		return alg, nil
	}
	return alg, eachExtension(ext, c.parseExtension)
}

// ParseCertificates reads certificates in PEM (CERTIFICATE blocks, anything else around them is skipped) or in DER, one
// after the other. One bad certificate makes the whole list an error: an anchor list with a hole is no anchor list.
func ParseCertificates(b []byte) ([]*Certificate, error) {
	if len(b) > MaxMessage {
		return nil, broken("list of certificates too large")
	}
	ders, err := splitCertificates(b)
	if err != nil {
		return nil, err
	}
	out := make([]*Certificate, 0, len(ders))
	for i, der := range ders {
		c, err := ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("cms: certificate %d of the list: %w", i+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func splitCertificates(b []byte) (ders [][]byte, err error) {
	for {
		block, rest := pem.Decode(b)
		if block == nil {
			break
		}
		if b = rest; block.Type != "CERTIFICATE" {
			continue
		}
		if ders = append(ders, block.Bytes); len(ders) > maxCertificates {
			return nil, broken("too many certificates")
		}
	}
	if len(ders) > 0 {
		return ders, nil
	}
	return readElements(b, maxCertificates)
}

// readElements cuts b into the SEQUENCEs it is made of.
func readElements(b cryptobyte.String, limit int) (out [][]byte, err error) {
	for !b.Empty() {
		var e cryptobyte.String
		if len(out) == limit || !b.ReadASN1Element(&e, asn1.SEQUENCE) {
			return nil, broken("list of certificates")
		}
		out = append(out, e)
	}
	return out, nil
}

// CheckSignatureFrom verifies that the key of parent signed c. It looks at nothing else.
func (c *Certificate) CheckSignatureFrom(parent *Certificate) error {
	return c.algorithm.verify(parent.PublicKey, 0, c.tbs, c.value)
}

// SelfIssued tells whether issuer and subject are the same name.
func (c *Certificate) SelfIssued() bool { return c.Issuer.Equal(c.Subject) }

// Equal tells whether both are the same bytes.
func (c *Certificate) Equal(o *Certificate) bool { return bytes.Equal(c.Raw, o.Raw) }

// Fingerprint is the SHA-256 of the certificate.
func (c *Certificate) Fingerprint() [32]byte { return sha256.Sum256(c.Raw) }

// String names the certificate for a verdict's detail: subject and the first 8 bytes of its SHA-256.
func (c *Certificate) String() string {
	f := c.Fingerprint()
	return fmt.Sprintf("%v (SHA-256 %s…)", c.Subject, hex.EncodeToString(f[:8]))
}

// CheckTime verifies that at lies in the validity of c.
func (c *Certificate) CheckTime(at time.Time) error {
	switch {
	case at.Before(c.NotBefore):
		return refuse(NotYetValid, "%v from %s", c.Subject, c.NotBefore.Format(time.DateOnly))
	case at.After(c.NotAfter):
		return refuse(Expired, "%v until %s", c.Subject, c.NotAfter.Format(time.DateOnly))
	}
	return nil
}
