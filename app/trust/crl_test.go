package trust_test

import (
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

func TestWithdrawnCertificates(t *testing.T) {
	ca, other := newListCA(t, "SPECIMEN CA"), newListCA(t, "SPECIMEN CA") // other: the same name
	day := 24 * time.Hour
	aged := func() *trust.Store {
		return add(t, trust.New(map[string]time.Duration{trust.KindCRL: 5 * day}), ca.root.Raw)
	}
	asPEM := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }
	for _, tc := range []struct {
		name    string
		store   *trust.Store
		at      time.Time
		verdict check.Verdict
		reason  check.Reason
	}{
		{"never held", aged(), at, check.Passed, check.NoList},
		{"clear", add(t, aged(), ca.crl(t, 1, at.Add(-day))), at, check.Passed, check.OK},
		{"clear, PEM", add(t, aged(), asPEM(ca.crl(t, 1, at.Add(-day)))), at, check.Passed, check.OK},
		{"withdrawn", add(t, aged(), ca.crl(t, 1, at.Add(-day), 5, 77)), at, check.Failed, check.Revoked},
		{"withdrawn in an old list", add(t, aged(), ca.crl(t, 1, at.Add(-20*day), 77)), at, check.Failed, check.Revoked},
		{"over-age by policy", add(t, aged(), ca.crl(t, 1, at.Add(-6*day))), at, check.Indeterminate, check.ListTooOld},
		{"past its end", add(t, trust.New(nil), ca.root.Raw, ca.crl(t, 1, at.AddDate(0, -2, 0))), at, check.Indeterminate, check.ListTooOld},
	} {
		signer, checks := tc.store.Prove(ca.claim(t, tc.at))
		if r, _ := reasonNamed(checks, trust.CheckRevocation); r != tc.reason || check.Overall(checks) != tc.verdict {
			t.Errorf("%s: %v %q, want %v %q", tc.name, check.Overall(checks), r, tc.verdict, tc.reason)
		}
		if tc.reason == check.OK && (signer == nil || len(signer.Trust(at)) != 2 || signer.Trust(at)[1].Kind != trust.KindCRL || signer.Trust(at)[1].AgeDays != 1) {
			t.Errorf("%s: the list is not named with its age", tc.name)
		}
		if tc.verdict == check.Failed && signer != nil {
			t.Errorf("%s: a withdrawn signer was given", tc.name)
		}
	}
	s := aged()
	if err := s.Add(other.crl(t, 9, at, 77), "test", at); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("a list by another key of the name: %v", err)
	}
	add(t, s, ca.crl(t, 2, at))
	if err := s.Add(ca.crl(t, 1, at.Add(-day)), "test", at); !errors.Is(err, trust.ErrOlder) {
		t.Errorf("an older list: %v", err)
	}
	fresh := aged()
	fresh.Missing(s.Lists())
	if _, checks := fresh.Prove(ca.claim(t, at)); check.Overall(checks) != check.Indeterminate {
		t.Errorf("a list that is gone: %+v", checks)
	}
	broken := ca.crl(t, 2, at, 77)
	broken[len(broken)-3] ^= 1
	if err := aged().Add(broken, "test", at); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("a changed list: %v", err)
	}
}

func TestWithdrawnSM2(t *testing.T) {
	caKey, _ := sm2.GenerateKey(rand.Reader)
	key, _ := sm2.GenerateKey(rand.Reader)
	tpl := &smx509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"SPECIMEN 机构"}}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: smx509.KeyUsageCertSign | smx509.KeyUsageCRLSign, SubjectKeyId: []byte("87654321")}
	rootDER, err := smx509.CreateCertificate(rand.Reader, tpl, tpl, caKey.Public(), caKey)
	if err != nil {
		t.Fatal(err)
	}
	root, _ := smx509.ParseCertificate(rootDER)
	leafDER, err := smx509.CreateCertificate(rand.Reader, &smx509.Certificate{SerialNumber: big.NewInt(42), Subject: pkix.Name{Organization: []string{"SPECIMEN"}},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0)}, root, key.Public(), caKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := trust.ParseSM2Certificate(leafDER)
	if err != nil {
		t.Fatal(err)
	}
	list := func(serial int64) []byte {
		der, err := smx509.CreateRevocationList(rand.Reader, &smx509.RevocationList{Number: big.NewInt(1), ThisUpdate: at, NextUpdate: at.AddDate(0, 1, 0),
			RevokedCertificateEntries: []smx509.RevocationListEntry{{SerialNumber: big.NewInt(serial), RevocationTime: at}}}, root, caKey)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	s := add(t, trust.New(nil), rootDER)
	if c := s.JudgeSM2Revocation(leaf, at); c.Reason != check.NoList || !c.Optional {
		t.Errorf("none held: %+v", c)
	}
	if c := add(t, s.Clone(), list(41)).JudgeSM2Revocation(leaf, at); c.Verdict != check.Passed {
		t.Errorf("clear: %+v", c)
	}
	if c := add(t, s.Clone(), list(42)).JudgeSM2Revocation(leaf, at); c.Reason != check.Revoked {
		t.Errorf("withdrawn: %+v", c)
	}
	if c := add(t, s.Clone(), list(41)).JudgeSM2Revocation(leaf, at.AddDate(0, 2, 0)); c.Reason != check.ListTooOld {
		t.Errorf("old: %+v", c)
	}
	bad := list(42)
	bad[len(bad)-2] ^= 1
	if err := s.Clone().Add(bad, "test", at); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("changed: %v", err)
	}
	if err := trust.New(nil).Add(list(42), "test", at); !errors.Is(err, trust.ErrUnknown) {
		t.Errorf("nobody known: %v", err)
	}
}
