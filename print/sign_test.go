package print_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bangban/print"
)

// signing is a key with a chain as a station has it: voucher, issuing, root.
type signing struct {
	key     *ecdsa.PrivateKey
	chain   []*x509.Certificate
	issuing *ecdsa.PrivateKey
}

func newSigning(t testing.TB) signing {
	t.Helper()
	from := time.Now().Add(-time.Hour)
	mint := func(common string, serial int64, ca bool, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: common, Organization: []string{"SPECIMEN"}},
			NotBefore: from, NotAfter: from.Add(48 * time.Hour), BasicConstraintsValid: true, IsCA: ca}
		c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
		if ca {
			c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
		}
		if parent == nil {
			parent, by = c, key
		}
		raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = x509.ParseCertificate(raw); err != nil {
			t.Fatal(err)
		}
		return c, key
	}
	root, rootKey := mint("Root SPECIMEN", 1, true, nil, nil)
	issuing, issuingKey := mint("Issuing SPECIMEN", 0x7fffffff, true, root, rootKey)
	leaf, key := mint("Station T01", 3, false, issuing, issuingKey)
	return signing{key, []*x509.Certificate{leaf, issuing, root}, issuingKey}
}

func (s signing) signer() print.PDFSigner {
	return print.PDFSigner{Key: s.key, Chain: s.chain, Reason: "e-ID voucher 凭证", Location: "街道办事处", Name: "Station T01",
		At: time.Date(2026, 12, 22, 10, 42, 0, 0, time.UTC)}
}

func (s signing) sign(t testing.TB, pdf []byte) []byte {
	t.Helper()
	out, err := print.SignPDF(pdf, s.signer())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSignKeepsTheDocument(t *testing.T) {
	s, pdf := newSigning(t), build(t, sample(openFonts(t)))
	signed := s.sign(t, pdf)
	if !bytes.HasPrefix(signed, pdf) {
		t.Error("the update changed the document")
	}
	if again := s.sign(t, pdf); !bytes.Equal(again, signed) {
		t.Error("two signatures with one key differ")
	}
	for _, want := range []string{"/SubFilter /ETSI.CAdES.detached", "/SigFlags 3", "/TransformMethod /DocMDP", "/P 2",
		"/ESIC <</BaseVersion /1.7", "/M (D:20261222104200Z)", "/Prev "} {
		if !bytes.Contains(signed, []byte(want)) {
			t.Errorf("no %q", want)
		}
	}
	if bytes.Contains(contents(t, signed), []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05}) {
		t.Error("there is a signing-time attribute")
	}
}

var contentsShape = regexp.MustCompile(`/Contents <([0-9A-F]+)>`)

func contents(t testing.TB, signed []byte) []byte {
	t.Helper()
	m := contentsShape.FindSubmatch(signed)
	if m == nil {
		t.Fatal("no signature")
	}
	raw, err := hex.DecodeString(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// covered gives what the signature is over, and the signature.
func covered(t testing.TB, signed []byte) (content, cms []byte) {
	t.Helper()
	m := contentsShape.FindSubmatchIndex(signed)
	if m == nil {
		t.Fatal("no signature")
	}
	return append(bytes.Clone(signed[:m[2]-1]), signed[m[3]+1:]...), contents(t, signed)
}

type deaf struct{ crypto.Signer }

func (deaf) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("token pulled")
}

func TestSignRefuses(t *testing.T) {
	s, other := newSigning(t), newSigning(t)
	pdf := build(t, sample(openFonts(t)))
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*print.PDFSigner){
		"no key":         func(p *print.PDFSigner) { p.Key = nil },
		"no chain":       func(p *print.PDFSigner) { p.Chain = nil },
		"no time":        func(p *print.PDFSigner) { p.At = time.Time{} },
		"another key":    func(p *print.PDFSigner) { p.Key = other.key },
		"another curve":  func(p *print.PDFSigner) { p.Key = p384 },
		"broken chain":   func(p *print.PDFSigner) { p.Chain = []*x509.Certificate{s.chain[0], other.chain[1]} },
		"hole in chain":  func(p *print.PDFSigner) { p.Chain = []*x509.Certificate{s.chain[0], nil} },
		"endless chain":  func(p *print.PDFSigner) { p.Chain = make([]*x509.Certificate, 100) },
		"key that fails": func(p *print.PDFSigner) { p.Key = deaf{s.key} },
	} {
		p := s.signer()
		change(&p)
		if out, err := print.SignPDF(pdf, p); !errors.Is(err, print.ErrSigner) || out != nil {
			t.Errorf("%s: %v, want ErrSigner", name, err)
		}
	}
	for name, in := range map[string][]byte{
		"nothing":       nil,
		"no pdf":        []byte("SPECIMEN"),
		"cut short":     pdf[:len(pdf)-10],
		"more behind":   append(bytes.Clone(pdf), '\n'),
		"signed before": s.sign(t, pdf),
		"another root":  bytes.Replace(pdf, []byte("/Root "), []byte("/Root 1"), 1),
		"moved table":   bytes.Replace(pdf, []byte("startxref\n"), []byte("startxref\n1"), 1),
	} {
		if out, err := print.SignPDF(in, s.signer()); !errors.Is(err, print.ErrPDF) || out != nil {
			t.Errorf("%s: %v, want ErrPDF", name, err)
		}
	}
}

func FuzzSignPDF(f *testing.F) {
	s := newSigning(f)
	fonts, err := print.StandardFonts()
	if err != nil {
		f.Fatal(err)
	}
	sheet := print.NewSheet(fonts, print.A5(), "en")
	sheet.Text(10, 10, "SPECIMEN", print.Style{Size: 20})
	pdf, err := sheet.PDF(meta)
	if err != nil {
		f.Fatal(err)
	}
	tail := pdf[bytes.LastIndex(pdf, []byte("\nxref\n")):]
	f.Add(pdf)
	f.Add(append([]byte("%PDF-1.3"), tail...))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := print.SignPDF(in, s.signer())
		if err == nil && !bytes.HasPrefix(out, in) {
			t.Error("the update changed the document")
		}
		if err == nil {
			if _, err := print.SignatureValue(out); err != nil {
				t.Errorf("our own signature is not found again: %v", err)
			}
		}
		print.SignatureValue(in)
		print.TimestampPDF(in, in)
	})
}

// need skips with a sentence where a foreign program is missing.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed: the signature was not looked at from outside", p)
		}
	}
}

func run(t *testing.T, dir, program string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func must(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	out, err := run(t, dir, program, args...)
	if err != nil {
		t.Fatalf("%s %v: %v: %s", program, args, err, out)
	}
	return out
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func pemFile(certs ...*x509.Certificate) (out []byte) {
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

// nss makes the database that pdfsig takes its trust from.
func (s signing) nss(t *testing.T, dir string) {
	t.Helper()
	write(t, dir, "root.pem", pemFile(s.chain[2]))
	must(t, dir, "certutil", "-N", "-d", "sql:.", "--empty-password")
	must(t, dir, "certutil", "-A", "-d", "sql:.", "-n", "root", "-t", "C,C,C", "-i", "root.pem")
}

// changed gives the document with one bit of one byte turned, at places all over what is signed, and in the signed
// attributes and the signature at the end of the CMS. (The certificates in between are signed by others, and one that a
// reader holds already may be changed there without harm.)
func changed(t testing.TB, signed []byte) map[int][]byte {
	t.Helper()
	m := contentsShape.FindSubmatchIndex(signed)
	cms := m[2] + 2*len(bytes.TrimRight(contents(t, signed), "\x00"))
	out := map[int][]byte{}
	places := func(from, to, n int) {
		for i := range n {
			at := from + i*(to-from)/n
			out[at] = bytes.Clone(signed)
			out[at][at] ^= 1
		}
	}
	places(7, m[2]-1, 20)
	places(cms-480, cms-180, 8) // signed attributes; behind them the name of the algorithm, which not all readers look at
	places(cms-130, cms, 6)
	places(m[3]+1, len(signed)-8, 12)
	places(bytes.Index(signed, []byte("/Reason <FEFF"))+14, bytes.Index(signed, []byte("/Location <FEFF")), 4)
	return out
}

func TestPdfsigTrustsIt(t *testing.T) {
	need(t, "pdfsig", "certutil")
	s, dir := newSigning(t), t.TempDir()
	s.nss(t, dir)
	signed := s.sign(t, build(t, sample(openFonts(t))))
	write(t, dir, "in.pdf", signed)
	out := must(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf")
	for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Total document signed", "ETSI.CAdES.detached", "SHA-256"} {
		if !strings.Contains(out, want) {
			t.Errorf("pdfsig does not say %q: %s", want, out)
		}
	}
	for at, b := range changed(t, signed) {
		write(t, dir, "in.pdf", b)
		if out, _ := run(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf"); strings.Contains(out, "Signature is Valid") {
			t.Errorf("changed at %d: pdfsig calls it valid", at)
		}
	}
	other := newSigning(t) // the control: the same paper of somebody else
	write(t, dir, "in.pdf", other.sign(t, build(t, sample(openFonts(t)))))
	if out := must(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf"); strings.Contains(out, "Certificate is Trusted") {
		t.Errorf("a stranger is trusted: %s", out)
	}
}

func TestOpensslVerifiesCAdES(t *testing.T) {
	need(t, "openssl")
	s, dir := newSigning(t), t.TempDir()
	content, cms := covered(t, s.sign(t, build(t, sample(openFonts(t)))))
	write(t, dir, "content", content)
	write(t, dir, "cms", cms)
	write(t, dir, "root.pem", pemFile(s.chain[2]))
	args := []string{"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "cms", "-content", "content",
		"-CAfile", "root.pem", "-purpose", "any", "-out", os.DevNull}
	out, err := run(t, dir, "openssl", args...)
	if strings.Contains(out, "unknown option") || strings.Contains(out, "Unknown option") {
		t.Skip("this openssl knows no -cades: the signing certificate was not looked at from outside")
	}
	if err != nil || !strings.Contains(out, "CAdES Verification successful") {
		t.Fatalf("openssl: %v: %s", err, out)
	}
	for _, at := range []int{0, 300, len(content) / 2, len(content) - 1} {
		b := bytes.Clone(content)
		b[at] ^= 1
		write(t, dir, "content", b)
		if out, err := run(t, dir, "openssl", args...); err == nil {
			t.Errorf("changed at %d: openssl accepts: %s", at, out)
		}
	}
}

func TestMutoolVerifies(t *testing.T) {
	need(t, "mutool")
	s, dir := newSigning(t), t.TempDir()
	signed := s.sign(t, build(t, sample(openFonts(t))))
	write(t, dir, "in.pdf", signed)
	if out := must(t, dir, "mutool", "sign", "-v", "in.pdf"); !strings.Contains(out, "unchanged since signing") {
		t.Errorf("mutool: %s", out)
	}
	for at, b := range changed(t, signed) {
		write(t, dir, "in.pdf", b)
		if out, _ := run(t, dir, "mutool", "sign", "-v", "in.pdf"); strings.Contains(out, "unchanged since signing") {
			t.Errorf("changed at %d: mutool calls it unchanged: %s", at, out)
		}
	}
}

func TestQpdfFindsNoFault(t *testing.T) {
	need(t, "qpdf")
	dir := t.TempDir()
	write(t, dir, "in.pdf", newSigning(t).sign(t, build(t, sample(openFonts(t)))))
	if out := must(t, dir, "qpdf", "--check", "in.pdf"); strings.Contains(strings.ToLower(out), "warning") {
		t.Errorf("qpdf: %s", out)
	}
}

func TestSignedPageLooksTheSame(t *testing.T) {
	pdf := build(t, sample(openFonts(t)))
	_, before := pageImage(t, pdf, "100")
	_, after := pageImage(t, newSigning(t).sign(t, pdf), "100")
	b := before.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if before.At(x, y) != after.At(x, y) {
				t.Fatalf("the signed page differs at %d, %d", x, y)
			}
		}
	}
}

func BenchmarkSignPDF(b *testing.B) {
	s := newSigning(b)
	pdf, err := sample(openFonts(b)).PDF(meta)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.sign(b, pdf)
	}
}
