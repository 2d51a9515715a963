package sdjwt_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/sdjwt"
	"bangban/cardreader/check"
)

// fixture is testdata/sd-jwt-vc.json: issued and presented by @sd-jwt/sd-jwt-vc 0.19.0, certificates by @peculiar/x509.
// The people are invented, the private keys were thrown away.
type fixture struct {
	text map[string]string
	root string
	jwks []byte
	at   time.Time
}

func load(t testing.TB) fixture {
	t.Helper()
	b, err := os.ReadFile("testdata/sd-jwt-vc.json")
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
	f.root = f.text["root"]
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

func (f fixture) request(t testing.TB) verify.Request {
	return verify.Request{At: f.at, Anchors: store(t, []byte(f.root), f.jwks), Audience: f.text["aud"], Nonce: f.text["nonce"]}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func jsonOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// forge is an issuer and a holder of our own, for what no honest issuer signs.
type forge struct {
	issuer, holder ed25519.PrivateKey
	header         map[string]any
	payload        any
	disclosures    []string
	kbHeader       map[string]any
	kb             map[string]any
}

func newForge(at time.Time) *forge {
	issuer, holder := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32))
	f := &forge{issuer: issuer, holder: holder, header: map[string]any{"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "forge"},
		kbHeader: map[string]any{"alg": "EdDSA", "typ": "kb+jwt"},
		kb:       map[string]any{"iat": at.Unix(), "aud": "demo-bank", "nonce": "nonce-17"}}
	f.disclosures = []string{disclosure("s1", "family_name", "SPECIMEN")}
	f.payload = map[string]any{"vct": "x", "_sd": []string{hash(f.disclosures[0])}, "cnf": map[string]any{"jwk": jwk(holder)}}
	return f
}

func jwk(k ed25519.PrivateKey) map[string]any {
	return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(k.Public().(ed25519.PublicKey))}
}

func (f *forge) anchors(t testing.TB) *trust.Store {
	k := jwk(f.issuer)
	k["kid"] = "forge"
	return store(t, jsonOf(k))
}

func disclosure(parts ...any) string { return b64(jsonOf(parts)) }

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return b64(sum[:])
}

func jws(header map[string]any, payload any, key ed25519.PrivateKey) string {
	body, raw := payload.(string)
	if !raw {
		body = string(jsonOf(payload))
	}
	s := b64(jsonOf(header)) + "." + b64([]byte(body))
	return s + "." + b64(ed25519.Sign(key, []byte(s)))
}

func (f *forge) text() []byte {
	s := jws(f.header, f.payload, f.issuer) + "~" + strings.Join(append(f.disclosures, ""), "~")
	if f.kb == nil {
		return []byte(s)
	}
	if _, set := f.kb["sd_hash"]; !set {
		f.kb["sd_hash"] = hash(s)
	}
	return []byte(s + jws(f.kbHeader, f.kb, f.holder))
}

// part splits a presentation: the JWT, the disclosures, the key binding JWT.
func part(s string) []string { return strings.Split(s, "~") }

func edit(s string, i int, change func(string) string) []byte {
	p := part(s)
	if i < 0 {
		i += len(p)
	}
	p[i] = change(p[i])
	return []byte(strings.Join(p, "~"))
}

// header replaces the first segment of a JWS.
func header(v map[string]any) func(string) string {
	return func(s string) string { return b64(jsonOf(v)) + s[strings.IndexByte(s, '.'):] }
}

// flip changes a character near the end of segment n.
func flip(n int) func(string) string {
	return func(s string) string {
		p := strings.Split(s, ".")
		b := []byte(p[n])
		i := len(b) / 2
		if b[i] == 'A' {
			b[i] = 'B'
		} else {
			b[i] = 'A'
		}
		p[n] = string(b)
		return strings.Join(p, ".")
	}
}

func mutations(t *testing.T, f fixture) []formattest.Bad {
	req, good := f.request(t), f.text["good_x5c"]
	failed, unsure := check.Failed, check.Indeterminate
	made := func(name, by string, v check.Verdict, r check.Reason) formattest.Bad {
		if f.text[name] == "" {
			t.Fatal(name)
		}
		return formattest.Refuse("npm "+name, []byte(f.text[name]), req, by, v, r)
	}
	bent := func(name string, b []byte, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse(name, b, req, by, v, r)
	}
	forged := func(name string, change func(*forge), by string, v check.Verdict, r check.Reason) formattest.Bad {
		g := newForge(f.at)
		change(g)
		q := req
		q.Anchors = g.anchors(t)
		return formattest.Refuse("forged: "+name, g.text(), q, by, v, r)
	}
	with := func(name string, change func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		change(&q)
		return formattest.Refuse(name, []byte(good), q, by, v, r)
	}
	sd := func(sums ...any) map[string]any {
		return map[string]any{"vct": "x", "_sd": sums, "cnf": map[string]any{"jwk": jwk(newForge(f.at).holder)}}
	}
	none := store(t)
	first := strings.SplitN(good, "~", 2)
	return []formattest.Bad{
		made("bad_expired", "time", failed, check.Expired),
		made("bad_early", "time", failed, check.NotYetValid),
		made("bad_aud", "audience", failed, check.WrongAudience),
		made("bad_nonce", "nonce", failed, sdjwt.ReasonNonce),
		made("bad_stale", sdjwt.CheckFresh, failed, sdjwt.ReasonNotFresh),
		made("bad_future", sdjwt.CheckFresh, failed, check.NotYetValid),
		made("bad_kbkey", sdjwt.CheckHolder, failed, check.WrongSignature),
		made("bad_nokb", sdjwt.CheckBinding, unsure, sdjwt.ReasonNoBinding),
		made("good_nobinding", sdjwt.CheckBinding, unsure, sdjwt.ReasonNoBinding), // a nonce was asked for
		made("bad_cert_expired", "issuer", failed, check.Expired),
		made("bad_typ", sdjwt.CheckType, failed, sdjwt.ReasonType),
		made("bad_kid_wrong_key", "signature", failed, trust.ReasonWrongKey),
		made("bad_other_key", "signature", failed, check.WrongSignature),
		made("bad_unknown_kid", "issuer", unsure, check.UnknownIssuer),
		with("unknown root", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("after the signer's life", func(q *verify.Request) { q.At = q.At.AddDate(5, 0, 0) }, "issuer", failed, check.Expired),
		bent("issuer signature changed", edit(good, 0, flip(2)), "signature", failed, check.WrongSignature),
		bent("payload changed to no JSON", edit(good, 0, flip(1)), "structure", failed, check.Structure),
		bent("algorithm none", edit(good, 0, header(map[string]any{"alg": "none", "typ": "dc+sd-jwt"})), "algorithm", failed, trust.ReasonNone),
		bent("algorithm none, nothing signed", edit(good, 0, func(s string) string {
			return header(map[string]any{"alg": "none", "typ": "dc+sd-jwt"})(s[:strings.LastIndexByte(s, '.')+1])
		}), "algorithm", failed, trust.ReasonNone),
		bent("HMAC: key confusion", edit(good, 0, header(map[string]any{"alg": "HS256", "typ": "dc+sd-jwt", "kid": "own-1"})), "algorithm", failed, trust.ReasonSymmetric),
		bent("another curve", edit(good, 0, header(map[string]any{"alg": "ES384", "typ": "dc+sd-jwt", "kid": "own-1"})), "signature", failed, trust.ReasonWrongKey),
		bent("algorithm nobody knows", edit(good, 0, header(map[string]any{"alg": "XX", "typ": "dc+sd-jwt"})), "algorithm", failed, check.NotSupported),
		bent("algorithm is a number", edit(good, 0, header(map[string]any{"alg": 7, "typ": "dc+sd-jwt"})), "structure", failed, check.Structure),
		bent("critical header", edit(good, 0, header(map[string]any{"alg": "ES256", "typ": "dc+sd-jwt", "crit": []string{"x"}})), "structure", failed, check.Structure),
		bent("key in the header", []byte(func() string {
			g := newForge(f.at)
			delete(g.header, "kid")
			g.header["jwk"] = jwk(g.issuer)
			return string(g.text())
		}()), "issuer", unsure, check.UnknownIssuer),
		bent("x5c is no certificate", edit(good, 0, header(map[string]any{"alg": "ES256", "typ": "dc+sd-jwt", "x5c": []string{"AAAA"}})), "issuer", failed, check.Structure),
		bent("header twice the same name", edit(good, 0, func(s string) string {
			return b64([]byte(`{"alg":"none","alg":"ES256","typ":"dc+sd-jwt"}`)) + s[strings.IndexByte(s, '.'):]
		}), "structure", failed, check.Structure),
		bent("disclosure stripped", []byte(first[0]+"~"+strings.SplitN(first[1], "~", 2)[1]), sdjwt.CheckBinding, failed, check.WrongDigest),
		bent("disclosure changed", edit(good, 1, flip(0)), sdjwt.CheckDisclosures, failed, check.Structure),
		bent("disclosure twice", []byte(first[0]+"~"+part(good)[1]+"~"+first[1]), sdjwt.CheckDisclosures, failed, sdjwt.ReasonDuplicate),
		bent("disclosure of nobody", []byte(first[0]+"~"+disclosure("s", "family_name", "OTHER")+"~"+first[1]), sdjwt.CheckDisclosures, failed, sdjwt.ReasonUnreferenced),
		bent("disclosure is no JSON", []byte(first[0]+"~AAAA~"+first[1]), sdjwt.CheckDisclosures, failed, check.Structure),
		bent("binding of another presentation", edit(good, -1, func(string) string { p := part(f.text["good_jwk"]); return p[len(p)-1] }), sdjwt.CheckBinding, failed, check.WrongDigest),
		bent("binding signature changed", edit(good, -1, flip(2)), sdjwt.CheckHolder, failed, check.WrongSignature),
		bent("binding algorithm none", edit(good, -1, header(map[string]any{"alg": "none", "typ": "kb+jwt"})), sdjwt.CheckHolder, failed, trust.ReasonNone),
		bent("binding HMAC", edit(good, -1, header(map[string]any{"alg": "HS256", "typ": "kb+jwt"})), sdjwt.CheckHolder, failed, trust.ReasonSymmetric),
		bent("binding of another type", edit(good, -1, header(map[string]any{"alg": "ES256", "typ": "JWT"})), sdjwt.CheckBinding, failed, sdjwt.ReasonType),
		bent("binding cut off", edit(good, -1, func(string) string { return "" }), sdjwt.CheckBinding, unsure, sdjwt.ReasonNoBinding),
		bent("oversized", append([]byte(good), bytes.Repeat([]byte("~AAAA"), 200000)...), "structure", unsure, check.Unreadable),
		bent("too many disclosures", []byte(first[0]+strings.Repeat("~AAAA", 300)+"~"), "structure", failed, check.Structure),
		forged("digest twice", func(g *forge) { g.payload = sd(hash(g.disclosures[0]), hash(g.disclosures[0])) }, sdjwt.CheckDisclosures, failed, sdjwt.ReasonDuplicate),
		forged("claim twice", func(g *forge) {
			p := sd(hash(g.disclosures[0]))
			p["family_name"] = "OTHER"
			g.payload = p
		}, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("disclosed _sd", func(g *forge) {
			g.disclosures[0] = disclosure("s", "_sd", []string{"x"})
			g.payload = sd(hash(g.disclosures[0]))
		}, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("element where a claim belongs", func(g *forge) {
			g.disclosures[0] = disclosure("s", "OTHER")
			g.payload = sd(hash(g.disclosures[0]))
		}, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("digest algorithm", func(g *forge) {
			p := sd(hash(g.disclosures[0]))
			p["_sd_alg"] = "md5"
			g.payload = p
		}, sdjwt.CheckDisclosures, unsure, check.NotSupported),
		forged("payload twice the same name", func(g *forge) { g.payload = `{"vct":"x","vct":"y"}` }, "structure", failed, check.Structure),
		forged("deep", func(g *forge) { g.payload = strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20) }, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("deeper", func(g *forge) { g.payload = strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50) }, "structure", failed, check.Structure),
		forged("end is text", func(g *forge) { g.payload = map[string]any{"exp": "never"} }, "structure", failed, check.Structure),
		forged("no binding key, yet bound", func(g *forge) { g.payload = map[string]any{"vct": "x", "_sd": []string{hash(g.disclosures[0])}} }, sdjwt.CheckBinding, failed, check.Structure),
		forged("no nonce", func(g *forge) { delete(g.kb, "nonce") }, "nonce", failed, check.Structure),
		forged("audience is a list", func(g *forge) { g.kb["aud"] = []string{"demo-bank"} }, "audience", failed, check.Structure),
		forged("no date of binding", func(g *forge) { delete(g.kb, "iat") }, sdjwt.CheckFresh, failed, check.Structure),
		forged("no vct", func(g *forge) {
			p := sd(hash(g.disclosures[0]))
			delete(p, "vct")
			g.payload = p
		}, sdjwt.CheckType, failed, sdjwt.ReasonType),
		forged("token of another kind of the same issuer", func(g *forge) { g.header["typ"] = "at+jwt" }, sdjwt.CheckType, failed, sdjwt.ReasonType),
		forged("its end left to the holder", func(g *forge) {
			g.disclosures = append(g.disclosures, disclosure("s2", "exp", f.at.Unix()-1))
			g.payload = sd(hash(g.disclosures[0]), hash(g.disclosures[1]))
		}, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("its binding left to the holder", func(g *forge) {
			g.disclosures = append(g.disclosures, disclosure("s2", "cnf", map[string]any{"jwk": jwk(g.holder)}))
			g.payload = map[string]any{"vct": "x", "_sd": []string{hash(g.disclosures[0]), hash(g.disclosures[1])}}
		}, sdjwt.CheckDisclosures, failed, check.Structure),
		forged("status is text", func(g *forge) {
			p := sd(hash(g.disclosures[0]))
			p["status"] = "good"
			g.payload = p
		}, "status", failed, check.Structure),
		forged("status list is a list", func(g *forge) {
			p := sd(hash(g.disclosures[0]))
			p["status"] = map[string]any{"status_list": []any{}}
			g.payload = p
		}, "status", failed, check.Structure),
		forged("binding of a shorter presentation", func(g *forge) {
			g.disclosures = append(g.disclosures, disclosure("s2", "given_name", "EVA"))
			g.payload = sd(hash(g.disclosures[0]), hash(g.disclosures[1]))
			g.kb["sd_hash"] = hash(jws(g.header, g.payload, g.issuer) + "~" + g.disclosures[0] + "~")
		}, sdjwt.CheckBinding, failed, check.WrongDigest),
		forged("binding without sd_hash", func(g *forge) { g.kb["sd_hash"] = "" }, sdjwt.CheckBinding, failed, check.WrongDigest),
	}
}

func TestNPM(t *testing.T) {
	f := load(t)
	req := f.request(t)
	secrets := []string{"AVA", "UTOPIA"}
	var good []formattest.Good
	for _, name := range []string{"good_x5c", "good_eddsa"} {
		good = append(good, formattest.Good{Name: name, Bytes: []byte(f.text[name]), Request: req, Secrets: secrets})
	}
	bad := mutations(t, f)
	if len(bad) < 30 {
		t.Errorf("%d mutations", len(bad))
	}
	formattest.Run(t, sdjwt.Format{}, good, formattest.Enough(t, bad))
	r, err := sdjwt.Format{}.Verify(context.Background(), []byte(f.text["good_x5c"]), req)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"given_name": "AVA", "address.locality": "UTOPIA", "address.street_address": "", "nationalities.0": "UT",
		"nationalities.1": "", "age.over_65": "true", "age.over_18": "", "birthdate": "", "type": "https://issuer.example/pid", "issuer": "https://issuer.example"} {
		if r.Claims[k] != want {
			t.Errorf("%s is %q, want %q", k, r.Claims[k], want)
		}
	}
}

// Other keys, the type's earlier name, and a credential bound to no key where nothing was asked: all by the npm issuer.
func TestNPMPasses(t *testing.T) {
	f := load(t)
	asked := f.request(t)
	for name, req := range map[string]verify.Request{"good_jwk": asked, "good_es384": asked, "good_legacy": asked,
		"good_nobinding": {At: f.at, Anchors: asked.Anchors}} {
		r, err := sdjwt.Format{}.Verify(context.Background(), []byte(f.text[name]), req)
		if err != nil || r.Verdict != check.Passed || r.Claims["given_name"] != "AVA" {
			t.Errorf("%s: %v %+v", name, err, r.Checks)
		}
	}
}

// A status by a mechanism that nobody here knows, and an issuer that neither key nor certificate names, are said and lower nothing.
func TestSaid(t *testing.T) {
	g := newForge(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	g.payload = map[string]any{"vct": "x", "type": "y", "iss": "https://ministry.example", "_sd": []string{hash(g.disclosures[0])},
		"status": map[string]any{"identifier_list": map[string]any{}}, "cnf": map[string]any{"jwk": jwk(g.holder)}}
	for range 8 {
		r, err := sdjwt.Format{}.Verify(context.Background(), g.text(), verify.Request{At: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), Anchors: g.anchors(t)})
		if err != nil || r.Verdict != check.Passed || r.Claims["type"] != "x" {
			t.Fatalf("%v %q %+v", err, r.Claims["type"], r.Checks)
		}
		for name, reason := range map[string]check.Reason{"status": check.NotSupported, sdjwt.CheckIssuerName: check.NotChecked} {
			if !slices.ContainsFunc(r.Checks, func(c check.Check) bool { return c.Name == name && c.Reason == reason && c.Optional }) {
				t.Errorf("no %s, %s in %+v", name, reason, r.Checks)
			}
		}
	}
}

// Arrays inside disclosed objects, a digest inside a disclosure, a decoy: all in one.
func TestNested(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	g := newForge(at)
	inner := disclosure("s1", "street", "1 SPECIMEN ROAD")
	element := disclosure("s2", map[string]any{"n": 7, "list": []any{1, 2}})
	outer := disclosure("s3", "address", map[string]any{"_sd": []string{hash(inner), hash("decoy")}, "tags": []any{map[string]any{"...": hash(element)}, map[string]any{"...": hash("decoy 2")}, "x"}})
	g.disclosures = []string{element, outer, inner}
	g.payload = map[string]any{"vct": "x", "_sd": []string{hash(outer)}, "_sd_alg": "sha-256", "cnf": map[string]any{"jwk": jwk(g.holder)}}
	r, err := sdjwt.Format{}.Verify(context.Background(), g.text(), verify.Request{At: at, Anchors: g.anchors(t), Nonce: "nonce-17"})
	if err != nil || r.Verdict != check.Passed {
		t.Fatalf("%v %+v", err, r.Checks)
	}
	if got := fmt.Sprint(map[string]string(r.Claims)); got != "map[address.street:1 SPECIMEN ROAD address.tags.0.list.0:1 address.tags.0.list.1:2 address.tags.0.n:7 address.tags.1:x type:x]" {
		t.Error(got)
	}
	g.disclosures = []string{element, inner} // the outer one is not shown: the inner one has nothing to stand in
	g.kb = map[string]any{"iat": at.Unix(), "aud": "demo-bank", "nonce": "nonce-17"}
	r, _ = sdjwt.Format{}.Verify(context.Background(), g.text(), verify.Request{At: at, Anchors: g.anchors(t)})
	if c, _ := check.First(r.Checks, check.Failed); c.Reason != sdjwt.ReasonUnreferenced || len(r.Claims) > 0 {
		t.Errorf("%+v", r.Checks)
	}
}

func FuzzVerify(f *testing.F) {
	x := load(f)
	formattest.Fuzz(f, sdjwt.Format{}, []byte(x.text["good_x5c"]), []byte(x.text["good_eddsa"]), newForge(x.at).text())
}

// FuzzPayload signs whatever it is given, so that the fuzzer gets behind the signature.
func FuzzPayload(f *testing.F) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	f.Add(string(jsonOf(newForge(at).payload)), `["s1","family_name","SPECIMEN"]`, `{"iat":1}`)
	anchors := newForge(at).anchors(f)
	f.Fuzz(func(t *testing.T, payload, d, kb string) {
		g := newForge(at)
		g.payload, g.disclosures, g.kb = payload, []string{b64([]byte(d))}, nil
		b := append(g.text(), jws(g.kbHeader, kb, g.holder)...)
		r, err := sdjwt.Format{}.Verify(context.Background(), b, verify.Request{At: at, Anchors: anchors, Nonce: "n", Audience: "a"})
		if err != nil || r.Verdict != check.Overall(r.Checks) {
			t.Fatal(r, err)
		}
	})
}

// BenchmarkVerify checks three signatures: certificate, issuer and holder.
func BenchmarkVerify(b *testing.B) {
	f := load(b)
	formattest.Throughput(b, sdjwt.Format{}, []byte(f.text["good_x5c"]), f.request(b), formattest.ES256(b, 3))
}
