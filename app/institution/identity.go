package institution

import (
	"crypto/ecdsa"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"bangban/app/voucher"
)

// IdentityLife is how long an identity certificate lives; a counter renews it at two thirds.
const IdentityLife = 90 * 24 * time.Hour

// IdentityCertificate says which counter a key is: for mTLS, parcel envelopes and checkpoints, never for vouchers.
func (i *Institution) IdentityCertificate(station string, pub *ecdsa.PublicKey) (*x509.Certificate, error) {
	if !validStation(station) {
		return nil, ErrStation
	}
	if !isP256(pub) {
		return nil, ErrKey
	}
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	from := i.o.Now()
	to := from.Add(IdentityLife)
	if to.After(issuing.NotAfter) {
		to = issuing.NotAfter
	}
	if !to.After(from) {
		return nil, ErrKeyEnded
	}
	t, err := i.template(i.subject(station), uriStation+station, from, to)
	if err != nil {
		return nil, err
	}
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return i.sign(t, issuing, pub, key)
}

// VerifyIdentity tells which counter a certificate is of, for whoever has institution.pem. Errors: ErrUntrusted,
// ErrIdentity, ErrTime.
func VerifyIdentity(institutionPEM []byte, cert *x509.Certificate, at time.Time) (station string, err error) {
	inst, err := voucher.ParseInstitution(institutionPEM)
	if err != nil {
		return "", err
	}
	issuing := inst.Issuing()
	n := slices.IndexFunc(issuing, func(c *x509.Certificate) bool { return cert.CheckSignatureFrom(c) == nil })
	if n < 0 {
		return "", ErrUntrusted
	}
	pub, ok := cert.PublicKey.(*ecdsa.PublicKey)
	if !ok || !isP256(pub) || cert.IsCA || len(cert.URIs) != 1 || cert.KeyUsage&x509.KeyUsageDigitalSignature == 0 ||
		!slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || len(cert.UnhandledCriticalExtensions) > 0 {
		return "", ErrIdentity
	}
	station, ok = strings.CutPrefix(cert.URIs[0].String(), uriStation)
	if !ok || !validStation(station) {
		return "", ErrIdentity
	}
	for _, c := range []*x509.Certificate{inst.Root(), issuing[n], cert} {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return "", ErrTime
		}
	}
	return station, nil
}
