package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"sync"
)

// Institution is an institution file: its root and the issuing certificates below it. Package voucher parses PEM again,
// and more strictly, before it opens anything with it.
type Institution struct {
	Name    string // the one URI among the subject alternative names: iss of what it signs
	Root    *x509.Certificate
	Issuing []*x509.Certificate
	PEM     []byte

	once    sync.Once
	derived any
}

// Derive gives what from makes of the file, made once and not for each verdict: to read certificates again costs more
// signature checks than a verdict has. One format reads institution files; what it makes is shared and must not change.
func (i *Institution) Derive(from func(pem []byte) any) any {
	i.once.Do(func() { i.derived = from(i.PEM) })
	return i.derived
}

// ParseInstitution reads an institution file: PEM, the root first, then the issuing certificates that it signed.
func ParseInstitution(file []byte) (*Institution, error) {
	var certs []*x509.Certificate
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%w: institution file", ErrStructure)
		}
		certs = append(certs, c)
	}
	if len(certs) == 0 || !isRoot(certs[0]) {
		return nil, fmt.Errorf("%w: the first certificate is not an institution's root", ErrStructure)
	}
	root, name := certs[0], certs[0].URIs[0].String()
	for _, c := range certs[1:] {
		if !isP256(c) || !c.IsCA || len(c.URIs) != 1 || c.URIs[0].String() != name || c.CheckSignatureFrom(root) != nil {
			return nil, fmt.Errorf("%w: certificate %x is not the root's", ErrStructure, KeyID(c.Raw))
		}
		if c.KeyUsage&x509.KeyUsageDigitalSignature == 0 { // RFC 5280 §4.2.1.3
			return nil, fmt.Errorf("%w: certificate %x may not sign", ErrStructure, KeyID(c.Raw))
		}
	}
	return &Institution{Name: name, Root: root, Issuing: certs[1:], PEM: slices.Clone(file)}, nil
}

func isRoot(c *x509.Certificate) bool {
	return isP256(c) && c.IsCA && len(c.URIs) == 1 && bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignatureFrom(c) == nil
}

func isP256(c *x509.Certificate) bool {
	pub, ok := c.PublicKey.(*ecdsa.PublicKey)
	return ok && pub.Curve == elliptic.P256()
}

// merge gives an institution with the issuing certificates of both: a file of last year does not take this year's away.
func (i *Institution) merge(o *Institution) *Institution {
	m := &Institution{Name: i.Name, Root: i.Root, Issuing: slices.Clone(i.Issuing)}
	for _, c := range o.Issuing {
		if !slices.ContainsFunc(m.Issuing, c.Equal) {
			m.Issuing = append(m.Issuing, c)
		}
	}
	for _, c := range append([]*x509.Certificate{m.Root}, m.Issuing...) {
		m.PEM = append(m.PEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return m
}
