package emrtd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"

	"bangban/cardreader/cms"
	"bangban/cardreader/tlv"
)

// issuer is a country signing authority and one document signer, made for a test and gone after it.
type issuer struct {
	t       testing.TB
	ca, ds  *x509.Certificate
	caKey   *ecdsa.PrivateKey
	dsKey   *ecdsa.PrivateKey
	signing time.Time
	content []int // object identifier of the content; nil: the right one
}

func newIssuer(t testing.TB, country string, template func(ds *x509.Certificate)) *issuer {
	i := &issuer{t: t, signing: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)}
	i.caKey, i.dsKey = newKey(t), newKey(t)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{country}, CommonName: "SPECIMEN CSCA"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		SubjectKeyId: []byte{1, 2, 3, 4},
	}
	ds := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Country: []string{country}, CommonName: "SPECIMEN DS"},
		NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: []byte{5, 6, 7, 8},
	}
	if template != nil {
		template(ds)
	}
	i.ca = i.certify(ca, ca, i.caKey)
	i.ds = i.certify(ds, i.ca, i.dsKey)
	return i
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (i *issuer) certify(c, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	b, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, i.caKey)
	if err != nil {
		i.t.Fatal(err)
	}
	out, err := x509.ParseCertificate(b)
	if err != nil {
		i.t.Fatal(err)
	}
	return out
}

func (i *issuer) anchors() []*cms.Certificate {
	c, err := cms.ParseCertificate(i.ca.Raw)
	if err != nil {
		i.t.Fatal(err)
	}
	return []*cms.Certificate{c}
}

func addOID(b *cryptobyte.Builder, id ...int) { b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier(id)) }

func algorithm(b *cryptobyte.Builder, id ...int) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { addOID(b, id...) })
}

// object writes an LDSSecurityObject over data groups.
func object(t testing.TB, groups map[int][]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		algorithm(b, 2, 16, 840, 1, 101, 3, 4, 2, 1)
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			for n := 1; n <= maxGroups; n++ {
				if g, ok := groups[n]; ok {
					h := sha256.Sum256(g)
					b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1Int64(int64(n))
						b.AddASN1OctetString(h[:])
					})
				}
			}
		})
	})
	out, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sign makes EF.SOD of a content.
func (i *issuer) sign(content []byte) []byte {
	contentType := []int{2, 23, 136, 1, 1, 1}
	if i.content != nil {
		contentType = i.content
	}
	attributes := i.attributes(content, contentType)
	var set cryptobyte.Builder
	set.AddASN1(der.SET, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
	sum := sha256.Sum256(set.BytesOrPanic())
	signature, err := i.dsKey.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		i.t.Fatal(err)
	}
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f func(*cryptobyte.Builder)) { b.AddASN1(der.SEQUENCE, f) }
	tagged := func(b *cryptobyte.Builder, f func(*cryptobyte.Builder)) {
		b.AddASN1(der.Tag(0).ContextSpecific().Constructed(), f)
	}
	sequence(&b, func(b *cryptobyte.Builder) {
		addOID(b, 1, 2, 840, 113549, 1, 7, 2)
		tagged(b, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(3)
				b.AddASN1(der.SET, func(b *cryptobyte.Builder) { algorithm(b, 2, 16, 840, 1, 101, 3, 4, 2, 1) })
				sequence(b, func(b *cryptobyte.Builder) {
					addOID(b, contentType...)
					tagged(b, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
				})
				tagged(b, func(b *cryptobyte.Builder) { b.AddBytes(i.ds.Raw) })
				b.AddASN1(der.SET, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) {
						b.AddASN1Int64(1)
						sequence(b, func(b *cryptobyte.Builder) {
							b.AddBytes(i.ds.RawIssuer)
							b.AddASN1BigInt(i.ds.SerialNumber)
						})
						algorithm(b, 2, 16, 840, 1, 101, 3, 4, 2, 1)
						tagged(b, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
						algorithm(b, 1, 2, 840, 10045, 4, 3, 2)
						b.AddASN1OctetString(signature)
					})
				})
			})
		})
	})
	return tlv.Append(nil, fileSOD.tag, b.BytesOrPanic())
}

// attributes are contentType, signingTime and messageDigest: already in the order that DER gives a SET OF.
func (i *issuer) attributes(content []byte, contentType []int) []byte {
	sum := sha256.Sum256(content)
	var b cryptobyte.Builder
	attribute := func(last int, value func(*cryptobyte.Builder)) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			addOID(b, 1, 2, 840, 113549, 1, 9, last)
			b.AddASN1(der.SET, value)
		})
	}
	attribute(3, func(b *cryptobyte.Builder) { addOID(b, contentType...) })
	attribute(5, func(b *cryptobyte.Builder) { b.AddASN1UTCTime(i.signing) })
	attribute(4, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum[:]) })
	return b.BytesOrPanic()
}
