package trust_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify/ofd/ofdtest"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"

	"github.com/emmansun/gmsm/smx509"
)

func TestSM2Anchors(t *testing.T) {
	k, a := ofdtest.New(t), vouchertest.New(t, vouchertest.Issuer)
	spki, err := smx509.MarshalPKIXPublicKey(&k.Signer.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	other := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
	for name, tc := range map[string]struct {
		file []byte
		keys int
	}{
		"PEM": {k.CA.PEM(), 0}, "DER": {k.Signer.DER, 1}, "two in DER": {append(bytes.Clone(k.CA.DER), k.Signer.DER...), 1},
		"beside others": {append(k.Signer.PEM(), other...), 1},
		"public key":    {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), 1},
	} {
		s := trust.New(nil)
		if err := s.Add(tc.file, "file", time.Time{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(s.Clone().SM2Keys()); n != tc.keys || len(s.Snapshots()) == 0 {
			t.Errorf("%s: %d keys that may sign, want %d", name, n, tc.keys)
		}
		for _, key := range s.SM2Keys() {
			if pub, err := trust.SM2Public(key); err != nil || !pub.Equal(&k.Signer.Key.PublicKey) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if err := trust.New(nil).Add(append(k.CA.PEM(), []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")...), "file", time.Time{}); !errors.Is(err, trust.ErrUnknownFile) {
		t.Errorf("a list with a hole: %v", err)
	}
}

func TestJudgeSM2(t *testing.T) {
	k := ofdtest.New(t)
	s := trust.New(map[string]time.Duration{trust.KindKey: 10 * 24 * time.Hour})
	made := ofdtest.Now().AddDate(0, 0, -5)
	if err := s.Add(k.CA.PEM(), "bundle 1", made); err != nil {
		t.Fatal(err)
	}
	leaf := func(i *ofdtest.Identity) *trust.SM2Certificate {
		c, err := trust.ParseSM2Certificate(i.DER)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	renamed := ofdtest.Mint(t, nil, "SPECIMEN SM2 CA", func(c *smx509.Certificate) { c.IsCA, c.KeyUsage = true, smx509.KeyUsageCertSign })
	for name, tc := range map[string]struct {
		c    *trust.SM2Certificate
		at   time.Time
		want check.Reason
	}{
		"issued":                {leaf(k.Signer), ofdtest.Now(), check.OK},
		"the anchor itself":     {leaf(k.CA), ofdtest.Now(), check.OK},
		"dates not looked at":   {leaf(k.Signer), time.Time{}, check.OK},
		"not yet":               {leaf(k.Signer), ofdtest.Now().AddDate(-2, 0, 0), check.NotYetValid},
		"ended":                 {leaf(k.Signer), ofdtest.Now().AddDate(4, 0, 0), check.Expired},
		"list too old":          {leaf(k.Signer), ofdtest.Now().AddDate(0, 0, 6), check.ListTooOld},
		"unknown":               {leaf(ofdtest.New(t).Signer), ofdtest.Now(), check.UnknownIssuer},
		"a CA of the same name": {leaf(ofdtest.Mint(t, renamed, "SPECIMEN", nil)), ofdtest.Now(), check.UnknownIssuer},
	} {
		if _, got := s.JudgeSM2(tc.c, tc.at); got.Reason != tc.want {
			t.Errorf("%s: %+v, want %q", name, got, tc.want)
		}
	}
	var nobody *trust.Store
	if _, got := nobody.JudgeSM2(leaf(k.Signer), ofdtest.Now()); got.Reason != check.UnknownIssuer {
		t.Errorf("nobody is trusted: %+v", got)
	}
	for i := range k.Signer.DER { // no byte of a certificate may change
		bad := bytes.Clone(k.Signer.DER)
		bad[i] ^= 1
		if c, err := trust.ParseSM2Certificate(bad); err == nil {
			if _, got := s.JudgeSM2(c, ofdtest.Now()); got.Verdict == check.Passed {
				t.Fatalf("byte %d changed: passed", i)
			}
		}
	}
}

func FuzzSM2Certificate(f *testing.F) {
	k := ofdtest.New(f)
	f.Add(k.CA.DER)
	f.Add(k.Signer.DER)
	s := trust.New(nil)
	if err := s.Add(k.CA.PEM(), "file", time.Time{}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = trust.New(nil).Add(b, "fuzz", time.Time{})
		if c, err := trust.ParseSM2Certificate(b); err == nil {
			s.JudgeSM2(c, ofdtest.Now())
			_ = c.String()
		}
	})
}
