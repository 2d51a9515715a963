package cms_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/cardreader/cms"
)

func parseCRL(t testing.TB, b []byte) *cms.CRL {
	t.Helper()
	l, err := cms.ParseCRL(b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Lists that OpenSSL made: brainpool, parameters written out, RSA and both ways of PSS.
func TestForeignLists(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "crl", "*.crl"))
	if err != nil || len(names) != 8 {
		t.Fatalf("%d lists, %v", len(names), err)
	}
	other, err := cms.ParseCertificate(file(t, filepath.Join("crl", "rsa.crt")))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		name := strings.TrimSuffix(filepath.Base(path), ".crl")
		der := file(t, filepath.Join("crl", name+".crl"))
		signer, err := cms.ParseCertificate(file(t, filepath.Join("crl", name+".crt")))
		if err != nil {
			t.Fatal(err)
		}
		for form, b := range map[string][]byte{"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})} {
			l := parseCRL(t, b)
			if err := l.CheckSignatureFrom(signer); err != nil {
				t.Errorf("%s %s: %v", name, form, err)
			}
			if l.Len() != 2 || !bytes.Equal(l.Number, []byte{7}) || !bytes.Equal(l.AuthorityKeyID, signer.SubjectKeyID) ||
				!l.Issuer.Equal(signer.Subject) || !l.ThisUpdate.Equal(year(2026)) || !l.NextUpdate.Equal(year(2040)) {
				t.Errorf("%s %s: %v", name, form, l)
			}
		}
		changed := parseCRL(t, bytes.Replace(der, []byte{0x02, 0x02, 0x10, 0x00}, []byte{0x02, 0x02, 0x10, 0x01}, 1))
		if err := changed.CheckSignatureFrom(signer); cms.ReasonOf(err) != cms.WrongSignature {
			t.Errorf("%s: changed: %v", name, err)
		}
		if err := changed.CheckSignatureFrom(other); cms.ReasonOf(err) != cms.WrongSignature {
			t.Errorf("%s: another key: %v", name, err)
		}
	}
}

// listOf makes a list with Go's own writer; change alters the template.
func listOf(t testing.TB, by *node, number int64, change func(*x509.RevocationList), serials ...*node) *cms.CRL {
	t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: year(2025), NextUpdate: year(2027)}
	for _, n := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: n.cert.SerialNumber, RevocationTime: year(2024)})
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, by.cert, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return parseCRL(t, der)
}

func authority(t testing.TB, name string, change func(*x509.Certificate)) *node {
	return issue(t, name, nil, true, func(c *x509.Certificate) {
		c.KeyUsage |= x509.KeyUsageCRLSign
		if change != nil {
			change(c)
		}
	})
}

func TestRevocation(t *testing.T) {
	root := authority(t, "root", nil)
	next := authority(t, "root", nil) // the same state's next key
	other := authority(t, "other", nil)
	mute := issue(t, "root", nil, true, func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCRLSign })
	leaf := issue(t, "leaf", root, false, nil)
	mid := issue(t, "mid", root, true, func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCRLSign })
	below := issue(t, "below", mid, false, nil)
	anchors := pool(root, next, other)
	empty, full := listOf(t, root, 1, nil), listOf(t, root, 1, nil, leaf)
	yes := func(*cms.Certificate) bool { return true }
	hold := func(r *x509.RevocationList) { r.RevokedCertificateEntries[0].ReasonCode = 6 }
	later := func(r *x509.RevocationList) { r.ThisUpdate = year(2025).AddDate(0, 1, 0) }
	critical := func(oid ...int) func(*x509.RevocationList) {
		return func(r *x509.RevocationList) {
			r.ExtraExtensions = []pkix.Extension{{Id: oid, Critical: true, Value: []byte{0x30, 0x03, 0x84, 0x01, 0xFF}}}
		}
	}
	at := year(2026)
	for _, tc := range []struct {
		name     string
		leaf     *node
		held     cms.Revocations
		at       time.Time
		want     cms.Reason
		optional bool
	}{
		{"good", leaf, cms.Revocations{Held: []*cms.CRL{empty}}, at, "", false},
		{"withdrawn", leaf, cms.Revocations{Held: []*cms.CRL{full}}, at, cms.Revoked, false},
		{"no list", leaf, cms.Revocations{}, at, cms.NoList, true},
		{"no list, demanded", leaf, cms.Revocations{Demanded: yes}, at, cms.NoList, false},
		{"held once and gone", leaf, cms.Revocations{Gone: yes}, at, cms.ListTooOld, false},
		{"of another authority", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, other, 1, nil, leaf)}}, at, cms.NoList, true},
		{"over", leaf, cms.Revocations{Held: []*cms.CRL{empty}}, year(2028), cms.ListTooOld, false},
		{"over, withdrawn all the same", leaf, cms.Revocations{Held: []*cms.CRL{full}}, year(2028), cms.Revoked, false},
		{"over by policy", leaf, cms.Revocations{Held: []*cms.CRL{empty}, TooOld: func(*cms.CRL) bool { return true }}, at, cms.ListTooOld, false},
		{"not begun", leaf, cms.Revocations{Held: []*cms.CRL{empty}}, year(2024), cms.NotYetValid, false},
		{"no clock", leaf, cms.Revocations{Held: []*cms.CRL{empty}}, time.Time{}, cms.ClockUnsure, false},
		{"no clock, withdrawn", leaf, cms.Revocations{Held: []*cms.CRL{full}}, time.Time{}, cms.Revoked, false},
		{"the state's next key", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, next, 2, nil, leaf)}}, at, cms.Revoked, false},
		{"forged", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, mute, 2, nil)}}, at, cms.UnknownIssuer, false},
		{"forged with the right key identifier", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, twin(t, root), 2, nil)}}, at, cms.WrongSignature, false},
		{"forged beside a good one", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, mute, 2, nil), empty}}, at, "", false},
		{"on hold", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 1, hold, leaf)}}, at, cms.Revoked, false},
		{"on hold once", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 1, hold, leaf), listOf(t, root, 2, later)}}, at, "", false},
		{"dropped from the list", leaf, cms.Revocations{Held: []*cms.CRL{full, listOf(t, root, 2, nil)}}, at, cms.Revoked, false},
		{"a part of a list", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 2, critical(2, 5, 29, 27))}}, at, cms.NotSupported, false},
		{"an indirect list", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 2, critical(2, 5, 29, 28))}}, at, cms.NotSupported, false},
		{"what nobody knows", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 2, critical(1, 2, 3))}}, at, cms.NotSupported, false},
		{"authority between withdrawn", below, cms.Revocations{Held: []*cms.CRL{listOf(t, root, 2, nil, mid), listOf(t, mid, 1, nil)}}, at, cms.Revoked, false},
		{"two links, one list", below, cms.Revocations{Held: []*cms.CRL{empty}}, at, cms.NoList, true},
		{"two links, two lists", below, cms.Revocations{Held: []*cms.CRL{empty, listOf(t, mid, 1, nil)}}, at, "", false},
		{"the anchor's own serial", leaf, cms.Revocations{Held: []*cms.CRL{listOf(t, next, 2, nil, root)}}, at, cms.Revoked, false},
		{"the anchor itself", root, cms.Revocations{Held: []*cms.CRL{empty}}, at, cms.NoList, true},
	} {
		chain, err := anchors.Chain(tc.leaf.ours, cms.ChainOptions{Intermediates: []*cms.Certificate{mid.ours}})
		if err != nil {
			t.Fatal(err)
		}
		got := anchors.Revocation(chain, tc.held, tc.at)
		if got.Reason != tc.want || got.Optional != tc.optional || got.Detail == "" && tc.leaf != root {
			t.Errorf("%s: %+v, want %q, optional %v", tc.name, got, tc.want, tc.optional)
		}
	}
}

// twin has the name and the key identifier of n and another key.
func twin(t testing.TB, n *node) *node {
	return authority(t, n.cert.Subject.CommonName, func(c *x509.Certificate) { c.SubjectKeyId = n.cert.SubjectKeyId })
}

// Who may not sign lists does not, and a list from before its signer's time counts for nothing.
func TestListSigner(t *testing.T) {
	root := issue(t, "root", nil, true, nil)
	late := authority(t, "late", func(c *x509.Certificate) { c.NotBefore = year(2026) })
	for _, tc := range []struct {
		by   *node
		want cms.Reason
	}{{root, cms.WrongKeyUsage}, {late, cms.NotYetValid}} {
		able := *tc.by
		c := *tc.by.cert
		c.KeyUsage |= x509.KeyUsageCRLSign // what Go's writer asks for
		able.cert = &c
		l := listOf(t, &able, 1, nil)
		leaf := issue(t, "leaf", tc.by, false, nil)
		anchors := pool(tc.by)
		chain, err := anchors.Chain(leaf.ours, cms.ChainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if s := anchors.Revocation(chain, cms.Revocations{Held: []*cms.CRL{l}}, year(2026)); s.Reason != tc.want || s.Optional {
			t.Errorf("%+v, want %s", s, tc.want)
		}
	}
}

func TestListsRefused(t *testing.T) {
	good := file(t, filepath.Join("crl", "rsa.crl"))
	replace := func(from, to string) []byte { return bytes.Replace(good, []byte(from), []byte(to), 1) }
	for name, b := range map[string][]byte{
		"empty": nil, "noise": []byte("SPECIMEN"), "cut": good[:len(good)-1], "more behind it": append(bytes.Clone(good), 0),
		"a certificate":         file(t, filepath.Join("crl", "rsa.crt")),
		"ends too early":        replace("400101000000Z", "250101000000Z"),
		"no time":               replace("260101000000Z", "269901000000Z"),
		"version 3":             replace("\x02\x01\x01", "\x02\x01\x02"),
		"two algorithms":        bytes.Replace(good, []byte{0x01, 0x01, 0x0B}, []byte{0x01, 0x01, 0x0C}, 1),
		"reason of two bytes":   replace("\x0A\x01\x01", "\x04\x01\x01"),
		"PEM of something else": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: good}),
		"two in one":            bytes.Repeat(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: good}), 2),
		"too large":             make([]byte, cms.MaxMessage+1),
	} {
		if bytes.Equal(b, good) {
			t.Errorf("%s: nothing was changed", name)
		}
		if _, err := cms.ParseCRL(b); cms.ReasonOf(err) != cms.Structure {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A list without a next time is one for 90 days.
func TestListWithoutEnd(t *testing.T) {
	l := parseCRL(t, bytes.Replace(file(t, filepath.Join("crl", "rsa.crl")), []byte("400101000000Z"), []byte("260401000000Z"), 1))
	l.NextUpdate = time.Time{}
	for days, want := range map[int]cms.Reason{-1: cms.NotYetValid, 0: "", 90: "", 91: cms.ListTooOld} {
		if err := l.CheckTime(year(2026).AddDate(0, 0, days)); cms.ReasonOf(err) != want {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

func FuzzCRL(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "crl", "*.crl"))
	if err != nil {
		f.Fatal(err)
	}
	var signers []*cms.Certificate
	for _, path := range names {
		b := file(f, strings.TrimPrefix(path, "testdata"))
		f.Add(b)
		f.Add(b[:len(b)/2])
		c, err := cms.ParseCertificate(file(f, strings.TrimSuffix(strings.TrimPrefix(path, "testdata"), "crl")+"crt"))
		if err != nil {
			f.Fatal(err)
		}
		signers = append(signers, c)
	}
	anchors := cms.NewPool(signers)
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := cms.ParseCRL(b)
		if err != nil {
			if cms.ReasonOf(err) != cms.Structure && cms.ReasonOf(err) != cms.NotSupported {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, s := range signers {
			if l.CheckSignatureFrom(s) == nil && (l.Len() != 2 || !l.ThisUpdate.Equal(year(2026))) {
				t.Fatal("a made-up list verified")
			}
			anchors.Revocation([]*cms.Certificate{s, s}, cms.Revocations{Held: []*cms.CRL{l}}, year(2026))
		}
	})
}
