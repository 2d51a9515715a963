package station_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/station"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
	"bangban/print"
)

// smPaper is a training voucher with the SM suite, and the station that made it.
func smPaper(t testing.TB) (*station.Station, paper) {
	t.Helper()
	s := open(t, options(t))
	o := order()
	o.SM = true
	var p paper
	if err := s.IssueTraining(context.Background(), o, p.keep); err != nil {
		t.Fatal(err)
	}
	return s, p
}

func shown(t testing.TB, s *station.Station, input []byte) *verify.Result {
	t.Helper()
	r, err := s.Verify(context.Background(), station.Presented{Input: input})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func the(r *verify.Result, name string) check.Check {
	for _, c := range r.Checks {
		if c.Name == name {
			return c
		}
	}
	return check.Check{}
}

// TestSMSuite: with the suite a paper has both signatures and passes; each changed byte of the second, or of what it is over,
// is found, and another voucher's file does not go with this page.
func TestSMSuite(t *testing.T) {
	s, p := smPaper(t)
	r := shown(t, s, p.pdf)
	if r.Verdict != check.Passed {
		t.Fatalf("%v", r.Checks)
	}
	for _, name := range []string{"sm2-signature", "sm2-issuer", "attached"} {
		if c := the(r, name); c.Verdict != check.Passed {
			t.Errorf("%s: %v", name, c)
		}
	}
	if c := the(r, "sm2-signature"); !strings.Contains(c.Detail, "SM2 with SM3") {
		t.Errorf("the signature is not named: %v", c)
	}
	plain := issue(t, open(t, options(t)))
	if bytes.Contains(plain.pdf, []byte("/AF")) {
		t.Error("without the suite there are files in the paper")
	}
	start := bytes.LastIndex(p.pdf, []byte("application#2Fpkcs7-signature"))
	body := start + bytes.Index(p.pdf[start:], []byte("stream\n")) + len("stream\n")
	for name, at := range map[string]int{"signature": body + bytes.Index(p.pdf[body:], []byte("\nendstream")) - 4,
		"voucher": bytes.LastIndex(p.pdf, []byte("application#2Fcose")) + 200} {
		b := bytes.Clone(p.pdf)
		b[at] ^= 1
		r := shown(t, s, b)
		if c := the(r, "sm2-signature"); r.Verdict != check.Failed || c.Verdict != check.Failed {
			t.Errorf("%s changed: %v, %v", name, r.Verdict, c)
		}
	}
}

// strangersPage is a signed page of somebody else, with a code or none and a file inside, and the stranger's certificate.
func strangersPage(t *testing.T, code string, cose []byte) []byte {
	t.Helper()
	pdf, _ := strangersPageOf(t, code, cose)
	return pdf
}

func strangersPageOf(t *testing.T, code string, cose []byte) (pdf []byte, cert *x509.Certificate) {
	t.Helper()
	fonts, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	sheet := print.NewSheet(fonts, print.A5(), "en")
	sheet.Text(20, 20, "SPECIMEN", print.Style{Size: 20})
	if code != "" {
		q, err := print.Encode(code)
		if err != nil {
			t.Fatal(err)
		}
		sheet.Code(10, 60, q)
	}
	pdf, err = sheet.PDF(print.Meta{Title: "SPECIMEN"})
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	out, err := print.SignPDF(pdf, print.PDFSigner{Key: key, Chain: []*x509.Certificate{c}, At: time.Now(),
		Files: []print.File{{Name: "voucher.cose", Type: "application/cose", Relation: print.RelationData, Data: cose}}})
	if err != nil {
		t.Fatal(err)
	}
	return out, c
}

// TestVoucherOnAStrangersPage: who is trusted for something else and signs a page with somebody's code on it does not make
// that page Passed. The control is the counter's own page.
func TestVoucherOnAStrangersPage(t *testing.T) {
	s := open(t, options(t))
	p := issue(t, s)
	cose, err := voucher.Decode(p.text)
	if err != nil {
		t.Fatal(err)
	}
	page, cert := strangersPageOf(t, p.text, cose)
	for _, format := range []string{"", "claim169"} {
		r, err := s.Verify(context.Background(), station.Presented{Input: page, Format: format,
			Trust: [][]byte{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})}})
		if err != nil {
			t.Fatal(err)
		}
		if c := the(r, "one-office"); r.Verdict == check.Passed || c.Verdict != check.Indeterminate || c.Reason != "other-office" {
			t.Errorf("%q: %v, %v", format, r.Verdict, r.Checks)
		}
		if r, err := s.Verify(context.Background(), station.Presented{Input: p.pdf, Format: format}); err != nil || r.Verdict != check.Passed ||
			r.Format != "pdf+voucher" || the(r, "one-office").Name != "" {
			t.Errorf("%q: its own page: %v, %v, %v", format, r.Format, r.Verdict, err)
		}
	}
}

// TestFileGoesWithTheCode: a file inside must be of the paper that the code on the page is of; where no code can be read it
// is judged itself.
func TestFileGoesWithTheCode(t *testing.T) {
	s := open(t, options(t))
	one, two := issue(t, s), issue(t, s)
	cose, err := voucher.Decode(one.text)
	if err != nil {
		t.Fatal(err)
	}
	if c := the(shown(t, s, strangersPage(t, one.text, cose)), "attached"); c.Verdict != check.Passed {
		t.Errorf("its own file: %v", c)
	}
	r := shown(t, s, strangersPage(t, two.text, cose))
	if c := the(r, "attached"); r.Verdict != check.Failed || c.Verdict != check.Failed || c.Reason != "other-paper" || r.Claims != nil {
		t.Errorf("the file of another voucher: %v", c)
	}
	r = shown(t, s, strangersPage(t, "", cose))
	if !strings.HasSuffix(r.Format, "voucher") || the(r, "attached").Name != "" || r.Verdict != check.Indeterminate {
		t.Errorf("a page without a code: %s, %v", r.Format, r.Checks)
	}
	if r := shown(t, s, strangersPage(t, "", []byte("SPECIMEN"))); r.Verdict == check.Passed || strings.HasSuffix(r.Format, "voucher") {
		t.Errorf("a file that is none: %s, %v", r.Format, r.Checks)
	}
}

// TestSMSuiteFromOutside has pdfdetach and openssl look at what a station made, with nothing but institution.pem.
func TestSMSuiteFromOutside(t *testing.T) {
	for _, tool := range []string{"pdfdetach", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the SM2 signature was not looked at from outside", tool)
		}
	}
	_, p := smPaper(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.pdf"), p.pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"pdfdetach", "-saveall", "in.pdf"}, {"openssl", "asn1parse", "-inform", "DER", "-in", "voucher.cose.p7s"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil || args[0] == "openssl" && !strings.Contains(string(out), ":sm3") {
			t.Errorf("%v: %v: %s", args, err, out)
		}
	}
	cose, err := os.ReadFile(filepath.Join(dir, "voucher.cose"))
	if err != nil || len(cose) < 200 {
		t.Errorf("%d bytes, %v", len(cose), err)
	}
}
