package vcjose_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/sdjwt"
	"bangban/app/verify/vcjose"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

var format = vcjose.Format{SDJWT: sdjwt.Format{}}

// fixture is testdata/foreign.json: credentials signed by the npm packages jose, @auth0/cose and @sd-jwt/core, certificates
// by openssl. The people are invented, the private keys were thrown away.
type fixture struct {
	text map[string]string
	jwks []byte
	at   time.Time
}

func load(t testing.TB) fixture {
	t.Helper()
	b, err := os.ReadFile("testdata/foreign.json")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	f := fixture{text: map[string]string{}, jwks: m["jwks"]}
	for k, v := range m {
		var s string
		if json.Unmarshal(v, &s) == nil {
			f.text[k] = s
		}
	}
	if f.at, err = time.Parse(time.RFC3339, f.text["at"]); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f fixture) bytes(t testing.TB, name string) []byte {
	t.Helper()
	s, ok := f.text[name]
	if !ok {
		t.Fatalf("no %s in the fixture", name)
	}
	if !strings.HasPrefix(name, "cose") {
		return []byte(s)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func store(t testing.TB, files ...[]byte) *trust.Store {
	t.Helper()
	s := trust.New(nil)
	for _, f := range files {
		if err := s.Add(f, "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (f fixture) request(t testing.TB) verify.Request {
	return verify.Request{At: f.at, Anchors: store(t, []byte(f.text["root"]), f.jwks)}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func jsonOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// forge is an issuer of our own, for what no honest issuer signs.
type forge struct {
	key    ed25519.PrivateKey
	header map[string]any
	doc    any
}

const issuer = "https://issuer.example/1"

func newForge() *forge {
	return &forge{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), map[string]any{"alg": "EdDSA", "typ": "vc+jwt", "kid": "forge"}, document(nil)}
}

// document is a plain credential; change overrides and, with nil, takes away.
func document(change map[string]any) map[string]any {
	d := map[string]any{"@context": []any{"https://www.w3.org/ns/credentials/v2"}, "type": []any{"VerifiableCredential", "Example"},
		"issuer": issuer, "validFrom": "2026-01-01T00:00:00Z", "validUntil": "2027-06-01T00:00:00+08:00",
		"credentialSubject": map[string]any{"id": "did:example:1", "name": "SPECIMEN"}}
	maps.Copy(d, change)
	maps.DeleteFunc(d, func(_ string, v any) bool { return v == nil })
	return d
}

func (f *forge) token() []byte {
	body, raw := f.doc.(string)
	if !raw {
		body = string(jsonOf(f.doc))
	}
	signed := b64(jsonOf(f.header)) + "." + b64([]byte(body))
	return []byte(signed + "." + b64(ed25519.Sign(f.key, []byte(signed))))
}

// cose wraps the document in a COSE_Sign1 with these protected and unprotected headers.
func (f *forge) cose(protected, unprotected map[int]any) []byte {
	head, _ := cbor.Marshal(protected)
	payload := jsonOf(f.doc)
	tbs, _ := cbor.Marshal([]any{"Signature1", head, []byte{}, payload})
	body, err := cbor.Marshal([]any{head, unprotected, payload, ed25519.Sign(f.key, tbs)})
	if err != nil {
		panic(err)
	}
	return append([]byte{0xd2}, body...)
}

func coseHeader() map[int]any {
	return map[int]any{1: -8, 3: "application/vc", 16: "application/vc+cose", 4: []byte("forge")}
}

func (f *forge) anchors(t testing.TB) *trust.Store {
	return store(t, jsonOf(map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(f.key.Public().(ed25519.PublicKey)), "kid": "forge"}))
}

func TestFormat(t *testing.T) {
	f := load(t)
	req := f.request(t)
	forged := verify.Request{At: f.at, Anchors: newForge().anchors(t)}
	var good []formattest.Good
	for _, name := range []string{"good_es256", "good_x5c", "good_ps256"} {
		good = append(good, formattest.Good{Name: name, Bytes: f.bytes(t, name), Request: req, Secrets: []string{"李四 SPECIMEN"}})
	}
	same := f.bytes(t, "cose_good")
	good = append(good, formattest.Good{Name: "cose_good", Bytes: same, Request: req, Secrets: []string{"李四 SPECIMEN"},
		Same: func(b []byte) bool { return sameSigned(t, same, b) }},
		formattest.Good{Name: "own", Bytes: newForge().token(), Request: forged, Secrets: []string{"SPECIMEN"}})
	formattest.Run(t, format, good, formattest.Enough(t, append(mutations(t, f), coseMutations(t, f)...)))
}

// sameSigned tells that two COSE messages differ in nothing but the unprotected header.
func sameSigned(t *testing.T, a, b []byte) bool {
	x, err := trust.ParseSign1(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := trust.ParseSign1(b)
	return err == nil && bytes.Equal(x.Signed("Signature1", nil), y.Signed("Signature1", nil)) && bytes.Equal(x.Signature, y.Signature)
}

func TestForeignEnvelopes(t *testing.T) {
	f := load(t)
	for name, want := range map[string]string{"good_es256": "vc+jwt", "good_es384": "vc+jwt", "good_eddsa": "vc+jwt", "good_ps256": "vc+jwt",
		"good_rs256": "vc+jwt", "good_x5c": "vc+jwt", "cose_good": "vc+cose", "sd_good": "vc+sd-jwt"} {
		r, err := format.Verify(context.Background(), f.bytes(t, name), f.request(t))
		if err != nil || r.Verdict != check.Passed || r.Format != want {
			t.Errorf("%s: %v %v %+v", name, r, err, r.Checks)
			continue
		}
		for claim, value := range map[string]string{"type": "ExampleDegreeCredential", "issuer_name": "SPECIMEN University", "name": "李四 SPECIMEN",
			"degree.name": "Bachelor of Science and Arts", "valid_until": "2030-01-01T00:00:00Z"} {
			if r.Claims[claim] != value {
				t.Errorf("%s: %s is %q", name, claim, r.Claims[claim])
			}
		}
		if c, ok := find(r.Checks, "status"); !ok || c.Reason != check.NoList || !c.Optional {
			t.Errorf("%s: status %+v", name, c)
		}
	}
}

func find(checks []check.Check, name string) (check.Check, bool) {
	for _, c := range checks {
		if c.Name == name {
			return c, true
		}
	}
	return check.Check{}, false
}

func TestControl(t *testing.T) {
	f := load(t)
	req := verify.Request{At: f.at, Anchors: newForge().anchors(t)}
	for name, b := range map[string][]byte{"JOSE": newForge().token(), "COSE": newForge().cose(coseHeader(), nil)} {
		if r, err := format.Verify(context.Background(), b, req); err != nil || r.Verdict != check.Passed {
			t.Errorf("%s: what the mutations are made from does not pass: %v %+v", name, err, r.Checks)
		}
	}
}

func FuzzVerify(f *testing.F) {
	x := load(f)
	formattest.Fuzz(f, format, x.bytes(f, "good_es256"), x.bytes(f, "cose_good"), x.bytes(f, "sd_good"), newForge().token(), newForge().cose(coseHeader(), nil))
}

// FuzzPayload signs whatever it is given, so that the fuzzer gets behind the signature.
func FuzzPayload(f *testing.F) {
	f.Add(string(jsonOf(document(nil))))
	f.Add(string(jsonOf(document(map[string]any{"credentialStatus": []any{map[string]any{"type": "BitstringStatusListEntry"}}, "aud": []string{"a"}, "exp": 1.5e9}))))
	anchors := newForge().anchors(f)
	at := time.Date(2026, 12, 20, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, doc string) {
		g := newForge()
		g.doc = doc
		r, err := format.Verify(context.Background(), g.token(), verify.Request{At: at, Anchors: anchors, Nonce: "n", Audience: "a"})
		if err != nil || r.Verdict != check.Overall(r.Checks) || r.Verdict == check.Passed {
			t.Fatal(r, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	f := load(b)
	req := f.request(b)
	for name, bare := range map[string]func() bool{"good_es256": formattest.ES256(b, 1), "good_eddsa": formattest.EdDSA(b, 1), "cose_good": formattest.ES256(b, 1), "sd_good": formattest.ES256(b, 2)} {
		text := f.bytes(b, name)
		b.Run(name, func(b *testing.B) { formattest.Throughput(b, format, text, req, bare) })
	}
}
