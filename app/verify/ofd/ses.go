package ofd

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// maxCerts bounds the certificates that a seal names.
const maxCerts = 256

// signedValue is SignedValue.dat taken apart. Nothing in it is proven.
type signedValue struct {
	plain     bool       // r, s and nothing else
	gm        *gmMessage // a signature without a seal
	version   int
	seal      *seal
	at        time.Time // zero: none that can be read
	dataHash  []byte
	tbs       []byte // as it stands
	cert      []byte
	algorithm string
	value     []byte
}

// seal is SESeal.
type seal struct {
	raw, signed        []byte // the whole; what its maker signed
	name               string
	certs              [][]byte // of those who may use it, or
	unread             bool     // something else stands among them
	digests            [][]byte // their digests
	created, from, end time.Time
	cert               []byte // the maker's
	algorithm          string
	value              []byte
}

func broken(what string) error { return fmt.Errorf("%w: %s", ErrSeal, what) }

func context0() asn1.Tag { return asn1.Tag(0).ContextSpecific().Constructed() }

// parseSigned reads SES_Signature, or the SEQUENCE { r, s } of a signature without a seal.
//
//	version 1:     SEQUENCE { toSign, signature BIT STRING }
//	version 4, 5:  SEQUENCE { toSign, cert OCTET STRING, signatureAlgID OID, signature BIT STRING, timeStamp [0] OPTIONAL }
func parseSigned(der []byte) (*signedValue, error) {
	in := cryptobyte.String(der)
	var body, tbs cryptobyte.String
	if !in.ReadASN1(&body, asn1.SEQUENCE) || !in.Empty() {
		return nil, broken("SES_Signature")
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		for range 2 { // r and s
			if !body.SkipASN1(asn1.INTEGER) {
				return nil, broken("r and s")
			}
		}
		if !body.Empty() {
			return nil, broken("r and s")
		}
		return &signedValue{plain: true, value: der}, nil
	}
	if body.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		m, err := parseGM(der)
		return &signedValue{gm: m}, err
	}
	if !body.ReadASN1Element(&tbs, asn1.SEQUENCE) {
		return nil, broken("TBS_Sign")
	}
	s := &signedValue{tbs: bytes.Clone(tbs)}
	first := body.PeekASN1Tag(asn1.BIT_STRING)
	if !first && !readSigner(&body, &s.cert, &s.algorithm) {
		return nil, broken("signer")
	}
	if !body.ReadASN1BitStringAsBytes(&s.value) || !body.SkipOptionalASN1(context0()) || !body.Empty() {
		return nil, broken("signature")
	}
	return s, s.readTBS(tbs, first)
}

func readSigner(in *cryptobyte.String, cert *[]byte, algorithm *string) bool {
	var c cryptobyte.String
	if !in.ReadASN1(&c, asn1.OCTET_STRING) {
		return false
	}
	*cert = bytes.Clone(c)
	return readOID(in, algorithm)
}

func readOID(in *cryptobyte.String, to *string) bool {
	var oid cryptobyte.String
	if !in.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || len(oid) == 0 || len(oid) > 32 {
		return false
	}
	var parts []string
	n, first := uint64(0), true
	for i, b := range oid {
		if n = n<<7 | uint64(b&0x7f); b&0x80 != 0 {
			if i == len(oid)-1 || n > 1<<40 {
				return false
			}
			continue
		}
		if first {
			top := min(n/40, 2)
			parts, first = append(parts, fmt.Sprint(top), fmt.Sprint(n-40*top)), false
		} else {
			parts = append(parts, fmt.Sprint(n))
		}
		n = 0
	}
	*to = strings.Join(parts, ".")
	return true
}

// readTBS reads SEQUENCE { version, eseal, timeInfo, dataHash, propertyInfo, … }; version 1 ends in cert and algorithm.
func (s *signedValue) readTBS(tbs cryptobyte.String, first bool) error {
	var body, sealRaw cryptobyte.String
	var ok bool
	if !tbs.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Integer(&s.version) || !body.ReadASN1Element(&sealRaw, asn1.SEQUENCE) {
		return broken("TBS_Sign")
	}
	if s.at, ok = readMoment(&body); !ok {
		return broken("time")
	}
	if s.dataHash, ok = readBits(&body); !ok || !body.SkipASN1(asn1.IA5String) {
		return broken("dataHash")
	}
	if first && !readSigner(&body, &s.cert, &s.algorithm) {
		return broken("signer")
	}
	if !skipExtensions(&body) || !body.Empty() {
		return broken("TBS_Sign")
	}
	if first != (s.version < 4) || s.version < 1 || s.version > 5 {
		return broken("version")
	}
	var err error
	s.seal, err = parseSeal(sealRaw, first)
	return err
}

// skipExtensions goes past ExtensionDatas, which the standards tag [0] and many programs do not.
func skipExtensions(in *cryptobyte.String) bool {
	return in.SkipOptionalASN1(context0()) && in.SkipOptionalASN1(asn1.SEQUENCE)
}

// readBits reads a BIT STRING; some programs write an OCTET STRING.
func readBits(in *cryptobyte.String) (b []byte, ok bool) {
	if in.PeekASN1Tag(asn1.OCTET_STRING) {
		var s cryptobyte.String
		ok = in.ReadASN1(&s, asn1.OCTET_STRING)
		return bytes.Clone(s), ok
	}
	ok = in.ReadASN1BitStringAsBytes(&b)
	return bytes.Clone(b), ok
}

// readMoment reads a time in any of the shapes in use; one that is a time-stamp token, or unknown, is the zero time.
func readMoment(in *cryptobyte.String) (time.Time, bool) {
	var value cryptobyte.String
	var tag asn1.Tag
	if !in.ReadAnyASN1(&value, &tag) {
		return time.Time{}, false
	}
	if tag == asn1.BIT_STRING && len(value) > 0 {
		value = value[1:]
		if inner := value; inner.ReadAnyASN1(&value, &tag) && inner.Empty() && (tag == asn1.UTCTime || tag == asn1.GeneralizedTime) {
			return moment(string(value)), true
		}
	}
	return moment(string(value)), true
}

// shanghai is the zone of a time that names none.
func shanghai() *time.Location { return time.FixedZone("", 8*3600) }

// moment reads the time formats that are met: ASN.1's, XML's, and those of GB/T 33190 programs.
func moment(s string) time.Time {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 40 {
		return time.Time{}
	}
	for _, layout := range []string{"20060102150405Z0700", "20060102150405", "060102150405Z0700", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05",
		"2006-01-02 15:04:05Z07:00", "2006/01/02 15:04:05", "20060102150405.999Z0700", time.DateOnly, "20060102", "2006年01月02日", "2006年1月2日"} {
		if t, err := time.ParseInLocation(layout, s, shanghai()); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// parseSeal reads SESeal.
//
//	version 1:     SEQUENCE { eSealInfo, signInfo SEQUENCE { cert, signatureAlgorithm, signData BIT STRING } }
//	version 4, 5:  SEQUENCE { eSealInfo, cert, signAlgID, signedValue BIT STRING, timeStamp [0] OPTIONAL }
func parseSeal(raw cryptobyte.String, first bool) (*seal, error) {
	s := &seal{raw: bytes.Clone(raw)}
	var body, info cryptobyte.String
	if !raw.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Element(&info, asn1.SEQUENCE) {
		return nil, broken("seal")
	}
	s.signed = bytes.Clone(info)
	in := &body
	if first {
		var sign cryptobyte.String
		if !body.ReadASN1(&sign, asn1.SEQUENCE) || !body.Empty() {
			return nil, broken("seal")
		}
		in = &sign
	}
	before := *in
	if !readSigner(in, &s.cert, &s.algorithm) {
		return nil, broken("seal's maker")
	}
	head := before[:len(before)-len(*in)]
	if !in.ReadASN1BitStringAsBytes(&s.value) || !in.SkipOptionalASN1(context0()) || !in.Empty() {
		return nil, broken("seal's signature")
	}
	if first {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(info); b.AddBytes(head) })
		var err error
		if s.signed, err = b.Bytes(); err != nil {
			return nil, broken("seal")
		}
	}
	return s, s.readInfo(info, first)
}

// readInfo reads SES_SealInfo: SEQUENCE { header { "ES", version, vendor }, esID, property, picture, extDatas [0] OPTIONAL }.
func (s *seal) readInfo(info cryptobyte.String, first bool) error {
	var body, header, id, property, kind, name cryptobyte.String
	var version, use int
	if !info.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&header, asn1.SEQUENCE) || !header.ReadASN1(&id, asn1.IA5String) ||
		string(id) != "ES" || !header.ReadASN1Integer(&version) || !body.SkipASN1(asn1.IA5String) || !body.ReadASN1(&property, asn1.SEQUENCE) ||
		!body.ReadASN1(&kind, asn1.SEQUENCE) || !skipExtensions(&body) || !body.Empty() {
		return broken("SES_SealInfo")
	}
	if first != (version < 4) || version < 1 || version > 5 {
		return broken("version of the seal")
	}
	if !property.ReadASN1Integer(&use) || !property.ReadASN1(&name, asn1.UTF8String) {
		return broken("property")
	}
	s.name = string(name)
	digests := 1
	if !first && !property.ReadASN1Integer(&digests) {
		return broken("property")
	}
	if !s.readCerts(&property, digests == 2) {
		return broken("list of certificates")
	}
	var ok [3]bool
	s.created, ok[0] = readMoment(&property)
	s.from, ok[1] = readMoment(&property)
	s.end, ok[2] = readMoment(&property)
	if ok != [3]bool{true, true, true} || !property.Empty() || s.from.IsZero() || s.end.IsZero() {
		return broken("life of the seal")
	}
	return nil
}

// readCerts reads SEQUENCE OF OCTET STRING, certificates, or of SEQUENCE { type PrintableString, value OCTET STRING }.
func (s *seal) readCerts(in *cryptobyte.String, digests bool) bool {
	var list cryptobyte.String
	if !in.ReadASN1(&list, asn1.SEQUENCE) {
		return false
	}
	for n := 0; !list.Empty(); n++ {
		var e, pair cryptobyte.String
		switch {
		case n == maxCerts:
			return false
		case !digests && list.PeekASN1Tag(asn1.OCTET_STRING):
			if !list.ReadASN1(&e, asn1.OCTET_STRING) {
				return false
			}
			s.certs = append(s.certs, bytes.Clone(e))
		case !digests:
			var tag asn1.Tag
			if s.unread = true; !list.ReadAnyASN1(&e, &tag) {
				return false
			}
		default:
			if !list.ReadASN1(&pair, asn1.SEQUENCE) || !pair.SkipASN1(asn1.PrintableString) || !pair.ReadASN1(&e, asn1.OCTET_STRING) || !pair.Empty() {
				return false
			}
			s.digests = append(s.digests, bytes.Clone(e))
		}
	}
	return true
}
