package vds_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/vds"
	"bangban/cardreader/check"
)

// load reads testdata/openssl.json: certificates by openssl, JSON put in canonical form and signed by node, binary seals
// packed by node and signed with a key on brainpoolP256r1. The people and the state are invented, the keys were thrown away.
func load(t testing.TB) map[string]string {
	t.Helper()
	b, err := os.ReadFile("testdata/openssl.json")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func store(t testing.TB, pems ...string) *trust.Store {
	t.Helper()
	s := trust.New(nil)
	for _, p := range pems {
		if err := s.Add([]byte(p), "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func request(t testing.TB, m map[string]string) verify.Request {
	at, err := time.Parse(time.RFC3339, m["at"])
	if err != nil {
		t.Fatal(err)
	}
	return verify.Request{At: at, Anchors: store(t, m["csca_nc"], m["csca_seal"], m["seal_cert"])}
}

func seal(t testing.TB, m map[string]string, name string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(m[name])
	if err != nil || len(b) == 0 {
		t.Fatal(name, err)
	}
	return b
}

// bend changes one text for another of the same kind.
func bend(t testing.TB, s, from, to string) []byte {
	t.Helper()
	if !strings.Contains(s, from) {
		t.Fatal(from)
	}
	return []byte(strings.Replace(s, from, to, 1))
}

// part changes a member of sig.
func part(t testing.TB, s, name string, change func(string) any) []byte {
	t.Helper()
	var m struct {
		Data json.RawMessage `json:"data"`
		Sig  map[string]any  `json:"sig"`
	}
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		t.Fatal(err)
	}
	old, _ := m.Sig[name].(string)
	if m.Sig[name] = change(old); m.Sig[name] == nil {
		delete(m.Sig, name)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func to(v any) func(string) any { return func(string) any { return v } }

func middle(s string) any {
	b := []byte(s)
	if b[len(b)/2] ^= 1; b[len(b)/2] < 'A' {
		b[len(b)/2] = 'A'
	}
	return string(b)
}

func ncMutations(t *testing.T, m map[string]string, req verify.Request) []formattest.Bad {
	good := m["good_nc"]
	failed, unsure := check.Failed, check.Indeterminate
	bad := func(name string, b []byte, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse("nc: "+name, b, req, by, v, r)
	}
	with := func(name string, edit func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		edit(&q)
		return formattest.Refuse("nc: "+name, []byte(good), q, by, v, r)
	}
	none := store(t)
	return []formattest.Bad{
		bad("signed for another state", []byte(m["bad_country"]), vds.CheckIssuerName, failed, vds.ReasonCountry),
		bad("signed by the signer of passports", []byte(m["bad_usage"]), "issuer", failed, check.WrongKeyUsage),
		with("unknown state", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("after the signer's life", func(q *verify.Request) { q.At = q.At.AddDate(20, 0, 0) }, "issuer", failed, check.Expired),
		with("before the signer's life", func(q *verify.Request) { q.At = q.At.AddDate(-1, 0, 0) }, "issuer", failed, check.NotYetValid),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("nonce asked of paper", func(q *verify.Request) { q.Nonce = "n" }, "nonce", unsure, "no-key-binding"),
		bad("name changed", bend(t, good, "SPECIMEN AVA", "SPECIMEN EVA"), "signature", failed, check.WrongSignature),
		bad("birth date changed", bend(t, good, "1951", "1991"), "signature", failed, check.WrongSignature),
		bad("number changed", bend(t, good, `"seq":1`, `"seq":2`), "signature", failed, check.WrongSignature),
		bad("number as text", bend(t, good, `"seq":1`, `"seq":"1"`), "signature", failed, check.WrongSignature),
		bad("member added", bend(t, good, `"sex":"F"`, `"sex":"F","x":1`), "signature", failed, check.WrongSignature),
		bad("member taken away", bend(t, good, `"sex":"F",`, ``), "signature", failed, check.WrongSignature),
		bad("name twice", bend(t, good, `"sex":"F"`, `"sex":"M","sex":"F"`), "structure", failed, check.Structure),
		bad("state changed", bend(t, good, `"is":"UTO"`, `"is":"AUS"`), "signature", failed, check.WrongSignature),
		bad("type changed", bend(t, good, "icao.vacc", "icao.test"), "signature", failed, check.WrongSignature),
		bad("version 2", bend(t, good, `"v":1`, `"v":2`), "structure", failed, check.Structure),
		bad("no message", bend(t, good, `"msg"`, `"msx"`), "structure", failed, check.Structure),
		bad("third member", bend(t, good, `{"data"`, `{"x":1,"data"`), "structure", failed, check.Structure),
		bad("signature changed", part(t, good, "sigvl", middle), "signature", failed, check.WrongSignature),
		bad("signature short", part(t, good, "sigvl", to("AAAA")), "signature", failed, check.WrongSignature),
		bad("signature is no base64url", part(t, good, "sigvl", to("*")), "structure", failed, check.Structure),
		bad("signature is a number", part(t, good, "sigvl", to(7)), "structure", failed, check.Structure),
		bad("certificate changed", part(t, good, "cer", func(s string) any { return s[:len(s)-8] + "AAAAAAAA" }), "issuer", failed, check.WrongSignature),
		bad("certificate is none", part(t, good, "cer", to("AAAA")), "issuer", failed, check.Structure),
		bad("certificate gone", part(t, good, "cer", to(nil)), "structure", failed, check.Structure),
		bad("algorithm none", part(t, good, "alg", to("none")), "algorithm", failed, trust.ReasonNone),
		bad("HMAC: key confusion", part(t, good, "alg", to("HS256")), "algorithm", failed, trust.ReasonSymmetric),
		bad("another curve", part(t, good, "alg", to("ES384")), "signature", failed, trust.ReasonWrongKey),
		bad("another kind of key", part(t, good, "alg", to("RS256")), "algorithm", failed, trust.ReasonWrongKey),
		bad("algorithm nobody knows", part(t, good, "alg", to("XX")), "algorithm", unsure, check.NotSupported),
		bad("no algorithm", part(t, good, "alg", to(nil)), "structure", failed, check.Structure),
		bad("number beyond measure", bend(t, good, `"seq":1`, `"seq":1e999`), "structure", failed, check.Structure),
		bad("deep", bend(t, good, `"seq":1`, `"seq":`+strings.Repeat("[", 50)+strings.Repeat("]", 50)), "structure", failed, check.Structure),
		bad("cut", []byte(good[:len(good)-3]), "structure", failed, check.Structure),
		bad("oversized", bend(t, good, `"seq":1`, `"seq":1`+strings.Repeat(" ", 40000)), "structure", unsure, check.Unreadable),
	}
}

func sealMutations(t *testing.T, m map[string]string, req verify.Request) []formattest.Bad {
	good := seal(t, m, "good_seal")
	failed, unsure := check.Failed, check.Indeterminate
	bad := func(name string, b []byte, by string, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse("seal: "+name, b, req, by, v, r)
	}
	with := func(name string, edit func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		edit(&q)
		return formattest.Refuse("seal: "+name, good, q, by, v, r)
	}
	set := func(i int, v byte) []byte {
		b := bytes.Clone(good)
		if i < 0 {
			i += len(b)
		}
		b[i] = v
		return b
	}
	flip := func(i int) []byte { return set(i, good[(i+len(good))%len(good)]^1) }
	zone := bytes.LastIndexByte(good[:len(good)-64], 0xff) // of the signature
	none, only := store(t), store(t, m["csca_nc"], m["csca_seal"])
	insert := func(at int, x ...byte) []byte { return append(append(bytes.Clone(good[:at]), x...), good[at:]...) }
	return []formattest.Bad{
		bad("signed for another state", seal(t, m, "bad_seal_country"), vds.CheckIssuerName, failed, vds.ReasonCountry),
		bad("signed in the future", seal(t, m, "bad_seal_future"), "time", failed, check.NotYetValid),
		bad("signed before its signer's life", seal(t, m, "bad_seal_old"), "issuer", failed, check.NotYetValid),
		bad("another certificate", seal(t, m, "bad_seal_unknown"), "issuer", unsure, check.UnknownIssuer),
		with("nobody is trusted", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("signer's certificate not held", func(q *verify.Request) { q.Anchors = only }, "issuer", unsure, check.UnknownIssuer),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("nonce asked of paper", func(q *verify.Request) { q.Nonce = "n" }, "nonce", unsure, "no-key-binding"),
		bad("signature, first byte", flip(-64), "signature", failed, check.WrongSignature),
		bad("signature, last byte", flip(-1), "signature", failed, check.WrongSignature),
		bad("signature zero", append(bytes.Clone(good[:len(good)-64]), make([]byte, 64)...), "signature", failed, check.WrongSignature),
		bad("signature of another size", append(bytes.Clone(good[:zone]), append([]byte{0xff, 56}, good[len(good)-56:]...)...), "signature", failed, check.WrongSignature),
		bad("feature changed", flip(zone-1), "signature", failed, check.WrongSignature),
		bad("feature renamed", set(zone-8, 9), "signature", failed, check.WrongSignature),
		bad("feature taken away", append(bytes.Clone(good[:zone-8]), good[zone:]...), "signature", failed, check.WrongSignature),
		bad("feature put in", insert(zone, 7, 1, 'X'), "signature", failed, check.WrongSignature),
		bad("category changed", flip(17), "signature", failed, check.WrongSignature),
		bad("definition changed", flip(16), "signature", failed, check.WrongSignature),
		bad("version 2 of the header", set(1, 2), "issuer", unsure, check.UnknownIssuer),
		bad("version 9", append([]byte{0xdc, 9}, good[2:]...), "structure", failed, check.Structure),
		bad("no magic", set(0, 0xdd), "structure", unsure, check.Unreadable),
		bad("country is no C40", append([]byte{0xdc, 3, 0xff, 0xff}, good[4:]...), "structure", failed, check.Structure),
		bad("date is none", append(append(bytes.Clone(good[:10]), 0xff, 0xff, 0xff), good[13:]...), "structure", failed, check.Structure),
		bad("feature longer than the seal", set(19, 0xfe), "structure", failed, check.Structure),
		bad("length in long form", insert(19, 0x81), "structure", failed, check.Structure),
		bad("length without end", set(19, 0x80), "structure", failed, check.Structure),
		bad("bytes after the signature", append(bytes.Clone(good), 0), "structure", failed, check.Structure),
		bad("signature cut", good[:len(good)-1], "structure", failed, check.Structure),
		bad("no signature zone", good[:zone], "structure", failed, check.Structure),
		bad("empty signature", append(bytes.Clone(good[:zone]), 0xff, 0), "structure", failed, check.Structure),
		bad("too many features", append(bytes.Clone(good[:zone]), append(bytes.Repeat([]byte{1, 0}, 70), good[zone:]...)...), "structure", failed, check.Structure),
		bad("oversized", append(bytes.Clone(good), make([]byte, 5000)...), "structure", unsure, check.Unreadable),
	}
}

func TestContract(t *testing.T) {
	m := load(t)
	req := request(t, m)
	bad := append(ncMutations(t, m, req), sealMutations(t, m, req)...)
	formattest.Run(t, vds.Format{}, []formattest.Good{
		{Name: "nc", Bytes: []byte(m["good_nc"]), Request: req, Secrets: []string{"SPECIMEN AVA", "1951-03-25"}},
		{Name: "seal", Bytes: seal(t, m, "good_seal"), Request: req, Secrets: []string{"ATD  SPECIMEN  AVA"}},
	}, formattest.Enough(t, bad))
	r, err := vds.Format{}.Verify(context.Background(), []byte(m["good_nc"]), req)
	if err != nil || r.Claims["pid.i"] != "SP1234567" || r.Claims["ve.0.vd.0.lot"] != "VC35679" || r.Claims["issuer"] != "UTO" {
		t.Errorf("%v %v", err, map[string]string(r.Claims))
	}
	r, err = vds.Format{}.Verify(context.Background(), seal(t, m, "good_seal"), req)
	if err != nil || r.Claims["feature.3"] != "SPX001979" || r.Claims["feature.4"] != "Jâcob" || r.Claims["signed"] != "2026-11-27" || r.Claims["type"] != "vds-fb" {
		t.Errorf("%v %v", err, map[string]string(r.Claims))
	}
}

// The same data with blanks and in another order is the same seal (RFC 8785).
func TestCanonical(t *testing.T) {
	m := load(t)
	var v any
	if err := json.Unmarshal([]byte(m["good_nc"]), &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(v, " ", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := (vds.Format{}).Verify(context.Background(), b, request(t, m)); err != nil || r.Verdict != check.Passed {
		t.Errorf("%v %+v", err, r.Checks)
	}
}

// Names go by their UTF-16 units (RFC 8785 §3.2.3, its own example): a character above U+FFFF before one below it.
func TestCanonicalNames(t *testing.T) {
	got, err := vds.Canonical(map[string]any{"\u20ac": "Euro Sign", "\r": "Carriage \"Return\"", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
		"\U0001f600": "Emoji", "\u0080": "Control", "\u00f6": "\\Latin\u0007"})
	want := "{\"\\r\":\"Carriage \\\"Return\\\"\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"\\\\Latin\\u0007\",\"\u20ac\":\"Euro Sign\",\"\U0001f600\":\"Emoji\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
}

func FuzzVerify(f *testing.F) {
	m := load(f)
	formattest.Fuzz(f, vds.Format{}, []byte(m["good_nc"]), seal(f, m, "good_seal"), []byte{0xdc, 2, 0xd9, 0xc5})
}

// BenchmarkVerify checks two signatures of a VDS-NC, its own and the certificate's, and one of a binary seal, on a brainpool curve.
func BenchmarkVerify(b *testing.B) {
	m := load(b)
	req := request(b, m)
	b.Run("nc", func(b *testing.B) {
		formattest.Throughput(b, vds.Format{}, []byte(m["good_nc"]), req, formattest.ES256(b, 2))
	})
	pub, sum := store(b, m["seal_cert"]).Certificates()[0].PublicKey, bytes.Repeat([]byte{9}, 32)
	b.Run("seal", func(b *testing.B) {
		formattest.Throughput(b, vds.Format{}, seal(b, m, "good_seal"), req, func() bool { return !pub.VerifyPlain(sum, bytes.Repeat([]byte{7}, 64)) })
	})
}
