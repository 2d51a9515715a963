package mdoc_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/mdoc"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// fixture is testdata/auth0-mdl.json: issued and answered by @auth0/mdl 3.0.1, certificates by @peculiar/x509. The
// people are invented, the private keys were thrown away, all but the reader's of one session.
type fixture map[string]string

func load(t testing.TB) fixture {
	t.Helper()
	b, err := os.ReadFile("testdata/auth0-mdl.json")
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f fixture) bytes(t testing.TB, name string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(f[name])
	if err != nil || len(b) == 0 {
		t.Fatal(name, err)
	}
	return b
}

func (f fixture) request(t testing.TB) verify.Request {
	t.Helper()
	at, err := time.Parse(time.RFC3339, f["at"])
	if err != nil {
		t.Fatal(err)
	}
	return verify.Request{At: at, Anchors: store(t, []byte(f["iaca"])), Transcript: f.bytes(t, "transcript")}
}

// fields and parts decode one level; set encodes it again. What is not touched keeps its bytes.
func fields(t testing.TB, raw []byte) map[string]cbor.RawMessage {
	t.Helper()
	var m map[string]cbor.RawMessage
	if err := cbor.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func parts(t testing.TB, raw []byte) []cbor.RawMessage {
	t.Helper()
	var a []cbor.RawMessage
	if err := cbor.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func enc(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit rebuilds a response with one place changed: names go down maps, numbers down arrays.
func edit(t testing.TB, raw []byte, change func([]byte) []byte, path ...any) []byte {
	t.Helper()
	if len(path) == 0 {
		return change(raw)
	}
	switch p := path[0].(type) {
	case string:
		m := fields(t, raw)
		m[p] = edit(t, m[p], change, path[1:]...)
		if m[p] == nil {
			delete(m, p)
		}
		return enc(t, m)
	case int:
		a := parts(t, raw)
		a[p] = edit(t, a[p], change, path[1:]...)
		return enc(t, a)
	}
	return nil
}

func flip(t testing.TB, b []byte, at int) []byte {
	t.Helper()
	c := bytes.Clone(b)
	if at < 0 {
		at += len(c)
	}
	c[at] ^= 1
	return c
}

func mutations(t testing.TB, f fixture) []formattest.Bad {
	good, req := f.bytes(t, "good"), f.request(t)
	doc := []any{"documents", 0}
	at := func(path ...any) []any { return append(append([]any{}, doc...), path...) }
	auth := func(i ...any) []any { return at(append([]any{"issuerSigned", "issuerAuth"}, i...)...) }
	dev := func(i ...any) []any {
		return at(append([]any{"deviceSigned", "deviceAuth", "deviceSignature"}, i...)...)
	}
	ns := func(i ...any) []any {
		return at(append([]any{"issuerSigned", "nameSpaces", "org.iso.18013.5.1"}, i...)...)
	}
	with := func(e func(*verify.Request)) verify.Request {
		q := req
		e(&q)
		return q
	}
	to := func(v any) func([]byte) []byte { return func([]byte) []byte { return enc(t, v) } }
	bit := func(i int) func([]byte) []byte { return func(b []byte) []byte { return flip(t, b, i) } }
	drop := func([]byte) []byte { return nil }
	head := func(m map[any]any) func([]byte) []byte { return to(enc(t, m)) }
	bad := func(name string, b []byte, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse(name, b, req, by, v, r)
	}
	failed, unsure := check.Failed, check.Indeterminate
	twice := func(b []byte) []byte {
		a := parts(t, b)
		return enc(t, append(a, a[0]))
	}
	none := store(t)
	return []formattest.Bad{
		bad("expired", f.bytes(t, "bad_expired"), "time", failed, check.Expired),
		bad("not yet valid", f.bytes(t, "bad_early"), "time", failed, check.NotYetValid),
		bad("signer without the usage", f.bytes(t, "bad_usage"), "issuer", failed, check.WrongKeyUsage),
		bad("another device", f.bytes(t, "bad_device_key"), mdoc.CheckDeviceSignature, failed, check.WrongSignature),
		formattest.Refuse("replayed in another session", good, with(func(q *verify.Request) { q.Transcript = f.bytes(t, "transcript_other") }), mdoc.CheckDeviceSignature, failed, check.WrongSignature),
		formattest.Refuse("no session", good, with(func(q *verify.Request) { q.Transcript = nil }), mdoc.CheckDeviceSignature, unsure, check.NotChecked),
		formattest.Refuse("session is no transcript", good, with(func(q *verify.Request) { q.Transcript = []byte("hello") }), mdoc.CheckDeviceSignature, unsure, check.Unreadable),
		formattest.Refuse("unknown issuer", good, with(func(q *verify.Request) { q.Anchors = none }), "issuer", unsure, check.UnknownIssuer),
		formattest.Refuse("after the signer's life", good, with(func(q *verify.Request) { q.At = q.At.AddDate(4, 0, 0) }), "issuer", failed, check.Expired),
		formattest.Refuse("before the signer's life", good, with(func(q *verify.Request) { q.At = q.At.AddDate(-1, 0, 0) }), "issuer", failed, check.NotYetValid),
		formattest.Refuse("clock unsure", good, with(func(q *verify.Request) { q.ClockUnsure = true }), "time", unsure, check.ClockUnsure),
		bad("issuer signature, first byte", edit(t, good, bit(3), auth(3)...), "signature", failed, check.WrongSignature),
		bad("issuer signature, last byte", edit(t, good, bit(-1), auth(3)...), "signature", failed, check.WrongSignature),
		bad("issuer signature, short", edit(t, good, to([]byte{1, 2}), auth(3)...), "signature", failed, check.WrongSignature),
		bad("issuer signature, empty", edit(t, good, to([]byte{}), auth(3)...), "signature", failed, check.WrongSignature),
		bad("MSO, last byte", edit(t, good, bit(-2), auth(2)...), "signature", failed, check.WrongSignature),
		bad("algorithm HMAC: key confusion", edit(t, good, head(map[any]any{1: 5}), auth(0)...), "algorithm", failed, trust.ReasonSymmetric),
		bad("algorithm of another curve", edit(t, good, head(map[any]any{1: -35}), auth(0)...), "signature", failed, trust.ReasonWrongKey),
		bad("algorithm of another kind of key", edit(t, good, head(map[any]any{1: -8}), auth(0)...), "signature", failed, trust.ReasonWrongKey),
		bad("algorithm in the unprotected header only", edit(t, good, head(map[any]any{}), auth(0)...), "algorithm", failed, check.Structure),
		bad("algorithm nobody knows", edit(t, good, head(map[any]any{1: -999}), auth(0)...), "algorithm", unsure, check.NotSupported),
		bad("critical header", edit(t, good, head(map[any]any{1: -7, 2: []int{99}, 99: 1}), auth(0)...), "structure", failed, check.Structure),
		bad("no x5chain", edit(t, good, to(map[any]any{}), auth(1)...), "structure", failed, check.Structure),
		bad("x5chain is no certificate", edit(t, good, to(map[any]any{33: []byte{1, 2, 3}}), auth(1)...), "issuer", failed, check.Structure),
		bad("element changed", edit(t, good, bit(-1), ns(0)...), mdoc.CheckDigests, failed, check.WrongDigest),
		bad("element twice", edit(t, good, twice, ns()...), "structure", failed, check.Structure),
		bad("elements under another name space", edit(t, good, func(b []byte) []byte {
			return enc(t, map[string]cbor.RawMessage{"org.example": fields(t, b)["org.iso.18013.5.1"]})
		}, at("issuerSigned", "nameSpaces")...), mdoc.CheckDigests, failed, check.WrongDigest),
		bad("elements stripped", edit(t, good, drop, at("issuerSigned", "nameSpaces")...), mdoc.CheckDigests, unsure, check.NotChecked),
		bad("another docType", edit(t, good, to("org.example.other"), at("docType")...), mdoc.CheckDocType, failed, mdoc.ReasonDocType),
		bad("device signature, last byte", edit(t, good, bit(-1), dev(3)...), mdoc.CheckDeviceSignature, failed, check.WrongSignature),
		bad("device signature stripped", edit(t, good, drop, at("deviceSigned", "deviceAuth", "deviceSignature")...), "structure", failed, check.Structure),
		bad("device algorithm HMAC", edit(t, good, head(map[any]any{1: 5}), dev(0)...), mdoc.CheckDeviceSignature, failed, trust.ReasonSymmetric),
		bad("device algorithm of another curve", edit(t, good, head(map[any]any{1: -35}), dev(0)...), mdoc.CheckDeviceSignature, failed, trust.ReasonWrongKey),
		bad("device signature as MAC", edit(t, good, func(b []byte) []byte {
			return enc(t, map[string]cbor.RawMessage{"deviceMac": fields(t, b)["deviceSignature"]})
		}, at("deviceSigned", "deviceAuth")...), mdoc.CheckDeviceMAC, failed, trust.ReasonWrongKey),
		bad("device says what it may not", edit(t, good, to(cbor.Tag{Number: 24, Content: enc(t, map[string]any{"x": map[string]any{"y": 1}})}),
			at("deviceSigned", "nameSpaces")...), mdoc.CheckDeviceElements, failed, mdoc.ReasonNotAuthorised),
		bad("device key swapped in", swapDeviceKey(t, good, req.Transcript), "signature", failed, check.WrongSignature),
		bad("version 9", edit(t, good, to("9.0"), "version"), "structure", failed, check.Structure),
		bad("wallet refused", edit(t, good, to(10), "status"), "structure", unsure, check.NotSupported),
		bad("no documents", edit(t, good, to([]any{}), "documents"), "structure", failed, check.Structure),
		bad("too many documents", edit(t, good, func(b []byte) []byte {
			var a []cbor.RawMessage
			for range 9 {
				a = append(a, parts(t, b)[0])
			}
			return enc(t, a)
		}, "documents"), "structure", failed, check.Structure),
		bad("duplicate key", append(append([]byte{0xa4}, good[1:]...), enc(t, "version")...), "structure", unsure, check.Unreadable),
		bad("truncated", good[:len(good)-1], "structure", unsure, check.Unreadable),
		bad("oversized", append(bytes.Clone(good), make([]byte, 2<<20)...), "structure", unsure, check.Unreadable),
	}
}

// swapDeviceKey puts a thief's key into the MSO and lets it sign the session: only the issuer's signature can tell.
func swapDeviceKey(t testing.TB, good, transcript []byte) []byte {
	t.Helper()
	thief, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := thief.PublicKey.Bytes()
	mso := func(b []byte) []byte {
		var payload []byte
		var tag cbor.Tag
		if cbor.Unmarshal(b, &payload) != nil || cbor.Unmarshal(payload, &tag) != nil {
			t.Fatal("MSO")
		}
		inner := edit(t, tag.Content.([]byte), func([]byte) []byte {
			return enc(t, map[int]any{1: 2, -1: 1, -2: raw[1:33], -3: raw[33:]})
		}, "deviceKeyInfo", "deviceKey")
		return enc(t, enc(t, cbor.Tag{Number: 24, Content: inner}))
	}
	b := edit(t, good, mso, "documents", 0, "issuerSigned", "issuerAuth", 2)
	spaces := fields(t, fields(t, parts(t, fields(t, b)["documents"])[0])["deviceSigned"])["nameSpaces"]
	payload := enc(t, cbor.Tag{Number: 24, Content: enc(t, []any{"DeviceAuthentication", cbor.RawMessage(transcript), "org.iso.18013.5.1.mDL", spaces})})
	head := enc(t, map[int]int{1: -7})
	sum := sha256.Sum256(enc(t, []any{"Signature1", head, []byte{}, payload}))
	der, err := thief.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	sig := append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	return edit(t, b, func([]byte) []byte { return enc(t, []any{head, map[int]any{}, nil, sig}) }, "documents", 0, "deviceSigned", "deviceAuth", "deviceSignature")
}

func TestAuth0(t *testing.T) {
	f := load(t)
	req := f.request(t)
	secrets := []string{"AVA", "1951-03-25"}
	good := f.bytes(t, "good")
	kid := bytes.Index(good, []byte("device-text-kid")) // in the device's unprotected header, signed by nobody
	loose := func(i int) bool { return kid > 0 && i >= kid-3 && i < kid+15 }
	if issuerKID := bytes.Index(good, []byte("signer-1")); issuerKID > 0 {
		device := loose
		loose = func(i int) bool { return device(i) || i >= issuerKID-2 && i < issuerKID+8 }
	}
	bad := mutations(t, f)
	if len(bad) < 30 {
		t.Errorf("%d mutations", len(bad))
	}
	formattest.Run(t, mdoc.Format{}, []formattest.Good{{Name: "auth0", Bytes: good, Request: req, Secrets: secrets, Loose: loose}}, formattest.Enough(t, bad))
	text := []byte(base64.RawURLEncoding.EncodeToString(good))
	r, err := mdoc.Format{}.Verify(context.Background(), text, req)
	if err != nil || r.Verdict != check.Passed || r.Claims["family_name"] != "SPECIMEN" || r.Claims["age_over_65"] != "true" || r.Claims["document_number"] != "" {
		t.Errorf("base64url: %v %v %+v", err, r, r.Checks)
	}
}

// A list says for which documents an issuer stands, and ends.
func TestVICALScope(t *testing.T) {
	f := load(t)
	req := f.request(t)
	iaca := req.Anchors.Certificates()[0]
	for name, tc := range map[string]struct {
		docTypes []string
		until    time.Time
		by       string
		verdict  check.Verdict
		reason   check.Reason
	}{
		"this kind":    {[]string{"org.iso.18013.5.1.mDL"}, req.At.AddDate(0, 1, 0), mdoc.CheckDocType, check.Passed, check.OK},
		"another kind": {[]string{"org.example"}, req.At.AddDate(0, 1, 0), mdoc.CheckDocType, check.Failed, mdoc.ReasonDocType},
		"ended list":   {[]string{"org.iso.18013.5.1.mDL"}, req.At.AddDate(0, 0, -1), "issuer", check.Indeterminate, check.ListTooOld},
	} {
		s := trust.New(nil)
		list := &trust.VICAL{Provider: "SPECIMEN list", MadeAt: req.At.AddDate(0, -1, 0), NextUpdate: tc.until,
			Issuers: []trust.VICALIssuer{{Certificate: iaca, DocTypes: tc.docTypes}}}
		if err := s.AddVICAL(list, "test"); err != nil {
			t.Fatal(err)
		}
		q := req
		q.Anchors = s
		r, err := mdoc.Format{}.Verify(context.Background(), f.bytes(t, "good"), q)
		if err != nil || r.Verdict != tc.verdict {
			t.Errorf("%s: %v %+v", name, err, r.Checks)
		}
		for _, c := range r.Checks {
			if c.Name == tc.by && c.Reason != tc.reason {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if tc.verdict == check.Passed && (len(r.Trust) != 1 || r.Trust[0].Kind != trust.KindVICAL || r.Trust[0].AgeDays < 28) {
			t.Errorf("%s: %+v", name, r.Trust)
		}
	}
}

func TestAuth0MAC(t *testing.T) {
	f := load(t)
	reader, err := ecdh.P256().NewPrivateKey(f.bytes(t, "reader_key"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := mdoc.Format{ReaderKey: reader}.Verify(context.Background(), f.bytes(t, "good_mac"), f.request(t))
	if err != nil || r.Verdict != check.Passed {
		t.Errorf("%v %+v", err, r.Checks)
	}
}

func FuzzVerify(f *testing.F) {
	x := load(f)
	formattest.Fuzz(f, mdoc.Format{}, x.bytes(f, "good"), x.bytes(f, "good_mac"), x.bytes(f, "bad_usage"),
		[]byte(base64.RawURLEncoding.EncodeToString(x.bytes(f, "good"))))
}

// FuzzSession: what a phone sends, and a transcript of anybody.
func FuzzSession(f *testing.F) {
	x := load(f)
	f.Add(x.bytes(f, "transcript"), []byte{0xa1, 0x64, 'd', 'a', 't', 'a', 0x41, 0})
	k, err := ecdh.P256().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, transcript, message []byte) {
		data, _, err := mdoc.Data(message)
		if err != nil {
			return
		}
		if s, err := mdoc.NewReaderSession(k, k.PublicKey(), transcript); err == nil {
			if _, err := s.Open(data); err == nil {
				t.Fatal("a message of nobody decrypts")
			}
		}
	})
}

// BenchmarkVerify checks three signatures: issuer, certificate and device.
func BenchmarkVerify(b *testing.B) {
	f := load(b)
	formattest.Throughput(b, mdoc.Format{}, f.bytes(b, "good"), f.request(b), formattest.ES256(b, 3))
}
