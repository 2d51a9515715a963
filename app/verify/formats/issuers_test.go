package formats_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/app/verify/formattest"
	"bangban/cardreader/check"
)

// issuersWanted turns TestIssuers on: it fetches libraries of others, which a test must not do unasked. "1" installs them in
// a folder that is thrown away; a folder that holds node_modules is used as it is.
const issuersWanted = "BANGBAN_ISSUERS"

// needed are the libraries, at the versions that the table was made with.
const needed = `{"private":true,"type":"module","dependencies":{"@sd-jwt/sd-jwt-vc":"0.19.0","@auth0/mdl":"3.0.1","@owf/mdoc":"0.6.0",
"@peculiar/x509":"2.2.0","reflect-metadata":"0.2.2"}}`

// issued is what testdata/issue.mjs prints.
type issued struct {
	Node    string
	At      time.Time
	Issuers []issuerOf
}

type issuerOf struct {
	By, Format, Root, Aud, Nonce string
	Transcript, Good, Other      []byte
	MS                           float64  // what the library itself takes to verify Good, in the processor's time; 0: not measured
	Bad                          [][4]any // name, check, reason or reasons, bytes
}

// spoiled is a credential that must be refused, by a check, for a reason.
type spoiled struct {
	name, by string
	reasons  []check.Reason
	b        []byte
	req      func(*verify.Request)
}

func issueNow(t *testing.T) issued {
	t.Helper()
	dir := os.Getenv(issuersWanted)
	if dir == "" {
		t.Skipf("credentials of other issuers are not made: set %s=1 (node, npm and a network), or to a folder with node_modules", issuersWanted)
	}
	script, err := os.ReadFile("testdata/issue.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if dir == "1" {
		dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(needed), 0o600); err != nil {
			t.Fatal(err)
		}
		npm := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
		npm.Dir = dir
		if out, err := npm.CombinedOutput(); err != nil {
			t.Skipf("the libraries cannot be installed here: %v\n%s", err, out[:min(len(out), 400)])
		}
	}
	run := filepath.Join(dir, "bangban-issue.mjs")
	if err := os.WriteFile(run, script, 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(run)
	var stdout, stderr bytes.Buffer
	node := exec.Command("node", run)
	node.Stdout, node.Stderr = &stdout, &stderr
	if err := node.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var all issued
	if err := json.Unmarshal(stdout.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestIssuers lets libraries of others issue and present credentials here and now. Theirs pass; each of 30 and more ways to
// spoil one is refused for its own reason, and gives no claims. The table says who made the bytes.
func TestIssuers(t *testing.T) {
	all := issueNow(t)
	list := formats.All(formats.Deps{})
	for _, is := range all.Issuers {
		anchors := trust.New(nil)
		if err := anchors.Add([]byte(is.Root), "test", time.Time{}); err != nil {
			t.Fatal(err)
		}
		req := verify.Request{At: all.At, Anchors: anchors, Audience: is.Aud, Nonce: is.Nonce, Transcript: is.Transcript}
		r, err := verify.Run(context.Background(), list, is.Good, req)
		if err != nil || r.Verdict != check.Passed || r.Format != is.Format || len(r.Claims) == 0 {
			t.Errorf("%s: %v %v %+v", is.By, r, err, r.Checks)
			continue
		}
		cases := spoil(t, is)
		if len(cases) < 30 {
			t.Errorf("%s: only %d ways to spoil it", is.By, len(cases))
		}
		t.Logf("%s, issued by %s under node %s: passed; %d mutations", is.Format, is.By, all.Node, len(cases))
		beside(t, is, list, req)
		for i, c := range cases {
			changed := req
			if c.req != nil {
				c.req(&changed)
			} else if bytes.Equal(c.b, is.Good) {
				t.Errorf("%s: %s: nothing was changed", is.By, c.name)
			}
			r, err := verify.Run(context.Background(), list, c.b, changed)
			if err != nil {
				t.Fatalf("%s: %s: %v", is.By, c.name, err)
			}
			t.Logf("  %2d %-34s %-13s %s", i+1, c.name, r.Verdict, judgedBy(r, c))
			if r.Verdict == check.Passed || len(r.Claims) > 0 && c.req == nil && r.Verdict == check.Failed && proves(c.by) {
				t.Errorf("%s: %s: %v with %d claims", is.By, c.name, r.Verdict, len(r.Claims))
			}
			if !refusedBy(r, c) {
				t.Errorf("%s: %s: want %s %v, got %+v", is.By, c.name, c.by, c.reasons, r.Checks)
			}
		}
	}
}

// beside compares a verdict with what the library that made the credential takes for it, in one run.
func beside(t *testing.T, is issuerOf, list []verify.Format, req verify.Request) {
	if is.MS == 0 {
		return
	}
	const n = 100
	start := formattest.ProcessorTime()
	for range n {
		if r, err := verify.Run(context.Background(), list, is.Good, req); err != nil || r.Verdict != check.Passed {
			t.Fatal(r, err)
		}
	}
	ours := float64((formattest.ProcessorTime() - start).Microseconds()) / 1000 / n
	t.Logf("%s: a verdict takes %.2f ms, %s %.2f ms: %.1f times as long", is.Format, ours, is.By, is.MS, is.MS/ours)
	if ours > is.MS {
		t.Errorf("%s is slower than %s", is.Format, is.By)
	}
}

// proves: a failure of this check means that nobody signed what is shown.
func proves(name string) bool {
	return slices.Contains([]string{"signature", "issuer", "digests", "disclosures", "structure", "algorithm", "device-signature", "holder-signature", "key-binding"}, name)
}

func refusedBy(r *verify.Result, c spoiled) bool {
	return slices.ContainsFunc(r.Checks, func(k check.Check) bool { return k.Name == c.by && slices.Contains(c.reasons, k.Reason) })
}

func judgedBy(r *verify.Result, c spoiled) string {
	for _, k := range r.Checks {
		if k.Name == c.by && k.Verdict != check.Passed {
			return fmt.Sprintf("%s: %s", k.Name, k.Reason)
		}
	}
	return "-"
}

// spoil gives everything that the issuer's own keys spoiled, and what anybody can.
func spoil(t *testing.T, is issuerOf) (all []spoiled) {
	for _, b := range is.Bad {
		raw, err := base64.StdEncoding.DecodeString(b[3].(string))
		if err != nil {
			t.Fatal(err)
		}
		s := spoiled{name: b[0].(string), by: b[1].(string), b: raw}
		if many, ok := b[2].([]any); ok {
			for _, m := range many {
				s.reasons = append(s.reasons, check.Reason(m.(string)))
			}
		} else {
			s.reasons = []check.Reason{check.Reason(b[2].(string))}
		}
		all = append(all, s)
	}
	if is.Format == "mdoc" {
		return append(all, spoilMdoc(t, is)...)
	}
	return append(all, spoilSDJWT(is)...)
}

// presentation is an SD-JWT with key binding cut at its tildes.
type presentation struct{ jwt, disclosures, binding []string }

func cutUp(b []byte) presentation {
	p := strings.Split(string(b), "~")
	return presentation{strings.Split(p[0], "."), p[1 : len(p)-1], strings.Split(p[len(p)-1], ".")}
}

func (p presentation) join() []byte {
	return []byte(strings.Join(append(append([]string{strings.Join(p.jwt, ".")}, p.disclosures...), strings.Join(p.binding, ".")), "~"))
}

// inside rewrites the text under base64url.
func inside(s, old, by string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || !bytes.Contains(b, []byte(old)) {
		return "no such text"
	}
	return base64.RawURLEncoding.EncodeToString(bytes.Replace(b, []byte(old), []byte(by), 1))
}

// flip changes one bit of what is under base64url.
func flip(s string) string {
	b, _ := base64.RawURLEncoding.DecodeString(s)
	b[len(b)/2] ^= 4
	return base64.RawURLEncoding.EncodeToString(b)
}

func spoilSDJWT(is issuerOf) []spoiled {
	with := func(name, by string, reason check.Reason, change func(p *presentation)) spoiled {
		p := cutUp(is.Good)
		change(&p)
		return spoiled{name: name, by: by, reasons: []check.Reason{reason}, b: p.join()}
	}
	other := cutUp(is.Other)
	all := []spoiled{
		with("bit of the issuer's signature", "signature", check.WrongSignature, func(p *presentation) { p.jwt[2] = flip(p.jwt[2]) }),
		with("claim in the payload changed", "signature", check.WrongSignature, func(p *presentation) { p.jwt[1] = inside(p.jwt[1], "urn:eudi:pid:1", "urn:eudi:pid:2") }),
		with("signature empty", "signature", check.WrongSignature, func(p *presentation) { p.jwt[2] = "" }),
		with("payload of another", "signature", check.WrongSignature, func(p *presentation) { p.jwt[1] = other.jwt[1] }),
		with("alg none", "algorithm", trust.ReasonNone, func(p *presentation) { p.jwt[0], p.jwt[2] = inside(p.jwt[0], "ES256", "none"), "" }),
		with("alg HS256", "algorithm", trust.ReasonSymmetric, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], "ES256", "HS256") }),
		with("alg ES384", "signature", trust.ReasonWrongKey, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], "ES256", "ES384") }),
		with("critical header", "structure", check.Structure, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], `"alg"`, `"crit":["exp"],"alg"`) }),
		with("certificate broken", "issuer", check.Structure, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], `"x5c":["MII`, `"x5c":["MIJ`) }),
		with("x5c taken away, jwk put in", "issuer", check.UnknownIssuer, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], `"x5c"`, `"jwk":{},"x6c"`) }),
		with("duplicate key in the header", "structure", check.Structure, func(p *presentation) { p.jwt[0] = inside(p.jwt[0], `"alg"`, `"alg":"none","alg"`) }),
		with("duplicate key in the payload", "structure", check.Structure, func(p *presentation) { p.jwt[1] = inside(p.jwt[1], `"vct"`, `"vct":"x","vct"`) }),
		with("bit of a disclosure", "disclosures", "unreferenced-disclosure", func(p *presentation) { p.disclosures[0] = inside(p.disclosures[0], "SPECIMEN", "SPECIMEM") }),
		with("disclosure stripped", "key-binding", check.WrongDigest, func(p *presentation) { p.disclosures = p.disclosures[1:] }),
		with("disclosure of another", "disclosures", "unreferenced-disclosure", func(p *presentation) { p.disclosures = append(p.disclosures, other.disclosures[0]) }),
		with("disclosure twice", "disclosures", "duplicate-digest", func(p *presentation) { p.disclosures = append(p.disclosures, p.disclosures[0]) }),
		with("disclosures in another order", "key-binding", check.WrongDigest, func(p *presentation) { slices.Reverse(p.disclosures) }),
		with("disclosure of one element", "disclosures", check.Structure, func(p *presentation) { p.disclosures[0] = base64.RawURLEncoding.EncodeToString([]byte(`["salt"]`)) }),
		with("bit of the holder's signature", "holder-signature", check.WrongSignature, func(p *presentation) { p.binding[2] = flip(p.binding[2]) }),
		with("key binding changed", "holder-signature", check.WrongSignature, func(p *presentation) { p.binding[1] = inside(p.binding[1], "demo-bank", "demo-bonk") }),
		with("key binding of another", "key-binding", check.WrongDigest, func(p *presentation) { p.binding = other.binding }),
		with("key binding of another typ", "key-binding", "wrong-type", func(p *presentation) { p.binding[0] = inside(p.binding[0], "kb+jwt", "jwt") }),
		with("key binding by alg none", "holder-signature", trust.ReasonNone, func(p *presentation) { p.binding[0] = inside(p.binding[0], "ES256", "none") }),
		with("oversized", "format", check.Unreadable, func(p *presentation) { p.disclosures[0] = strings.Repeat("A", verify.MaxInput) }),
		with("too many disclosures", "structure", check.Structure, func(p *presentation) { p.disclosures = slices.Repeat(p.disclosures, 100) }),
	}
	half := is.Good[:len(is.Good)/3]
	return append(all, spoiled{name: "truncated in the payload", by: "format", reasons: []check.Reason{check.Unreadable}, b: half},
		spoiled{name: "truncated in the holder's signature", by: "structure", reasons: []check.Reason{check.Structure}, b: is.Good[:len(is.Good)-5]}) // 81 characters, which no bytes have
}
