package print

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// The object identifiers of a signature.
func oid(parts ...int) asn1.ObjectIdentifier { return parts }

func oidData() asn1.ObjectIdentifier       { return oid(1, 2, 840, 113549, 1, 7, 1) }
func oidSignedData() asn1.ObjectIdentifier { return oid(1, 2, 840, 113549, 1, 7, 2) }
func oidSHA256() asn1.ObjectIdentifier     { return oid(2, 16, 840, 1, 101, 3, 4, 2, 1) }
func oidECDSA256() asn1.ObjectIdentifier   { return oid(1, 2, 840, 10045, 4, 3, 2) }

// Attributes (RFC 5652 §11.1, §11.2; RFC 5035 §3; RFC 3161 appendix A).
func oidContentType() asn1.ObjectIdentifier   { return oid(1, 2, 840, 113549, 1, 9, 3) }
func oidMessageDigest() asn1.ObjectIdentifier { return oid(1, 2, 840, 113549, 1, 9, 4) }
func oidSigningCert() asn1.ObjectIdentifier   { return oid(1, 2, 840, 113549, 1, 9, 16, 2, 47) }
func oidTimeStamp() asn1.ObjectIdentifier     { return oid(1, 2, 840, 113549, 1, 9, 16, 2, 14) }

// suite is the algorithms of a signature. A nil name of the hash in the signing certificate attribute is SHA-256, the
// default there (RFC 5035 §3).
type suite struct {
	container, data   asn1.ObjectIdentifier // of SignedData, and of what it is over
	digest, signature asn1.ObjectIdentifier
	essHash           asn1.ObjectIdentifier
	sum               func([]byte) []byte
	sign              func(attrs []byte) ([]byte, error)
}

// link is what a signature says of a certificate.
type link struct {
	raw, issuer []byte // DER of the certificate and of its issuer's name
	serial      *big.Int
}

// international is ECDSA with SHA-256.
func international(key crypto.Signer) suite {
	sum := func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
	return suite{container: oidSignedData(), data: oidData(), digest: oidSHA256(), signature: oidECDSA256(), sum: sum, sign: func(attrs []byte) ([]byte, error) {
		return key.Sign(nil, sum(attrs), crypto.SHA256)
	}}
}

func links(chain []*x509.Certificate) (all []link) {
	for _, c := range chain {
		all = append(all, link{c.Raw, c.RawIssuer, c.SerialNumber})
	}
	return all
}

// signCMS makes a detached SignedData with one signer (RFC 5652 §5, ETSI EN 319 122-1 §6.3 level B-B). Signed attributes
// are content type, message digest and signing certificate; no signing time: PAdES has it in /M of the dictionary
// (ETSI EN 319 142-1 §6.3), and a second one could only contradict.
func signCMS(digest []byte, k suite, chain []link) ([]byte, error) {
	attrs, err := setOf(der.SET, k.signedAttributes(digest, chain[0])...)
	if err != nil {
		return nil, err
	}
	sig, err := k.sign(attrs) // over the SET, whatever tag it has in the message (RFC 5652 §5.4)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	var certs []element
	for _, c := range chain {
		certs = append(certs, func(b *cryptobyte.Builder) { b.AddBytes(c.raw) })
	}
	embedded, err := setOf(der.Tag(0).ContextSpecific().Constructed(), certs...)
	if err != nil {
		return nil, err
	}
	attrs[0] = byte(der.Tag(0).ContextSpecific().Constructed())
	return encode1(func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { // ContentInfo
			b.AddASN1ObjectIdentifier(k.container)
			b.AddASN1(der.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { // SignedData
					b.AddASN1Int64(1)
					b.AddASN1(der.SET, k.addDigest)
					b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(k.data) })
					b.AddBytes(embedded)
					b.AddASN1(der.SET, func(b *cryptobyte.Builder) { k.addSigner(b, chain[0], attrs, sig) })
				})
			})
		})
	})
}

func (k suite) addDigest(b *cryptobyte.Builder) { // parameters absent (RFC 5754 §2)
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(k.digest) })
}

func (k suite) addSigner(b *cryptobyte.Builder, cert link, attrs, sig []byte) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { // SignerInfo
		b.AddASN1Int64(1)
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { // IssuerAndSerialNumber
			b.AddBytes(cert.issuer)
			b.AddASN1BigInt(cert.serial)
		})
		k.addDigest(b)
		b.AddBytes(attrs)
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(k.signature) })
		b.AddASN1OctetString(sig)
	})
}

func (k suite) signedAttributes(digest []byte, cert link) []element {
	attr := func(id asn1.ObjectIdentifier, value element) element {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(id)
				b.AddASN1(der.SET, cryptobyte.BuilderContinuation(value))
			})
		}
	}
	return []element{
		attr(oidContentType(), func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(k.data) }),
		attr(oidMessageDigest(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }),
		attr(oidSigningCert(), func(b *cryptobyte.Builder) { k.addSigningCertificate(b, cert) }),
	}
}

// addSigningCertificate is SigningCertificateV2 with one ESSCertIDv2 (RFC 5035 §3 and §4):
//
//	SEQUENCE { SEQUENCE OF { SEQUENCE { ? hashAlgorithm, certHash OCTET STRING, SEQUENCE { GeneralNames, serialNumber } } } }
func (k suite) addSigningCertificate(b *cryptobyte.Builder, cert link) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
				if k.essHash != nil {
					b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(k.essHash) })
				}
				b.AddASN1OctetString(k.sum(cert.raw))
				b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1(der.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(cert.issuer) })
					})
					b.AddASN1BigInt(cert.serial)
				})
			})
		})
	})
}

type element func(*cryptobyte.Builder)

// setOf encodes elements in DER order (X.690 §11.6).
func setOf(tag der.Tag, elements ...element) ([]byte, error) {
	var parts [][]byte
	for _, e := range elements {
		p, err := encode1(e)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, bytes.Compare)
	return encode1(func(b *cryptobyte.Builder) {
		b.AddASN1(tag, func(b *cryptobyte.Builder) {
			for _, p := range parts {
				b.AddBytes(p)
			}
		})
	})
}

func encode1(e element) ([]byte, error) {
	var b cryptobyte.Builder
	e(&b)
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	return out, nil
}
