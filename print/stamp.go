package print

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the hashes a time-stamp may be over
	_ "crypto/sha512"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// rangeShape is how SignPDF writes the byte range and what follows it.
var rangeShape = regexp.MustCompile(`/ByteRange \[(\d{10}) (\d{10}) (\d{10}) (\d{10})\]\n/Contents <`)

// hole finds the signature of a document of SignPDF.
func hole(signed []byte) (from, to int, err error) {
	bad := fmt.Errorf("%w: not a document signed by this package", ErrPDF)
	found := rangeShape.FindAllSubmatchIndex(signed, 2)
	if len(signed) > maxSigned || len(found) != 1 {
		return 0, 0, bad
	}
	m := found[0]
	n := func(i int) int { return number(signed[m[2*i]:m[2*i+1]]) }
	from, to = n(2), n(3)
	if n(1) != 0 || from != m[1]-1 || to != from+2+2*reserve || to+n(4) != len(signed) || signed[to-1] != '>' {
		return 0, 0, bad
	}
	return from, to, nil
}

// message is a CMS taken apart as far as a time-stamp needs it: what comes before the signer's unsigned attributes, and
// the value of the signature.
type message struct {
	version, digests, content, certs []byte // of SignedData, whole elements
	signer                           []byte // contents of the one SignerInfo
	signature                        []byte
}

// readMessage takes the CMS of SignPDF apart. One with unsigned attributes has a time-stamp already and is refused.
func readMessage(raw []byte) (*message, error) {
	bad := fmt.Errorf("%w: not a signature of this package", ErrPDF)
	var m message
	in := cryptobyte.String(raw)
	var info, wrapped, data, signers, signer cryptobyte.String
	var id asn1.ObjectIdentifier
	context0 := der.Tag(0).ContextSpecific().Constructed()
	var version, digests, content, certs cryptobyte.String
	if !in.ReadASN1(&info, der.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&id) || !id.Equal(oidSignedData()) ||
		!info.ReadASN1(&wrapped, context0) || !wrapped.ReadASN1(&data, der.SEQUENCE) ||
		!data.ReadASN1Element(&version, der.INTEGER) || !data.ReadASN1Element(&digests, der.SET) ||
		!data.ReadASN1Element(&content, der.SEQUENCE) || !data.ReadASN1Element(&certs, context0) ||
		!data.ReadASN1(&signers, der.SET) || !signers.ReadASN1(&signer, der.SEQUENCE) || !signers.Empty() || !data.Empty() {
		return nil, bad
	}
	for _, b := range in { // what is left of the room
		if b != 0 {
			return nil, bad
		}
	}
	m.version, m.digests, m.content, m.certs, m.signer = version, digests, content, certs, signer
	var value cryptobyte.String
	if !signer.SkipASN1(der.INTEGER) || !signer.SkipASN1(der.SEQUENCE) || !signer.SkipASN1(der.SEQUENCE) ||
		!signer.SkipASN1(context0) || !signer.SkipASN1(der.SEQUENCE) || !signer.ReadASN1(&value, der.OCTET_STRING) {
		return nil, bad
	}
	if !signer.Empty() {
		return nil, fmt.Errorf("%w: there is a time-stamp already", ErrPDF)
	}
	m.signature = value
	return &m, nil
}

func messageOf(signed []byte) (m *message, from, to int, err error) {
	if from, to, err = hole(signed); err != nil {
		return nil, 0, 0, err
	}
	raw, err := hex.DecodeString(string(signed[from+1 : to-1]))
	if err != nil {
		return nil, 0, 0, fmt.Errorf("%w: not a signature of this package", ErrPDF)
	}
	m, err = readMessage(raw)
	return m, from, to, err
}

// SignatureValue gives the value of the signature of a document of SignPDF that has no time-stamp yet: what a time-stamp
// authority is asked to stamp the hash of (RFC 3161 appendix A).
func SignatureValue(signed []byte) ([]byte, error) {
	m, _, _, err := messageOf(signed)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(m.signature), nil
}

// TimestampPDF puts an RFC 3161 time-stamp token into the room that SignPDF has left, as the unsigned attribute
// signature-time-stamp (ETSI EN 319 122-1 §5.3): the document becomes PAdES B-T. Nothing outside the hole changes, so
// the signature stays valid. The token must stamp the value of this signature and fit, else it is ErrToken; whether it
// comes from an authority that is trusted is for the caller to have decided.
func TimestampPDF(signed, token []byte) ([]byte, error) {
	m, from, to, err := messageOf(signed)
	if err != nil {
		return nil, err
	}
	if err := stamps(token, m.signature); err != nil {
		return nil, err
	}
	context0 := der.Tag(0).ContextSpecific().Constructed()
	out, err := encode1(func(b *cryptobyte.Builder) {
		b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidSignedData())
			b.AddASN1(context0, func(b *cryptobyte.Builder) {
				b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
					for _, e := range [][]byte{m.version, m.digests, m.content, m.certs} {
						b.AddBytes(e)
					}
					b.AddASN1(der.SET, func(b *cryptobyte.Builder) { m.addStamped(b, token) })
				})
			})
		})
	})
	if err != nil {
		return nil, err
	}
	if len(out) > reserve {
		return nil, fmt.Errorf("%w: %d bytes, there is room for %d", ErrToken, len(out), reserve)
	}
	stamped := bytes.Clone(signed)
	put(stamped[from+1:], strings.ToUpper(hex.EncodeToString(out)))
	put(stamped[from+1+2*len(out):to-1], strings.Repeat("0", 2*(reserve-len(out))))
	return stamped, nil
}

func (m *message) addStamped(b *cryptobyte.Builder, token []byte) {
	b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(m.signer)
		b.AddASN1(der.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(der.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidTimeStamp())
				b.AddASN1(der.SET, func(b *cryptobyte.Builder) { b.AddBytes(token) })
			})
		})
	})
}

// stamps tells whether a token is a TimeStampToken over value (RFC 3161 §2.4.2).
func stamps(token, value []byte) error {
	bad := func(why string) error { return fmt.Errorf("%w: %s", ErrToken, why) }
	context0 := der.Tag(0).ContextSpecific().Constructed()
	in := cryptobyte.String(token)
	var info, wrapped, data, content, inner, octets, tst, imprint, algorithm, hash cryptobyte.String
	var id, kind, hashID asn1.ObjectIdentifier
	if !in.ReadASN1(&info, der.SEQUENCE) || !in.Empty() || !info.ReadASN1ObjectIdentifier(&id) || !id.Equal(oidSignedData()) ||
		!info.ReadASN1(&wrapped, context0) || !wrapped.ReadASN1(&data, der.SEQUENCE) || !data.SkipASN1(der.INTEGER) ||
		!data.SkipASN1(der.SET) || !data.ReadASN1(&content, der.SEQUENCE) || !content.ReadASN1ObjectIdentifier(&kind) ||
		!kind.Equal(oid(1, 2, 840, 113549, 1, 9, 16, 1, 4)) || !content.ReadASN1(&inner, context0) ||
		!inner.ReadASN1(&octets, der.OCTET_STRING) || !octets.ReadASN1(&tst, der.SEQUENCE) {
		return bad("not a time-stamp token")
	}
	if !tst.SkipASN1(der.INTEGER) || !tst.SkipASN1(der.OBJECT_IDENTIFIER) || !tst.ReadASN1(&imprint, der.SEQUENCE) ||
		!imprint.ReadASN1(&algorithm, der.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&hashID) ||
		!imprint.ReadASN1(&hash, der.OCTET_STRING) {
		return bad("no imprint")
	}
	for id, h := range map[string]crypto.Hash{"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384,
		"2.16.840.1.101.3.4.2.3": crypto.SHA512} {
		if hashID.String() != id {
			continue
		}
		sum := h.New()
		sum.Write(value)
		if bytes.Equal(sum.Sum(nil), hash) {
			return nil
		}
		return bad("a stamp on something else")
	}
	return bad("another hash")
}
