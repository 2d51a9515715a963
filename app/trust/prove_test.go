package trust_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

var at = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// certify makes a certificate of the key by parent, by itself where there is none.
func certify(t testing.TB, key crypto.Signer, name string, parent *x509.Certificate, by crypto.Signer, edit func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	tpl := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: name}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0)}
	if edit != nil {
		edit(tpl)
	}
	if parent == nil {
		parent, by = tpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func isCA(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.SubjectKeyId = true, true, x509.KeyUsageCertSign, []byte("12345678")
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t testing.TB, key *ecdsa.PrivateKey, msg []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(msg)
	der, err := key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := trust.RawSignature(der, elliptic.P256())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func reasons(checks []check.Check) (out []check.Reason) {
	for _, c := range checks {
		out = append(out, c.Reason)
	}
	return out
}

func TestProve(t *testing.T) {
	rootKey, leafKey, thief := newKey(t), newKey(t), newKey(t)
	root := certify(t, rootKey, "SPECIMEN root", nil, nil, isCA)
	leaf := certify(t, leafKey, "SPECIMEN leaf", root, rootKey, nil)
	forged := certify(t, thief, "SPECIMEN leaf", root, rootKey, nil)
	imposter := certify(t, thief, "SPECIMEN root", nil, nil, isCA) // the same name and key identifier, another key
	byImposter := certify(t, thief, "SPECIMEN leaf", imposter, thief, nil)
	below := certify(t, thief, "SPECIMEN under a leaf", leaf, leafKey, nil)
	s := trust.New(nil)
	if err := s.Add(root.Raw, "test", at); err != nil {
		t.Fatal(err)
	}
	msg := []byte("SPECIMEN")
	good := trust.Claim{Algorithm: trust.ES256, Chain: [][]byte{leaf.Raw}, Message: msg, Signature: sign(t, leafKey, msg), At: at}
	if signer, checks := s.Prove(good); signer == nil || check.Overall(checks) != check.Passed || signer.Rests.Kind == "" {
		t.Fatalf("%+v %+v", signer, checks)
	}
	for _, tc := range []struct {
		name    string
		store   *trust.Store
		edit    func(*trust.Claim)
		verdict check.Verdict
		issuer  check.Reason
		signed  check.Reason
	}{
		{"nobody is trusted", nil, func(*trust.Claim) {}, check.Indeterminate, check.UnknownIssuer, check.OK},
		{"nobody is trusted, and it is broken", nil, func(c *trust.Claim) { c.Message = []byte("OTHER") }, check.Failed, check.UnknownIssuer, check.WrongSignature},
		{"another certificate's key", s, func(c *trust.Claim) { c.Chain = [][]byte{forged.Raw} }, check.Failed, check.OK, check.WrongSignature},
		{"a root of the same name and identifier", s, func(c *trust.Claim) {
			c.Chain, c.Signature = [][]byte{byImposter.Raw}, sign(t, thief, msg)
		}, check.Failed, check.WrongSignature, check.OK},
		{"its root comes along", s, func(c *trust.Claim) {
			c.Chain, c.Signature = [][]byte{byImposter.Raw, imposter.Raw}, sign(t, thief, msg)
		}, check.Failed, check.WrongSignature, check.OK},
		{"a leaf as authority", s, func(c *trust.Claim) {
			c.Chain, c.Signature = [][]byte{below.Raw, leaf.Raw}, sign(t, thief, msg)
		}, check.Failed, check.WrongKeyUsage, check.OK},
		{"too late", s, func(c *trust.Claim) { c.At = at.AddDate(2, 0, 0) }, check.Failed, check.Expired, check.OK},
		{"too early", s, func(c *trust.Claim) { c.At = at.AddDate(-2, 0, 0) }, check.Failed, check.NotYetValid, check.OK},
		{"usage", s, func(c *trust.Claim) { c.Usage = "1.2.3" }, check.Failed, check.WrongKeyUsage, check.OK},
		{"too many", s, func(c *trust.Claim) { c.Chain = bytes.Split(bytes.Repeat([]byte{'x', 0}, 9), []byte{0}) }, check.Failed, check.Structure, check.NotChecked},
		{"another algorithm", s, func(c *trust.Claim) { c.Algorithm = trust.ES384 }, check.Failed, check.OK, trust.ReasonWrongKey},
		{"DER instead of r, s", s, func(c *trust.Claim) { c.Signature = append([]byte{0x30}, c.Signature...) }, check.Failed, check.OK, check.WrongSignature},
	} {
		c := good
		tc.edit(&c)
		signer, checks := tc.store.Prove(c)
		if v := check.Overall(checks); signer != nil || v != tc.verdict || len(checks) < 3 || checks[1].Reason != tc.issuer || checks[2].Reason != tc.signed {
			t.Errorf("%s: %v %v %v", tc.name, signer, v, reasons(checks))
		}
	}
}

func TestAlgorithmNames(t *testing.T) {
	for name, want := range map[trust.Algorithm]check.Reason{"none": trust.ReasonNone, "nOnE": trust.ReasonNone, "HS256": trust.ReasonSymmetric,
		"": check.NotSupported, "es256": check.NotSupported, "RS1": check.NotSupported, trust.ES256: check.OK} {
		if got := name.Judge(); got.Reason != want {
			t.Errorf("%q: %q, want %q", name, got.Reason, want)
		}
	}
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if trust.ES256.Fits(p384.Public()) || trust.ES256.Fits(ed25519.PublicKey(make([]byte, 32))) || trust.ES256.Fits(nil) || trust.PS256.Fits(p384.Public()) {
		t.Error("a key of another kind fits")
	}
}

// A certificate with an Ed25519 key gives that key.
func TestEd25519Certificate(t *testing.T) {
	pub, key, _ := ed25519.GenerateKey(rand.Reader)
	c := certify(t, key, "SPECIMEN", nil, nil, nil)
	s := trust.New(nil)
	if err := s.Add(vouchertest.PEM(c), "test", at); err != nil {
		t.Fatal(err)
	}
	msg := []byte("SPECIMEN")
	if signer, checks := s.Prove(trust.Claim{Algorithm: trust.EdDSA, Message: msg, Signature: ed25519.Sign(key, msg)}); signer == nil {
		t.Errorf("%+v (%x)", checks, pub)
	}
}

func TestDecodeJSON(t *testing.T) {
	if v, err := trust.DecodeObject([]byte(`{"a":[1,{"b":null}],"c":"é"}`)); err != nil || len(v) != 2 {
		t.Errorf("%v %v", v, err)
	}
	for _, bad := range []string{``, `[]`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `{"a":1}x`, `{"a":1}{}`, "{\"a\":\"\xff\"}", `{"a":}`, `{a:1}`} {
		if v, err := trust.DecodeObject([]byte(bad)); err == nil {
			t.Errorf("%q was taken: %v", bad, v)
		}
	}
}

func FuzzParseSign1(f *testing.F) {
	f.Add([]byte{0xd2, 0x84, 0x43, 0xa1, 1, 0x26, 0xa0, 0x41, 0, 0x41, 0})
	f.Add([]byte{0x84, 0x40, 0xa1, 0x18, 33, 0x41, 0, 0xf6, 0x40})
	f.Fuzz(func(_ *testing.T, b []byte) {
		if m, err := trust.ParseSign1(b); err == nil {
			_, _ = m.Algorithm()
			_, _ = m.Chain()
			m.KeyID()
			m.Signed("Signature1", nil)
		}
		_, _ = trust.COSEPublicKey(b)
	})
}

func FuzzParseJWS(f *testing.F) {
	f.Add("eyJhbGciOiJFUzI1NiIsIng1YyI6WyJBQUFBIl19.e30.AAAA")
	f.Fuzz(func(_ *testing.T, s string) {
		if j, err := trust.ParseJWS(s); err == nil {
			_, _ = j.Claim()
			_, _ = trust.JWKPublicKey(j.Header)
		}
	})
}
