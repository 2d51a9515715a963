package institution

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bangban/app/voucher"
)

func TestDelegate(t *testing.T) {
	i, _, dir := newOffice(t)
	key := newKey(t)
	req := DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 100, NotBefore: start, Expires: start.Add(MaxDelegation), MaxLife: 24 * time.Hour}
	raw, cert, err := i.Delegate(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, cert, err = DecodeDelegation(EncodeDelegation(raw, cert))
	if err != nil {
		t.Fatal(err)
	}
	inst, err := voucher.ParseInstitution(i.PEM())
	if err != nil {
		t.Fatal(err)
	}
	d, err := voucher.OpenDelegation(raw, voucher.Keys{Institutions: []*voucher.Institution{inst}})
	if err != nil {
		t.Fatal(err)
	}
	if d.First != 1 || d.Last != 100 || d.Station != "T01" || !d.Key.Equal(&key.PublicKey) || d.Issuer != issuer {
		t.Fatalf("%+v", d)
	}
	roots, inter := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(i.Root())
	inter.AddCert(i.Issuing())
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: inter, CurrentTime: start.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey.Equal(cert.PublicKey) || cert.KeyUsage&x509.KeyUsageContentCommitment == 0 {
		t.Fatal("certificate of the voucher key")
	}
	// The next block begins behind, also for a process that opens the folder anew.
	again, err := Open(dir, Options{Rand: rand.Reader, Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err = again.Delegate(req)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = again.openDelegation(raw); err != nil || d.First != 101 || d.Last != 200 {
		t.Fatalf("%+v %v", d, err)
	}
	other := req
	other.Station = "T02"
	raw, _, err = again.Delegate(other)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = again.openDelegation(raw); err != nil || d.First != 1 {
		t.Fatalf("another station: %+v %v", d, err)
	}
}

func TestDelegateRefuses(t *testing.T) {
	i, _, dir := newOffice(t)
	good := DelegateRequest{Station: "T01", Key: &newKey(t).PublicKey, First: 1000, Last: 1999, NotBefore: start, Expires: start.Add(time.Hour), MaxLife: time.Hour}
	if _, _, err := i.Delegate(good); err != nil {
		t.Fatal(err)
	}
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	for _, tc := range []struct {
		what string
		edit func(*DelegateRequest)
		want error
	}{
		{"same block", func(*DelegateRequest) {}, ErrOverlap},
		{"overlaps below", func(r *DelegateRequest) { r.First, r.Last = 1, 1000 }, ErrOverlap},
		{"overlaps above", func(r *DelegateRequest) { r.First, r.Last = 1999, 2500 }, ErrOverlap},
		{"inside", func(r *DelegateRequest) { r.First, r.Last = 1500, 1501 }, ErrOverlap},
		{"around", func(r *DelegateRequest) { r.First, r.Last = 1, 5000 }, ErrOverlap},
		{"upside down", func(r *DelegateRequest) { r.First, r.Last = 9, 8 }, ErrBlock},
		{"no block", func(r *DelegateRequest) { r.First, r.Last = 0, 0 }, ErrBlock},
		{"from zero", func(r *DelegateRequest) { r.First, r.Last = 0, 8 }, ErrBlock},
		{"huge", func(r *DelegateRequest) { r.First, r.Last = 5000, 5000+maxBlock }, ErrBlock},
		{"past the end", func(r *DelegateRequest) { r.First, r.Last = maxSerial, maxSerial+1 }, ErrBlock},
		{"wraps", func(r *DelegateRequest) { r.First, r.Last = 1<<64-1, 1<<64-1 }, ErrBlock},
		{"bad station", func(r *DelegateRequest) { r.Station = "../T01" }, ErrStation},
		{"no station", func(r *DelegateRequest) { r.Station = "" }, ErrStation},
		{"no key", func(r *DelegateRequest) { r.Key = nil }, ErrKey},
		{"other curve", func(r *DelegateRequest) { r.Key = &p384.PublicKey }, ErrKey},
		{"eight days", func(r *DelegateRequest) { r.Expires = start.Add(MaxDelegation + time.Second) }, ErrLife},
		{"ends before it begins", func(r *DelegateRequest) { r.Expires = start }, ErrLife},
		{"before the issuing certificate", func(r *DelegateRequest) { r.NotBefore = start.Add(-time.Second) }, ErrLife},
		{"no life", func(r *DelegateRequest) { r.First, r.Last, r.MaxLife = 1, 2, 0 }, ErrLife},
	} {
		r := good
		tc.edit(&r)
		if raw, cert, err := i.Delegate(r); !errors.Is(err, tc.want) || raw != nil && err != nil || cert != nil && !errors.Is(err, ErrLife) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "issuing-1.key")); err != nil {
		t.Fatal(err)
	}
	_, _, err := i.Delegate(good)
	wantErr(t, err, ErrNoKey)
}

func TestConcurrentDelegationsDoNotOverlap(t *testing.T) {
	i, _, _ := newOffice(t)
	key := newKey(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 10, NotBefore: start,
				Expires: start.Add(time.Hour), MaxLife: time.Hour}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	blocks, err := i.blocks("T01")
	if err != nil || len(blocks) != 8 {
		t.Fatalf("%d blocks, %v", len(blocks), err)
	}
	for n, b := range blocks {
		if b.First != uint64(10*n+1) || b.Last != uint64(10*n+10) {
			t.Fatalf("block %d: %+v", n, b)
		}
	}
}

func TestIdentity(t *testing.T) {
	i, _, _ := newOffice(t)
	other, _, _ := newOffice(t)
	key := newKey(t)
	cert, err := i.IdentityCertificate("T01", &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	_, voucherCert, err := i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 1, NotBefore: start,
		Expires: start.Add(time.Hour), MaxLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := VerifyIdentity(i.PEM(), cert, start.Add(time.Hour)); err != nil || s != "T01" {
		t.Fatalf("%q %v", s, err)
	}
	for _, tc := range []struct {
		what string
		pem  []byte
		cert *x509.Certificate
		at   time.Time
		want error
	}{
		{"of another institution", other.PEM(), cert, start, ErrUntrusted},
		{"a voucher key's", i.PEM(), voucherCert, start, ErrIdentity},
		{"the issuing certificate", i.PEM(), i.Issuing(), start, ErrUntrusted},
		{"too early", i.PEM(), cert, start.Add(-time.Second), ErrTime},
		{"ended", i.PEM(), cert, start.Add(IdentityLife + time.Second), ErrTime},
		{"no institution", nil, cert, start, voucher.ErrInstitution},
	} {
		if _, err := VerifyIdentity(tc.pem, tc.cert, tc.at); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.what, err, tc.want)
		}
	}
	_, err = i.IdentityCertificate("t 1", &key.PublicKey)
	wantErr(t, err, ErrStation)
	_, err = i.IdentityCertificate("T01", nil)
	wantErr(t, err, ErrKey)
}

func TestParseKey(t *testing.T) {
	key := newKey(t)
	spki, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "T01"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Clone(csr)
	forged[len(forged)-1] ^= 1
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	spki384, _ := x509.MarshalPKIXPublicKey(&p384.PublicKey)
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for _, good := range [][]byte{block("PUBLIC KEY", spki), block("CERTIFICATE REQUEST", csr)} {
		if got, err := ParseKey(good); err != nil || !got.Equal(&key.PublicKey) {
			t.Fatalf("%v", err)
		}
	}
	for name, bad := range map[string][]byte{"empty": nil, "forged request": block("CERTIFICATE REQUEST", forged),
		"P-384": block("PUBLIC KEY", spki384), "private": block("PRIVATE KEY", spki), "noise": block("PUBLIC KEY", []byte{1})} {
		if _, err := ParseKey(bad); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err = DecodeDelegation(block("CERTIFICATE", spki))
	wantErr(t, err, ErrFormat)
}

// Two officers at two computers on one folder: each opens it for itself.
func TestTwoProcessesDoNotOverlap(t *testing.T) {
	_, c, dir := newOffice(t)
	key := newKey(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			i, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
			if err == nil {
				_, _, err = i.Delegate(DelegateRequest{Station: "T01", Key: &key.PublicKey, Count: 10, NotBefore: start,
					Expires: start.Add(time.Hour), MaxLife: time.Hour})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	i, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := i.blocks("T01")
	if err != nil || len(blocks) != 6 || blocks[5].Last != 60 {
		t.Fatalf("%+v, %v", blocks, err)
	}
}
