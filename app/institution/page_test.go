package institution_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/institution"
	"bangban/app/trust"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
)

// runPage runs the script of a page in node's vm with its WebCrypto, as a browser would, and has it check papers.
const runPage = `
const fs = require("fs"), vm = require("vm");
const page = fs.readFileSync("verify.html", "utf8");
const data = JSON.parse(/<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)[1]);
vm.runInThisContext(/<script>([^]*?)<\/script>/.exec(page)[1]);
(async () => {
	const out = {};
	for (const [name, p] of Object.entries(JSON.parse(fs.readFileSync("papers.json", "utf8")))) {
		const r = await verifyVoucher({ text: p.text, aud: p.aud, at: p.at, data, used: () => p.used });
		const bad = r.checks.find(c => c.verdict === "failed") || r.checks.find(c => c.verdict !== "passed" && !c.optional);
		out[name] = r.verdict + " " + (bad ? bad.name + " " + bad.reason : "") + (r.verdict === "passed" ? r.claims.full_name + " " + r.claims.serial + " " + (r.face ? r.face.length : 0) : "");
	}
	console.log(JSON.stringify(out));
})();
`

type paper struct {
	Text string         `json:"text"`
	Aud  string         `json:"aud"`
	At   int64          `json:"at"`
	Used map[string]any `json:"used,omitempty"`
}

// pageScene is an institution with one counter, T01.
type pageScene struct {
	t    *testing.T
	i    *institution.Institution
	key  *ecdsa.PrivateKey
	sign voucher.Signer
}

func newPageScene(t *testing.T) *pageScene {
	t.Helper()
	now := vouchertest.Now
	i, err := institution.Create(filepath.Join(t.TempDir(), "inst"), institution.Options{Name: desk.Text{"zh-Hans": "样本机构", "en": "SPECIMEN </script>"},
		Issuer: "urn:bangban:training:page", Training: true, Rand: rand.Reader, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := i.Delegate(institution.DelegateRequest{Station: "T01", Key: &key.PublicKey, First: 1, Last: 1000,
		NotBefore: now(), Expires: now().AddDate(0, 0, 6), MaxLife: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return &pageScene{t, i, key, voucher.Signer{Key: key, Delegation: d}}
}

// paper signs a voucher of an invented person; edit may change the draft.
func (s *pageScene) paper(edit func(*voucher.Voucher, *voucher.Signer)) string {
	s.t.Helper()
	a := vouchertest.Authority{Name: s.i.Issuer()}
	v, signer := a.Voucher(), s.sign
	v.Status = &voucher.StatusRef{Index: 123, URI: s.i.StatusURI("T01")}
	if edit != nil {
		edit(v, &signer)
	}
	msg, err := voucher.Sign(nil, v, signer)
	if err != nil {
		s.t.Fatal(err)
	}
	return voucher.Encode(msg)
}

func TestPageChecksPapers(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the page for offices was not run")
	}
	s, other := newPageScene(t), newPageScene(t)
	good := s.paper(nil)
	portrait, err := voucher.EncodeFace(vouchertest.Portrait(), voucher.FaceLimit)
	if err != nil {
		t.Fatal(err)
	}
	face := s.paper(func(v *voucher.Voucher, g *voucher.Signer) {
		v.Holder.Face, v.Terms.Binding, g.AsMap, v.Terms.Serial = portrait, nil, true, 124
	})
	cose, err := voucher.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int) string {
		c := bytes.Clone(cose)
		c[at] ^= 1
		return voucher.Encode(c)
	}
	name := bytes.Index(cose, []byte("样本甲"))
	at := vouchertest.Now().Add(time.Hour).UnixMilli()
	cti := strings.Repeat("00", 16)
	ownCTI := "a1a2a3a4a5a6a7a8a9aaabacadaeafb0"
	papers := map[string]paper{
		"genuine":        {good, "demo-bank", at, nil},
		"no audience":    {good, "", at, nil},
		"line end":       {good + "\r\n", "demo-bank", at, nil},
		"map with face":  {face, "demo-bank", at, nil},
		"forged name":    {flip(name + 2), "demo-bank", at, nil},
		"forged end":     {flip(len(cose) - 1), "demo-bank", at, nil},
		"other office":   {good, "demo-hotel", at, nil},
		"expired":        {good, "demo-bank", vouchertest.Now().Add(24 * time.Hour).UnixMilli(), nil},
		"early":          {good, "demo-bank", vouchertest.Now().Add(-time.Hour).UnixMilli(), nil},
		"revoked":        {s.paper(func(v *voucher.Voucher, _ *voucher.Signer) { v.Status.Index = 77 }), "demo-bank", at, nil},
		"replayed":       {good, "demo-bank", at, map[string]any{"cti": ownCTI, "count": 1}},
		"serial twice":   {good, "demo-bank", at, map[string]any{"cti": cti, "count": 0}},
		"stranger":       {other.paper(nil), "demo-bank", at, nil},
		"unreadable":     {strings.ToLower(good), "demo-bank", at, nil},
		"cut":            {good[:len(good)/2], "demo-bank", at, nil},
		"no list":        {s.paper(func(v *voucher.Voucher, _ *voucher.Signer) { v.Status.URI += "x" }), "demo-bank", at, nil},
		"delegation cut": {voucher.Encode(s.sign.Delegation), "demo-bank", at, nil},
	}
	want := map[string]string{
		"genuine": "passed 样本甲 T01-000123 0", "no audience": "passed 样本甲 T01-000123 0", "line end": "passed 样本甲 T01-000123 0",
		"forged name": "failed signature wrong-signature", "forged end": "failed signature wrong-signature",
		"other office": "failed audience wrong-audience", "expired": "failed time expired", "early": "failed time not-yet-valid",
		"revoked": "failed status revoked", "replayed": "failed uses used", "serial twice": "failed uses serial-reused",
		"stranger": "indeterminate issuer unknown-issuer", "unreadable": "indeterminate structure unreadable",
		"cut": "indeterminate structure unreadable", "no list": "indeterminate status no-list", "delegation cut": "failed structure structure",
	}
	got := s.check(node, papers, institution.Revoked{Vouchers: map[string][]uint64{"T01": {77}}})
	for name, verdict := range want {
		if got[name] != verdict {
			t.Errorf("%s: %q, want %q", name, got[name], verdict)
		}
	}
	if !strings.HasPrefix(got["map with face"], "passed 样本甲 T01-000124 3") {
		t.Errorf("map with face: %q", got["map with face"])
	}
	kid, _ := voucher.VoucherKeyID(&s.key.PublicKey)
	got = s.check(node, map[string]paper{"withdrawn": {good, "demo-bank", at, nil}},
		institution.Revoked{Keys: []trust.Withdrawn{{Station: "T01", KeyID: kid}}})
	if got["withdrawn"] != "failed delegation-revoked revoked" {
		t.Errorf("withdrawn key: %q", got["withdrawn"])
	}
}

// check publishes the page and has node run it.
func (s *pageScene) check(node string, papers map[string]paper, r institution.Revoked) (got map[string]string) {
	s.t.Helper()
	dir := s.t.TempDir()
	if err := s.i.Status(dir, r); err != nil {
		s.t.Fatal(err)
	}
	in, err := json.Marshal(papers)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, data := range map[string][]byte{"papers.json": in, "run.cjs": []byte(runPage)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	cmd := exec.Command(node, "run.cjs")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	return got
}

// TestPageIsWhole: the page loads nothing from anywhere, what stands in it cannot end its script, and it has a sentence
// for every reason in both languages.
func TestPageIsWhole(t *testing.T) {
	page, err := newPageScene(t).i.Page(institution.Revoked{})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"http://", "https://", "src=\"", "{{", "SPECIMEN </script>", "fetch(", "XMLHttpRequest"} {
		if bytes.Contains(page, []byte(bad)) {
			t.Errorf("the page holds %q", bad)
		}
	}
	var words map[string]map[string]string
	raw, err := os.ReadFile("verifier.json")
	if err != nil || json.Unmarshal(raw, &words) != nil {
		t.Fatal(err)
	}
	for key := range words["en"] {
		if words["zh-Hans"][key] == "" {
			t.Errorf("no Chinese for %s", key)
		}
	}
	for _, m := range bytes.Split(page, []byte(`data-t="`))[1:] {
		if key := string(m[:bytes.IndexByte(m, '"')]); words["en"][key] == "" || words["zh-Hans"][key] == "" {
			t.Errorf("no sentence for %s", key)
		}
	}
}
