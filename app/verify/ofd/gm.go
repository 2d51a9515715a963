package ofd

import (
	"bytes"
	"crypto/subtle"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxEmbedded bounds the certificates in a message.
const maxEmbedded = 16

// gmMessage is a SignedData of GM/T 0010 §8 with one signer: a signature without a seal, as digital signatures in OFD
// files mostly are. Nothing in it is proven.
type gmMessage struct {
	content   []byte // nil: detached
	cert      []byte // the signer's; nil: not there
	attrs     []byte // signed attributes with the SET OF tag; nil: none
	digest    []byte // messageDigest among them
	algorithm string
	value     []byte
}

// oidMessageDigest is the attribute of RFC 5652 §11.2, which GM/T 0010 takes over.
const oidMessageDigest = "1.2.840.113549.1.9.4"

// parseGM reads SEQUENCE { OID signedData, [0] SEQUENCE { version, digestAlgorithms, contentInfo, certificates [0], crls [1],
// signerInfos } }.
func parseGM(der []byte) (*gmMessage, error) {
	in := cryptobyte.String(der)
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	var info, wrapped, data, content, certs, signers, signer cryptobyte.String
	var oid string
	var has bool
	if !in.ReadASN1(&info, asn1.SEQUENCE) || !in.Empty() || !readOID(&info, &oid) || oid != "1.2.156.10197.6.1.4.2.2" ||
		!info.ReadASN1(&wrapped, context(0)) || !info.Empty() || !wrapped.ReadASN1(&data, asn1.SEQUENCE) || !wrapped.Empty() ||
		!data.SkipASN1(asn1.INTEGER) || !data.SkipASN1(asn1.SET) || !data.ReadASN1(&content, asn1.SEQUENCE) ||
		!data.ReadOptionalASN1(&certs, &has, context(0)) || !data.SkipOptionalASN1(context(1)) ||
		!data.ReadASN1(&signers, asn1.SET) || !data.Empty() || !signers.ReadASN1(&signer, asn1.SEQUENCE) || !signers.Empty() {
		return nil, broken("GM/T 0010 message")
	}
	m := &gmMessage{}
	var explicit, octets cryptobyte.String
	if !readOID(&content, &oid) || !content.ReadOptionalASN1(&explicit, &has, context(0)) || !content.Empty() ||
		has && (!explicit.ReadASN1(&octets, asn1.OCTET_STRING) || !explicit.Empty()) {
		return nil, broken("content of the message")
	}
	if has {
		m.content = append([]byte{}, octets...)
	}
	return m, m.readSigner(signer, certs)
}

// readSigner reads SignerInfo: version, issuerAndSerialNumber, digestAlgorithm, attributes [0], algorithm, value, [1].
func (m *gmMessage) readSigner(s, certs cryptobyte.String) error {
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	var id, issuer, serial, digest, attrs, alg, value cryptobyte.String
	var has bool
	var hash string
	if !s.SkipASN1(asn1.INTEGER) || !s.ReadASN1(&id, asn1.SEQUENCE) || !id.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!id.ReadASN1Element(&serial, asn1.INTEGER) || !id.Empty() || !s.ReadASN1(&digest, asn1.SEQUENCE) || !readOID(&digest, &hash) ||
		!s.ReadOptionalASN1(&attrs, &has, context(0)) || !s.ReadASN1(&alg, asn1.SEQUENCE) || !readOID(&alg, &m.algorithm) ||
		!s.ReadASN1(&value, asn1.OCTET_STRING) || !s.SkipOptionalASN1(context(1)) || !s.Empty() {
		return broken("signer of the message")
	}
	if hash != "1.2.156.10197.1.401" {
		m.algorithm = hash
	}
	m.value = bytes.Clone(value)
	if has {
		if m.digest = messageDigest(attrs); m.digest == nil {
			return broken("attributes of the message")
		}
		var b cryptobyte.Builder
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attrs) })
		m.attrs = b.BytesOrPanic()
	}
	for n := 0; !certs.Empty(); n++ {
		var c cryptobyte.String
		if n == maxEmbedded || !certs.ReadASN1Element(&c, asn1.SEQUENCE) {
			return broken("certificates of the message")
		}
		if namedBy(c, issuer, serial) {
			m.cert = bytes.Clone(c)
		}
	}
	return nil
}

// messageDigest finds the attribute; nil where it is not there exactly once.
func messageDigest(attrs cryptobyte.String) (sum []byte) {
	for !attrs.Empty() {
		var a, values, v cryptobyte.String
		var oid string
		if !attrs.ReadASN1(&a, asn1.SEQUENCE) || !readOID(&a, &oid) || !a.ReadASN1(&values, asn1.SET) || !a.Empty() {
			return nil
		}
		if oid != oidMessageDigest {
			continue
		}
		if sum != nil || !values.ReadASN1(&v, asn1.OCTET_STRING) || !values.Empty() {
			return nil
		}
		sum = bytes.Clone(v)
	}
	return sum
}

// namedBy compares serial number and issuer of a certificate (RFC 5280 §4.1) with those that a signer names.
func namedBy(cert, issuer, serial cryptobyte.String) bool {
	var body, tbs, n, name cryptobyte.String
	return cert.ReadASN1(&body, asn1.SEQUENCE) && body.ReadASN1(&tbs, asn1.SEQUENCE) && tbs.SkipOptionalASN1(context0()) &&
		tbs.ReadASN1Element(&n, asn1.INTEGER) && tbs.SkipASN1(asn1.SEQUENCE) && tbs.ReadASN1Element(&name, asn1.SEQUENCE) &&
		bytes.Equal(n, serial) && bytes.Equal(name, issuer)
}

// judgeGM takes data-hash, signature and issuer of a message. What it carries is Signature.xml, or its SM3; what it is
// detached from is Signature.xml.
func (s *signature) judgeGM(m *gmMessage, j *judgement, req verify.Request) {
	if !isSM2(m.algorithm) || s.method != "" && !isSM2(s.method) {
		j.add(check.Unsure("algorithm", check.NotSupported, shown(m.algorithm)))
		return
	}
	j.add(check.Pass("algorithm", "SM2 with SM3, GM/T 0010"))
	content, sum := m.content, sm3.Sum(s.raw)
	if content == nil {
		content = s.raw
	}
	ok := bytes.Equal(content, s.raw) || subtle.ConstantTimeCompare(content, sum[:]) == 1
	message := content
	if m.attrs != nil {
		own := sm3.Sum(content)
		ok = ok && subtle.ConstantTimeCompare(own[:], m.digest) == 1
		message = m.attrs
	}
	if ok {
		j.add(check.Pass(CheckDataHash, "SM3"))
	} else {
		j.add(check.Fail(CheckDataHash, check.WrongDigest, "Signature.xml"))
	}
	if m.cert == nil {
		j.add(check.Unsure("signature", check.NotChecked, "no certificate"))
		j.add(check.Unsure("issuer", check.UnknownIssuer, ""))
		return
	}
	signer := judgeKey("signature", trust.CheckIssuer, m.cert, message, m.value, j.at, j, req)
	j.trusted = signer && check.Overall(j.checks) == check.Passed
}
