package print_test

import (
	"bytes"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"

	"bangban/print"
)

// smKey is an SM2 key that the issuing certificate of s certifies.
func (s *signing) smKey(t testing.TB) print.SM2Signer {
	t.Helper()
	key, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, err := smx509.ParseCertificate(s.chain[1].Raw)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &smx509.Certificate{SerialNumber: big.NewInt(4), Subject: s.chain[0].Subject, NotBefore: s.chain[0].NotBefore, NotAfter: s.chain[0].NotAfter,
		KeyUsage: smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment, BasicConstraintsValid: true}
	raw, err := smx509.CreateCertificate(rand.Reader, leaf, parent, key.Public(), s.issuing)
	if err != nil {
		t.Fatal(err)
	}
	return print.SM2Signer{Key: key, Chain: [][]byte{raw, s.chain[1].Raw, s.chain[2].Raw}}
}

// smContent stands for the COSE bytes of a voucher.
var smContent = bytes.Repeat([]byte("SPECIMEN \x00\x01\xff"), 60)

func (s *signing) withFiles(t testing.TB, pdf []byte) (signed, p7 []byte) {
	t.Helper()
	p7, err := print.SignSM2(smContent, s.smKey(t))
	if err != nil {
		t.Fatal(err)
	}
	who := s.signer()
	who.Files = []print.File{
		{Name: "voucher.cose", Type: "application/cose", About: "voucher", Relation: print.RelationData, Data: smContent},
		{Name: "voucher.cose.p7s", Type: "application/pkcs7-signature", About: "SM2 凭证", Relation: print.RelationSupplement, Data: p7},
	}
	signed, err = print.SignPDF(pdf, who)
	if err != nil {
		t.Fatal(err)
	}
	return signed, p7
}

// smParts gives the certificates in a signature of SignSM2, what it is over and its value, for programs that do not know
// the names of GB/T 35275.
func smParts(t testing.TB, p7 []byte) (certs [][]byte, attrs, value []byte) {
	t.Helper()
	in := cryptobyte.String(p7)
	var info, wrapped, data, inside, signers, signer, set, sig cryptobyte.String
	context0 := der.Tag(0).ContextSpecific().Constructed()
	if !in.ReadASN1(&info, der.SEQUENCE) || !info.SkipASN1(der.OBJECT_IDENTIFIER) || !info.ReadASN1(&wrapped, context0) ||
		!wrapped.ReadASN1(&data, der.SEQUENCE) || !data.SkipASN1(der.INTEGER) || !data.SkipASN1(der.SET) || !data.SkipASN1(der.SEQUENCE) ||
		!data.ReadASN1(&inside, context0) || !data.ReadASN1(&signers, der.SET) || !signers.ReadASN1(&signer, der.SEQUENCE) ||
		!signer.SkipASN1(der.INTEGER) || !signer.SkipASN1(der.SEQUENCE) || !signer.SkipASN1(der.SEQUENCE) ||
		!signer.ReadASN1Element(&set, context0) || !signer.SkipASN1(der.SEQUENCE) || !signer.ReadASN1(&sig, der.OCTET_STRING) {
		t.Fatal("not the container that was expected")
	}
	for !inside.Empty() {
		var c cryptobyte.String
		if !inside.ReadASN1Element(&c, der.SEQUENCE) {
			t.Fatal("certificates")
		}
		certs = append(certs, c)
	}
	attrs = bytes.Clone(set)
	attrs[0] = 0x31
	return certs, attrs, sig
}

func TestSM2ByAnotherLibrary(t *testing.T) {
	s := newSigning(t)
	p7, err := print.SignSM2(smContent, s.smKey(t))
	if err != nil {
		t.Fatal(err)
	}
	read := func(p7, content []byte) error {
		m, err := pkcs7.Parse(p7)
		if err != nil {
			return err
		}
		m.Content = content
		roots := smx509.NewCertPool()
		root, err := smx509.ParseCertificate(s.chain[2].Raw)
		if err != nil {
			t.Fatal(err)
		}
		roots.AddCert(root)
		return m.VerifyWithChain(roots)
	}
	if err := read(p7, smContent); err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(smContent); at += 97 {
		b := bytes.Clone(smContent)
		b[at] ^= 1
		if read(p7, b) == nil {
			t.Errorf("content changed at %d passes", at)
		}
	}
	_, attrs, value := smParts(t, p7)
	for _, part := range [][]byte{attrs[8:], value} {
		b := bytes.Clone(p7)
		at := bytes.Index(b, part)
		b[at+len(part)/2] ^= 1
		if read(b, smContent) == nil {
			t.Errorf("signature changed at %d passes", at)
		}
	}
}

func TestSM2IsReproducible(t *testing.T) {
	s := newSigning(t)
	k := s.smKey(t)
	a, errA := print.SignSM2(smContent, k)
	b, errB := print.SignSM2(smContent, k)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two signatures differ: %v, %v", errA, errB)
	}
	if c, _ := print.SignSM2(smContent[1:], k); bytes.Equal(a, c) {
		t.Error("another content has the same signature")
	}
}

func TestSM2Refuses(t *testing.T) {
	s := newSigning(t)
	good, other := s.smKey(t), s.smKey(t)
	for name, k := range map[string]print.SM2Signer{
		"no key": {Chain: good.Chain}, "no chain": {Key: good.Key}, "another key": {Key: other.Key, Chain: good.Chain},
		"P-256": {Key: s.key, Chain: [][]byte{s.chain[0].Raw}}, "no certificate": {Key: good.Key, Chain: [][]byte{{1}}},
		"endless": {Key: good.Key, Chain: make([][]byte, 99)}, "fails": {Key: deaf{good.Key}, Chain: good.Chain},
	} {
		if out, err := print.SignSM2(smContent, k); !errors.Is(err, print.ErrSigner) || out != nil {
			t.Errorf("%s: %v, want ErrSigner", name, err)
		}
	}
	if _, err := print.SignSM2(nil, good); !errors.Is(err, print.ErrSigner) {
		t.Errorf("nothing: %v", err)
	}
}

// TestOpensslVerifiesSM2 takes the signature out of the PDF with pdfdetach and has openssl check it with the key of the
// certificate that lies in it, and that certificate up to the root. (openssl 3.0 cms knows no names of GB/T 35275 and cannot
// be told the signer's identity for Z; what is signed is handed to openssl dgst instead.)
func TestOpensslVerifiesSM2(t *testing.T) {
	need(t, "openssl", "pdfdetach")
	s, dir := newSigning(t), t.TempDir()
	signed, p7 := s.withFiles(t, build(t, sample(openFonts(t))))
	write(t, dir, "in.pdf", signed)
	if out := must(t, dir, "pdfdetach", "-list", "in.pdf"); !strings.Contains(out, "voucher.cose") || !strings.Contains(out, "2 embedded files") {
		t.Errorf("pdfdetach: %s", out)
	}
	must(t, dir, "pdfdetach", "-saveall", "in.pdf")
	for name, want := range map[string][]byte{"voucher.cose": smContent, "voucher.cose.p7s": p7} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	certs, attrs, value := smParts(t, p7)
	var leaf, above []byte
	for _, c := range certs {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c})
		if x, err := smx509.ParseCertificate(c); err == nil && sm2.IsSM2PublicKey(x.PublicKey) {
			leaf = block
			continue
		}
		above = append(above, block...)
	}
	write(t, dir, "root.pem", pemFile(s.chain[2]))
	write(t, dir, "leaf.pem", leaf)
	write(t, dir, "above.pem", above)
	if out := must(t, dir, "openssl", "x509", "-in", "leaf.pem", "-noout", "-text"); !strings.Contains(out, "SM2") {
		t.Fatalf("no SM2 certificate: %s", out)
	}
	must(t, dir, "openssl", "verify", "-CAfile", "root.pem", "-untrusted", "above.pem", "leaf.pem")
	write(t, dir, "pub.pem", []byte(must(t, dir, "openssl", "x509", "-in", "leaf.pem", "-noout", "-pubkey")))
	write(t, dir, "value", value)
	verify := func(attrs []byte) (string, error) {
		write(t, dir, "attrs", attrs)
		return run(t, dir, "openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", "pub.pem", "-signature", "value", "attrs")
	}
	if out, err := verify(attrs); err != nil || !strings.Contains(out, "Verified OK") {
		t.Fatalf("openssl: %v: %s", err, out)
	}
	digest := must(t, dir, "openssl", "dgst", "-sm3", "-binary", "voucher.cose")
	if !bytes.Contains(attrs, []byte(digest)) {
		t.Error("openssl computes another SM3 of the content")
	}
	for at := 0; at < len(attrs); at += 23 {
		b := bytes.Clone(attrs)
		b[at] ^= 1
		if out, err := verify(b); err == nil {
			t.Errorf("changed at %d: openssl accepts: %s", at, out)
		}
	}
}

// TestFilesLeaveTheReadersContent: what is attached changes nothing about who accepts the document, and a changed byte of
// it is a changed byte of the document.
func TestFilesLeaveTheReadersContent(t *testing.T) {
	need(t, "pdfsig", "certutil", "mutool", "qpdf")
	s, dir := newSigning(t), t.TempDir()
	s.nss(t, dir)
	signed, p7 := s.withFiles(t, build(t, sample(openFonts(t))))
	write(t, dir, "in.pdf", signed)
	for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Total document signed"} {
		if out := must(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf"); !strings.Contains(out, want) {
			t.Errorf("pdfsig does not say %q: %s", want, out)
		}
	}
	if out := must(t, dir, "mutool", "sign", "-v", "in.pdf"); !strings.Contains(out, "unchanged since signing") {
		t.Errorf("mutool: %s", out)
	}
	if out := must(t, dir, "qpdf", "--check", "in.pdf"); strings.Contains(strings.ToLower(out), "warning") {
		t.Errorf("qpdf: %s", out)
	}
	if out := must(t, dir, "qpdf", "--json=2", "--json-key=attachments", "in.pdf"); !strings.Contains(out, "voucher.cose.p7s") {
		t.Errorf("qpdf sees no files: %s", out)
	}
	for _, part := range [][]byte{smContent, p7} {
		b := bytes.Clone(signed)
		b[bytes.LastIndex(b, part)+len(part)/2] ^= 1
		write(t, dir, "in.pdf", b)
		if out, _ := run(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf"); strings.Contains(out, "Signature is Valid") {
			t.Errorf("a changed file passes: %s", out)
		}
	}
}

func TestSignRefusesFiles(t *testing.T) {
	s, pdf := newSigning(t), build(t, sample(openFonts(t)))
	good := print.File{Name: "a.bin", Type: "application/cose", Relation: print.RelationData, Data: []byte{1}}
	change := func(f func(*print.File)) print.File { c := good; f(&c); return c }
	for name, files := range map[string][]print.File{
		"name":     {change(func(f *print.File) { f.Name = "a)(b" })},
		"path":     {change(func(f *print.File) { f.Name = "../a" })},
		"type":     {change(func(f *print.File) { f.Type = "a/b>>" })},
		"relation": {change(func(f *print.File) { f.Relation = "" })},
		"empty":    {change(func(f *print.File) { f.Data = nil })},
		"large":    {change(func(f *print.File) { f.Data = make([]byte, 2<<20) })},
		"twice":    {good, good},
		"order":    {change(func(f *print.File) { f.Name = "b" }), good},
		"many":     make([]print.File, 99),
	} {
		who := s.signer()
		who.Files = files
		if out, err := print.SignPDF(pdf, who); !errors.Is(err, print.ErrSigner) || out != nil {
			t.Errorf("%s: %v, want ErrSigner", name, err)
		}
	}
}
