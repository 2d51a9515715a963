package institution

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"time"

	"bangban/app/keys"
)

type certificate = x509.Certificate

// SAN URIs of what stands below the issuing certificate.
const (
	uriStation = "urn:bangban:station:"
	uriVoucher = "urn:bangban:voucher-key:"
)

func (i *Institution) subject(common string) pkix.Name {
	return pkix.Name{CommonName: common, Organization: []string{i.o.Name.In("en")}}
}

// template is what all certificates have in common.
func (i *Institution) template(subject pkix.Name, uri string, from, to time.Time) (*certificate, error) {
	serial := make([]byte, 16) // RFC 5280 §4.1.2.2: positive, at most 20 bytes
	if _, err := io.ReadFull(i.o.Rand, serial); err != nil {
		return nil, err
	}
	serial[0] = serial[0]&0x7f | 0x40
	u, err := url.Parse(uri)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrName, err)
	}
	return &certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: subject, URIs: []*url.URL{u},
		NotBefore: from.UTC().Truncate(time.Second), NotAfter: to.UTC().Truncate(time.Second),
		BasicConstraintsValid: true,
	}, nil
}

func (i *Institution) selfSign(root keys.Key) (*certificate, error) {
	now := i.o.Now()
	t, err := i.template(i.subject("Root "+i.shortName()), i.o.Issuer, now, now.AddDate(rootYears, 0, 0))
	if err != nil {
		return nil, err
	}
	t.IsCA, t.MaxPathLen, t.KeyUsage = true, 1, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	return i.sign(t, t, root.Public(), root)
}

func (i *Institution) signIssuing(root, key keys.Key) (*certificate, error) {
	now := i.o.Now()
	common := fmt.Sprintf("Issuing %d %s", len(i.issuing)+1, i.shortName())
	t, err := i.template(i.subject(common), i.o.Issuer, now, now.AddDate(issuingYears, 0, 0))
	if err != nil {
		return nil, err
	}
	t.IsCA, t.MaxPathLenZero, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	return i.sign(t, i.root, key.Public(), root)
}

// shortName tells two institutions of the same name apart in a certificate viewer.
func (i *Institution) shortName() string {
	const n = 12
	if len(i.o.Issuer) <= n {
		return i.o.Issuer
	}
	return i.o.Issuer[len(i.o.Issuer)-n:]
}

// signVoucherKey certifies a voucher key for the signature in PDFs.
func (i *Institution) signVoucherKey(r *DelegateRequest, issuing *certificate, key crypto.Signer) (*certificate, error) {
	t, err := i.template(i.subject("Station "+r.Station), uriVoucher+r.Station, r.NotBefore, r.Expires)
	if err != nil {
		return nil, err
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	return i.sign(t, issuing, r.Key, key)
}

func (i *Institution) sign(t, parent *certificate, pub crypto.PublicKey, key crypto.Signer) (*certificate, error) {
	der, err := x509.CreateCertificate(i.o.Rand, t, parent, pub, key)
	if err != nil {
		return nil, fmt.Errorf("institution: certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

func encodeCertificates(certs ...*certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

// ParseKey reads what a counter sends to be delegated or certified: a certificate request (its signature proves that the
// counter has the key) or a bare public key, in PEM.
func ParseKey(file []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, ErrKey
	}
	var parsed any
	switch block.Type {
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		req, err := x509.ParseCertificateRequest(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		if err := req.CheckSignature(); err != nil {
			return nil, fmt.Errorf("%w: the request is not signed by its key", ErrKey)
		}
		parsed = req.PublicKey
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		parsed = key
	}
	pub, ok := parsed.(*ecdsa.PublicKey)
	if !ok || !isP256(pub) {
		return nil, ErrKey
	}
	return pub, nil
}

// oneCertificate reads the first certificate of a PEM file.
func oneCertificate(data []byte) (*certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("%w: certificate", ErrFormat)
	}
	return x509.ParseCertificate(block.Bytes)
}
