package pdfsig

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the digests that crypto.Hash.New needs
	_ "crypto/sha512"
	"crypto/subtle"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Attributes and content types.
const (
	oidSigningTime   = "1.2.840.113549.1.9.5"
	oidSigningCertV2 = "1.2.840.113549.1.9.16.2.47"
	oidTimeStamp     = "1.2.840.113549.1.9.16.2.14"
	oidTSTInfo       = "1.2.840.113549.1.9.16.1.4"
	usageStamping    = "1.3.6.1.5.5.7.3.8"
	maxAttributes    = 64
)

// attributes is what package cms leaves alone of a message with one signer: the values of its attributes, and its value.
type attributes struct {
	signed, unsigned map[string]cryptobyte.String
	value            []byte
}

// readAttributes reads a message in DER; of one in BER there are none.
func readAttributes(message []byte) (*attributes, bool) {
	in := cryptobyte.String(message)
	var info, wrapped, data, signers, s, attrs, value cryptobyte.String
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	var has bool
	if !in.ReadASN1(&info, asn1.SEQUENCE) || !info.SkipASN1(asn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&wrapped, context(0)) ||
		!wrapped.ReadASN1(&data, asn1.SEQUENCE) || !data.SkipASN1(asn1.INTEGER) || !data.SkipASN1(asn1.SET) || !data.SkipASN1(asn1.SEQUENCE) ||
		!data.SkipOptionalASN1(context(0)) || !data.SkipOptionalASN1(context(1)) || !data.ReadASN1(&signers, asn1.SET) ||
		!signers.ReadASN1(&s, asn1.SEQUENCE) || !signers.Empty() || !s.SkipASN1(asn1.INTEGER) {
		return nil, false
	}
	var sid cryptobyte.String
	var tag asn1.Tag
	a := &attributes{}
	if !s.ReadAnyASN1Element(&sid, &tag) || !s.SkipASN1(asn1.SEQUENCE) || !s.ReadOptionalASN1(&attrs, &has, context(0)) {
		return nil, false
	}
	var ok1, ok2 bool
	a.signed, ok1 = readSet(attrs)
	attrs = nil
	if !s.SkipASN1(asn1.SEQUENCE) || !s.ReadASN1(&value, asn1.OCTET_STRING) || !s.ReadOptionalASN1(&attrs, &has, context(1)) {
		return nil, false
	}
	a.unsigned, ok2 = readSet(attrs)
	a.value = value
	return a, ok1 && ok2
}

// readSet reads SET OF SEQUENCE { type OID, values SET } with one value each; others are left out.
func readSet(in cryptobyte.String) (map[string]cryptobyte.String, bool) {
	out := map[string]cryptobyte.String{}
	for n := 0; !in.Empty(); n++ {
		var a, oid, values, one cryptobyte.String
		var tag asn1.Tag
		if n == maxAttributes || !in.ReadASN1(&a, asn1.SEQUENCE) || !a.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !a.ReadASN1(&values, asn1.SET) || !a.Empty() {
			return nil, false
		}
		if values.ReadAnyASN1Element(&one, &tag) && values.Empty() {
			out[dotted(oid)] = one
		}
	}
	return out, true
}

// dotted names the attributes that count here.
func dotted(oid []byte) string {
	for name, der := range map[string]string{oidSigningTime: "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05", oidSigningCertV2: "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f",
		oidTimeStamp: "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e"} {
		if string(oid) == der {
			return name
		}
	}
	return string(oid)
}

// signingTime is the attribute of RFC 5652 §11.3; zero: none.
func (a *attributes) signingTime() (at time.Time) {
	v := a.signed[oidSigningTime]
	if v.PeekASN1Tag(asn1.UTCTime) {
		v.ReadASN1UTCTime(&at)
	} else {
		v.ReadASN1GeneralizedTime(&at)
	}
	return at
}

// judgeESS compares the signer's certificate with the one that the signature names (RFC 5035 §3): the first of
//
//	SEQUENCE { SEQUENCE OF SEQUENCE { hashAlgorithm DEFAULT sha256, certHash OCTET STRING, issuerSerial OPTIONAL } }
func (a *attributes) judgeESS(c *cms.Certificate) (check.Check, bool) {
	v, there := a.signed[oidSigningCertV2]
	if !there {
		return check.Check{}, false
	}
	var body, certs, id, alg, oid, sum cryptobyte.String
	hash := crypto.SHA256
	if !v.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&certs, asn1.SEQUENCE) || !certs.ReadASN1(&id, asn1.SEQUENCE) {
		return check.Fail(CheckESS, check.Structure, ""), true
	}
	if id.PeekASN1Tag(asn1.SEQUENCE) {
		if !id.ReadASN1(&alg, asn1.SEQUENCE) || !alg.ReadASN1Element(&oid, asn1.OBJECT_IDENTIFIER) {
			return check.Fail(CheckESS, check.Structure, ""), true
		}
		hash = cms.DigestByDER(oid)
	}
	if !id.ReadASN1(&sum, asn1.OCTET_STRING) {
		return check.Fail(CheckESS, check.Structure, ""), true
	}
	if hash == 0 || hash == crypto.SHA1 {
		return check.Unsure(CheckESS, check.NotSupported, "digest"), true
	}
	h := hash.New()
	h.Write(c.Raw)
	if subtle.ConstantTimeCompare(h.Sum(nil), sum) != 1 {
		return check.Fail(CheckESS, check.WrongDigest, ""), true
	}
	return check.Pass(CheckESS, ""), true
}

// stamp is what a time-stamp token says, where it is proven.
type stamp struct {
	at    time.Time
	rests trust.Snapshot
}

// judgeStamp takes the check time-stamp of a token (RFC 3161 §2.4.2) over some bytes. One that nobody here vouches for
// takes nothing away: the signature is then judged as if there were none.
func judgeStamp(token, over []byte, req verify.Request) (*stamp, check.Check) {
	sd, err := cms.Parse(token)
	if err != nil || sd.ContentType != oidTSTInfo || sd.Content == nil {
		return nil, check.Fail(CheckStamp, check.Structure, "")
	}
	sig, err := sd.Verify(nil)
	if err != nil {
		return nil, refused(CheckStamp, err)
	}
	hash, sum, at, ok := readTST(sd.Content)
	switch {
	case !ok:
		return nil, check.Fail(CheckStamp, check.Structure, "")
	case hash == 0 || hash == crypto.SHA1 || sig.Digest == crypto.SHA1:
		return nil, note(check.Unsure(CheckStamp, check.NotSupported, "digest"))
	}
	h := hash.New()
	h.Write(over)
	if subtle.ConstantTimeCompare(h.Sum(nil), sum) != 1 {
		return nil, check.Fail(CheckStamp, check.WrongDigest, "a stamp on something else")
	}
	signer, issuer := req.Anchors.JudgeSigner(sig.Signer, beside(sd, sig.Signer), at, usageStamping)
	if signer == nil {
		issuer.Name, issuer.Detail = CheckStamp, at.Format(time.RFC3339)+", "+fingerprint(sig.Signer)
		return nil, note(issuer)
	}
	return &stamp{at, signer.Rests}, check.Pass(CheckStamp, at.Format(time.RFC3339)+", "+fingerprint(sig.Signer))
}

// note makes what cannot be told harmless; what was disproven stays.
func note(c check.Check) check.Check {
	c.Optional = c.Verdict == check.Indeterminate
	return c
}

// readTST reads TSTInfo: SEQUENCE { version, policy OID, messageImprint { algorithm, hash }, serialNumber, genTime … }.
func readTST(der []byte) (hash crypto.Hash, sum []byte, at time.Time, ok bool) {
	in := cryptobyte.String(der)
	var body, imprint, alg, oid, digest cryptobyte.String
	ok = in.ReadASN1(&body, asn1.SEQUENCE) && in.Empty() && body.SkipASN1(asn1.INTEGER) && body.SkipASN1(asn1.OBJECT_IDENTIFIER) &&
		body.ReadASN1(&imprint, asn1.SEQUENCE) && imprint.ReadASN1(&alg, asn1.SEQUENCE) && alg.ReadASN1Element(&oid, asn1.OBJECT_IDENTIFIER) &&
		imprint.ReadASN1(&digest, asn1.OCTET_STRING) && body.SkipASN1(asn1.INTEGER)
	var raw cryptobyte.String
	if !ok || !body.ReadASN1(&raw, asn1.GeneralizedTime) {
		return 0, nil, at, false
	}
	at, err := time.Parse("20060102150405Z0700", string(raw)) // fractions are taken too
	return cms.DigestByDER(oid), bytes.Clone(digest), at.UTC(), err == nil
}

// beside gives the certificates of a message but the signer's.
func beside(sd *cms.SignedData, signer *cms.Certificate) (out []*cms.Certificate) {
	for _, c := range sd.Certificates {
		if !c.Equal(signer) && len(out) < 16 {
			out = append(out, c)
		}
	}
	return out
}
