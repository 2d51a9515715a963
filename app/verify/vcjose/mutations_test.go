package vcjose_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"maps"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/sdjwt"
	"bangban/app/verify/vcjose"
	"bangban/cardreader/check"
)

// mutations are credentials that must be refused, each for its own reason. The control: the same, unchanged, passes.
func mutations(t testing.TB, f fixture) []formattest.Bad {
	req := verify.Request{At: f.at, Anchors: newForge().anchors(t)}
	foreign := f.request(t)
	var bad []formattest.Bad
	add := func(name string, b []byte, r verify.Request, by string, v check.Verdict, why check.Reason) {
		bad = append(bad, formattest.Refuse(name, b, r, by, v, why))
	}
	for _, tc := range []struct{ name, from, by, why string }{
		{"none", "none", "algorithm", "algorithm-none"}, {"HMAC with the public key", "hs256", "algorithm", "algorithm-symmetric"},
		{"ended", "expired", "time", "expired"}, {"begins later", "future", "time", "not-yet-valid"}, {"no typ", "no_typ", "type", "wrong-type"},
	} {
		add("foreign: "+tc.name, f.bytes(t, tc.from), foreign, tc.by, check.Failed, check.Reason(tc.why))
	}
	change := func(name string, header, doc map[string]any, by string, why check.Reason) {
		g := newForge()
		maps.Copy(g.header, header)
		maps.DeleteFunc(g.header, func(_ string, v any) bool { return v == nil })
		g.doc = document(doc)
		add(name, g.token(), req, by, check.Failed, why)
	}
	type m = map[string]any
	change("typ of another JWT", m{"typ": "JWT"}, nil, "type", vcjose.ReasonType)
	change("typ of an SD-JWT", m{"typ": "vc+sd-jwt"}, nil, "type", vcjose.ReasonType)
	change("typ of COSE", m{"typ": "vc+cose"}, nil, "type", vcjose.ReasonType)
	change("content type of something else", m{"cty": "vp"}, nil, "type", vcjose.ReasonType)
	change("ES256 with an Ed25519 key", m{"alg": "ES256"}, nil, "signature", trust.ReasonWrongKey)
	change("critical header", m{"crit": []string{"b64"}, "b64": false}, nil, "structure", check.Structure)
	change("no algorithm", m{"alg": nil}, nil, "structure", check.Structure)
	change("algorithm is a number", m{"alg": 7}, nil, "structure", check.Structure)
	change("empty x5c", m{"x5c": []string{}}, nil, "structure", check.Structure)
	change("kid of another DID", m{"kid": "did:example:other#1"}, nil, "issuer-name", vcjose.ReasonIssuer)
	change("kid of another host", m{"kid": "https://other.example/1#k"}, nil, "issuer-name", vcjose.ReasonIssuer)
	change("iss of somebody else", nil, m{"iss": "https://other.example"}, "issuer-name", vcjose.ReasonIssuer)
	change("sub of somebody else", nil, m{"sub": "did:example:2"}, "issuer-name", vcjose.ReasonIssuer)
	change("jti of another", nil, m{"jti": "urn:uuid:1", "id": "urn:uuid:2"}, "issuer-name", vcjose.ReasonIssuer)
	change("context of version 1", nil, m{"@context": []any{"https://www.w3.org/2018/credentials/v1"}}, "data-model", vcjose.ReasonModel)
	change("context second", nil, m{"@context": []any{"https://x.example", "https://www.w3.org/ns/credentials/v2"}}, "data-model", vcjose.ReasonModel)
	change("no VerifiableCredential", nil, m{"type": []any{"Example"}}, "data-model", vcjose.ReasonModel)
	change("type is a number", nil, m{"type": 5}, "data-model", vcjose.ReasonModel)
	change("no issuer", nil, m{"issuer": nil}, "data-model", vcjose.ReasonModel)
	change("issuer is a word", nil, m{"issuer": "somebody"}, "data-model", vcjose.ReasonModel)
	change("two issuers", nil, m{"issuer": []any{issuer, "https://x.example"}}, "data-model", vcjose.ReasonModel)
	change("no subject", nil, m{"credentialSubject": nil}, "data-model", vcjose.ReasonModel)
	change("empty subject", nil, m{"credentialSubject": m{}}, "data-model", vcjose.ReasonModel)
	change("subject of one is empty", nil, m{"credentialSubject": []any{m{"a": 1}, m{}}}, "data-model", vcjose.ReasonModel)
	change("vc inside", nil, m{"vc": m{}}, "data-model", vcjose.ReasonModel)
	change("vp inside", nil, m{"vp": m{}}, "data-model", vcjose.ReasonModel)
	change("date without a zone", nil, m{"validFrom": "2026-01-01T00:00:00"}, "data-model", vcjose.ReasonModel)
	change("date is a number", nil, m{"validUntil": 1790000000}, "data-model", vcjose.ReasonModel)
	change("id is no URL", nil, m{"id": "1 2"}, "data-model", vcjose.ReasonModel)
	change("ended", nil, m{"validUntil": "2026-12-20T10:00:00Z"}, "time", check.Expired)
	change("envelope ended", nil, m{"exp": f.at.Unix()}, "time", check.Expired)
	change("begins later", nil, m{"validFrom": "2026-12-20T10:06:00Z"}, "time", check.NotYetValid)
	change("envelope begins later", nil, m{"nbf": f.at.Add(time.Hour).Unix()}, "time", check.NotYetValid)
	change("issued later", nil, m{"iat": f.at.Add(time.Hour).Unix()}, "time", check.NotYetValid)
	change("ends before it begins", nil, m{"validUntil": "2025-01-01T00:00:00Z"}, "time", check.Structure)
	change("exp is text", nil, m{"exp": "tomorrow"}, "time", check.Structure)
	change("audience is somebody else", nil, m{"aud": 5}, "audience", check.Structure)
	change("status without an index", nil, m{"credentialStatus": m{"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
		"statusListCredential": "https://x.example/1"}}, "status", check.Structure)
	change("status index below nothing", nil, m{"credentialStatus": m{"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
		"statusListIndex": "-1", "statusListCredential": "https://x.example/1"}}, "status", check.Structure)
	change("nine statuses", nil, m{"credentialStatus": make([]any, 9)}, "status", check.Structure)
	return append(bad, otherMutations(t, f, req)...)
}

func otherMutations(t testing.TB, f fixture, req verify.Request) (bad []formattest.Bad) {
	add := func(name string, b []byte, r verify.Request, by string, v check.Verdict, why check.Reason) {
		bad = append(bad, formattest.Refuse(name, b, r, by, v, why))
	}
	g := newForge()
	g.doc = `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"VerifiableCredential","type":"x"}`
	add("a name twice", g.token(), req, "structure", check.Failed, check.Structure)
	g.doc = `[{"@context":1}]`
	add("not an object", g.token(), req, "structure", check.Failed, check.Structure)
	g.doc = `{"@context":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`
	add("too deep", g.token(), req, "structure", check.Failed, check.Structure)
	g.doc = document(map[string]any{"x": strings.Repeat("x", 600<<10)})
	add("too long", g.token(), req, "structure", check.Indeterminate, check.Unreadable)
	g = newForge()
	g.key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	add("another key under the kid", g.token(), req, "signature", check.Failed, check.WrongSignature)
	g.header["kid"] = "nobody"
	add("unknown kid", g.token(), req, "issuer", check.Indeterminate, check.UnknownIssuer)
	g.header["jwk"] = map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(g.key.Public().(ed25519.PublicKey))}
	add("brings its own key", g.token(), req, "issuer", check.Indeterminate, check.UnknownIssuer)
	token := newForge().token()
	add("no signature", token[:bytes.LastIndexByte(token, '.')+1], req, "signature", check.Failed, check.WrongSignature)
	add("padded", append(bytes.Clone(token), '='), req, "structure", check.Failed, check.Structure)
	add("cut in two", token[:len(token)/2], req, "structure", check.Indeterminate, check.Unreadable)
	g = newForge()
	g.header["typ"] = "vp+jwt"
	add("a presentation", g.token(), req, "type", check.Indeterminate, check.NotSupported)
	g.header["typ"], g.doc = "vc+jwt", map[string]any{"vc": map[string]any{"@context": 1}}
	add("version 1.1", g.token(), req, "data-model", check.Indeterminate, check.NotSupported)
	g.doc = document(map[string]any{"cnf": map[string]any{"kid": "x"}})
	add("bound and shown without proof", g.token(), req, "key-binding", check.Indeterminate, vcjose.ReasonNoBinding)
	asked := req
	asked.Nonce = "n"
	add("a nonce was asked for", newForge().token(), asked, "key-binding", check.Indeterminate, vcjose.ReasonNoBinding)
	asked = req
	asked.Audience = "demo-bank"
	g.doc = document(map[string]any{"aud": []string{"demo-hotel"}})
	add("for somebody else", g.token(), asked, "audience", check.Failed, check.WrongAudience)
	h := hmac.New(sha256.New, []byte("k"))
	signed := b64([]byte(`{"alg":"HS256","typ":"vc+jwt"}`)) + "." + b64(jsonOf(document(nil)))
	h.Write([]byte(signed))
	add("HMAC", []byte(signed+"."+b64(h.Sum(nil))), req, "algorithm", check.Failed, trust.ReasonSymmetric)
	for _, n := range []string{"None", "nOnE"} {
		add(n, []byte(b64([]byte(`{"alg":"`+n+`","typ":"vc+jwt"}`))+"."+b64(jsonOf(document(nil)))+"."), req, "algorithm", check.Failed, trust.ReasonNone)
	}
	sd := f.text["sd_good"]
	add("SD-JWT without its disclosures' digests", []byte(sd+b64([]byte(`["s","name","WU"]`))+"~"), f.request(t), "disclosures", check.Failed, sdjwt.ReasonUnreferenced)
	late := f.request(t)
	late.At = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	add("SD-JWT that has ended", []byte(sd), late, "time", check.Failed, check.Expired)
	return bad
}

func coseMutations(t testing.TB, f fixture) (bad []formattest.Bad) {
	req := verify.Request{At: f.at, Anchors: newForge().anchors(t)}
	g := newForge()
	change := func(name string, protected map[int]any, by string, v check.Verdict, why check.Reason) {
		h := coseHeader()
		maps.Copy(h, protected)
		maps.DeleteFunc(h, func(_ int, v any) bool { return v == nil })
		bad = append(bad, formattest.Refuse("COSE: "+name, g.cose(h, nil), req, by, v, why))
	}
	type m = map[int]any
	change("no typ", m{16: nil}, "type", check.Failed, vcjose.ReasonType)
	change("typ of a status list", m{16: "application/statuslist+cwt"}, "type", check.Failed, vcjose.ReasonType)
	change("no content type", m{3: nil}, "type", check.Failed, vcjose.ReasonType)
	change("content type CWT", m{3: "application/cwt"}, "type", check.Failed, vcjose.ReasonType)
	change("content type is a number", m{3: 61}, "type", check.Failed, vcjose.ReasonType)
	change("ES256 with an Ed25519 key", m{1: -7}, "signature", check.Failed, trust.ReasonWrongKey)
	change("HMAC", m{1: 5}, "algorithm", check.Failed, trust.ReasonSymmetric)
	change("algorithm nobody knows", m{1: -999}, "algorithm", check.Indeterminate, check.NotSupported)
	change("critical header", m{2: []int{16}}, "structure", check.Failed, check.Structure)
	change("unknown kid", m{4: []byte("nobody")}, "issuer", check.Indeterminate, check.UnknownIssuer)
	h := coseHeader()
	delete(h, 1)
	bad = append(bad, formattest.Refuse("COSE: algorithm outside the protection", g.cose(h, map[int]any{1: -8}), req, "structure", check.Failed, check.Structure))
	h = coseHeader()
	delete(h, 16)
	bad = append(bad, formattest.Refuse("COSE: typ outside the protection", g.cose(h, map[int]any{16: "application/vc+cose"}), req, "type", check.Failed, vcjose.ReasonType))
	g.doc = document(map[string]any{"validUntil": "2026-12-01T00:00:00Z"})
	change("ended", nil, "time", check.Failed, check.Expired)
	return append(bad, formattest.Refuse("COSE: foreign with another typ", f.bytes(t, "cose_wrong_type"), f.request(t), "type", check.Indeterminate, check.NotSupported))
}
