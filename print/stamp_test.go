package print_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/print"
)

// authority makes a time-stamp authority of openssl in dir.
func authority(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	eku, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "TSA SPECIMEN"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: eku}}}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "tsa.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	write(t, dir, "tsa.key", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	write(t, dir, "serial", []byte("01\n"))
	write(t, dir, "tsa.conf", []byte("[tsa]\ndefault_tsa = own\n[own]\nserial = serial\nsigner_digest = sha256\n"+
		"default_policy = 1.2.3.4.1\ndigests = sha256, sha384\ness_cert_id_alg = sha256\n"))
}

func stamp(t *testing.T, dir string, data []byte, hash string) []byte {
	t.Helper()
	write(t, dir, "data", data)
	must(t, dir, "openssl", "ts", "-query", "-data", "data", "-"+hash, "-cert", "-out", "query")
	must(t, dir, "openssl", "ts", "-reply", "-config", "tsa.conf", "-section", "own", "-queryfile", "query",
		"-signer", "tsa.pem", "-inkey", "tsa.key", "-token_out", "-out", "token")
	token, err := os.ReadFile(filepath.Join(dir, "token"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTimestamp(t *testing.T) {
	need(t, "openssl")
	s, dir := newSigning(t), t.TempDir()
	authority(t, dir)
	signed := s.sign(t, build(t, sample(openFonts(t))))
	value, err := print.SignatureValue(signed)
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"sha384", "sha256"} {
		if _, err := print.TimestampPDF(signed, stamp(t, dir, value, hash)); err != nil {
			t.Errorf("%s: %v", hash, err)
		}
	}
	token := stamp(t, dir, value, "sha256")
	stamped, err := print.TimestampPDF(signed, token)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := covered(t, signed)
	after, cms := covered(t, stamped)
	if !bytes.Equal(before, after) || len(stamped) != len(signed) {
		t.Error("the time-stamp changed more than the hole")
	}
	if !bytes.Contains(cms, token) {
		t.Error("the token is not in the signature")
	}
	write(t, dir, "content", after)
	write(t, dir, "cms", cms)
	write(t, dir, "root.pem", pemFile(s.chain[2]))
	if out, err := run(t, dir, "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "content",
		"-CAfile", "root.pem", "-purpose", "any", "-out", os.DevNull); err != nil {
		t.Errorf("openssl: %v: %s", err, out)
	}
	if out := must(t, dir, "openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "cms"); !strings.Contains(out, "id-smime-aa-timeStampToken") {
		t.Error("openssl sees no time-stamp")
	}
	if out := must(t, dir, "openssl", "ts", "-verify", "-data", "data", "-in", "token", "-token_in", "-CAfile", "tsa.pem"); !strings.Contains(out, "Verification: OK") {
		t.Errorf("the stamp itself: %s", out)
	}
	if _, err := print.TimestampPDF(stamped, token); !errors.Is(err, print.ErrPDF) {
		t.Errorf("a second stamp: %v, want ErrPDF", err)
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "no token": []byte("SPECIMEN"), "another value": stamp(t, dir, []byte("another"), "sha256"),
		"cut short": token[:len(token)-1], "more behind": append(bytes.Clone(token), 0),
	} {
		if _, err := print.TimestampPDF(signed, bad); !errors.Is(err, print.ErrToken) {
			t.Errorf("%s: %v, want ErrToken", name, err)
		}
	}
	for name, bad := range map[string][]byte{"unsigned": before, "nothing": nil, "cut short": signed[:len(signed)-1]} {
		if _, err := print.TimestampPDF(bad, token); !errors.Is(err, print.ErrPDF) {
			t.Errorf("%s: %v, want ErrPDF", name, err)
		}
	}
}

func TestPdfsigAfterTimestamp(t *testing.T) {
	need(t, "openssl", "pdfsig", "certutil")
	s, dir := newSigning(t), t.TempDir()
	authority(t, dir)
	s.nss(t, dir)
	signed := s.sign(t, build(t, sample(openFonts(t))))
	value, err := print.SignatureValue(signed)
	if err != nil {
		t.Fatal(err)
	}
	stamped, err := print.TimestampPDF(signed, stamp(t, dir, value, "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "in.pdf", stamped)
	out := must(t, dir, "pdfsig", "-nssdir", "sql:.", "in.pdf")
	for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Total document signed"} {
		if !strings.Contains(out, want) {
			t.Errorf("pdfsig does not say %q: %s", want, out)
		}
	}
}
