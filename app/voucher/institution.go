package voucher

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
)

// MaxIssuing bounds the issuing certificates of one institution: one a year for a lifetime.
const MaxIssuing = 64

// Institution is what a relying office keeps: the root certificate and the issuing certificates below it. Every link
// has been checked when there is one.
type Institution struct {
	name    string
	root    *x509.Certificate
	issuing []*x509.Certificate
}

// ParseInstitution reads institution.pem: first the root certificate, then the issuing certificates it signed. The
// institution's name is the one URI among the subject alternative names (RFC 5280 §4.2.1.6), the same in all of them.
func ParseInstitution(file []byte) (*Institution, error) {
	var i Institution
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if len(bytes.TrimSpace(rest)) > 0 {
				return nil, fmt.Errorf("%w: something behind the last certificate", ErrInstitution)
			}
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%w: holds a %q", ErrInstitution, block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInstitution, err)
		}
		if err := i.add(cert); err != nil {
			return nil, err
		}
	}
	if i.root == nil {
		return nil, fmt.Errorf("%w: no certificate", ErrInstitution)
	}
	return &i, nil
}

// add takes the next certificate of the file.
func (i *Institution) add(cert *x509.Certificate) error {
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return fmt.Errorf("%w: certificate %x: %w", ErrInstitution, KeyID(cert.Raw), ErrKey)
	}
	name, err := certName(cert)
	if err != nil {
		return err
	}
	if !cert.IsCA || !cert.BasicConstraintsValid || cert.KeyUsage&x509.KeyUsageCertSign == 0 {
		return fmt.Errorf("%w: certificate %x is not a CA certificate", ErrInstitution, KeyID(cert.Raw))
	}
	if i.root == nil {
		if !bytes.Equal(cert.RawIssuer, cert.RawSubject) || cert.CheckSignatureFrom(cert) != nil {
			return fmt.Errorf("%w: the first certificate is not a root", ErrInstitution)
		}
		i.root, i.name = cert, name
		return nil
	}
	switch {
	case len(i.issuing) == MaxIssuing:
		return fmt.Errorf("%w: more than %d issuing certificates", ErrInstitution, MaxIssuing)
	case name != i.name:
		return fmt.Errorf("%w: certificate %x has another name", ErrInstitution, KeyID(cert.Raw))
	// RFC 5280 §4.2.1.3: keyCertSign is for certificates; delegations and lists need digitalSignature.
	case cert.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return fmt.Errorf("%w: certificate %x may not sign", ErrInstitution, KeyID(cert.Raw))
	case !bytes.Equal(cert.RawIssuer, i.root.RawSubject) || cert.CheckSignatureFrom(i.root) != nil:
		return fmt.Errorf("%w: certificate %x is not signed by the root", ErrInstitution, KeyID(cert.Raw))
	case bytes.Equal(cert.Raw, i.root.Raw):
		return fmt.Errorf("%w: the root appears twice", ErrInstitution)
	}
	i.issuing = append(i.issuing, cert)
	return nil
}

// certName is the one URI among the subject alternative names.
func certName(cert *x509.Certificate) (string, error) {
	if len(cert.URIs) != 1 {
		return "", fmt.Errorf("%w: certificate %x has %d URIs, want 1", ErrInstitution, KeyID(cert.Raw), len(cert.URIs))
	}
	return cert.URIs[0].String(), nil
}

// Name is the iss of everything that the institution signs.
func (i *Institution) Name() string { return i.name }

// Root is the root certificate.
func (i *Institution) Root() *x509.Certificate { return i.root }

// Issuing gives the issuing certificates in the order of the file.
func (i *Institution) Issuing() []*x509.Certificate { return slices.Clone(i.issuing) }

// find gives the issuing certificate that a kid names.
func (i *Institution) find(kid []byte) *x509.Certificate {
	for _, c := range i.issuing {
		if bytes.Equal(KeyID(c.Raw), kid) {
			return c
		}
	}
	return nil
}

// p256 is the key of a certificate that add has accepted.
func p256(c *x509.Certificate) *ecdsa.PublicKey { return c.PublicKey.(*ecdsa.PublicKey) }
