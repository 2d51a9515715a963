package beid_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"bangban/cardreader/apdu"
	"bangban/cardreader/cms"
)

// chip is a card: files by path, T=1 or T=0.
type chip struct {
	files    map[string][]byte // "DF014031" → content
	t0       bool              // a short file is answered with 6Cxx
	failAt   int               // offset from which reading fails
	failWith []byte            // with this answer
	selected bool
	file     []byte
}

func (*chip) ATR() []byte  { return []byte{0x3B, 0x98} }
func (*chip) Close() error { return nil }
func (c *chip) Transmit(_ context.Context, b []byte) ([]byte, error) {
	cmd, err := apdu.ParseCommand(b)
	if err != nil {
		return []byte{0x67, 0x00}, nil
	}
	at := int(cmd.P1)<<8 | int(cmd.P2)
	rest := max(len(c.file)-at, 0)
	switch {
	case cmd.INS == 0xA4 && cmd.P1 == 4 && string(cmd.Data) == "\xA0\x00\x00\x01\x77PKCS-15":
		c.selected = true
		return []byte{0x90, 0x00}, nil
	case cmd.INS == 0xA4 && cmd.P1 == 8 && c.selected && len(cmd.Data) == 6:
		content, ok := c.files[string(cmd.Data[2:])]
		if !ok {
			return []byte{0x6A, 0x82}, nil
		}
		c.file = content
		return []byte{0x90, 0x00}, nil
	case cmd.INS != 0xB0:
		return []byte{0x6D, 0x00}, nil
	case c.failWith != nil && at >= c.failAt:
		return c.failWith, nil
	case rest == 0:
		return []byte{0x6B, 0x00}, nil
	case c.t0 && cmd.Ne > rest:
		return []byte{0x6C, byte(rest)}, nil
	}
	n := min(cmd.Ne, rest)
	return append(bytes.Clone(c.file[at:at+n]), 0x90, 0x00), nil
}

const (
	identity, identitySig = "\xDF\x01\x40\x31", "\xDF\x01\x40\x32"
	address, addressSig   = "\xDF\x01\x40\x33", "\xDF\x01\x40\x34"
	photo, certificate    = "\xDF\x01\x40\x35", "\xDF\x00\x50\x3C"
)

// state is a root and a register of an invented Belgium.
type state struct {
	root     *cms.Certificate
	register []byte
	key      crypto.Signer
	hash     crypto.Hash
}

func newKey(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "RSA":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "P-256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newState mints one. change may spoil the register's certificate.
func newState(t testing.TB, kind string, hash crypto.Hash, change func(root, register *x509.Certificate)) state {
	t.Helper()
	rootKey, key := newKey(t, "P-384"), newKey(t, kind)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"BE"}, CommonName: "SPECIMEN Root CA"},
		NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2039, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{1}}
	register := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{Country: []string{"BE"}, Organization: []string{"RRN"}, CommonName: "RRN"},
		NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	if change != nil {
		change(root, register)
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, register, root, key.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	anchor, err := cms.ParseCertificate(rootDER)
	if err != nil {
		t.Fatal(err)
	}
	return state{root: anchor, register: der, key: key, hash: hash}
}

func (s state) sign(t testing.TB, message []byte) []byte {
	t.Helper()
	h := s.hash.New()
	h.Write(message)
	b, err := s.key.Sign(rand.Reader, h.Sum(nil), s.hash)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func field(tag byte, value string) []byte { return append([]byte{tag, byte(len(value))}, value...) }

var jpeg = append(append([]byte{0xFF, 0xD8, 0xFF, 0xE0}, bytes.Repeat([]byte("SPECIMEN"), 370)...), 0xFF, 0xD9)

// files makes the files of an invented person. The identity is one byte field longer than a chunk has room for, so that
// it takes two.
func (s state) files(t testing.TB) map[string][]byte {
	t.Helper()
	digest := sha256.Sum256(jpeg)
	id := bytes.Join([][]byte{field(0, "\x03\x00"), field(1, "592000000001"), field(2, "SPECIMEN-CHIP"), field(3, "01.07.2020"), field(4, "01.07.2030"),
		field(5, "Sint-Specimen"), field(6, "52030500156"), field(7, "SPECIMEN"), field(8, "Marie Thérèse"), field(9, "A"), field(0x0A, "Belg"),
		field(0x0B, "Voorbeeldstad"), field(0x0C, "05 MAAR 1952"), field(0x0D, "V"), field(0x0E, ""), field(0x0F, "1"), field(0x10, "0"),
		field(0x11, string(digest[:])), field(0x14, "")}, nil)
	home := bytes.Join([][]byte{field(1, "Voorbeeldstraat 7"), field(2, "1000"), field(3, "Brussel")}, nil)
	idSig := s.sign(t, id)
	return map[string][]byte{identity: id, identitySig: idSig, address: append(bytes.Clone(home), make([]byte, 40)...),
		addressSig: s.sign(t, append(bytes.Clone(home), idSig...)), photo: jpeg, certificate: s.register}
}
