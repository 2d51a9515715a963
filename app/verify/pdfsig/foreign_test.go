package pdfsig_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/pdfsig/pdfsigtest"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
	"bangban/print"
)

// tools makes keys and certificates with openssl, and an NSS database of them.
type tools struct {
	t    *testing.T
	dir  string
	root []byte
}

func newTools(t *testing.T, need ...string) *tools {
	t.Helper()
	for _, p := range append(need, "openssl") {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed: no signature of a foreign program was looked at", p)
		}
	}
	x := &tools{t: t, dir: t.TempDir()}
	x.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "30", "-subj", "/O=SPECIMEN/CN=Foreign root",
		"-addext", "keyUsage=critical,keyCertSign,cRLSign")
	x.run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/O=SPECIMEN/CN=Foreign signer")
	x.write("ext", []byte("basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"))
	x.run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "20", "-extfile", "ext", "-out", "leaf.pem")
	x.run("openssl", "pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "root.pem", "-name", "leaf", "-passout", "pass:x", "-out", "leaf.p12")
	x.root = x.read("root.pem")
	return x
}

func (x *tools) run(program string, args ...string) string {
	x.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = x.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		x.t.Fatalf("%s %v: %v: %s", program, args, err, out)
	}
	return string(out)
}

func (x *tools) read(name string) []byte {
	x.t.Helper()
	b, err := os.ReadFile(filepath.Join(x.dir, name))
	if err != nil {
		x.t.Fatal(err)
	}
	return b
}

func (x *tools) write(name string, b []byte) {
	x.t.Helper()
	if err := os.WriteFile(filepath.Join(x.dir, name), b, 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// judged holds a file of a foreign signer to what must be so, and to what an update and a flipped bit make of it.
func (x *tools) judged(name string, b []byte, want string) {
	x.t.Helper()
	req := verify.Request{At: time.Now().Add(time.Minute), Anchors: store(x.t, x.root)}
	r := judge(x.t, b, req)
	if r.Verdict != check.Passed || r.Claims["signed_by"] == "" {
		x.t.Errorf("%s: %v %+v", name, r, r.Checks)
	}
	if r := judge(x.t, b, verify.Request{At: req.At}); r.Verdict != check.Indeterminate || named(r, "issuer").Reason != check.UnknownIssuer {
		x.t.Errorf("%s, nobody known: %v %+v", name, r, r.Checks)
	}
	for _, at := range []int{30, len(b) / 20, bytes.Index(b, []byte("/ByteRange")) - 5} {
		bad := bytes.Clone(b)
		bad[at] ^= 1
		if r := judge(x.t, bad, req); r.Verdict == check.Passed {
			x.t.Errorf("%s, byte %d changed: passed", name, at)
		}
	}
	x.t.Logf("%s: %s", name, want)
}

// The message by openssl cms, in a file of our own making.
func TestOpensslCMS(t *testing.T) {
	x := newTools(t)
	for name, tc := range map[string]struct {
		filter string
		args   []string
	}{
		"openssl cms":        {"adbe.pkcs7.detached", nil},
		"openssl cms -cades": {"ETSI.CAdES.detached", []string{"-cades"}},
		"openssl cms -keyid": {"adbe.pkcs7.detached", []string{"-keyid"}},
	} {
		d := pdfsigtest.New(title)
		pdfsigtest.NewKit(t).Sign(t, d, options{SubFilter: tc.filter, Make: func(content []byte) []byte {
			x.write("content", content)
			x.run("openssl", append([]string{"cms", "-sign", "-binary", "-md", "sha256", "-in", "content", "-signer", "leaf.pem", "-inkey", "leaf.key", "-certfile", "root.pem",
				"-outform", "DER", "-out", "message"}, tc.args...)...)
			return x.read("message")
		}})
		x.judged(name, d.B, tc.filter)
	}
}

// Signed by poppler's pdfsig with a key of an NSS database, once and twice.
func TestPdfsigSigns(t *testing.T) {
	x := newTools(t, "pdfsig", "certutil", "pk12util")
	x.run("certutil", "-N", "-d", "sql:.", "--empty-password")
	x.run("certutil", "-A", "-d", "sql:.", "-n", "root", "-t", "C,C,C", "-i", "root.pem")
	x.run("pk12util", "-i", "leaf.p12", "-d", "sql:.", "-W", "x", "-K", "")
	x.write("in.pdf", pdfsigtest.New(title).B)
	cmd := exec.Command("pdfsig", "-nssdir", "sql:.", "-nick", "leaf", "-add-signature", "-reason", "SPECIMEN", "in.pdf", "out.pdf")
	cmd.Dir = x.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this pdfsig cannot sign: %v: %s", err, out)
	}
	x.judged("pdfsig", x.read("out.pdf"), "one signature")
	x.run("pdfsig", "-nssdir", "sql:.", "-nick", "leaf", "-add-signature", "out.pdf", "two.pdf")
	x.judged("pdfsig, twice", x.read("two.pdf"), "two signatures")
}

// Signed by MuPDF in a field that was there.
func TestMutoolSigns(t *testing.T) {
	x := newTools(t, "mutool")
	d := pdfsigtest.New(title)
	n := d.AddField("<</Type /Annot /Subtype /Widget /FT /Sig /T (here) /F 4 /Rect [10 10 90 90] /P 3 0 R>>")
	x.write("in.pdf", d.B)
	cmd := exec.Command("mutool", "sign", "-s", "leaf.p12", "-P", "x", "-o", "out.pdf", "in.pdf", strconv.Itoa(n))
	cmd.Dir = x.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this mutool cannot sign: %v: %s", err, out)
	}
	r := judge(t, x.read("out.pdf"), verify.Request{At: time.Now().Add(time.Minute), Anchors: store(t, x.root)})
	for _, name := range []string{"byte-range", "signature", "issuer", "changes", "coverage"} {
		if c := named(r, name); c.Verdict != check.Passed {
			t.Errorf("%+v", c)
		}
	}
	// MuPDF of 2022 hashes with SHA-1.
	if c := named(r, "digest"); c.Verdict != check.Passed && (c.Reason != check.NotSupported || r.Verdict != check.Indeterminate) {
		t.Errorf("%v %+v", r, r.Checks)
	}
}

// Our own paper: the chain of the voucher key ends in the institution's root, and institution.pem is all that is needed.
func TestOwnPaper(t *testing.T) {
	a := vouchertest.New(t, "urn:bangban:training:specimen")
	key := vouchertest.Key(t)
	now := vouchertest.Now()
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Organization: []string{"SPECIMEN"}, CommonName: "T01"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.Issuing, key.Public(), a.IssuingKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	sheet := print.NewSheet(fonts, print.A5(), "en")
	sheet.Text(10, 10, "SPECIMEN", print.Style{Size: 20})
	pdf, err := sheet.PDF(print.Meta{Title: "e-ID voucher SPECIMEN", Created: now})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := print.SignPDF(pdf, print.PDFSigner{Key: key, Chain: []*x509.Certificate{leaf, a.Issuing, a.Root}, Reason: "凭证 SPECIMEN", At: now})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(a.PEM)
	rootOnly := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: block.Bytes})
	for name, file := range map[string][]byte{"institution.pem": a.PEM, "the root alone": rootOnly} {
		r := judge(t, signed, verify.Request{At: now.Add(time.Minute), Anchors: store(t, file), Training: true})
		if r.Verdict != check.Passed || r.Claims["reason"] != "凭证 SPECIMEN" || r.Trust[0].Kind != trust.KindInstitution {
			t.Errorf("%s: %v %+v", name, r, r.Checks)
		}
	}
	if r := judge(t, signed, verify.Request{At: now.Add(time.Minute), Anchors: store(t, a.PEM)}); r.Verdict != check.Failed || named(r, "training").Reason != check.TrainingPaper {
		t.Errorf("at a real station: %v %+v", r, r.Checks)
	}
	later := judge(t, signed, verify.Request{At: now.AddDate(0, 0, 2), Anchors: store(t, a.PEM), Training: true})
	if c := named(later, "issuer"); later.Verdict != check.Indeterminate || c.Reason != check.Expired {
		t.Errorf("after the key's end: %+v", later.Checks)
	}
	other := judge(t, signed, verify.Request{At: now, Anchors: store(t, vouchertest.New(t, vouchertest.Issuer).PEM)})
	if other.Verdict == check.Passed {
		t.Errorf("another institution of the name: %+v", other.Checks)
	}
	bad := bytes.Clone(signed)
	bad[len(pdf)/2] ^= 1
	if r := judge(t, bad, verify.Request{At: now, Anchors: store(t, a.PEM)}); r.Verdict == check.Passed {
		t.Errorf("changed: %+v", r.Checks)
	}
}
