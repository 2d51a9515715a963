package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// Software is the Kind of every key that lies in a file.
const Software = "software key"

// Algorithm of a key file.
type Algorithm uint8

// The algorithms.
const (
	P256 Algorithm = iota + 1
	Ed25519
)

// File is a private key from a key file. It is safe for concurrent use.
type File struct {
	mu  sync.RWMutex
	key crypto.Signer // *ecdsa.PrivateKey or ed25519.PrivateKey; nil once closed
	pub crypto.PublicKey
}

var _ crypto.Signer = (*File)(nil)

// Options says how a key file is protected. The zero value is no passphrase.
type Options struct {
	Passphrase []byte
	Cost       Cost // zero: DefaultCost
}

// CreateFile makes a fresh key and writes it to a file that must not exist yet.
func CreateFile(path string, rand io.Reader, alg Algorithm, o Options) (*File, error) {
	key, err := generate(rand, alg)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	data, err := encodeKey(rand, typePKCS8, der, o.Passphrase, o.Cost)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	if err := writeNew(path, data); err != nil {
		return nil, err
	}
	return newFile(key), nil
}

// newFile holds a private key and a public one that does not keep it alive.
func newFile(key crypto.Signer) *File {
	if k, ok := key.(*ecdsa.PrivateKey); ok {
		return &File{key: key, pub: publicHalf(k)}
	}
	return &File{key: key, pub: key.Public()}
}

// publicHalf copies the public key: a pointer into the private one would keep all of it alive, and what crypto/ecdsa
// remembers of it, long after it was closed.
func publicHalf(key *ecdsa.PrivateKey) *ecdsa.PublicKey {
	pub := key.PublicKey
	return &pub
}

func generate(rand io.Reader, alg Algorithm) (crypto.Signer, error) {
	switch alg {
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), rand)
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand)
		return key, err
	}
	return nil, ErrAlgorithm
}

// OpenFile reads a key file. Passphrase is nil for a file without one.
func OpenFile(path string, passphrase []byte) (*File, error) {
	data, err := readBounded(path, true)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	return parseFile(data, passphrase)
}

func parseFile(data, passphrase []byte) (*File, error) {
	der, err := decodeKey(data, typePKCS8, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, ErrFormat
	}
	switch key := parsed.(type) {
	case *ecdsa.PrivateKey:
		if key.Curve != elliptic.P256() {
			return nil, ErrAlgorithm
		}
		return newFile(key), nil
	case ed25519.PrivateKey:
		return newFile(key), nil
	}
	return nil, ErrAlgorithm
}

// Public implements crypto.Signer.
func (f *File) Public() crypto.PublicKey { return f.pub }

// Sign implements crypto.Signer. With a P-256 key the signature is deterministic (RFC 6979); rand is not read.
func (f *File) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.key == nil {
		return nil, ErrLocked
	}
	return f.key.Sign(nil, digest, opts)
}

// Kind says "software key".
func (f *File) Kind() string { return Software }

// Close overwrites the private key. Sign fails with ErrLocked afterwards.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	wipe(f.key)
	f.key = nil
	return nil
}

// Format implements fmt.Formatter so that no verb prints a field.
func (f *File) Format(s fmt.State, _ rune) { fmt.Fprint(s, "key ("+Software+")") }

// LogValue implements slog.LogValuer.
func (f *File) LogValue() slog.Value { return slog.StringValue("key (" + Software + ")") }

// wipe overwrites what can be reached of a private key.
func wipe(key crypto.Signer) {
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		//lint:ignore SA1019 the deprecated field is what has to be overwritten
		clear(k.D.Bits())
	case ed25519.PrivateKey:
		clear(k)
	}
}
