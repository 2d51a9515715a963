package station

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"bangban/app/desk"
	"bangban/app/queue"
	"bangban/app/verify/provider"

	"github.com/emmansun/gmsm/smx509"
)

// providerFile is provider.json in the data folder: what an administrator writes of the contract with a platform for network
// identities. Keys and certificates are PEM files beside it.
type providerFile struct {
	provider.Config
	TokenFile   string `json:"token_file"`
	SignKey     string `json:"sign_key"`     // PKCS #8, SM2 or RSA
	PlatformKey string `json:"platform_key"` // public key or certificate
	ClientCert  string `json:"client_cert"`
	ClientKey   string `json:"client_key"`
	CA          string `json:"ca"` // empty: the system's
}

func (f dataDir) provider() string { return f.path("provider.json") }

// providers gives who is asked about codes that only their platform can read: in training the simulator, on a real
// station the platform that provider.json names, if any.
func (s *Station) providers() ([]provider.Provider, error) {
	if s.o.Training {
		return []provider.Provider{provider.Simulator{}}, nil
	}
	data, err := os.ReadFile(s.dir.provider())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	p, err := s.platform(data, err)
	if err != nil {
		return nil, &desk.Error{Op: "verify", Code: "provider-config", Err: err}
	}
	return []provider.Provider{p}, nil
}

func (s *Station) platform(data []byte, err error) (*provider.Platform, error) {
	if err != nil {
		return nil, err
	}
	var f providerFile
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	beside := func(name string) ([]byte, error) { return os.ReadFile(s.dir.path(filepath.Base(name))) }
	if f.TokenFile != "" {
		b, err := beside(f.TokenFile)
		if err != nil {
			return nil, err
		}
		f.Token = strings.TrimSpace(string(b))
	}
	if f.SignKey != "" {
		if f.Signer, err = privateKey(beside(f.SignKey)); err != nil {
			return nil, err
		}
	}
	if f.PlatformKey != "" {
		if f.Platform, err = publicKey(beside(f.PlatformKey)); err != nil {
			return nil, err
		}
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.ClientCert != "" {
		cert, err := tls.LoadX509KeyPair(s.dir.path(filepath.Base(f.ClientCert)), s.dir.path(filepath.Base(f.ClientKey)))
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{cert}
	}
	if f.CA != "" {
		b, err := beside(f.CA)
		if err != nil {
			return nil, err
		}
		if t.RootCAs = x509.NewCertPool(); !t.RootCAs.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("station: no certificate in %s", filepath.Base(f.CA))
		}
	}
	f.Client, f.Rand = &http.Client{Transport: &http.Transport{TLSClientConfig: t, DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}, s.o.Rand
	return provider.New(f.Config)
}

func privateKey(data []byte, err error) (crypto.Signer, error) {
	if err != nil {
		return nil, err
	}
	defer clear(data)
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("station: no key of the provider's contract")
	}
	k, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	signer, ok := k.(crypto.Signer)
	if err != nil || !ok {
		return nil, errors.New("station: the key of the provider's contract is not PKCS #8")
	}
	return signer, nil
}

func publicKey(data []byte, err error) (crypto.PublicKey, error) {
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("station: no key of the provider")
	}
	if block.Type == "CERTIFICATE" {
		c, err := smx509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	}
	return smx509.ParsePKIXPublicKey(block.Bytes)
}

// callBack tells whether a record is of a code that its platform could not be asked about.
func callBack(r desk.Verification) bool {
	for _, c := range r.Checks {
		if strings.HasPrefix(c, provider.CheckPlatform+"=indeterminate") {
			return true
		}
	}
	return false
}

// keepCallBack seals a task instead of a record: that somebody is to be called back to show another code. The code itself is
// nowhere in it, not even as a hash: it has expired by the time the network is back.
func (s *Station) keepCallBack(ctx context.Context, r desk.Verification) (string, error) {
	fields := verificationFields(r)
	delete(fields, "sha256")
	fields["task"], fields["why"] = "call-back", provider.CheckPlatform
	body, err := queue.EncodeBody(fields)
	if err != nil {
		return "", err
	}
	return s.store.Put(ctx, queue.KindRequest, r.Clerk, body)
}
