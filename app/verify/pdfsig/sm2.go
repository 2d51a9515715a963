package pdfsig

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// sm2Name ends the name of the file that holds an SM2 signature over another one.
const sm2Name = ".p7s"

// Object identifiers of GB/T 35275-2017 and GM/T 0006, and the attributes in use, as they stand in DER.
const (
	derSMSignedData = "\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x02"
	derSMData       = "\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x01"
	derSM3          = "\x2a\x81\x1c\xcf\x55\x01\x83\x11"
	derSM2Sign      = "\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x01"
	derSM2WithSM3   = "\x2a\x81\x1c\xcf\x55\x01\x83\x75"
	derContentType  = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
	derDigest       = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
)

// maxSM2Certificates bounds the certificates in one signature.
const maxSM2Certificates = 8

// judgeSM2 takes the checks sm2-signature and sm2-issuer for every associated file that has a signature of GB/T 35275 beside
// it; none for a document without. The dates of the signer's certificate are those of the signature over the document.
func judgeSM2(f *file, all []*judgement, req verify.Request) (checks []check.Check) {
	files, err := attachments(f)
	if err != nil {
		return []check.Check{check.Fail(CheckSM2, check.Structure, "files of the document")}
	}
	for _, a := range files {
		of, ok := strings.CutSuffix(a.name, sm2Name)
		if !ok || !isSM2Message(a.data) {
			continue
		}
		n := slices.IndexFunc(files, func(b attached) bool { return b.name == of })
		if n < 0 {
			checks = append(checks, check.Fail(CheckSM2, check.Structure, "the file that it is over is missing"))
			continue
		}
		checks = append(checks, judgeOneSM2(a.data, files[n].data, all, req)...)
	}
	return checks
}

func judgeOneSM2(message, content []byte, all []*judgement, req verify.Request) []check.Check {
	m, ok := readSM2(message)
	if !ok {
		return []check.Check{check.Fail(CheckSM2, check.Structure, "")}
	}
	sum := sm3.Sum(content)
	if subtle.ConstantTimeCompare(sum[:], m.digest) != 1 {
		return []check.Check{check.Fail(CheckSM2, check.WrongDigest, "SM3")}
	}
	var signer *trust.SM2Certificate
	for _, der := range m.certs {
		if c, err := trust.ParseSM2Certificate(der); err == nil && m.names(der) {
			signer = c
			break
		}
	}
	if signer == nil {
		return []check.Check{check.Fail(CheckSM2, check.Structure, "no certificate of the signer")}
	}
	if !trust.VerifySM2(signer.Public, m.attributes, m.value) {
		return []check.Check{check.Fail(CheckSM2, check.WrongSignature, "SM2")}
	}
	if !signer.MaySign() {
		return []check.Check{check.Fail(CheckSM2, check.WrongKeyUsage, "")}
	}
	sum256 := sha256.Sum256(signer.Raw)
	return []check.Check{check.Pass(CheckSM2, fmt.Sprintf("SM2 with SM3, certificate SHA-256 %x…", sum256[:8])), judgeSM2Issuer(signer, all, req)}
}

// judgeSM2Issuer finds who certified the key: an institution held here (its issuing key is P-256), for the same counter that
// signed the document, or an SM2 authority held here.
func judgeSM2Issuer(signer *trust.SM2Certificate, all []*judgement, req verify.Request) check.Check {
	at, station := req.At, ""
	for _, j := range all {
		if j.proven && j.signer != nil {
			station = uriOf(j.signer.Raw)
			if !j.at.IsZero() {
				at = j.at
			}
			break
		}
	}
	leaf, err := smx509.ParseCertificate(signer.Raw)
	if err != nil {
		return check.Unsure(CheckSM2Issuer, trust.ReasonNotEvaluated, "")
	}
	var held []*trust.Institution
	if req.Anchors != nil {
		held = req.Anchors.Institutions()
	}
	for _, inst := range held {
		if !slices.ContainsFunc(inst.Issuing, func(c *x509.Certificate) bool {
			parent, err := smx509.ParseCertificate(c.Raw)
			return err == nil && leaf.CheckSignatureFrom(parent) == nil
		}) {
			continue
		}
		switch {
		case station == "":
			return check.Unsure(CheckSM2Issuer, check.NotChecked, "nobody proven signed the document")
		case uriOf(signer.Raw) != station:
			return check.Fail(CheckSM2Issuer, check.WrongKeyUsage, "certified for another counter")
		case at.Before(leaf.NotBefore):
			return check.Fail(CheckSM2Issuer, check.NotYetValid, "institution "+inst.Name)
		case at.After(leaf.NotAfter):
			return check.Fail(CheckSM2Issuer, check.Expired, "institution "+inst.Name)
		}
		return check.Pass(CheckSM2Issuer, "institution "+inst.Name)
	}
	if req.ClockUnsure {
		at = time.Time{}
	}
	_, c := req.Anchors.JudgeSM2(signer, at)
	c.Name = CheckSM2Issuer
	return c
}

// uriOf is the one URI among a certificate's names; "" where there is none or more.
func uriOf(der []byte) string {
	c, err := smx509.ParseCertificate(der)
	if err != nil || len(c.URIs) != 1 {
		return ""
	}
	return c.URIs[0].String()
}

// sm2Message is a detached SignedData of GB/T 35275-2017 §7 with one signer, taken apart.
type sm2Message struct {
	certs          [][]byte
	issuer, serial []byte // of the signer's certificate, DER
	attributes     []byte // what is signed: the attributes as a SET
	digest         []byte
	value          []byte
}

// names tells whether the message says that this certificate is the signer's.
func (m *sm2Message) names(der []byte) bool {
	in := cryptobyte.String(der)
	var body, tbs, serial, issuer cryptobyte.String
	return in.ReadASN1(&body, asn1.SEQUENCE) && body.ReadASN1(&tbs, asn1.SEQUENCE) &&
		tbs.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) && tbs.ReadASN1Element(&serial, asn1.INTEGER) &&
		tbs.SkipASN1(asn1.SEQUENCE) && tbs.ReadASN1Element(&issuer, asn1.SEQUENCE) &&
		bytes.Equal(serial, m.serial) && bytes.Equal(issuer, m.issuer)
}

// isSM2Message tells whether a file says that it is a SignedData of GB/T 35275.
func isSM2Message(b []byte) bool {
	in := cryptobyte.String(b)
	var info, oid cryptobyte.String
	return in.ReadASN1(&info, asn1.SEQUENCE) && info.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) && string(oid) == derSMSignedData
}

// readSM2 reads what is in use, strictly: one digest (SM3), no content, certificates, one signer by issuer and serial,
// signed attributes, nothing unsigned.
func readSM2(b []byte) (*sm2Message, bool) {
	in := cryptobyte.String(b)
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	var info, oid, wrapped, data, digests, content, certs, signers, signer cryptobyte.String
	var version int
	if !in.ReadASN1(&info, asn1.SEQUENCE) || !in.Empty() || !info.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || string(oid) != derSMSignedData ||
		!info.ReadASN1(&wrapped, context0) || !info.Empty() || !wrapped.ReadASN1(&data, asn1.SEQUENCE) || !wrapped.Empty() ||
		!data.ReadASN1Integer(&version) || version != 1 || !data.ReadASN1(&digests, asn1.SET) || !readAlgorithm(&digests, derSM3) || !digests.Empty() ||
		!data.ReadASN1(&content, asn1.SEQUENCE) || !content.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || string(oid) != derSMData || !content.Empty() ||
		!data.ReadASN1(&certs, context0) || !data.ReadASN1(&signers, asn1.SET) || !data.Empty() ||
		!signers.ReadASN1(&signer, asn1.SEQUENCE) || !signers.Empty() {
		return nil, false
	}
	m := &sm2Message{}
	for !certs.Empty() {
		var c cryptobyte.String
		if len(m.certs) == maxSM2Certificates || !certs.ReadASN1Element(&c, asn1.SEQUENCE) {
			return nil, false
		}
		m.certs = append(m.certs, c)
	}
	return m, m.readSigner(signer)
}

func (m *sm2Message) readSigner(signer cryptobyte.String) bool {
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	var version int
	var id, issuer, serial, attrs, value cryptobyte.String
	if !signer.ReadASN1Integer(&version) || version != 1 || !signer.ReadASN1(&id, asn1.SEQUENCE) ||
		!id.ReadASN1Element(&issuer, asn1.SEQUENCE) || !id.ReadASN1Element(&serial, asn1.INTEGER) || !id.Empty() ||
		!readAlgorithm(&signer, derSM3) || !signer.ReadASN1Element(&attrs, context0) ||
		!readAlgorithm(&signer, derSM2Sign, derSM2WithSM3) || !signer.ReadASN1(&value, asn1.OCTET_STRING) || !signer.Empty() {
		return false
	}
	m.issuer, m.serial, m.value = issuer, serial, value
	m.attributes = append([]byte{byte(asn1.SET)}, attrs[1:]...) // RFC 5652 §5.4: signed as a SET
	var inside, oid, sum cryptobyte.String
	if !attrs.ReadASN1(&inside, context0) {
		return false
	}
	values, ok := readSet(inside)
	if !ok {
		return false
	}
	kind, digest := values[derContentType], values[derDigest]
	if !kind.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || string(oid) != derSMData || !digest.ReadASN1(&sum, asn1.OCTET_STRING) {
		return false
	}
	m.digest = sum
	return true
}

// readAlgorithm reads an AlgorithmIdentifier that must be one of some, without parameters or with NULL.
func readAlgorithm(in *cryptobyte.String, allowed ...string) bool {
	var alg, oid cryptobyte.String
	var null cryptobyte.String
	var has bool
	return in.ReadASN1(&alg, asn1.SEQUENCE) && alg.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) && slices.Contains(allowed, string(oid)) &&
		alg.ReadOptionalASN1(&null, &has, asn1.NULL) && null.Empty() && alg.Empty()
}
