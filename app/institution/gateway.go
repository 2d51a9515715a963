package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban/app/bundle"
	"bangban/app/keys"
)

const (
	uriGateway  = "urn:bangban:gateway:"
	fileGateway = "gateway"
)

// GatewayLife is how long the certificate of a gateway lives.
const GatewayLife = 90 * 24 * time.Hour

// MakeGateway makes the folder of a gateway: a certificate for the names and addresses that counters reach it by, its
// key, institution.pem, the statements of all receipt, intake and back-office keys, the receipt key in use and all intake
// keys. Neither the root's key nor an issuing or back-office key goes there: a gateway that is broken into can sign
// receipts, no papers, and open no parcel. The key files stay under the institution's passphrase. Made again it renews the
// certificate; made in the institution's own folder that folder can serve, and enrol.
func (i *Institution) MakeGateway(dir string, hosts []string) (*x509.Certificate, error) {
	if len(hosts) == 0 {
		return nil, ErrName
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	g := &Institution{dir: dir, o: i.o}
	key, err := g.gatewayKey()
	if err != nil {
		return nil, err
	}
	defer key.Close()
	pub, ok := key.Public().(*ecdsa.PublicKey)
	if !ok {
		return nil, ErrKey
	}
	cert, chain, err := i.gatewayCertificate(hosts, pub)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{fileGateway + ".pem": encodeCertificates(cert, chain), filePEM: i.PEM()}
	if err := i.publicParts(files); err != nil {
		return nil, err
	}
	for name, data := range files {
		if old, err := os.ReadFile(g.path(name)); err == nil && bytes.Equal(old, data) {
			continue // it may be the institution's own folder
		}
		if err := keys.WriteFile(g.path(name), data, 0o600); err != nil {
			return nil, err
		}
	}
	if filepath.Clean(dir) == filepath.Clean(i.dir) {
		return cert, nil
	}
	return cert, writeJSON(g.path(fileMeta), meta{1, i.o.Name, i.o.Issuer, i.o.Training})
}

func (i *Institution) gatewayKey() (keys.Key, error) {
	key, err := i.openKey(fileGateway)
	if errors.Is(err, ErrNoKey) {
		return keys.CreateFile(i.path(fileGateway+".key"), i.o.Rand, keys.P256, i.o.keyOptions())
	}
	return key, err
}

// publicParts adds the statements that a gateway needs, the receipt key in use and the intake keys as they lie in their
// files.
func (i *Institution) publicParts(files map[string][]byte) error {
	for n := i.last(bundle.RoleIntake, ".statement"); n > 0; n-- {
		name := numbered(bundle.RoleIntake, n) + ".key"
		raw, err := os.ReadFile(i.path(name))
		if err != nil {
			return fmt.Errorf("%w: %s", ErrNoKey, name)
		}
		files[name] = raw
	}
	for _, role := range []string{bundle.RoleReceipt, bundle.RoleIntake, roleHolder} {
		for n := i.last(role, ".statement"); n > 0; n-- {
			_, raw, err := i.statement(role, n)
			if err != nil {
				return err
			}
			files[numbered(role, n)+".statement"] = raw
		}
	}
	name := numbered(bundle.RoleReceipt, i.last(bundle.RoleReceipt, ".statement")) + ".key"
	raw, err := os.ReadFile(i.path(name))
	if err != nil {
		return fmt.Errorf("%w: %s", ErrNoKey, name)
	}
	files[name] = raw
	return nil
}

// gatewayCertificate says which gateway a key is of: for TLS servers, never for stations.
func (i *Institution) gatewayCertificate(hosts []string, pub *ecdsa.PublicKey) (cert, issuing *x509.Certificate, err error) {
	key, issuing, err := i.issuingKey()
	if err != nil {
		return nil, nil, err
	}
	defer key.Close()
	from := i.o.Now()
	to := from.Add(GatewayLife)
	if to.After(issuing.NotAfter) {
		to = issuing.NotAfter
	}
	if !to.After(from) {
		return nil, nil, ErrKeyEnded
	}
	t, err := i.template(i.subject("Gateway "+hosts[0]), uriGateway+url.PathEscape(hosts[0]), from, to)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		if h == "" || strings.ContainsAny(h, " /:*") {
			return nil, nil, ErrName
		}
		t.DNSNames = append(t.DNSNames, h)
	}
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	cert, err = i.sign(t, issuing, pub, key)
	return cert, issuing, err
}

// GatewayTLS opens the certificate and key of a gateway's folder. The process keeps the key while it runs.
func (i *Institution) GatewayTLS() (tls.Certificate, error) {
	data, err := os.ReadFile(i.path(fileGateway + ".pem"))
	if errors.Is(err, fs.ErrNotExist) {
		return tls.Certificate{}, fmt.Errorf("%w: %s", ErrNoKey, fileGateway)
	}
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := oneCertificate(data)
	if err != nil {
		return tls.Certificate{}, err
	}
	if !i.o.Now().Before(leaf.NotAfter) {
		return tls.Certificate{}, fmt.Errorf("%w: %s", ErrKeyEnded, fileGateway)
	}
	key, err := i.openKey(fileGateway)
	if err != nil {
		return tls.Certificate{}, err
	}
	out := tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw, i.Issuing().Raw}}
	if issuer := i.issuerOf(leaf); issuer != nil {
		out.Certificate[1] = issuer.Raw
	}
	return out, nil
}

// issuerOf finds the issuing certificate that signed cert.
func (i *Institution) issuerOf(cert *x509.Certificate) *x509.Certificate {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, c := range i.issuing {
		if cert.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

// Holders gives the public keys that parcels may have been sealed to, newest first: all that were ever in use.
func (i *Institution) Holders() ([][]byte, error) {
	var all [][]byte
	for n := i.last(roleHolder, ".statement"); n > 0; n-- {
		st, _, err := i.statement(roleHolder, n)
		if err != nil {
			return nil, err
		}
		all = append(all, st.Key)
	}
	return all, nil
}

// CanIssue tells whether the folder holds the issuing key in use.
func (i *Institution) CanIssue() bool {
	i.mu.Lock()
	n := len(i.issuing)
	i.mu.Unlock()
	_, err := os.Lstat(filepath.Join(i.dir, numbered("issuing", n)+".key"))
	return err == nil
}
