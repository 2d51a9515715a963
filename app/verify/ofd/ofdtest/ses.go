package ofdtest

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

func sign(t testing.TB, key *sm2.PrivateKey, message []byte) []byte {
	t.Helper()
	sig, err := key.Sign(rand.Reader, message, sm2.DefaultSM2SignerOpts)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// sequence wraps parts that are encoded already.
func sequence(t testing.TB, parts ...func(*cryptobyte.Builder)) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, p := range parts {
			p(b)
		}
	})
	out, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type part = func(*cryptobyte.Builder)

func raw(der []byte) part  { return func(b *cryptobyte.Builder) { b.AddBytes(der) } }
func number(n int) part    { return func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(n)) } }
func octets(v []byte) part { return func(b *cryptobyte.Builder) { b.AddASN1OctetString(v) } }
func bits(v []byte) part   { return func(b *cryptobyte.Builder) { b.AddASN1BitString(v) } }
func text(g tag.Tag, s string) part {
	return func(b *cryptobyte.Builder) { b.AddASN1(g, func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) }) }
}
func oid(o asn1.ObjectIdentifier) part {
	return func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(o) }
}

func moment(version int, at time.Time) part {
	if version < 4 {
		return text(tag.UTCTime, at.UTC().Format("060102150405Z"))
	}
	return text(tag.GeneralizedTime, at.UTC().Format("20060102150405Z"))
}

// seal makes SESeal.
func (k *Kit) seal(t testing.TB, o Options) []byte {
	var certs []part
	for _, n := range o.Named {
		if sum := sm3.Sum(n.DER); o.CertDigests {
			certs = append(certs, raw(sequence(t, text(tag.PrintableString, "SM3"), octets(sum[:]))))
		} else {
			certs = append(certs, octets(n.DER))
		}
	}
	kind := 1
	if o.CertDigests {
		kind = 2
	}
	property := []part{number(3), text(tag.UTF8String, "SPECIMEN 专用章")}
	if o.Version >= 4 {
		property = append(property, number(kind))
	}
	property = append(property, raw(sequence(t, certs...)), moment(o.Version, o.From), moment(o.Version, o.From), moment(o.Version, o.End))
	info := sequence(t, raw(sequence(t, text(tag.IA5String, "ES"), number(o.HeaderVersion), text(tag.IA5String, "SPECIMEN"))),
		text(tag.IA5String, "51f044b7"), raw(sequence(t, property...)),
		raw(sequence(t, text(tag.IA5String, "PNG"), octets([]byte("\x89PNG")), number(40), number(40))), extensions(t, o))
	if o.Version < 4 {
		signed := sequence(t, raw(info), octets(o.Maker.DER), oid(o.AlgorithmOID))
		value := sign(t, o.Maker.Key, signed)
		return sequence(t, raw(apply(o.SealInfo, info)), raw(sequence(t, octets(o.Maker.DER), oid(o.AlgorithmOID), bits(value))))
	}
	parts := []part{raw(apply(o.SealInfo, info)), octets(o.Maker.DER), oid(o.AlgorithmOID), bits(sign(t, o.Maker.Key, info))}
	if o.SealTimeStamp {
		parts = append(parts, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1BitString([]byte{0x30, 0}) })
		})
	}
	return sequence(t, parts...)
}

// signedValue makes SES_Signature.
func (k *Kit) signedValue(t testing.TB, o Options, seal, signature []byte) []byte {
	sum := sm3.Sum(signature)
	hash := apply(o.DataHash, sum[:])
	props := text(tag.IA5String, "/Doc_0/Signs/Sign_0/Signature.xml")
	if o.Version < 4 {
		var at cryptobyte.Builder
		moment(1, o.At)(&at)
		tbs := sequence(t, number(o.Version), raw(seal), bits(at.BytesOrPanic()), bits(hash), props, octets(o.Signer.DER), oid(o.AlgorithmOID))
		value := sign(t, o.Signer.Key, tbs)
		return sequence(t, raw(apply(o.TBS, tbs)), bits(value))
	}
	tbs := sequence(t, number(o.Version), raw(seal), moment(4, o.At), bits(hash), props, extensions(t, o))
	value := sign(t, o.Signer.Key, tbs)
	if o.RawValue {
		value = plain(t, value)
	}
	return sequence(t, raw(apply(o.TBS, tbs)), octets(o.Signer.DER), oid(o.AlgorithmOID), bits(value))
}

// extensions is ExtensionDatas without its tag.
func extensions(t testing.TB, o Options) part {
	if !o.BareExtensions {
		return raw(nil)
	}
	return raw(sequence(t, raw(sequence(t, oid(asn1.ObjectIdentifier{1, 2, 3}), octets([]byte{1})))))
}

// plain turns a signature in DER into r ‖ s.
func plain(t testing.TB, der []byte) []byte {
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		t.Fatal(err)
	}
	out := make([]byte, 64)
	v.R.FillBytes(out[:32])
	v.S.FillBytes(out[32:])
	return out
}

// gmMessage makes a SignedData of GM/T 0010 over Signature.xml.
func gmMessage(t testing.TB, o Options, signature []byte) []byte {
	context := func(n uint8, parts ...part) part {
		return func(b *cryptobyte.Builder) {
			b.AddASN1(tag.Tag(n).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				for _, p := range parts {
					p(b)
				}
			})
		}
	}
	set := func(parts ...[]byte) []byte {
		out := sequence(t, raw(bytes.Join(parts, nil)))
		out[0] = 0x31
		return out
	}
	sum := sm3.Sum(signature)
	content, message := signature, raw(nil)
	if o.GM == "digest" {
		content = sum[:]
	}
	content = apply(o.Content, content)
	if o.GM != "attributes" {
		message = context(0, octets(content))
	}
	signed, attrs := content, raw(nil)
	if o.GM == "attributes" {
		own := sm3.Sum(content)
		attr := sequence(t, oid(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}), raw(set(sequenceless(t, octets(own[:])))))
		signed, attrs = set(attr), context(0, raw(attr))
	}
	gm := func(n ...int) part { return oid(append(asn1.ObjectIdentifier{1, 2, 156, 10197, 6, 1, 4, 2}, n...)) }
	algorithm := func(id asn1.ObjectIdentifier) []byte { return sequence(t, oid(id)) }
	hash := algorithm(asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 401})
	signer := sequence(t, number(1), raw(sequence(t, raw(o.Signer.Cert.RawIssuer), func(b *cryptobyte.Builder) { b.AddASN1BigInt(o.Signer.Cert.SerialNumber) })),
		raw(hash), attrs, raw(algorithm(o.AlgorithmOID)), octets(sign(t, o.Signer.Key, signed)))
	return sequence(t, gm(2), context(0, raw(sequence(t, number(1), raw(set(hash)), raw(sequence(t, gm(1), message)), context(0, raw(o.Signer.DER)), raw(set(signer))))))
}

// sequenceless encodes one part.
func sequenceless(t testing.TB, p part) []byte {
	t.Helper()
	var b cryptobyte.Builder
	p(&b)
	return b.BytesOrPanic()
}
