package cms

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// name writes a distinguished name of pairs (object identifier's last arc below 2.5.4, string type, value).
func name(t *testing.T, parts ...any) Name {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for i := 0; i < len(parts); i += 3 {
			b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddBytes([]byte{6, 3, 0x55, 4, byte(parts[i].(int))})
					b.AddASN1(asn1.Tag(parts[i+1].(int)), func(b *cryptobyte.Builder) { b.AddBytes([]byte(parts[i+2].(string))) })
				})
			})
		}
	})
	in := cryptobyte.String(b.BytesOrPanic())
	n, ok := readName(&in)
	if !ok {
		t.Fatal("name refused")
	}
	return n
}

func TestNames(t *testing.T) {
	const printableString, utf8String, bmpString, t61String = 19, 12, 30, 20
	base := name(t, 6, printableString, "UT", 10, printableString, "State of Utopia", 3, utf8String, "CSCA")
	for what, other := range map[string]Name{
		"string type": name(t, 6, utf8String, "UT", 10, utf8String, "State of Utopia", 3, printableString, "CSCA"),
		"case":        name(t, 6, printableString, "ut", 10, printableString, "STATE OF UTOPIA", 3, utf8String, "csca"),
		"spaces":      name(t, 6, printableString, "UT", 10, printableString, " State  of Utopia ", 3, utf8String, "CSCA"),
		"BMP":         name(t, 6, printableString, "UT", 10, printableString, "State of Utopia", 3, bmpString, "\x00C\x00S\x00C\x00A"),
	} {
		if !base.Equal(other) || other.Country != "UT" {
			t.Errorf("%s: differs", what)
		}
	}
	for what, other := range map[string]Name{
		"order":   name(t, 10, printableString, "State of Utopia", 6, printableString, "UT", 3, utf8String, "CSCA"),
		"fewer":   name(t, 6, printableString, "UT", 10, printableString, "State of Utopia"),
		"another": name(t, 6, printableString, "UT", 10, printableString, "State of Utopia", 3, utf8String, "CSCA2"),
		"field":   name(t, 6, printableString, "UT", 11, printableString, "State of Utopia", 3, utf8String, "CSCA"),
	} {
		if base.Equal(other) {
			t.Errorf("%s: equal", what)
		}
	}
	turned := name(t, 10, printableString, "State of Utopia", 6, printableString, "UT", 3, utf8String, "CSCA")
	if !base.sameParts(turned) || base.sameParts(odd3(t)) {
		t.Error("parts in another order")
	}
	odd := name(t, 3, utf8String, "line\nbreak\x1b[31m", 10, t61String, "\xC9tat", 11, utf8String, "\xFF")
	if odd.String() != "CN=line·break·[31m,O=État,OU=#ff" {
		t.Errorf("%s", odd)
	}
}

func odd3(t *testing.T) Name {
	t.Helper()
	return name(t, 6, 19, "UT", 6, 19, "UT", 3, 12, "CSCA")
}

// A signer who names the issuer's parts in another order than its certificate is found all the same.
func TestSignerNamedInAnotherOrder(t *testing.T) {
	good, err := os.ReadFile("testdata/rsa-sha256.cms")
	if err != nil {
		t.Fatal(err)
	}
	country := []byte{0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 6, 0x13, 2, 'U', 'T'}
	org := append([]byte{0x31, 17, 0x30, 15, 6, 3, 0x55, 4, 10, 12, 8}, "SPECIMEN"...)
	at := bytes.LastIndex(good, append(bytes.Clone(country), org...))
	if at < 0 {
		t.Fatal("no issuer in the message")
	}
	turned := bytes.Clone(good)
	copy(turned[at:], append(bytes.Clone(org), country...))
	sd, err := Parse(turned)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sd.Verify(nil); err != nil {
		t.Error(err)
	}
	copy(turned[at:], append(append(bytes.Clone(org[:len(org)-1]), 'X'), country...))
	if sd, err = Parse(turned); err != nil {
		t.Fatal(err)
	}
	if _, err := sd.Verify(nil); ReasonOf(err) != UnknownIssuer {
		t.Errorf("another name: %v", err)
	}
}

// attribute writes one signed attribute.
func attribute(oid []byte, value []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(oid)
		b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	})
	return b.BytesOrPanic()
}

func TestSignedAttributes(t *testing.T) {
	pkcs9 := func(n byte) []byte { return []byte{6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, n} }
	kind := attribute(pkcs9(3), []byte{6, 3, 0x55, 4, 6})
	sum := attribute(pkcs9(4), []byte{4, 2, 1, 2})
	when := attribute(pkcs9(5), append([]byte{0x17, 13}, "260101000000Z"...))
	other := attribute(pkcs9(52), []byte{5, 0})
	join := func(parts ...[]byte) cryptobyte.String { return bytes.Join(parts, nil) }

	var sorted, unsorted signer
	if err := sorted.parseAttributes(join(kind, when, sum, other)); err != nil {
		t.Fatal(err)
	}
	if err := unsorted.parseAttributes(join(other, sum, when, kind)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sorted.attributes, unsorted.attributes) || sorted.attributes[0] != 0x31 {
		t.Error("the order of transport changes what is signed")
	}
	for what, in := range map[string]cryptobyte.String{
		"no digest":          join(kind),
		"no content type":    join(sum),
		"digest twice":       join(kind, sum, sum),
		"two values":         join(kind, attribute(pkcs9(4), []byte{4, 1, 1, 4, 1, 2})),
		"no value":           join(kind, attribute(pkcs9(4), nil)),
		"digest no string":   join(kind, attribute(pkcs9(4), []byte{5, 0})),
		"time no time":       join(kind, sum, attribute(pkcs9(5), []byte{5, 0})),
		"noise":              join(kind, sum, []byte{0x30, 0x80}),
		"none at all":        nil,
		"too many":           join(bytes.Repeat(kind, maxAttributes+1)),
		"content type twice": join(kind, kind, sum),
	} {
		var s signer
		if err := s.parseAttributes(in); ReasonOf(err) != Structure {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSignedBytes(t *testing.T) {
	s := &signer{}
	if _, err := s.signedBytes([]byte("x"), OIDMasterList); ReasonOf(err) != Structure {
		t.Errorf("no attributes: %v", err)
	}
	s = &signer{attributes: []byte{0x31, 0}, contentType: OIDData}
	if _, err := s.signedBytes([]byte("x"), OIDMasterList); ReasonOf(err) != Structure {
		t.Errorf("another content type: %v", err)
	}
}

func TestMessagesRefused(t *testing.T) {
	good, err := os.ReadFile("testdata/rsa-sha256.cms")
	if err != nil {
		t.Fatal(err)
	}
	indefinite := append([]byte{0x30, 0x80}, good[4:]...) // and no end of contents
	for what, b := range map[string][]byte{
		"empty": nil, "cut": good[:len(good)-1], "more behind": append(bytes.Clone(good), 0), "indefinite length": indefinite,
		"another type": bytes.Replace(good, []byte{0x0D, 1, 7, 2}, []byte{0x0D, 1, 7, 3}, 1), "too large": make([]byte, MaxMessage+1),
	} {
		if _, err := Parse(b); ReasonOf(err) != Structure {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := Parse(bytes.ReplaceAll(good, []byte{3, 4, 2, 1}, []byte{3, 4, 2, 9})); ReasonOf(err) != NotSupported {
		t.Errorf("unknown digest: %v", err)
	}
}

func TestExtensions(t *testing.T) {
	ext := func(last byte, value ...byte) []byte {
		return append([]byte{0x30, byte(5 + 2 + len(value)), 6, 3, 0x55, 0x1D, last, 4, byte(len(value))}, value...)
	}
	list := func(parts ...[]byte) cryptobyte.String {
		b := bytes.Join(parts, nil)
		return append([]byte{0x30, 0x82, byte(len(b) >> 8), byte(len(b))}, b...)
	}
	short := func(parts ...[]byte) cryptobyte.String {
		b := bytes.Join(parts, nil)
		return append([]byte{0x30, byte(len(b))}, b...)
	}
	usage := ext(15, 3, 2, 7, 0x80)
	var c Certificate
	if err := eachExtension(short(usage, ext(19, 0x30, 6, 1, 1, 1, 2, 1, 0)), c.parseExtension); err != nil || c.KeyUsage != DigitalSignature || !c.CA || c.MaxPath != 0 {
		t.Errorf("%v %+v", err, c)
	}
	for what, in := range map[string]cryptobyte.String{
		"twice":              short(usage, usage),
		"no usage":           short(ext(15, 3, 2, 7, 0)),
		"usage of nothing":   short(ext(15, 3, 1, 0)),
		"usage too long":     short(ext(15, 3, 4, 0, 1, 1, 1)),
		"negative path":      short(ext(19, 0x30, 6, 1, 1, 0xFF, 2, 1, 0xFF)),
		"boolean of 2 bytes": short(ext(19, 0x30, 4, 1, 2, 0xFF, 0xFF)),
		"empty list of uses": short(ext(37, 0x30, 0)),
		"noise":              short([]byte{1, 2, 3}),
		"length not DER":     list(usage),
	} {
		var c Certificate
		if err := eachExtension(in, c.parseExtension); ReasonOf(err) != Structure {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRSAKeysRefused(t *testing.T) {
	key := func(n, e []byte) cryptobyte.String {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(n) })
			b.AddASN1(asn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(e) })
		})
		return b.BytesOrPanic()
	}
	modulus := func(bytes int, last byte) []byte {
		n := make([]byte, bytes)
		n[0], n[bytes-1] = 0x7F, last
		return n
	}
	if _, err := parseRSA(key(modulus(129, 1), []byte{1, 0, 1})); err != nil {
		t.Errorf("good: %v", err)
	}
	for what, in := range map[string]struct {
		der  cryptobyte.String
		want Reason
	}{
		"short":          {key(modulus(64, 1), []byte{3}), NotSupported}, // gmrtd #346
		"long":           {key(modulus(2050, 1), []byte{3}), NotSupported},
		"even":           {key(modulus(256, 2), []byte{3}), NotSupported},
		"negative":       {key([]byte{0x80, 1}, []byte{3}), NotSupported},
		"exponent 1":     {key(modulus(256, 1), []byte{1}), NotSupported},
		"exponent even":  {key(modulus(256, 1), []byte{4}), NotSupported},
		"exponent large": {key(modulus(256, 1), []byte{1, 0, 0, 0, 1}), NotSupported},
		"noise":          {cryptobyte.String("SPECIMEN"), Structure},
	} {
		if _, err := parseRSA(in.der); ReasonOf(err) != in.want {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPSSParameters(t *testing.T) {
	// RFC 4055 §3.1 with SHA-256 and a salt of the given length
	with := func(salt byte) cryptobyte.String {
		sha := []byte{0x30, 0x0B, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}
		mgf := append([]byte{0x30, 0x18, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8}, sha...)
		b := append([]byte{0xA0, byte(len(sha))}, sha...)
		b = append(append(b, 0xA1, byte(len(mgf))), mgf...)
		b = append(b, 0xA2, 3, 2, 1, salt)
		return append([]byte{0x30, byte(len(b))}, b...)
	}
	if p, err := parsePSS(with(32)); err != nil || p.salt != 32 || p.digest.Size() != 32 {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := parsePSS([]byte{0x30, 0}); err != nil || p.salt != 20 || p.digest.Size() != 20 {
		t.Errorf("defaults: %+v %v", p, err)
	}
	mixed := with(32)
	copy(mixed[len(mixed)-6:], []byte{3}) // another digest in the mask generation
	for what, in := range map[string]cryptobyte.String{"no salt": with(0), "negative salt": with(0xFF), "two digests": mixed} {
		if _, err := parsePSS(in); ReasonOf(err) != NotSupported {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := parsePSS(nil); ReasonOf(err) != Structure {
		t.Errorf("none: %v", err)
	}
}
