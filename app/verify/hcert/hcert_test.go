package hcert_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formattest"
	"bangban/app/verify/hcert"
	"bangban/cardreader/check"

	"github.com/dasio/base45"
	"github.com/fxamacker/cbor/v2"
)

var at = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// signer is a health ministry of nowhere.
type signer struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newSigner(t testing.TB, key crypto.Signer, edit func(*x509.Certificate)) signer {
	t.Helper()
	tpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "SPECIMEN DSC"},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	if edit != nil {
		edit(tpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, c}
}

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func enc(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// draft is what is signed; fields that a test changes.
type draft struct {
	protected, unprotected map[any]any
	claims                 map[any]any
	payload                []byte // instead of claims
	signature              func([]byte) []byte
}

func (s signer) draft() *draft {
	return &draft{protected: map[any]any{1: -7, 4: trust.KeyID(s.cert.Raw)}, unprotected: map[any]any{},
		claims: map[any]any{1: "UT", 4: at.AddDate(0, 1, 0).Unix(), 6: at.AddDate(0, -1, 0).Unix(), -260: map[any]any{1: person()}}}
}

func person() map[any]any {
	return map[any]any{"ver": "1.3.0", "dob": "1951-03-25", "nam": map[string]string{"fn": "SPECIMEN", "gn": "AVA", "fnt": "SPECIMEN", "gnt": "AVA"},
		"v": []any{map[string]any{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
			"dt": "2026-02-18", "co": "UT", "is": "SPECIMEN ministry", "ci": "URN:UVCI:01:UT:SPECIMEN17"}}}
}

func (s signer) cose(t testing.TB, d *draft) []byte {
	t.Helper()
	head, payload := enc(t, d.protected), d.payload
	if payload == nil {
		payload = enc(t, d.claims)
	}
	sum := sha256.Sum256(enc(t, []any{"Signature1", head, []byte{}, payload}))
	var sig []byte
	switch k := s.key.(type) {
	case *rsa.PrivateKey:
		var err error
		if sig, err = rsa.SignPSS(rand.Reader, k, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: 32}); err != nil {
			t.Fatal(err)
		}
	case *ecdsa.PrivateKey:
		der, err := k.Sign(nil, sum[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		var rs struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &rs); err != nil {
			t.Fatal(err)
		}
		sig = append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	}
	if d.signature != nil {
		sig = d.signature(sig)
	}
	return append([]byte{0xd2}, enc(t, []any{head, d.unprotected, payload, sig})...)
}

func text(t testing.TB, cose []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(cose); err != nil || w.Close() != nil {
		t.Fatal("zlib")
	}
	return []byte("HC1:" + base45.EncodeToString(b.Bytes()))
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
	s := newSigner(t, p256(t), nil)
	rk, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	r := newSigner(t, rk, nil)
	req := verify.Request{At: at, Anchors: store(t, s.cert, r.cert)}
	pss := r.draft()
	pss.protected[1] = -37
	good := text(t, s.cose(t, s.draft()))
	secrets := []string{"AVA", "1951-03-25", "URN:UVCI:01:UT:SPECIMEN17"}
	rsaText := text(t, r.cose(t, pss))
	formattest.Run(t, hcert.Format{}, []formattest.Good{
		{Name: "ES256", Bytes: good, Request: req, Secrets: secrets, Same: same(good)},
		{Name: "PS256", Bytes: rsaText, Request: req, Secrets: secrets, Same: same(rsaText)},
	}, formattest.Enough(t, mutations(t, s, req, good)))
}

// same tells whether a text holds the same COSE bytes: a deflate stream can say them in several ways.
func same(good []byte) func([]byte) bool {
	cose := func(text []byte) []byte {
		packed, err := base45.DecodeString(strings.TrimPrefix(string(text), "HC1:"))
		if err != nil {
			return nil
		}
		r, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil
		}
		out, err := io.ReadAll(io.LimitReader(r, 1<<20))
		if err != nil {
			return nil
		}
		return out
	}
	want := cose(good)
	return func(changed []byte) bool { return bytes.Equal(cose(changed), want) }
}

func mutations(t *testing.T, s signer, req verify.Request, good []byte) []formattest.Bad {
	failed, unsure := check.Failed, check.Indeterminate
	made := func(name string, edit func(*draft), by string, v check.Verdict, r check.Reason) formattest.Bad {
		d := s.draft()
		edit(d)
		return formattest.Refuse(name, text(t, s.cose(t, d)), req, by, v, r)
	}
	with := func(name string, edit func(*verify.Request), by string, v check.Verdict, r check.Reason) formattest.Bad {
		q := req
		edit(&q)
		return formattest.Refuse(name, good, q, by, v, r)
	}
	raw := func(name string, b []byte, v check.Verdict, r check.Reason) formattest.Bad {
		return formattest.Refuse(name, b, req, "structure", v, r)
	}
	thief, stranger := signer{p256(t), s.cert}, newSigner(t, p256(t), nil)
	limited := newSigner(t, p256(t), func(c *x509.Certificate) {
		c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1}}
	})
	encipher := newSigner(t, p256(t), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	flip := func(i int) func([]byte) []byte {
		return func(b []byte) []byte { b[i] ^= 1; return b }
	}
	cert := func(edit func(map[any]any)) func(*draft) {
		return func(d *draft) {
			p := maps.Clone(person())
			edit(p)
			d.claims[-260] = map[any]any{1: p}
		}
	}
	bomb := func() []byte {
		d := s.draft()
		d.payload = make([]byte, 1<<20)
		return text(t, s.cose(t, d))
	}
	none := store(t)
	return []formattest.Bad{
		with("unknown issuer", func(q *verify.Request) { q.Anchors = none }, "issuer", unsure, check.UnknownIssuer),
		with("expired", func(q *verify.Request) { q.At = at.AddDate(0, 2, 0) }, "time", failed, check.Expired),
		with("not yet valid", func(q *verify.Request) { q.At = at.AddDate(0, -2, 0) }, "time", failed, check.NotYetValid),
		with("after the signer's life", func(q *verify.Request) { q.At = at.AddDate(2, 0, 0) }, "issuer", failed, check.Expired),
		with("before the signer's life", func(q *verify.Request) { q.At = at.AddDate(-2, 0, 0) }, "issuer", failed, check.NotYetValid),
		with("clock unsure", func(q *verify.Request) { q.ClockUnsure = true }, "time", unsure, check.ClockUnsure),
		with("nonce asked of paper", func(q *verify.Request) { q.Nonce = "n" }, "nonce", unsure, "no-key-binding"),
		formattest.Refuse("wrong key, right kid", text(t, thief.cose(t, s.draft())), req, "signature", failed, check.WrongSignature),
		formattest.Refuse("stranger", text(t, stranger.cose(t, stranger.draft())), req, "issuer", unsure, check.UnknownIssuer),
		formattest.Refuse("signer limited to tests", text(t, limited.cose(t, limited.draft())), verify.Request{At: at, Anchors: store(t, limited.cert)}, "key-usage", failed, check.WrongKeyUsage),
		formattest.Refuse("signer may not sign", text(t, encipher.cose(t, encipher.draft())), verify.Request{At: at, Anchors: store(t, encipher.cert)}, "signature", failed, check.WrongKeyUsage),
		made("signature, first byte", func(d *draft) { d.signature = flip(0) }, "signature", failed, check.WrongSignature),
		made("signature, last byte", func(d *draft) { d.signature = flip(63) }, "signature", failed, check.WrongSignature),
		made("signature empty", func(d *draft) { d.signature = func([]byte) []byte { return []byte{} } }, "signature", failed, check.WrongSignature),
		made("signature short", func(d *draft) { d.signature = func(b []byte) []byte { return b[:63] } }, "signature", failed, check.WrongSignature),
		made("signature zero", func(d *draft) { d.signature = func(b []byte) []byte { return make([]byte, 64) } }, "signature", failed, check.WrongSignature),
		made("algorithm HMAC: key confusion", func(d *draft) { d.protected[1] = 5 }, "algorithm", failed, trust.ReasonSymmetric),
		made("algorithm of another kind of key", func(d *draft) { d.protected[1] = -37 }, "signature", failed, trust.ReasonWrongKey),
		made("algorithm of another curve", func(d *draft) { d.protected[1] = -35 }, "signature", failed, trust.ReasonWrongKey),
		made("algorithm nobody knows", func(d *draft) { d.protected[1] = -65535 }, "algorithm", unsure, check.NotSupported),
		made("algorithm unprotected only", func(d *draft) { delete(d.protected, 1); d.unprotected[1] = -7 }, "structure", failed, check.Structure),
		made("critical header", func(d *draft) { d.protected[2] = []int{99} }, "structure", failed, check.Structure),
		made("no kid", func(d *draft) { delete(d.protected, 4) }, "structure", failed, check.Structure),
		made("another kid", func(d *draft) { d.protected[4] = []byte("12345678") }, "issuer", unsure, check.UnknownIssuer),
		made("signed by another state", func(d *draft) { d.claims[1] = "XU" }, hcert.CheckIssuerName, unsure, hcert.ReasonCountry),
		made("no certificate inside", func(d *draft) { delete(d.claims, -260) }, "structure", failed, check.Structure),
		made("certificate under another number", func(d *draft) { d.claims[-260] = map[any]any{2: person()} }, "structure", failed, check.Structure),
		made("no entry", cert(func(p map[any]any) { delete(p, "v") }), "structure", failed, check.Structure),
		made("too many entries", cert(func(p map[any]any) {
			for range 16 {
				p["v"] = append(p["v"].([]any), map[string]any{})
			}
		}), "structure", failed, check.Structure),
		made("name is a number", cert(func(p map[any]any) { p["nam"] = 7 }), "structure", failed, check.Structure),
		made("expiry is text", func(d *draft) { d.claims[4] = "never" }, "structure", failed, check.Structure),
		made("expiry is endless", func(d *draft) { d.claims[4] = 1e300 }, "structure", failed, check.Structure),
		made("claim twice", func(d *draft) { d.payload = []byte{0xa2, 4, 1, 4, 2} }, "structure", failed, check.Structure),
		made("bytes after the claims", func(d *draft) { d.payload = append(enc(t, d.claims), 0) }, "structure", failed, check.Structure),
		raw("bomb", bomb(), unsure, check.Unreadable),
		raw("truncated", good[:len(good)-6], unsure, check.Unreadable),
		raw("oversized", append(bytes.Clone(good), bytes.Repeat([]byte("AB0"), 10000)...), unsure, check.Unreadable),
		raw("bytes after the stream", append(bytes.Clone(good), "000000"...), unsure, check.Unreadable),
		raw("not Base45", append(bytes.Clone(good), '_'), unsure, check.Unreadable),
		raw("group above 65535", append(bytes.Clone(good[:len(good)-len(good)%3]), ":::"...), unsure, check.Unreadable),
		raw("nothing behind the prefix", []byte("HC1:"), unsure, check.Unreadable),
	}
}

func FuzzVerify(f *testing.F) {
	s := newSigner(f, p256(f), nil)
	formattest.Fuzz(f, hcert.Format{}, text(f, s.cose(f, s.draft())), []byte("HC1:"), []byte("HC1:6BFOXN*TS0BI"))
}

// FuzzCOSE skips the packing that a fuzzer cannot get through.
func FuzzCOSE(f *testing.F) {
	s := newSigner(f, p256(f), nil)
	f.Add(s.cose(f, s.draft()))
	f.Fuzz(func(t *testing.T, cose []byte) {
		r, err := hcert.Format{}.Verify(context.Background(), text(t, cose), verify.Request{At: at})
		if err != nil || r.Verdict == check.Passed || len(r.Claims) > 0 {
			t.Fatal(r, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	s := newSigner(b, p256(b), nil)
	formattest.Throughput(b, hcert.Format{}, text(b, s.cose(b, s.draft())), verify.Request{At: at, Anchors: store(b, s.cert)}, formattest.ES256(b, 1))
}
