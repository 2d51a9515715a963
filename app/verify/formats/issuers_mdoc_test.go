package formats_test

import (
	"bytes"
	"testing"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

type rawMap = map[string]cbor.RawMessage

// dig rebuilds CBOR with one place changed: names go down maps, numbers down arrays; nil takes it away. What is not touched
// keeps its bytes.
func dig(t *testing.T, raw []byte, change func([]byte) []byte, path ...any) []byte {
	t.Helper()
	if len(path) == 0 {
		return change(raw)
	}
	var out any
	switch p := path[0].(type) {
	case string:
		var m rawMap
		if err := cbor.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		if m[p] = dig(t, m[p], change, path[1:]...); m[p] == nil {
			delete(m, p)
		}
		out = m
	case int:
		var a []cbor.RawMessage
		if err := cbor.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		a[p] = dig(t, a[p], change, path[1:]...)
		out = a
	}
	b, err := cbor.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at gives the bytes of one place.
func at(t *testing.T, raw []byte, path ...any) (out []byte) {
	dig(t, raw, func(b []byte) []byte { out = b; return b }, path...)
	return bytes.Clone(out)
}

func flipped(offset int) func([]byte) []byte {
	return func(b []byte) []byte {
		b = bytes.Clone(b)
		if offset < 0 {
			offset += len(b)
		}
		b[offset] ^= 2
		return b
	}
}

func put(b []byte) func([]byte) []byte { return func([]byte) []byte { return b } }

func replaced(old, by string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(by), 1) }
}

func spoilMdoc(t *testing.T, is issuerOf) []spoiled {
	with := func(name, by string, reason check.Reason, change func([]byte) []byte, path ...any) spoiled {
		return spoiled{name: name, by: by, reasons: []check.Reason{reason}, b: dig(t, is.Good, change, path...)}
	}
	enc := func(v any) []byte {
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const space = "org.iso.18013.5.1"
	doc := []any{"documents", 0}
	in := func(path ...any) []any { return append(doc[:2:2], path...) }
	auth := func(n int) []any { return in("issuerSigned", "issuerAuth", n) }
	items := in("issuerSigned", "nameSpaces", space)
	device := in("deviceSigned", "deviceAuth")
	head := func(alg int) []byte { return enc(enc(map[int]int{1: alg})) }
	twice := func(b []byte) []byte {
		var a []cbor.RawMessage
		_ = cbor.Unmarshal(b, &a)
		return enc(append(a, a[0]))
	}
	all := []spoiled{
		with("bit of the issuer's signature", "signature", check.WrongSignature, flipped(-1), auth(3)...),
		with("bit of a digest in the MSO", "signature", check.WrongSignature, flipped(300), auth(2)...),
		with("MSO of another", "signature", check.WrongSignature, put(at(t, is.Other, auth(2)...)), auth(2)...),
		with("signature empty", "signature", check.WrongSignature, put(enc([]byte{})), auth(3)...),
		with("alg HMAC", "algorithm", trust.ReasonSymmetric, put(head(5)), auth(0)...),
		with("alg ES384", "signature", trust.ReasonWrongKey, put(head(-35)), auth(0)...),
		with("alg unknown", "algorithm", check.NotSupported, put(head(-999)), auth(0)...),
		with("alg in the open header only", "algorithm", check.Structure, put(enc([]byte{})), auth(0)...),
		with("critical header", "structure", check.Structure, put(enc(enc(map[int]any{1: -7, 2: []int{99}}))), auth(0)...),
		with("certificate chain taken away", "structure", check.Structure, put(enc(map[int]int{})), auth(1)...),
		with("value of an element", "digests", check.WrongDigest, replaced("SPECIMEN", "SPECIMEM"), items...),
		with("name of an element", "digests", check.WrongDigest, replaced("family_name", "family_nama"), items...),
		with("element of another", "digests", check.WrongDigest, put(at(t, is.Other, append(items, 0)...)), append(items, 0)...),
		with("elements stripped", "digests", check.NotChecked, put(enc([]int{})), items...),
		with("element twice", "structure", check.Structure, twice, items...),
		with("name space renamed", "digests", check.WrongDigest, replaced("org.iso.18013.5.1", "org.iso.18013.5.9"), in("issuerSigned", "nameSpaces")...),
		with("another document type", "doc-type", "wrong-doc-type", put(enc("org.iso.18013.5.1.mDM")), in("docType")...),
		with("bit of the device's signature", "device-signature", check.WrongSignature, flipped(-1), append(device, "deviceSignature", 3)...),
		with("issuer's signature as the device's", "device-signature", check.WrongSignature, put(at(t, is.Good, auth(3)...)), append(device, "deviceSignature", 3)...),
		with("elements put in by the device", "device-elements", "not-authorised", put(enc(cbor.Tag{Number: 24, Content: enc(map[string]any{space: map[string]any{"age_over_65": true}})})), in("deviceSigned", "nameSpaces")...),
		with("signature and MAC", "structure", check.Structure, func(b []byte) []byte {
			var m rawMap
			_ = cbor.Unmarshal(b, &m)
			m["deviceMac"] = m["deviceSignature"]
			return enc(m)
		}, device...),
		with("neither signature nor MAC", "structure", check.Structure, put(enc(map[string]int{})), device...),
		with("version 2.0", "structure", check.Structure, put(enc("2.0")), "version"),
		with("status 10", "structure", check.NotSupported, put(enc(10)), "status"),
	}
	fresh := func(name string, reason check.Reason, transcript []byte) spoiled {
		return spoiled{name: name, by: "device-signature", reasons: []check.Reason{reason}, b: is.Good, req: func(r *verify.Request) { r.Transcript = transcript }}
	}
	again := bytes.Clone(is.Good)
	again[0]++ // one pair more: "status" a second time
	again = append(again, append(enc("status"), 0)...)
	return append(all, fresh("asked with another nonce", check.WrongSignature, flipped(-5)(is.Transcript)), fresh("nobody asked", check.NotChecked, nil),
		spoiled{name: "duplicate key", by: "structure", reasons: []check.Reason{check.Unreadable}, b: again},
		spoiled{name: "oversized", by: "format", reasons: []check.Reason{check.Unreadable}, b: append(bytes.Clone(is.Good), make([]byte, verify.MaxInput)...)},
		spoiled{name: "bytes behind it", by: "structure", reasons: []check.Reason{check.Unreadable}, b: append(bytes.Clone(is.Good), 0)},
		spoiled{name: "truncated", by: "structure", reasons: []check.Reason{check.Unreadable}, b: is.Good[:len(is.Good)*2/3]})
}
