package aadhaar_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/aadhaar"
	"bangban/app/verify/formattest"
	"bangban/cardreader/check"
)

var at = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

type authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB, bits int, edit func(*x509.Certificate)) authority {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{Country: []string{"IN"}, CommonName: "DS SPECIMEN AUTHORITY 05"},
		NotBefore: at.AddDate(-3, 0, 0), NotAfter: at.AddDate(0, -1, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	if edit != nil {
		edit(tpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{k, c}
}

// draft is the content of a letter.
type draft struct {
	version   string
	indicator string
	fields    []string
	photo     []byte
	hashes    int
	signature func([]byte) []byte
	content   func([]byte) []byte // after signing
}

func newDraft() *draft {
	return &draft{version: "V2", indicator: "3", hashes: 64, photo: []byte{0xff, 0x4f, 0xff, 0x51, 1, 2, 3},
		fields: []string{"999920250312101500123", "SPECIMEN AVA", "25-03-1951", "F", "C/O SPECIMEN", "Utopia", "", "17", "", "999999", "Utopia PO", "Nowhere", "Long Road", "", "Utopia", "9999"}}
}

func (a authority) content(t testing.TB, d *draft) []byte {
	t.Helper()
	var b []byte
	add := func(s string) { b = append(append(b, s...), 0xff) }
	if d.version != "" {
		add(d.version)
	}
	add(d.indicator)
	for _, f := range d.fields {
		add(f)
	}
	b = append(append(b, d.photo...), bytes.Repeat([]byte{0xab}, d.hashes)...)
	sum := sha256.Sum256(b)
	sig, err := rsa.SignPKCS1v15(nil, a.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	if d.signature != nil {
		sig = d.signature(sig)
	}
	if b = append(b, sig...); d.content != nil {
		b = d.content(b)
	}
	return b
}

func number(t testing.TB, content []byte, tail ...byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(content); err != nil || w.Close() != nil {
		t.Fatal("gzip")
	}
	return []byte(new(big.Int).SetBytes(append(z.Bytes(), tail...)).String())
}

func zlibbed(t testing.TB, content []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(content); err != nil || w.Close() != nil {
		t.Fatal("zlib")
	}
	return []byte(new(big.Int).SetBytes(z.Bytes()).String())
}

func store(t testing.TB, certs ...*x509.Certificate) *trust.Store {
	t.Helper()
	s := trust.New(nil)
	for _, c := range certs {
		if err := s.Add(c.Raw, "test", at); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestContract(t *testing.T) {
	a := newAuthority(t, 2048, nil)
	req := verify.Request{At: at, Anchors: store(t, a.cert)}
	v1 := newDraft()
	v1.version, v1.fields = "", v1.fields[:15]
	good := number(t, a.content(t, newDraft()))
	secrets := []string{"SPECIMEN AVA", "25-03-1951", "Long Road"}
	formattest.Run(t, aadhaar.Format{}, []formattest.Good{
		{Name: "version 2", Bytes: good, Request: req, Secrets: secrets},
		{Name: "version 1", Bytes: number(t, a.content(t, v1)), Request: req, Secrets: secrets},
		{Name: "packed as zlib", Bytes: zlibbed(t, a.content(t, newDraft())), Request: req, Secrets: secrets},
	}, formattest.Enough(t, mutations(t, a, req, good)))
	r, err := aadhaar.Format{}.Verify(context.Background(), good, req)
	if err != nil || r.Claims["number_ending"] != "9999" || r.Claims["issued"] != "2025-03-12T04:45:00Z" || r.Claims["photo"] != "7" || r.Claims["mobile_ending"] != "9999" {
		t.Errorf("%v %v", err, r)
	}
}

// swap changes one digit.
func swap(digits []byte, at int) []byte {
	b := bytes.Clone(digits)
	b[at] = '0' + (b[at]-'0'+1)%10
	return b
}

func mutations(t *testing.T, a authority, req verify.Request, good []byte) []formattest.Bad {
	failed, unsure := check.Failed, check.Indeterminate
	made := func(name string, edit func(*draft), by string, v check.Verdict, r check.Reason) formattest.Bad {
		d := newDraft()
		edit(d)
		return formattest.Refuse(name, number(t, a.content(t, d)), req, by, v, r)
	}
	with := func(name string, edit func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		edit(&q)
		return formattest.Refuse(name, good, q, by, v, r)
	}
	raw := func(name string, b []byte, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse(name, b, req, "structure", v, r)
	}
	flip := func(i int) func([]byte) []byte {
		return func(b []byte) []byte { b[(i+len(b))%len(b)] ^= 1; return b }
	}
	field := func(i int, s string) func(*draft) { return func(d *draft) { d.fields[i] = s } }
	foreign := newAuthority(t, 2048, func(c *x509.Certificate) { c.Subject.Country = []string{"UT"} })
	thief := newAuthority(t, 2048, nil)
	later := newAuthority(t, 2048, func(c *x509.Certificate) { c.NotBefore = at.AddDate(0, -2, 0) })
	encipher := newAuthority(t, 2048, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	content := a.content(t, newDraft())
	none := store(t)
	return []formattest.Bad{
		with("nobody is trusted", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("another state's key", func(q *verify.Request) { q.Anchors = store(t, foreign.cert) }, "issuer", unsure, check.UnknownIssuer),
		with("before it was made", func(q *verify.Request) { q.At = at.AddDate(-5, 0, 0) }, "time", failed, check.NotYetValid),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("nonce asked of paper", func(q *verify.Request) { q.Nonce = "n" }, "nonce", unsure, "no-key-binding"),
		formattest.Refuse("made by a thief", number(t, thief.content(t, newDraft())), req, "signature", failed, check.WrongSignature),
		formattest.Refuse("signer not yet in force", number(t, later.content(t, newDraft())), verify.Request{At: at, Anchors: store(t, later.cert)}, "issuer", failed, check.NotYetValid),
		formattest.Refuse("signer may not sign", number(t, encipher.content(t, newDraft())), verify.Request{At: at, Anchors: store(t, encipher.cert)}, "signature", failed, check.WrongKeyUsage),
		made("signer's life over when made", field(0, "999920261119101500123"), "issuer", failed, check.Expired),
		made("signature, first byte", func(d *draft) { d.signature = flip(0) }, "signature", failed, check.WrongSignature),
		made("signature, last byte", func(d *draft) { d.signature = flip(255) }, "signature", failed, check.WrongSignature),
		made("signature of something else", func(d *draft) {
			d.signature = func([]byte) []byte {
				sum := sha256.Sum256([]byte("something else"))
				sig, _ := rsa.SignPKCS1v15(nil, a.key, crypto.SHA256, sum[:])
				return sig
			}
		}, "signature", failed, check.WrongSignature),
		made("name changed", func(d *draft) {
			d.content = func(b []byte) []byte { return bytes.Replace(b, []byte("AVA"), []byte("EVA"), 1) }
		}, "signature", failed, check.WrongSignature),
		made("birth date changed", func(d *draft) {
			d.content = func(b []byte) []byte { return bytes.Replace(b, []byte("1951"), []byte("1991"), 1) }
		}, "signature", failed, check.WrongSignature),
		made("photo changed", func(d *draft) { d.content = flip(-256 - 64 - 1) }, "signature", failed, check.WrongSignature),
		made("hash changed", func(d *draft) { d.content = flip(-256 - 1) }, "signature", failed, check.WrongSignature),
		made("indicator changed", func(d *draft) { d.content = func(b []byte) []byte { b[3] = '0'; return b } }, "signature", failed, check.WrongSignature),
		made("field moved", func(d *draft) {
			d.content = func(b []byte) []byte { return bytes.Replace(b, []byte{0xff, 'U'}, []byte{'U', 0xff}, 1) }
		}, "signature", failed, check.WrongSignature),
		made("bytes put before the signature", func(d *draft) { d.signature = func(b []byte) []byte { return append([]byte{1}, b...) } }, "signature", failed, check.WrongSignature),
		made("signature cut", func(d *draft) { d.content = func(b []byte) []byte { return b[:len(b)-1] } }, "signature", failed, check.WrongSignature),
		made("signature only", func(d *draft) { d.content = func(b []byte) []byte { return b[len(b)-256:] } }, "structure", failed, check.Structure),
		made("version 9", func(d *draft) { d.version = "V9" }, "structure", failed, check.Structure),
		made("indicator 4", func(d *draft) { d.indicator = "4" }, "structure", failed, check.Structure),
		made("indicator is text", func(d *draft) { d.indicator = "x" }, "structure", failed, check.Structure),
		made("indicator is long", func(d *draft) { d.indicator = "03" }, "structure", failed, check.Structure),
		made("fields missing", func(d *draft) { d.fields, d.photo = d.fields[:5], nil }, "structure", failed, check.Structure),
		made("hashes missing", func(d *draft) { d.hashes, d.photo = 0, nil }, "structure", failed, check.Structure),
		made("reference short", field(0, "999"), "structure", failed, check.Structure),
		made("reference is no date", field(0, "9999xxxxxxxxxxxxxxxxx"), "structure", failed, check.Structure),
		made("reference is no day", field(0, "999920259912101500123"), "structure", failed, check.Structure),
		made("field oversized", field(1, strings.Repeat("A", 600)), "structure", failed, check.Structure),
		raw("bomb", number(t, make([]byte, 600<<10)), unsure, check.Unreadable),
		raw("bytes after the stream", number(t, content, 1, 2, 3), unsure, check.Unreadable),
		raw("stream cut", good[:len(good)-20], unsure, check.Unreadable),
		raw("zlib stream, changed", swap(zlibbed(t, content), 900), unsure, check.Unreadable),
		raw("number too long", bytes.Repeat(good, 20), unsure, check.Unreadable),
		raw("number too short", good[:500], unsure, check.Unreadable),
		raw("leading zero", append([]byte("0"), good...), unsure, check.Unreadable),
		raw("letters", append(bytes.Clone(good[:len(good)-1]), 'x'), unsure, check.Unreadable),
		raw("the older code", []byte(`<?xml version="1.0"?><PrintLetterBarcodeData uid="9999" name="SPECIMEN"/>`), unsure, check.NotSupported),
	}
}

// A certificate that somebody made with openssl's defaults: its own issuer, an authority, a country.
func TestSelfSigned(t *testing.T) {
	a := newAuthority(t, 2048, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, 0 })
	r, err := aadhaar.Format{}.Verify(context.Background(), number(t, a.content(t, newDraft())), verify.Request{At: at, Anchors: store(t, a.cert)})
	if err != nil || r.Verdict != check.Passed {
		t.Errorf("%v %+v", err, r.Checks)
	}
	s := trust.New(nil)
	der, _ := x509.MarshalPKIXPublicKey(a.key.Public())
	if err := s.Add(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "test", at); err != nil {
		t.Fatal(err)
	}
	r, err = aadhaar.Format{}.Verify(context.Background(), number(t, a.content(t, newDraft())), verify.Request{At: at, Anchors: s})
	if err != nil || r.Verdict != check.Passed {
		t.Errorf("bare key: %v %+v", err, r.Checks)
	}
}

// TestForeign runs over samples of UIDAI where somebody has put them: code *.txt and certificate *.cer in one folder.
func TestForeign(t *testing.T) {
	codes, _ := filepath.Glob("../../../../shared/vectors/aadhaar/*.txt")
	if len(codes) == 0 {
		t.Skip("no foreign vectors here: ../shared/vectors/aadhaar is absent")
	}
	for _, f := range codes {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := aadhaar.Format{}.Verify(context.Background(), b, verify.Request{At: at})
		if err != nil || r.Checks[0].Verdict != check.Passed {
			t.Errorf("%s: %v %+v", filepath.Base(f), err, r.Checks)
		}
	}
}

func FuzzVerify(f *testing.F) {
	a := newAuthority(f, 2048, nil)
	formattest.Fuzz(f, aadhaar.Format{}, number(f, a.content(f, newDraft())), []byte(strings.Repeat("1", 700)))
}

// FuzzContent skips the packing that a fuzzer cannot get through.
func FuzzContent(f *testing.F) {
	a := newAuthority(f, 2048, nil)
	f.Add(a.content(f, newDraft()))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := aadhaar.Format{}.Verify(context.Background(), number(t, b), verify.Request{At: at})
		if err != nil || r.Verdict == check.Passed || len(r.Claims) > 0 {
			t.Fatal(r, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	a := newAuthority(b, 2048, nil)
	formattest.Throughput(b, aadhaar.Format{}, number(b, a.content(b, newDraft())), verify.Request{At: at, Anchors: store(b, a.cert)}, formattest.RS256(b, 1))
}
