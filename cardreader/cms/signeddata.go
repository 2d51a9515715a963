package cms

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds on one message.
const (
	maxSigners  = 16
	maxEmbedded = 64 // certificates
)

// Content types.
const (
	OIDData       = "1.2.840.113549.1.7.1"
	oidSignedData = "1.2.840.113549.1.7.2"
	oidType       = "1.2.840.113549.1.9.3"
	oidDigest     = "1.2.840.113549.1.9.4"
	oidSigning    = "1.2.840.113549.1.9.5"
)

// SignedData is a CMS signed message, RFC 5652 §5.1. Nothing in it is proven before Verify.
type SignedData struct {
	ContentType  string // object identifier
	Content      []byte // nil: detached
	Certificates []*Certificate

	unread  int // certificates that could not be read
	signers []signer
}

type signer struct {
	issuer      Name
	serial      []byte
	keyID       []byte // set where the signer is named by subjectKeyIdentifier
	digest      crypto.Hash
	algorithm   algorithm
	attributes  []byte // signedAttrs in DER with the SET OF tag; nil: none
	contentType string
	sum         []byte
	signing     time.Time
	value       []byte
}

// Parse reads a ContentInfo with SignedData with nothing after it, in DER or, as RFC 5652 §5.1 allows, in BER.
func Parse(message []byte) (*SignedData, error) {
	if len(message) > MaxMessage {
		return nil, broken("message too large")
	}
	sd, err := parse(bytes.Clone(message))
	if ReasonOf(err) != Structure {
		return sd, err
	}
	der, err2 := toDER(message)
	if err2 != nil || bytes.Equal(der, message) {
		return nil, err
	}
	return parse(der)
}

// parse reads the message in DER.
//
//	SignedData ::= SEQUENCE { version INTEGER, digestAlgorithms SET OF, encapContentInfo,
//	  certificates [0] IMPLICIT OPTIONAL, crls [1] IMPLICIT OPTIONAL, signerInfos SET OF SignerInfo }
func parse(in cryptobyte.String) (*SignedData, error) {
	var info, explicit, body, digests, certs, signers cryptobyte.String
	if !in.ReadASN1(&info, asn1.SEQUENCE) || !in.Empty() {
		return nil, broken("message")
	}
	if oid, ok := readOID(&info); !ok || oid != oidSignedData {
		return nil, broken("not a signed message")
	}
	var version int
	if !info.ReadASN1(&explicit, contextSet(0)) || !info.Empty() || !explicit.ReadASN1(&body, asn1.SEQUENCE) ||
		!explicit.Empty() || !body.ReadASN1Integer(&version) || !body.ReadASN1(&digests, asn1.SET) {
		return nil, broken("signed message")
	}
	sd := &SignedData{}
	if err := sd.parseContent(&body); err != nil {
		return nil, err
	}
	var has bool
	if !body.ReadOptionalASN1(&certs, &has, contextSet(0)) || !body.SkipOptionalASN1(contextSet(1)) ||
		!body.ReadASN1(&signers, asn1.SET) || !body.Empty() {
		return nil, broken("signed message")
	}
	if err := sd.parseCertificates(certs); err != nil {
		return nil, err
	}
	for !signers.Empty() {
		if len(sd.signers) == maxSigners {
			return nil, broken("too many signers")
		}
		s, err := parseSigner(&signers)
		if err != nil {
			return nil, err
		}
		sd.signers = append(sd.signers, s)
	}
	return sd, nil
}

// parseContent reads SEQUENCE { eContentType OID, eContent [0] EXPLICIT OCTET STRING OPTIONAL }.
func (sd *SignedData) parseContent(body *cryptobyte.String) error {
	var info, explicit, content cryptobyte.String
	var has, ok bool
	if !body.ReadASN1(&info, asn1.SEQUENCE) {
		return broken("content")
	}
	if sd.ContentType, ok = readOID(&info); !ok || !info.ReadOptionalASN1(&explicit, &has, contextSet(0)) || !info.Empty() {
		return broken("content")
	}
	if !has {
		return nil
	}
	if !explicit.ReadASN1(&content, asn1.OCTET_STRING) || !explicit.Empty() {
		return broken("content")
	}
	sd.Content = append([]byte{}, content...)
	return nil
}

// parseCertificates keeps what can be read. A certificate that cannot is no fault of the message: it may be one of
// several. Whether the signer's is there shows when verifying.
func (sd *SignedData) parseCertificates(certs cryptobyte.String) error {
	for n := 0; !certs.Empty(); n++ {
		var e cryptobyte.String
		var tag asn1.Tag
		if n == maxEmbedded || !certs.ReadAnyASN1Element(&e, &tag) {
			return broken("certificates of the message")
		}
		if tag != asn1.SEQUENCE { // other certificate formats, RFC 5652 §10.2.2
			continue
		}
		c, err := ParseCertificate(e)
		if err != nil {
			sd.unread++
			continue
		}
		sd.Certificates = append(sd.Certificates, c)
	}
	return nil
}

// parseSigner reads SignerInfo, RFC 5652 §5.3.
//
//	SignerInfo ::= SEQUENCE { version INTEGER, sid SignerIdentifier, digestAlgorithm, signedAttrs [0] IMPLICIT OPTIONAL,
//	  signatureAlgorithm, signature OCTET STRING, unsignedAttrs [1] IMPLICIT OPTIONAL }
func parseSigner(in *cryptobyte.String) (signer, error) {
	var s signer
	var body, sid, serial, attrs, value cryptobyte.String
	var version int
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Integer(&version) {
		return s, broken("signer")
	}
	var ok, has bool
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		if !body.ReadASN1(&sid, asn1.SEQUENCE) {
			return s, broken("signer identifier")
		}
		if s.issuer, ok = readName(&sid); !ok || !sid.ReadASN1(&serial, asn1.INTEGER) || !sid.Empty() {
			return s, broken("signer identifier")
		}
		s.serial = serial
	} else if !body.ReadASN1(&sid, context(0)) || len(sid) == 0 {
		return s, broken("signer identifier")
	} else {
		s.keyID = sid
	}
	digest, ok := readAlgorithm(&body)
	if !ok || !body.ReadOptionalASN1(&attrs, &has, contextSet(0)) {
		return s, broken("signer")
	}
	if s.digest = digestByOID(digest.oid); s.digest == 0 {
		return s, refuse(NotSupported, "digest algorithm %s", digest.oid)
	}
	if has {
		if err := s.parseAttributes(attrs); err != nil {
			return s, err
		}
	}
	if s.algorithm, ok = readAlgorithm(&body); !ok || !body.ReadASN1(&value, asn1.OCTET_STRING) ||
		!body.SkipOptionalASN1(contextSet(1)) || !body.Empty() {
		return s, broken("signer")
	}
	s.value = value
	return s, nil
}

// parseAttributes reads signedAttrs: each attribute once, contentType and messageDigest with exactly one value,
// RFC 5652 §11.1 and §11.2, and puts them into the order that DER gives a SET OF, which is what is signed (§5.4).
func (s *signer) parseAttributes(attrs cryptobyte.String) error {
	elements, err := readElements(attrs, maxAttributes)
	if err != nil {
		return broken("signed attributes")
	}
	seen := map[string]bool{}
	for _, e := range elements {
		in := cryptobyte.String(e)
		var body, values cryptobyte.String
		if !in.ReadASN1(&body, asn1.SEQUENCE) {
			return broken("signed attribute")
		}
		oid, ok := readOID(&body)
		if !ok || !body.ReadASN1(&values, asn1.SET) || !body.Empty() || seen[oid] {
			return broken("signed attribute")
		}
		seen[oid] = true
		if !s.setAttribute(oid, values) {
			return broken("signed attribute " + oid)
		}
	}
	slices.SortFunc(elements, bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
		for _, e := range elements {
			b.AddBytes(e)
		}
	})
	if s.attributes, err = b.Bytes(); err != nil || s.contentType == "" || s.sum == nil {
		return broken("signed attributes")
	}
	return nil
}

func (s *signer) setAttribute(oid string, values cryptobyte.String) (ok bool) {
	switch oid {
	case oidType:
		s.contentType, ok = readOID(&values)
		return ok && values.Empty()
	case oidDigest:
		var sum cryptobyte.String
		ok = values.ReadASN1(&sum, asn1.OCTET_STRING) && values.Empty()
		s.sum = append([]byte{}, sum...)
		return ok
	case oidSigning:
		s.signing, ok = readTime(&values)
		return ok && values.Empty()
	}
	return true
}

// Signature is what Verify proved.
type Signature struct {
	Signer    *Certificate
	Signing   time.Time // the signer's own word, zero where it gives none
	Digest    crypto.Hash
	Algorithm string
}

// Verify proves that the content was signed by the one signer of the message, with a certificate that came with it or
// is one of others. It says nothing on whether that certificate is to be trusted: Pool.Chain does. detached is the
// content where the message does not carry it, else nil.
func (sd *SignedData) Verify(detached []byte, others ...*Certificate) (*Signature, error) {
	content := sd.Content
	switch {
	case content == nil && detached == nil:
		return nil, broken("no content")
	case content != nil && detached != nil:
		return nil, broken("two contents")
	case content == nil:
		content = detached
	}
	if len(sd.signers) != 1 {
		return nil, refuse(NotSupported, "%d signers, one is wanted", len(sd.signers))
	}
	s := &sd.signers[0]
	cert, err := sd.signerCertificate(s, others)
	if err != nil {
		return nil, err
	}
	signed, err := s.signedBytes(content, sd.ContentType)
	if err != nil {
		return nil, err
	}
	alg, err := parseSignature(s.algorithm)
	if err != nil {
		return nil, err
	}
	if err := alg.verify(cert.PublicKey, s.digest, signed, s.value); err != nil {
		return nil, err
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&(DigitalSignature|ContentCommit) == 0 {
		return nil, refuse(WrongKeyUsage, "%v may not sign", cert.Subject)
	}
	return &Signature{Signer: cert, Signing: s.signing, Digest: s.digest, Algorithm: s.algorithm.oid}, nil
}

// signedBytes gives what the signature is over, RFC 5652 §5.4: the attributes, or the content where there are none,
// which is for content of type id-data only (§5.3).
func (s *signer) signedBytes(content []byte, contentType string) ([]byte, error) {
	if s.attributes == nil {
		if contentType != OIDData {
			return nil, broken("no signed attributes")
		}
		return content, nil
	}
	if s.contentType != contentType {
		return nil, broken("content type differs from the signed one")
	}
	h := s.digest.New()
	h.Write(content)
	if subtle.ConstantTimeCompare(h.Sum(nil), s.sum) != 1 {
		return nil, refuse(WrongDigest, "content")
	}
	return s.attributes, nil
}

// signerCertificate finds the certificate that the signer names. The name only picks one, the signature decides.
func (sd *SignedData) signerCertificate(s *signer, others []*Certificate) (*Certificate, error) {
	for _, c := range append(slices.Clip(sd.Certificates), others...) {
		if s.keyID != nil && bytes.Equal(c.SubjectKeyID, s.keyID) ||
			s.keyID == nil && c.Issuer.sameParts(s.issuer) && bytes.Equal(c.Serial, s.serial) {
			return c, nil
		}
	}
	if sd.unread > 0 {
		return nil, refuse(NotSupported, "%d certificates of the message could not be read", sd.unread)
	}
	return nil, refuse(UnknownIssuer, "the signer's certificate is not in the message")
}
