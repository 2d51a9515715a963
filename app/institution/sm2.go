package institution

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"bangban/app/voucher"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// SM2CSR makes the certificate request of the SM2 key beside a voucher key (RFC 2986, signed by SM2 with SM3). It has the name of
// the voucher key's.
func SM2CSR(rand io.Reader, station string, key crypto.Signer) ([]byte, error) {
	if !validStation(station) {
		return nil, ErrStation
	}
	u, err := url.Parse(uriVoucher + station)
	if err != nil {
		return nil, ErrStation
	}
	return smx509.CreateCertificateRequest(rand, &smx509.CertificateRequest{Subject: pkix.Name{CommonName: station}, URIs: []*url.URL{u}}, key)
}

func openSM2CSR(der []byte, uri string) (*ecdsa.PublicKey, error) {
	req, err := smx509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("%w: SM2: %w", ErrRequest, err)
	}
	pub, ok := req.PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return nil, fmt.Errorf("%w: not an SM2 key", ErrKey)
	}
	if err := req.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: SM2: not signed by its key", ErrRequest)
	}
	if len(req.URIs) != 1 || req.URIs[0].String() != uri {
		return nil, fmt.Errorf("%w: SM2: of another station", ErrRequest)
	}
	return pub, nil
}

// SM2Certificate certifies the SM2 key of a station: the certificate of its voucher key over again, for the other key,
// signed by the same issuing key (P-256). Errors: ErrStation, ErrKey, ErrLife, ErrNoKey.
func (i *Institution) SM2Certificate(station string, pub *ecdsa.PublicKey, from, to time.Time) ([]byte, error) {
	switch {
	case !validStation(station):
		return nil, ErrStation
	case pub == nil || !sm2.IsSM2PublicKey(pub):
		return nil, ErrKey
	}
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	if !to.After(from) || to.Sub(from) > MaxDelegation || from.Before(issuing.NotBefore) || to.After(issuing.NotAfter) {
		return nil, ErrLife
	}
	t, err := i.template(i.subject("Station "+station), uriVoucher+station, from, to)
	if err != nil {
		return nil, err
	}
	parent, err := smx509.ParseCertificate(issuing.Raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	der, err := smx509.CreateCertificate(i.o.Rand, &smx509.Certificate{
		SerialNumber: t.SerialNumber, Subject: t.Subject, URIs: t.URIs, NotBefore: t.NotBefore, NotAfter: t.NotAfter,
		KeyUsage: smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment, BasicConstraintsValid: true,
	}, parent, pub, key)
	if err != nil {
		return nil, fmt.Errorf("institution: certificate: %w", err)
	}
	return der, nil
}

// OpenSM2Certificate tells whose SM2 key a certificate is of: one of the issuing certificates in institution.pem signed it and
// it names a station. Errors: ErrKey, ErrUntrusted, ErrStation.
func OpenSM2Certificate(institution, der []byte) (station string, pub *ecdsa.PublicKey, err error) {
	c, err := smx509.ParseCertificate(der)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	pub, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok || !sm2.IsSM2PublicKey(pub) {
		return "", nil, ErrKey
	}
	parsed, err := voucher.ParseInstitution(institution)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if !slices.ContainsFunc(parsed.Issuing(), func(above *certificate) bool {
		parent, err := smx509.ParseCertificate(above.Raw)
		return err == nil && c.CheckSignatureFrom(parent) == nil
	}) {
		return "", nil, ErrUntrusted
	}
	if len(c.URIs) != 1 {
		return "", nil, ErrStation
	}
	station, ok = strings.CutPrefix(c.URIs[0].String(), uriVoucher)
	if !ok || !validStation(station) {
		return "", nil, ErrStation
	}
	return station, pub, nil
}

func isSM2(der []byte) bool {
	c, err := smx509.ParseCertificate(der)
	return err == nil && sm2.IsSM2PublicKey(c.PublicKey)
}
