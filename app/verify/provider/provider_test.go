package provider_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/provider"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm2"
)

var at = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

// platform is the far side: it verifies what it is asked with the relying party's key and certificate.
type platform struct {
	t      *testing.T
	asked  crypto.PublicKey
	key    crypto.Signer
	mu     sync.Mutex
	paths  []string
	bodies []map[string]any
	edit   func(map[string]any)             // of the answer
	raw    func(w http.ResponseWriter) bool // answers itself
	spoil  bool                             // signs something else
}

func sign(t *testing.T, key crypto.Signer, b []byte) string {
	opts, msg := crypto.SignerOpts(sm2.DefaultSM2SignerOpts), b
	if _, ok := key.(*rsa.PrivateKey); ok {
		sum := sha256.Sum256(b)
		opts, msg = crypto.SHA256, sum[:]
	}
	sig, err := key.Sign(rand.Reader, msg, opts)
	if err != nil {
		t.Error(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

func verifies(pub crypto.PublicKey, b []byte, text string) bool {
	sig, _ := base64.StdEncoding.DecodeString(text)
	switch k := pub.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(b)
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig) == nil
	case *ecdsa.PublicKey:
		return trust.VerifySM2(k, b, sig)
	}
	return false
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !verifies(p.asked, b, r.Header.Get("X-Signature")) || r.Header.Get("token") != "contract" || r.Header.Get("appId") != "app-1" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if len(r.TLS.PeerCertificates) != 1 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if p.raw != nil && p.raw(w) {
		return
	}
	var body map[string]any
	_ = json.Unmarshal(b, &body)
	p.paths, p.bodies = append(p.paths, r.URL.Path), append(p.bodies, body)
	out := map[string]any{"resultCode": "C0000000", "timestamp": at.UnixMilli(), "maskedName": "*本", "maskedNumber": "1***************2X", "pid": "SPECIMEN-PID"}
	switch {
	case strings.Contains(r.URL.Path, "/apply/"):
		out = map[string]any{"bizSerialNum": "SN-1", "randNum": "17"}
	case body["bizSerialNum"] != nil:
		out["bizSerialNum"] = body["bizSerialNum"]
	default:
		out["bizSeq"] = body["bizSeq"]
	}
	if p.edit != nil && !strings.Contains(r.URL.Path, "/apply/") {
		p.edit(out)
	}
	b, _ = json.Marshal(out)
	w.Header().Set("X-Signature", sign(p.t, p.key, b))
	if p.spoil {
		b = []byte(strings.Replace(string(b), "*本", "*木", 1))
	}
	_, _ = w.Write(b)
}

func keys(t *testing.T, kind string) (crypto.Signer, crypto.Signer) {
	if kind == "RSA" {
		a, _ := rsa.GenerateKey(rand.Reader, 2048)
		b, _ := rsa.GenerateKey(rand.Reader, 2048)
		return a, b
	}
	a, _ := sm2.GenerateKey(rand.Reader)
	b, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// rig is a platform on the loopback, with mutual TLS.
func rig(t *testing.T, shape, kind string) (*platform, provider.Config, *httptest.Server) {
	t.Helper()
	ours, theirs := keys(t, kind)
	p := &platform{t: t, asked: ours.Public(), key: theirs}
	srv := httptest.NewUnstartedServer(p)
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: srv.TLS.Certificates}}}
	t.Cleanup(client.CloseIdleConnections)
	return p, provider.Config{Name: "SPECIMEN platform", Shape: shape, URL: srv.URL + "/v1/", Mode: "R01", Prefixes: []string{"netid:", `{"resultCode"`}, AppID: "app-1", AppName: "SPECIMEN", OrgCode: "org-1",
		Token: "contract", Signer: ours, Platform: theirs.Public(), Client: client, Rand: rand.Reader}, srv
}

func ask(t *testing.T, c provider.Config, code string) *verify.Result {
	t.Helper()
	p, err := provider.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f := provider.Format{Providers: []provider.Provider{p}}
	if !f.Sniff([]byte(code)) {
		t.Fatal("the code is not known")
	}
	r, err := f.Verify(context.Background(), []byte(code), verify.Request{At: at})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBothShapesAndKeys(t *testing.T) {
	for _, shape := range []string{provider.ShapeA, provider.ShapeB} {
		for _, kind := range []string{"SM2", "RSA"} {
			p, c, _ := rig(t, shape, kind)
			r := ask(t, c, "netid:opaque")
			if r.Verdict != check.Passed || r.Claims["number"] != "1***************2X" || r.Claims["pid"] == "" || r.Format != provider.ID || len(r.Trust) != 1 {
				t.Errorf("%s %s: %+v", shape, kind, r.Checks)
			}
			if strings.Contains(fmt.Sprintf("%+v%v", r, *r), "SPECIMEN-PID") {
				t.Error("a claim was printed")
			}
			want := map[string][]string{provider.ShapeA: {"/v1/validateIdentity/apply/R01", "/v1/validateIdentity/request/R01"}, provider.ShapeB: {"/v1/nationalCertification/userInfoCheck"}}[shape]
			if fmt.Sprint(p.paths) != fmt.Sprint(want) {
				t.Errorf("asked at %v", p.paths)
			}
			last := p.bodies[len(p.bodies)-1]
			if last["authCode"] != "netid:opaque" && last["idCardAuthData"] != "netid:opaque" {
				t.Errorf("asked %v", last)
			}
		}
	}
}

// What the phone of shape B hands over is an object; its parts are sent on under their own names.
func TestPhoneObject(t *testing.T) {
	p, c, _ := rig(t, provider.ShapeB, "SM2")
	r := ask(t, c, `{"resultCode":"C0000000","idCardAuthData":"AAAA","certPwdData":"BBBB","other":"x"}`)
	got := maps.Clone(p.bodies[0])
	if r.Verdict != check.Passed || got["idCardAuthData"] != "AAAA" || got["certPwdData"] != "BBBB" || got["other"] != nil || got["orgCode"] != "org-1" {
		t.Errorf("%+v %v", r.Checks, got)
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name    string
		change  func(*platform, *provider.Config)
		by      string
		reason  check.Reason
		verdict check.Verdict
		back    bool
	}{
		{"refused by the platform", func(p *platform, _ *provider.Config) {
			p.edit = func(m map[string]any) { m["resultCode"] = "C0000004" }
		}, provider.CheckAnswer, provider.ReasonRefused, check.Failed, false},
		{"no outcome", func(p *platform, _ *provider.Config) { p.edit = func(m map[string]any) { delete(m, "resultCode") } }, provider.CheckAnswer, provider.ReasonRefused, check.Failed, false},
		{"answer to another question", func(p *platform, _ *provider.Config) { p.edit = func(m map[string]any) { m["bizSeq"] = "0" } }, "nonce", "wrong-nonce", check.Failed, false},
		{"answer of yesterday", func(p *platform, _ *provider.Config) {
			p.edit = func(m map[string]any) { m["timestamp"] = at.AddDate(0, 0, -1).Format(time.RFC3339) }
		}, "freshness", "not-fresh", check.Failed, false},
		{"answer changed on the way", func(p *platform, _ *provider.Config) { p.spoil = true }, provider.CheckSignature, check.WrongSignature, check.Failed, false},
		{"another key", func(p *platform, c *provider.Config) { _, k := keys(t, "SM2"); c.Platform = k.Public() }, provider.CheckSignature, check.WrongSignature, check.Failed, false},
		{"our signature is not taken", func(p *platform, c *provider.Config) { c.Signer, _ = keys(t, "SM2") }, provider.CheckPlatform, provider.ReasonPlatform, check.Indeterminate, true},
		{"the platform is down", func(p *platform, c *provider.Config) {
			p.raw = func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusServiceUnavailable); return true }
		}, provider.CheckPlatform, provider.ReasonPlatform, check.Indeterminate, true},
		{"it sends us elsewhere", func(p *platform, c *provider.Config) {
			p.raw = func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "https://elsewhere.example/")
				w.WriteHeader(http.StatusFound)
				return true
			}
		}, provider.CheckPlatform, provider.ReasonPlatform, check.Indeterminate, true},
		{"duplicate keys", func(p *platform, c *provider.Config) {
			p.raw = func(w http.ResponseWriter) bool { _, _ = io.WriteString(w, `{"a":1,"a":2}`); return true }
		}, provider.CheckPlatform, provider.ReasonPlatform, check.Indeterminate, true},
		{"without end", func(p *platform, c *provider.Config) {
			p.raw = func(w http.ResponseWriter) bool {
				_, _ = io.WriteString(w, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`)
				return true
			}
		}, provider.CheckPlatform, provider.ReasonPlatform, check.Indeterminate, true},
		{"a server nobody vouches for", func(p *platform, c *provider.Config) { c.Client = &http.Client{Transport: &http.Transport{}} }, provider.CheckPlatform, provider.ReasonNoNetwork, check.Indeterminate, true},
	} {
		p, c, _ := rig(t, provider.ShapeB, "SM2")
		tc.change(p, &c)
		r := ask(t, c, "netid:opaque")
		got := check.Reason("absent")
		for _, k := range r.Checks {
			if k.Name == tc.by {
				got = k.Reason
			}
		}
		if r.Verdict != tc.verdict || got != tc.reason || len(r.Claims) > 0 || provider.NeedsCallBack(r) != tc.back {
			t.Errorf("%s: %v %s %q: %+v", tc.name, r.Verdict, tc.by, got, r.Checks)
		}
	}
}

// Without a network nobody can tell, and the code is kept nowhere.
func TestNoNetwork(t *testing.T) {
	_, c, srv := rig(t, provider.ShapeA, "RSA")
	srv.Close()
	r := ask(t, c, "netid:opaque-and-short-lived")
	if r.Verdict != check.Indeterminate || !provider.NeedsCallBack(r) || r.Checks[0].Reason != provider.ReasonNoNetwork {
		t.Errorf("%+v", r.Checks)
	}
	if b, _ := json.Marshal(r); strings.Contains(string(b), "opaque") {
		t.Error("the code is in the result")
	}
}

func TestConfigurations(t *testing.T) {
	_, good, _ := rig(t, provider.ShapeA, "SM2")
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	for name, spoil := range map[string]func(*provider.Config){
		"http": func(c *provider.Config) { c.URL = "http://platform.example" }, "user": func(c *provider.Config) { c.URL = "https://a:b@platform.example" },
		"shape": func(c *provider.Config) { c.Shape = "C" }, "no prefix": func(c *provider.Config) { c.Prefixes = nil }, "any prefix": func(c *provider.Config) { c.Prefixes = []string{""} },
		"mode": func(c *provider.Config) { c.Mode = "../x" }, "key": func(c *provider.Config) { c.Signer = weak }, "client": func(c *provider.Config) { c.Client = nil },
	} {
		c := good
		spoil(&c)
		if _, err := provider.New(c); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := provider.New(good); err != nil {
		t.Error(err)
	}
}

func TestSimulator(t *testing.T) {
	f := provider.Format{Providers: []provider.Provider{provider.Simulator{}}}
	for _, tc := range []struct {
		code     string
		training bool
		verdict  check.Verdict
		back     bool
	}{
		{"SIM-NETID:*本:1****2X", true, check.Passed, false}, {"SIM-NETID:*本:1****2X", false, check.Failed, false},
		{"SIM-NETID-NO:", true, check.Failed, false}, {"SIM-NETID-OFF:", true, check.Indeterminate, true},
	} {
		r, err := f.Verify(context.Background(), []byte(tc.code), verify.Request{At: at, Training: tc.training})
		if err != nil || r.Verdict != tc.verdict || provider.NeedsCallBack(r) != tc.back || r.Format != provider.IDSimulated || (len(r.Claims) > 0) != (tc.verdict == check.Passed) {
			t.Errorf("%s: %v %v %+v", tc.code, r, err, r.Checks)
		}
		for _, c := range r.Checks {
			if c.Detail != "SIMULATED" {
				t.Errorf("%s: %s does not say that it is simulated", tc.code, c.Name)
			}
		}
	}
	if f.Sniff([]byte("netid:x")) || (provider.Format{}).Sniff([]byte("SIM-NETID:x")) {
		t.Error("a code of nobody was taken")
	}
}

// FuzzAnswer gives hostile answers: no panic, never Passed without the platform's signature.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"resultCode":"C0000000","bizSeq":"x","timestamp":1}`))
	f.Add([]byte(`{"a":{"b":[1,2,3]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		key, _ := sm2.GenerateKey(rand.Reader)
		answer := roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})
		p, err := provider.New(provider.Config{Name: "x", Shape: provider.ShapeB, URL: "https://platform.example", Mode: "R01", AppID: "a", Prefixes: []string{"netid:"}, Platform: key.Public(),
			Client: &http.Client{Transport: answer}, Rand: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Ask(context.Background(), "netid:x", verify.Request{At: at})
		if err != nil || r.Verdict == check.Passed || len(r.Claims) > 0 {
			t.Fatalf("%v %v", r, err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
