package cms_test

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func certificate(t testing.TB, name string) *cms.Certificate {
	t.Helper()
	c, err := cms.ParseCertificate(file(t, name+".crt"))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// Certificates that OpenSSL made: every curve, by name and with its parameters written out, and every way of RSA.
func TestForeignCertificates(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.crt"))
	if err != nil || len(names) != 42 {
		t.Fatalf("%d certificates, %v", len(names), err)
	}
	nist := map[string]string{"prime192v1": "P-192", "secp224r1": "P-224", "prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".crt")
		c := certificate(t, name)
		want, _ := strings.CutSuffix(name, "-explicit")
		if n, ok := nist[want]; ok {
			want = n
		}
		if want = "EC " + want; strings.HasPrefix(name, "rsa") {
			want = "RSA 2048"
		}
		if got := c.PublicKey.String(); got != want {
			t.Errorf("%s: key %s, want %s", name, got, want)
		}
		if err := c.CheckSignatureFrom(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.Subject.String() != "C=UT,O=SPECIMEN,CN="+name || c.Subject.Country != "UT" || !c.SelfIssued() || !c.CA {
			t.Errorf("%s: %v", name, c)
		}
		b := bytes.Replace(c.Raw, []byte("SPECIMEN"), []byte("SPECIMAN"), 1)
		changed, err := cms.ParseCertificate(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := changed.CheckSignatureFrom(c); cms.ReasonOf(err) != cms.WrongSignature {
			t.Errorf("%s: changed: %v", name, err)
		}
		if err := c.CheckSignatureFrom(certificate(t, "brainpoolP256r1")); cms.ReasonOf(err) != cms.WrongSignature && name != "brainpoolP256r1" {
			t.Errorf("%s: another key: %v", name, err)
		}
	}
}

func TestForeignMessages(t *testing.T) {
	content := []byte("SPECIMEN content\n")
	for _, tc := range []struct {
		name     string
		detached []byte
		others   []string
		want     cms.Reason
	}{
		{name: "rsa-sha1"}, {name: "rsa-sha224"}, {name: "rsa-sha256"}, {name: "rsa-sha384"}, {name: "rsa-sha512"},
		{name: "rsa-keyid"}, {name: "rsa-pss"}, {name: "rsa-pss-key"}, {name: "ec-brainpool"}, {name: "ec-p192"}, {name: "rsa-noattr"},
		{name: "rsa-pss-misused", want: cms.WrongKeyUsage},
		{name: "rsa-nocerts", others: []string{"prime256v1", "rsa"}},
		{name: "rsa-nocerts", others: []string{"prime256v1"}, want: cms.UnknownIssuer},
		{name: "rsa-nocerts", want: cms.UnknownIssuer},
		{name: "rsa-detached", detached: content},
		{name: "rsa-detached", detached: []byte("SPECIMEN other"), want: cms.WrongDigest},
		{name: "rsa-detached", want: cms.Structure},
		{name: "rsa-sha256", detached: content, want: cms.Structure},
		{name: "two-signers", want: cms.NotSupported},
	} {
		sd, err := cms.Parse(file(t, tc.name+".cms"))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		var others []*cms.Certificate
		for _, o := range tc.others {
			others = append(others, certificate(t, o))
		}
		sig, err := sd.Verify(tc.detached, others...)
		if cms.ReasonOf(err) != tc.want || (sig == nil) == (err == nil) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
		if err == nil && (sig.Signing.IsZero() != (tc.name == "rsa-noattr")) {
			t.Errorf("%s: signed at %v", tc.name, sig.Signing)
		}
	}
}

// Every byte of a message matters: whichever is changed, it verifies with the very same content and signer, or not.
func TestEveryByte(t *testing.T) {
	for _, name := range []string{"ec-p192", "rsa-sha256"} {
		good := file(t, name+".cms")
		content := []byte("SPECIMEN content\n")
		for i := range good {
			b := bytes.Clone(good)
			b[i] ^= 0x04
			sd, err := cms.Parse(b)
			if err != nil {
				continue
			}
			if _, err := sd.Verify(nil); err == nil && !bytes.Equal(sd.Content, content) {
				t.Fatalf("%s: byte %d changed: another content verifies", name, i)
			}
		}
	}
}

// crypto/x509 reads some of the certificates of the master list too: what both read, they read alike.
func TestLikeStandardLibrary(t *testing.T) {
	list, err := cms.OpenMasterList(masterList(t))
	if err != nil {
		t.Fatal(err)
	}
	both := 0
	for _, c := range list.Certificates {
		std, err := x509.ParseCertificate(c.Raw)
		if err != nil {
			continue
		}
		both++
		if !bytes.Equal(std.RawSubject, c.Subject.Raw) || !bytes.Equal(std.RawIssuer, c.Issuer.Raw) || !std.NotBefore.Equal(c.NotBefore) ||
			!std.NotAfter.Equal(c.NotAfter) || !bytes.Equal(std.SubjectKeyId, c.SubjectKeyID) || !bytes.Equal(std.AuthorityKeyId, c.AuthorityKeyID) ||
			std.IsCA != c.CA || int(std.KeyUsage) != int(c.KeyUsage) || std.Version != c.Version {
			t.Errorf("%v is read differently", c)
		}
	}
	if both < 100 {
		t.Errorf("only %d certificates are read by both", both)
	}
	t.Logf("%d of %d are read by crypto/x509 too", both, len(list.Certificates))
}

func TestParseCertificates(t *testing.T) {
	a, b := file(t, "rsa.crt"), file(t, "prime256v1.crt")
	got, err := cms.ParseCertificates(slices.Concat(a, b))
	if err != nil || len(got) != 2 {
		t.Errorf("DER: %d, %v", len(got), err)
	}
	if got, err = cms.ParseCertificates(nil); err != nil || len(got) != 0 {
		t.Errorf("nothing: %d, %v", len(got), err)
	}
	for name, in := range map[string][]byte{
		"noise":        []byte("SPECIMEN"),
		"cut":          a[:len(a)-1],
		"more behind":  append(bytes.Clone(a), 0),
		"one bad PEM":  []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
		"far too many": bytes.Repeat([]byte{0x30, 0}, 5000),
	} {
		if _, err := cms.ParseCertificates(in); cms.ReasonOf(err) != cms.Structure {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The spelling is that of package check, which this package may not import.
func TestReasons(t *testing.T) {
	for got, want := range map[cms.Reason]check.Reason{
		cms.Structure: check.Structure, cms.UnknownIssuer: check.UnknownIssuer, cms.WrongSignature: check.WrongSignature,
		cms.WrongDigest: check.WrongDigest, cms.WrongKeyUsage: check.WrongKeyUsage, cms.Expired: check.Expired,
		cms.NotYetValid: check.NotYetValid, cms.NotSupported: check.NotSupported,
	} {
		if check.Reason(got) != want {
			t.Errorf("%s is spelt %s", want, got)
		}
	}
}

func FuzzCertificate(f *testing.F) {
	for _, n := range []string{"rsa", "rsa-pss-sha512", "prime192v1", "brainpoolP160t1-explicit"} {
		f.Add(file(f, n+".crt"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := cms.ParseCertificate(b)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Raw, b) {
			t.Fatal("not the bytes that were read")
		}
		_ = c.String()
		_ = c.CheckSignatureFrom(c)
		_, _ = cms.NewPool([]*cms.Certificate{c}).Chain(c, cms.ChainOptions{At: c.NotBefore, Intermediates: []*cms.Certificate{c}})
	})
}

func FuzzSignedData(f *testing.F) {
	for _, n := range []string{"ec-p192", "rsa-sha256", "rsa-keyid", "rsa-noattr"} {
		f.Add(file(f, n+".cms"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		sd, err := cms.Parse(b)
		if err != nil {
			return
		}
		if sig, err := sd.Verify(nil); (sig == nil) == (err == nil) {
			t.Fatal("neither or both")
		}
	})
}
