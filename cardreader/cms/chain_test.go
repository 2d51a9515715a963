package cms_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"testing"
	"time"

	"bangban/cardreader/cms"
)

// node is a certificate with its key, made for a test.
type node struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	ours *cms.Certificate
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// issue makes a certificate below parent, or a self-signed one; change alters the template.
func issue(t testing.TB, name string, parent *node, ca bool, change func(*x509.Certificate)) *node {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{Country: []string{"UT"}, CommonName: name},
		NotBefore: year(2020), NotAfter: year(2030), KeyUsage: x509.KeyUsageDigitalSignature,
		SubjectKeyId: serial.Bytes(),
	}
	if ca {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	if change != nil {
		change(c)
	}
	signer, by := key, c
	if parent != nil {
		signer, by = parent.key, parent.cert
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{key: key}
	if n.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if n.ours, err = cms.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return n
}

func pool(nodes ...*node) *cms.Pool {
	var list []*cms.Certificate
	for _, n := range nodes {
		list = append(list, n.ours)
	}
	return cms.NewPool(list)
}

func TestChain(t *testing.T) {
	root := issue(t, "root", nil, true, nil)
	mid := issue(t, "mid", root, true, nil)
	leaf := issue(t, "leaf", mid, false, nil)
	direct := issue(t, "direct", root, false, nil)
	twin := issue(t, "root", nil, true, nil)
	same := issue(t, "root", nil, true, func(c *x509.Certificate) { c.SubjectKeyId = root.cert.SubjectKeyId })
	plain := issue(t, "plain", nil, false, nil)
	noSign := issue(t, "nosign", nil, true, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })
	zero := issue(t, "zero", nil, true, func(c *x509.Certificate) { c.MaxPathLenZero = true })
	zeroMid := issue(t, "zeromid", zero, true, nil)
	old := issue(t, "old", nil, true, func(c *x509.Certificate) { c.NotAfter = year(2024) })
	strange := issue(t, "strange", root, false, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	})
	at := year(2026)
	for _, tc := range []struct {
		name    string
		leaf    *node
		anchors *cms.Pool
		mids    []*node
		at      time.Time
		eku     string
		length  int
		want    cms.Reason
	}{
		{name: "direct", leaf: direct, anchors: pool(root), at: at, length: 2},
		{name: "through one", leaf: leaf, anchors: pool(root), mids: []*node{mid}, at: at, length: 3},
		{name: "through one, others beside", leaf: leaf, anchors: pool(twin, root), mids: []*node{direct, mid, leaf}, at: at, length: 3},
		{name: "the anchor itself", leaf: root, anchors: pool(root), at: at, length: 1},
		{name: "no time asked", leaf: issue(t, "x", old, false, nil), anchors: pool(old), length: 2},
		{name: "missing one", leaf: leaf, anchors: pool(root), at: at, want: cms.UnknownIssuer},
		{name: "nobody", leaf: direct, anchors: pool(), at: at, want: cms.UnknownIssuer},
		{name: "another key of that name", leaf: direct, anchors: pool(twin), at: at, want: cms.UnknownIssuer},
		{name: "the very key identifier", leaf: direct, anchors: pool(same), at: at, want: cms.WrongSignature},
		{name: "self-signed and unknown", leaf: twin, anchors: pool(root), mids: []*node{twin}, at: at, want: cms.UnknownIssuer},
		{name: "below a leaf", leaf: issue(t, "x", plain, false, nil), anchors: pool(plain), at: at, want: cms.WrongKeyUsage},
		{name: "below one that may not", leaf: issue(t, "x", noSign, false, nil), anchors: pool(noSign), at: at, want: cms.WrongKeyUsage},
		{name: "path length 0, leaf", leaf: issue(t, "x", zero, false, nil), anchors: pool(zero), at: at, length: 2},
		{name: "path length 0, one between", leaf: issue(t, "x", zeroMid, false, nil), anchors: pool(zero), mids: []*node{zeroMid}, at: at, want: cms.WrongKeyUsage},
		{name: "anchor ended", leaf: issue(t, "x", old, false, nil), anchors: pool(old), at: at, want: cms.Expired},
		{name: "leaf ended", leaf: direct, anchors: pool(root), at: year(2031), want: cms.Expired},
		{name: "not begun", leaf: direct, anchors: pool(root), at: year(2019), want: cms.NotYetValid},
		{name: "critical and unknown", leaf: strange, anchors: pool(root), at: at, want: cms.NotSupported},
		{name: "not for this use", leaf: direct, anchors: pool(root), at: at, eku: "2.23.136.1.1.3", want: cms.WrongKeyUsage},
	} {
		var mids []*cms.Certificate
		for _, m := range tc.mids {
			mids = append(mids, m.ours)
		}
		chain, err := tc.anchors.Chain(tc.leaf.ours, cms.ChainOptions{At: tc.at, Intermediates: mids, ExtKeyUsage: tc.eku})
		if cms.ReasonOf(err) != tc.want || len(chain) != tc.length {
			t.Errorf("%s: %d certificates, %v; want %d, %q", tc.name, len(chain), err, tc.length, tc.want)
		}
	}
}

// Loops and crowds end: certificates that issue each other, and a hundred of one name.
func TestChainBounds(t *testing.T) {
	root := issue(t, "root", nil, true, nil)
	above := root
	var mids []*cms.Certificate
	for i := range 8 {
		above = issue(t, fmt.Sprint("mid", i), above, true, nil)
		mids = append(mids, above.ours)
	}
	long := issue(t, "leaf", above, false, nil)
	if _, err := pool(root).Chain(long.ours, cms.ChainOptions{Intermediates: mids}); cms.ReasonOf(err) != cms.NotSupported {
		t.Errorf("too long: %v", err)
	}
	a := issue(t, "a", nil, true, nil)
	b := issue(t, "b", a, true, nil)
	loop := issue(t, "a", b, true, func(c *x509.Certificate) { c.SubjectKeyId = a.cert.SubjectKeyId })
	leaf := issue(t, "leaf", b, false, nil)
	if _, err := pool(root).Chain(leaf.ours, cms.ChainOptions{Intermediates: []*cms.Certificate{b.ours, loop.ours, a.ours}}); err == nil {
		t.Error("a loop leads to an anchor")
	}
	noID := func(c *x509.Certificate) { c.SubjectKeyId = nil; c.IsCA = false; c.BasicConstraintsValid = false }
	var crowd []*node
	for range 100 {
		crowd = append(crowd, issue(t, "crowd", nil, false, noID))
	}
	lost := issue(t, "leaf", issue(t, "crowd", nil, false, noID), false, nil)
	if _, err := pool(crowd...).Chain(lost.ours, cms.ChainOptions{}); cms.ReasonOf(err) != cms.NotSupported {
		t.Errorf("a crowd of one name: %v", err)
	}
}

func TestPoolCountsOnce(t *testing.T) {
	root := issue(t, "root", nil, true, nil)
	if n := cms.NewPool([]*cms.Certificate{root.ours, nil, root.ours}).Len(); n != 1 {
		t.Errorf("%d anchors", n)
	}
}
