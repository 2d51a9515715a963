package shc_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/shc"
	"bangban/cardreader/check"
)

// fixture is testdata/jose.json: cards signed by the npm package jose over bytes deflated by pako. The people are
// invented, the private keys were thrown away.
type fixture struct {
	text map[string]string
	jwks []byte
	at   time.Time
}

func load(t testing.TB) fixture {
	t.Helper()
	b, err := os.ReadFile("testdata/jose.json")
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

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jws gives the JWS behind a code, code the code of a JWS.
func jws(code string) string {
	var out []byte
	for d := strings.TrimPrefix(code, "shc:/"); len(d) > 1; d = d[2:] {
		out = append(out, 10*(d[0]-'0')+d[1]-'0'+45)
	}
	return string(out)
}

func code(jws string) []byte {
	var b strings.Builder
	b.WriteString("shc:/")
	for _, c := range []byte(jws) {
		fmt.Fprintf(&b, "%02d", c-45)
	}
	return []byte(b.String())
}

// header gives the code with another header, under the old signature.
func header(good string, edit func(map[string]any)) []byte {
	parts := strings.Split(jws(good), ".")
	raw, _ := base64.RawURLEncoding.DecodeString(parts[0])
	var m map[string]any
	_ = json.Unmarshal(raw, &m)
	edit(m)
	b, _ := json.Marshal(m)
	parts[0] = b64(b)
	return code(strings.Join(parts, "."))
}

// segment changes a character in the middle of a part of the JWS.
func segment(good string, n int, with byte) []byte {
	parts := strings.Split(jws(good), ".")
	b := []byte(parts[n])
	if b[len(b)/2] == with {
		with++
	}
	b[len(b)/2] = with
	parts[n] = string(b)
	return code(strings.Join(parts, "."))
}

// forge is an issuer of our own, for what no honest issuer signs.
type forge struct {
	key    *ecdsa.PrivateKey
	header map[string]any
}

func newForge(t testing.TB) forge {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return forge{k, map[string]any{"alg": "ES256", "zip": "DEF", "kid": "forge"}}
}

func (f forge) anchors(t testing.TB) *trust.Store {
	raw, _ := f.key.PublicKey.Bytes()
	b, _ := json.Marshal(map[string]string{"kty": "EC", "crv": "P-256", "x": b64(raw[1:33]), "y": b64(raw[33:]), "kid": "forge"})
	return store(t, b)
}

// sign deflates and signs a payload; tail goes behind the stream.
func (f forge) sign(t testing.TB, payload, tail string) []byte {
	t.Helper()
	var z bytes.Buffer
	w, _ := flate.NewWriter(&z, 9)
	if _, err := w.Write([]byte(payload)); err != nil || w.Close() != nil {
		t.Fatal("deflate")
	}
	h, _ := json.Marshal(f.header)
	s := b64(h) + "." + b64(append(z.Bytes(), tail...))
	sum := sha256.Sum256([]byte(s))
	der, err := f.key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := trust.RawSignature(der, elliptic.P256())
	if err != nil {
		t.Fatal(err)
	}
	return code(s + "." + b64(raw))
}

const payload = `{"iss":"https://health.example","nbf":1700000000,"vc":{"type":["https://smarthealth.cards#health-card"],"credentialSubject":{}}}`

func mutations(t *testing.T, f fixture) []formattest.Bad {
	req := verify.Request{At: f.at, Anchors: store(t, f.jwks)}
	g, good := newForge(t), f.text["good"]
	failed, unsure := check.Failed, check.Indeterminate
	made := func(name, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse("npm "+name, []byte(f.text[name]), req, by, v, r)
	}
	bent := func(name string, b []byte, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse(name, b, req, by, v, r)
	}
	forged := func(name, payload, tail string, edit func(map[string]any), by string, v check.Verdict, r check.Reason) formattest.Bad {
		x := forge{g.key, maps.Clone(g.header)}
		if edit != nil {
			edit(x.header)
		}
		return formattest.Refuse("forged: "+name, x.sign(t, payload, tail), verify.Request{At: f.at, Anchors: g.anchors(t)}, by, v, r)
	}
	with := func(name string, edit func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		edit(&q)
		return formattest.Refuse(name, []byte(good), q, by, v, r)
	}
	alg := func(a any) func(map[string]any) { return func(m map[string]any) { m["alg"] = a } }
	file := func(cards ...any) []byte {
		b, _ := json.Marshal(map[string]any{"verifiableCredential": cards})
		return b
	}
	none := store(t)
	return []formattest.Bad{
		made("bad_expired", "time", failed, check.Expired),
		made("bad_early", "time", failed, check.NotYetValid),
		made("bad_other_key", "signature", failed, check.WrongSignature),
		made("bad_unknown", "issuer", unsure, check.UnknownIssuer),
		made("bad_duplicate", "structure", failed, check.Structure),
		made("bad_zip", "structure", failed, check.Structure),
		made("bad_bomb", "structure", failed, check.Structure),
		made("bad_type", "type", failed, shc.ReasonType),
		made("chunk", "structure", unsure, check.NotSupported),
		with("unknown issuer", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("long before", func(q *verify.Request) { q.At = q.At.AddDate(-1, 0, 0) }, "time", failed, check.NotYetValid),
		with("nonce asked of paper", func(q *verify.Request) { q.Nonce = "n" }, "nonce", unsure, "no-key-binding"),
		bent("signature changed", segment(good, 2, 'A'), "signature", failed, check.WrongSignature),
		bent("signature cut", code(jws(good)[:len(jws(good))-4]), "structure", failed, check.Structure),
		bent("signature gone", code(jws(good)[:strings.LastIndexByte(jws(good), '.')+1]), "signature", failed, check.WrongSignature),
		bent("two parts only", code(jws(good)[:strings.LastIndexByte(jws(good), '.')]), "structure", failed, check.Structure),
		bent("payload changed", segment(good, 1, 'A'), "structure", failed, check.Structure),
		bent("algorithm none", header(good, alg("none")), "algorithm", failed, trust.ReasonNone),
		bent("HMAC: key confusion", header(good, alg("HS256")), "algorithm", failed, trust.ReasonSymmetric),
		bent("another curve", header(good, alg("ES384")), "algorithm", failed, trust.ReasonWrongKey),
		bent("Ed25519", header(good, alg("EdDSA")), "algorithm", failed, trust.ReasonWrongKey),
		bent("algorithm nobody knows", header(good, alg("XX")), "algorithm", unsure, check.NotSupported),
		bent("algorithm is a list", header(good, alg([]string{"ES256"})), "structure", failed, check.Structure),
		bent("kid changed", header(good, func(m map[string]any) { m["kid"] = "other" }), "issuer", unsure, check.UnknownIssuer),
		bent("kid gone", header(good, func(m map[string]any) { delete(m, "kid") }), "structure", failed, check.Structure),
		bent("another zip", header(good, func(m map[string]any) { m["zip"] = "GZIP" }), "structure", failed, check.Structure),
		bent("critical header", header(good, func(m map[string]any) { m["crit"] = []string{"x"} }), "structure", failed, check.Structure),
		bent("x5c in the card", header(good, func(m map[string]any) { m["x5c"] = []string{"AAAA"} }), "structure", failed, check.Structure),
		bent("key in the header", header(good, func(m map[string]any) { m["jwk"] = map[string]string{"kty": "EC"}; m["kid"] = "x" }), "issuer", unsure, check.UnknownIssuer),
		forged("duplicate name inside", strings.Replace(payload, `"vc"`, `"x":{"a":1,"a":2},"vc"`, 1), "", nil, "structure", failed, check.Structure),
		forged("bytes after the stream", payload, "x", nil, "structure", failed, check.Structure),
		forged("bytes after the JSON", payload+"x", "", nil, "structure", failed, check.Structure),
		forged("not JSON", "hello", "", nil, "structure", failed, check.Structure),
		forged("a list", "[]", "", nil, "structure", failed, check.Structure),
		forged("no iss", strings.Replace(payload, "iss", "isx", 1), "", nil, "structure", failed, check.Structure),
		forged("no nbf", strings.Replace(payload, "nbf", "nbx", 1), "", nil, "structure", failed, check.Structure),
		forged("nbf is text", strings.Replace(payload, "1700000000", `"1700000000"`, 1), "", nil, "structure", failed, check.Structure),
		forged("nbf is endless", strings.Replace(payload, "1700000000", "1e300", 1), "", nil, "structure", failed, check.Structure),
		forged("deep", strings.Replace(payload, `{}`, strings.Repeat(`[`, 60)+strings.Repeat(`]`, 60), 1), "", nil, "structure", failed, check.Structure),
		forged("no type", strings.Replace(payload, "#health-card", "#other", 1), "", nil, "type", failed, shc.ReasonType),
		bent("odd digits", []byte(good[:len(good)-1]), "structure", unsure, check.Unreadable),
		bent("letters", []byte(good[:len(good)-2]+"xx"), "structure", unsure, check.Unreadable),
		bent("pair above 77", []byte(good[:len(good)-2]+"99"), "structure", unsure, check.Unreadable),
		bent("oversized", append([]byte(good), bytes.Repeat([]byte("00"), 200000)...), "structure", unsure, check.Unreadable),
		bent("file without cards", file(), "structure", failed, check.Structure),
		bent("file with too many", file(1, 2, 3, 4, 5, 6, 7, 8, 9), "structure", failed, check.Structure),
		bent("file: one good, one forged", file(jws(good), jws(f.text["bad_other_key"])), "structure", failed, check.OK),
	}
}

func TestNPM(t *testing.T) {
	f := load(t)
	req := verify.Request{At: f.at, Anchors: store(t, f.jwks)}
	// "SHC:/" in capitals is what QR generators make of the scheme: those four characters mean the same in either case.
	loose := func(i int) bool { return i < 5 }
	secrets := []string{"AVA", "1951-03-25"}
	bad := mutations(t, f)
	if len(bad) < 30 {
		t.Errorf("%d mutations", len(bad))
	}
	formattest.Run(t, shc.Format{}, []formattest.Good{
		{Name: "good", Bytes: []byte(f.text["good"]), Request: req, Secrets: secrets, Loose: loose},
	}, formattest.Enough(t, bad))
	two, _ := json.Marshal(map[string]any{"verifiableCredential": []string{jws(f.text["good"]), jws(f.text["good_exp"])}})
	for _, b := range [][]byte{[]byte(f.text["good_exp"]), two} {
		r, err := shc.Format{}.Verify(context.Background(), b, req)
		if err != nil || r.Verdict != check.Passed || r.Claims["full_name"] != "AVA M SPECIMEN" || r.Claims["vaccine.1"] != "207" || r.Claims["type"] != "health-card,immunization" {
			t.Errorf("%v %v %+v", err, r, r.Checks)
		}
	}
}

// A card that can be withdrawn says so, and that no list is held.
func TestRevocable(t *testing.T) {
	g := newForge(t)
	text := g.sign(t, strings.Replace(payload, `"vc":{`, `"vc":{"rid":"MKyCxh7p6uQ",`, 1), "")
	r, err := shc.Format{}.Verify(context.Background(), text, verify.Request{At: time.Unix(1800000000, 0), Anchors: g.anchors(t)})
	if err != nil || r.Verdict != check.Passed || r.Checks[len(r.Checks)-1].Reason != check.NoList {
		t.Errorf("%v %+v", err, r.Checks)
	}
}

func FuzzVerify(f *testing.F) {
	x := load(f)
	formattest.Fuzz(f, shc.Format{}, []byte(x.text["good"]), []byte(x.text["chunk"]), []byte(`{"verifiableCredential":["a.b.c"]}`))
}

// FuzzPayload signs whatever it is given, so that the fuzzer gets behind the signature.
func FuzzPayload(f *testing.F) {
	g := newForge(f)
	anchors := g.anchors(f)
	f.Add(payload)
	f.Fuzz(func(t *testing.T, p string) {
		r, err := shc.Format{}.Verify(context.Background(), g.sign(t, p, ""), verify.Request{At: time.Unix(1800000000, 0), Anchors: anchors})
		if err != nil || r.Verdict != check.Overall(r.Checks) {
			t.Fatal(r, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	f := load(b)
	formattest.Throughput(b, shc.Format{}, []byte(f.text["good"]), verify.Request{At: f.at, Anchors: store(b, f.jwks)}, formattest.ES256(b, 1))
}
