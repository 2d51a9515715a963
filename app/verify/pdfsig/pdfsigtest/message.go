package pdfsigtest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha1" // one of the digests that are refused
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Identity is a certificate with its key.
type Identity struct {
	Cert *x509.Certificate
	Key  *ecdsa.PrivateKey
}

// PEM gives the certificate as --trust takes it.
func (i *Identity) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Cert.Raw})
}

// Kit is a root with a signer and a time-stamp authority below it.
type Kit struct{ Root, Signer, Stamper *Identity }

// NewKit makes a kit with keys of its own.
func NewKit(t testing.TB) *Kit {
	t.Helper()
	k := &Kit{}
	k.Root = Mint(t, nil, "SPECIMEN PDF root", func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign })
	k.Signer = Mint(t, k.Root, "SPECIMEN office", nil)
	k.Stamper = Mint(t, k.Root, "SPECIMEN time", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} })
	return k
}

// Mint makes a certificate; by nil: its own issuer.
func Mint(t testing.TB, by *Identity, common string, change func(*x509.Certificate)) *Identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<40))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{Organization: []string{"SPECIMEN"}, CommonName: common},
		NotBefore: Now().AddDate(-1, 0, 0), NotAfter: Now().AddDate(3, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	if change != nil {
		change(c)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Cert, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return &Identity{c, key}
}

// Message is how to make the CMS.
type Message struct {
	NoESS    bool
	ESS      *Identity // the certificate that is named; nil: the signer's
	Hash     crypto.Hash
	Stamp    *Stamp
	Embedded []byte // content inside the message
	Without  bool   // the signer's certificate
}

// Stamp is how to make a time-stamp token.
type Stamp struct {
	At   time.Time
	By   *Identity           // nil: the kit's authority
	Over func([]byte) []byte // nil: the signature's value
}

type part = func(*cryptobyte.Builder)

func build(t testing.TB, p part) []byte {
	t.Helper()
	var b cryptobyte.Builder
	p(&b)
	out, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wrap(g tag.Tag, parts ...part) part {
	return func(b *cryptobyte.Builder) {
		b.AddASN1(g, func(b *cryptobyte.Builder) {
			for _, p := range parts {
				p(b)
			}
		})
	}
}

func seq(parts ...part) part { return wrap(tag.SEQUENCE, parts...) }
func raw(der []byte) part    { return func(b *cryptobyte.Builder) { b.AddBytes(der) } }
func oid(n ...int) part {
	return func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier(n)) }
}
func octets(v []byte) part { return func(b *cryptobyte.Builder) { b.AddASN1OctetString(v) } }
func number(n int64) part  { return func(b *cryptobyte.Builder) { b.AddASN1Int64(n) } }

func algorithm(h crypto.Hash) part {
	if h == crypto.SHA1 {
		return seq(oid(1, 3, 14, 3, 2, 26))
	}
	return seq(oid(2, 16, 840, 1, 101, 3, 4, 2, 1))
}

func signatureAlgorithm(h crypto.Hash) part {
	if h == crypto.SHA1 {
		return seq(oid(1, 2, 840, 10045, 4, 1))
	}
	return seq(oid(1, 2, 840, 10045, 4, 3, 2))
}

// message makes a SignedData over content, detached.
func (k *Kit) message(t testing.TB, content []byte, by *Identity, chain []*Identity, m Message) []byte {
	return k.signedData(t, content, by, chain, m, oid(1, 2, 840, 113549, 1, 7, 1), m.Embedded)
}

func (k *Kit) signedData(t testing.TB, content []byte, by *Identity, chain []*Identity, m Message, kind part, embedded []byte) []byte {
	if m.Hash == 0 {
		m.Hash = crypto.SHA256
	}
	h := m.Hash.New()
	h.Write(content)
	attr := func(id, value part) []byte { return build(t, seq(id, wrap(tag.SET, value))) }
	attrs := [][]byte{attr(oid(1, 2, 840, 113549, 1, 9, 3), kind), attr(oid(1, 2, 840, 113549, 1, 9, 4), octets(h.Sum(nil)))}
	if !m.NoESS {
		named := m.ESS
		if named == nil {
			named = by
		}
		sum := sha256.Sum256(named.Cert.Raw)
		attrs = append(attrs, attr(oid(1, 2, 840, 113549, 1, 9, 16, 2, 47), seq(seq(seq(octets(sum[:]))))))
	}
	slices.SortFunc(attrs, bytes.Compare)
	body := slices.Concat(attrs...)
	signed := build(t, wrap(tag.SET, raw(body)))
	h = m.Hash.New()
	h.Write(signed)
	value, err := ecdsa.SignASN1(rand.Reader, by.Key, h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	context := func(n uint8) tag.Tag { return tag.Tag(n).ContextSpecific().Constructed() }
	unsigned := raw(nil)
	if m.Stamp != nil {
		token := k.token(t, m.Stamp, value)
		unsigned = wrap(context(1), seq(oid(1, 2, 840, 113549, 1, 9, 16, 2, 14), wrap(tag.SET, raw(token))))
	}
	signer := seq(number(1), seq(raw(by.Cert.RawIssuer), func(b *cryptobyte.Builder) { b.AddASN1BigInt(by.Cert.SerialNumber) }),
		algorithm(m.Hash), wrap(context(0), raw(body)), signatureAlgorithm(m.Hash), octets(value), unsigned)
	var certs []part
	if !m.Without {
		certs = append(certs, raw(by.Cert.Raw))
	}
	for _, c := range chain {
		certs = append(certs, raw(c.Cert.Raw))
	}
	inner := seq(kind)
	if embedded != nil {
		inner = seq(kind, wrap(context(0), octets(embedded)))
	}
	return build(t, seq(oid(1, 2, 840, 113549, 1, 7, 2), wrap(context(0), seq(number(1), wrap(tag.SET, algorithm(m.Hash)), inner,
		wrap(context(0), certs...), wrap(tag.SET, signer)))))
}

// token makes a TimeStampToken (RFC 3161 §2.4.2).
func (k *Kit) token(t testing.TB, s *Stamp, value []byte) []byte {
	by := s.By
	if by == nil {
		by = k.Stamper
	}
	if s.Over != nil {
		value = s.Over(value)
	}
	sum := sha256.Sum256(value)
	tst := build(t, seq(number(1), oid(1, 2, 3, 4), seq(algorithm(crypto.SHA256), octets(sum[:])), number(7),
		wrap(tag.GeneralizedTime, raw([]byte(s.At.UTC().Format("20060102150405Z"))))))
	return k.signedData(t, tst, by, []*Identity{k.Root}, Message{}, oid(1, 2, 840, 113549, 1, 9, 16, 1, 4), tst)
}

// Token makes a time-stamp over some bytes, for signatures that are stamps over a document.
func (k *Kit) Token(t testing.TB, at time.Time, over []byte) []byte {
	return k.token(t, &Stamp{At: at}, over)
}
