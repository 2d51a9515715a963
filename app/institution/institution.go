package institution

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"bangban/app/bundle"
	"bangban/app/desk"
	"bangban/app/keys"
	"bangban/app/voucher"
)

// Options is what making or opening an institution needs. Name, Issuer and Training are for making one.
type Options struct {
	Name       desk.Text
	Issuer     string // iss: an absolute URI
	Training   bool
	Rand       io.Reader
	Now        func() time.Time
	Passphrase []byte    // of the key files; nil: none
	Cost       keys.Cost // of the passphrase; zero: default

	// Of Create: the PKCS#11 token in which the root is made; empty: a file.
	Root string
	// Of Create and Rotate: the PKCS#11 token that seals or holds the back-office keys (keys.At; empty: files), and their
	// suite (keys.SuiteXWing, keys.SuiteP256; empty: as before, at first X-Wing).
	Holders, Suite string
	TokenPIN       []byte // of them; it is kept under the passphrase. The caller wipes it
}

func (o *Options) keyOptions() keys.Options {
	return keys.Options{Passphrase: o.Passphrase, Cost: o.Cost}
}

// Institution is an open folder. Methods that sign open the key they need and close it again.
type Institution struct {
	dir string
	o   Options // Name, Issuer and Training from the folder

	mu      sync.Mutex // see guard
	root    *x509.Certificate
	issuing []*x509.Certificate
}

// meta is institution.json.
type meta struct {
	Format   int       `json:"format"`
	Name     desk.Text `json:"name"`
	Issuer   string    `json:"issuer"`
	Training bool      `json:"training"`
}

const (
	fileMeta    = "institution.json"
	filePEM     = "institution.pem"
	fileVersion = "bundle-version.json"
	dirRegister = "register"
	dirIssued   = "issued"
	maxJSON     = 4 << 20
)

// Open opens an institution's folder. No private key is read yet.
func Open(dir string, o Options) (*Institution, error) {
	var m meta
	if err := readJSON(filepath.Join(dir, fileMeta), &m); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	} else if err != nil {
		return nil, err
	}
	if m.Format != 1 || checkName(m.Name, m.Issuer, m.Training) != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, fileMeta)
	}
	o.Name, o.Issuer, o.Training = m.Name, m.Issuer, m.Training
	i := &Institution{dir: dir, o: o}
	return i, i.reload()
}

// reload reads institution.pem.
func (i *Institution) reload() error {
	data, err := os.ReadFile(i.path(filePEM))
	if err != nil {
		return fmt.Errorf("%w: %s", ErrFormat, filePEM)
	}
	parsed, err := voucher.ParseInstitution(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if parsed.Name() != i.o.Issuer || len(parsed.Issuing()) == 0 {
		return fmt.Errorf("%w: %s names another", ErrFormat, filePEM)
	}
	i.root, i.issuing = parsed.Root(), parsed.Issuing()
	return nil
}

// checkName takes names that can stand in every place where they must: certificates, notes, bundles.
func checkName(name desk.Text, iss string, training bool) error {
	u, err := url.Parse(iss)
	if err != nil || !u.IsAbs() || u.String() != iss || len(iss) > 200 || strings.ContainsAny(iss, "+ \t\r\n") ||
		name.In("en") == "" {
		return ErrName
	}
	if training != strings.HasPrefix(iss, bundle.TrainingPrefix) {
		return ErrTraining
	}
	return nil
}

func (i *Institution) path(name ...string) string {
	return filepath.Join(append([]string{i.dir}, name...)...)
}

// Issuer is the iss of everything that the institution signs.
func (i *Institution) Issuer() string { return i.o.Issuer }

// Name is what people call it.
func (i *Institution) Name() desk.Text { return i.o.Name }

// Training tells whether it is a training institution.
func (i *Institution) Training() bool { return i.o.Training }

// Root is the root certificate.
func (i *Institution) Root() *x509.Certificate { return i.root }

// Issuing is the issuing certificate in use: the newest.
func (i *Institution) Issuing() *x509.Certificate {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.issuing[len(i.issuing)-1]
}

// Fingerprint is what the enrolment letter shows.
func (i *Institution) Fingerprint() string { return bundle.Fingerprint(i.root) }

// PEM is institution.pem: the root, then every issuing certificate, oldest first.
func (i *Institution) PEM() []byte {
	i.mu.Lock()
	defer i.mu.Unlock()
	return encodeCertificates(append([]*x509.Certificate{i.root}, i.issuing...)...)
}

// issuingKey opens the issuing key in use. The caller closes it.
func (i *Institution) issuingKey() (keys.Key, *x509.Certificate, error) {
	i.mu.Lock()
	n := len(i.issuing)
	cert := i.issuing[n-1]
	i.mu.Unlock()
	key, err := i.openKey(numbered("issuing", n))
	if err != nil {
		return nil, nil, err
	}
	if pub, ok := key.Public().(*ecdsa.PublicKey); !ok || !pub.Equal(cert.PublicKey) {
		key.Close()
		return nil, nil, fmt.Errorf("%w: issuing key and certificate differ", ErrFormat)
	}
	return key, cert, nil
}

// openKey opens a key of the folder: one that lies in its file, or one that the file names.
func (i *Institution) openKey(name string) (keys.Key, error) {
	key, err := keys.Open(i.path(name+".key"), i.o.Passphrase)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, name)
	}
	if err != nil {
		return nil, fmt.Errorf("institution: %s: %w", name, err)
	}
	return key, nil
}

func numbered(role string, n int) string { return fmt.Sprintf("%s-%d", role, n) }

// last is the highest number of a role's key files or statements; 0: none.
func (i *Institution) last(role, ext string) int {
	n := 0
	for {
		if _, err := os.Lstat(i.path(numbered(role, n+1) + ext)); err != nil {
			return n
		}
		n++
	}
}

func readJSON(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxJSON))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %s", ErrFormat, filepath.Base(path))
	}
	return nil
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return keys.WriteFile(path, append(data, '\n'), 0o644)
}

// writePrivateJSON is writeJSON for the owner alone.
func writePrivateJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return keys.WriteFile(path, append(data, '\n'), 0o600)
}
