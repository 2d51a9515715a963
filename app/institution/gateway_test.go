package institution

import (
	"crypto/rand"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGatewayFolder(t *testing.T) {
	i, c, _ := newOffice(t)
	dir := filepath.Join(t.TempDir(), "gateway")
	for range 2 {
		if _, err := i.MakeGateway(dir, []string{"gateway.specimen.example", "127.0.0.1"}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := Open(dir, Options{Rand: rand.Reader, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := g.GatewayTLS()
	if err != nil {
		t.Fatal(err)
	}
	roots, middle := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(i.Root())
	middle.AddCert(i.Issuing())
	for _, name := range []string{"gateway.specimen.example", "127.0.0.1"} {
		if _, err := cert.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: middle, CurrentTime: c.now()}); err != nil {
			t.Error(err)
		}
	}
	if _, err := VerifyIdentity(i.PEM(), cert.Leaf, c.now()); err == nil {
		t.Error("a gateway passes for a station")
	}
	if _, err := g.ReceiptSigner(); err != nil {
		t.Error(err)
	}
	if h, err := g.Holders(); err != nil || len(h) != 2 {
		t.Errorf("%d holders, %v", len(h), err)
	}
	if g.CanIssue() || !i.CanIssue() {
		t.Error("a gateway's folder issues")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".key") && !slices.Contains([]string{"gateway.key", "receipt-1.key", "intake-1.key"}, e.Name()) {
			t.Errorf("%s is in a gateway's folder", e.Name())
		}
	}
	c.pass(GatewayLife + time.Hour)
	_, err = g.GatewayTLS()
	wantErr(t, err, ErrKeyEnded)
}

func TestGatewayNames(t *testing.T) {
	i, _, _ := newOffice(t)
	for _, hosts := range [][]string{nil, {""}, {"a b"}, {"*.example"}, {"host:443"}} {
		_, err := i.MakeGateway(filepath.Join(t.TempDir(), "g"), hosts)
		wantErr(t, err, ErrName)
	}
}
