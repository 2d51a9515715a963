package trust_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"net/url"
	"testing"

	"bangban/app/trust"
	"bangban/cardreader/check"
	"bangban/cardreader/cms"
)

// A state of a master list vouches for travel documents and seals, and for nothing else until somebody gives its certificate
// by itself.
func TestMasterListIsForTravel(t *testing.T) {
	rootKey, leafKey := newKey(t), newKey(t)
	root := certify(t, rootKey, "SPECIMEN CSCA", nil, nil, isCA)
	leaf := certify(t, leafKey, "SPECIMEN DS", root, rootKey, nil)
	csca, err := cms.ParseCertificate(root.Raw)
	if err != nil {
		t.Fatal(err)
	}
	s := trust.New(nil)
	if err := s.AddMasterList([]*cms.Certificate{csca}, trust.Snapshot{Source: "test", MadeAt: at}); err != nil {
		t.Fatal(err)
	}
	msg := []byte("SPECIMEN")
	c := trust.Claim{Algorithm: trust.ES256, Chain: [][]byte{leaf.Raw}, Message: msg, Signature: sign(t, leafKey, msg), At: at}
	travel := c
	travel.Travel = true
	if signer, checks := s.Prove(travel); signer == nil {
		t.Errorf("a seal: %+v", checks)
	}
	if signer, checks := s.Prove(c); signer != nil || checks[1].Verdict != check.Indeterminate || checks[1].Reason != check.UnknownIssuer {
		t.Errorf("anything: %+v", checks)
	}
	if signer, issuer := s.JudgeSigner(mustCMS(t, leaf), nil, at, ""); signer != nil || issuer.Reason != check.UnknownIssuer {
		t.Errorf("a file: %+v", issuer)
	}
	asked := s.Clone()
	if err := asked.Add(root.Raw, "test", at); err != nil {
		t.Fatal(err)
	}
	if signer, checks := asked.Prove(c); signer == nil {
		t.Errorf("given by itself: %+v", checks)
	}
	if signer, _ := s.Prove(c); signer != nil {
		t.Error("what was added to a clone counts for its origin")
	}
}

func mustCMS(t *testing.T, c *x509.Certificate) *cms.Certificate {
	t.Helper()
	p, err := cms.ParseCertificate(c.Raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A certificate for another use signs no credential, one for that use among others does.
func TestSignerForAnotherUse(t *testing.T) {
	rootKey, key := newKey(t), newKey(t)
	root := certify(t, rootKey, "SPECIMEN root", nil, nil, isCA)
	s := trust.New(nil)
	if err := s.Add(root.Raw, "test", at); err != nil {
		t.Fatal(err)
	}
	seal, mdl := asn1.ObjectIdentifier{2, 23, 136, 1, 1, 14, 2}, asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}
	for _, tc := range []struct {
		name   string
		edit   func(*x509.Certificate)
		usage  string
		reason check.Reason
	}{
		{"no usage", nil, "", check.OK},
		{"seals", func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{seal} }, "", check.WrongKeyUsage},
		{"seals, asked for", func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{seal} }, "2.23.136.1.1.14.2", check.OK},
		{"seals and licences", func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{seal, mdl} }, "", check.OK},
		{"answers", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} }, "", check.WrongKeyUsage},
		{"stamps", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} }, "", check.WrongKeyUsage},
		{"stamps and answers", func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageOCSPSigning}
		}, "", check.WrongKeyUsage},
	} {
		leaf := certify(t, key, "SPECIMEN leaf", root, rootKey, tc.edit)
		msg := []byte("SPECIMEN")
		signer, checks := s.Prove(trust.Claim{Algorithm: trust.ES256, Chain: [][]byte{leaf.Raw}, Message: msg, Signature: sign(t, key, msg), At: at, Usage: tc.usage})
		if checks[2].Reason != tc.reason || (signer != nil) != (tc.reason == check.OK) {
			t.Errorf("%s: %+v", tc.name, checks)
		}
	}
}

// An issuer is named by a URI of its certificate, by the host of its address, or by the file that its key came in.
func TestNames(t *testing.T) {
	rootKey, key := newKey(t), newKey(t)
	root := certify(t, rootKey, "SPECIMEN root", nil, nil, isCA)
	s := trust.New(nil)
	if err := s.Add(root.Raw, "test", at); err != nil {
		t.Fatal(err)
	}
	pub, single, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := certify(t, key, "SPECIMEN leaf", root, rootKey, func(c *x509.Certificate) {
		c.DNSNames = []string{"pid.ministry.example"}
		c.URIs = []*url.URL{{Scheme: "https", Host: "other.example", Path: "/issuer"}}
	})
	msg := []byte("SPECIMEN")
	signer, checks := s.Prove(trust.Claim{Algorithm: trust.ES256, Chain: [][]byte{leaf.Raw}, Message: msg, Signature: sign(t, key, msg), At: at})
	if signer == nil {
		t.Fatalf("%+v", checks)
	}
	for issuer, want := range map[string]bool{"https://pid.ministry.example": true, "https://PID.ministry.example/x": true, "https://other.example/issuer": true,
		"https://other.example": false, "https://ministry.example": false, "https://x.pid.ministry.example": false, "http://pid.ministry.example": false,
		"https://pid.ministry.example@evil.example": false, "https://pid.ministry.example:8443": false, "pid.ministry.example": false, "": false} {
		if signer.Names(issuer) != want {
			t.Errorf("%q: %v", issuer, !want)
		}
	}
	tied := trust.New(nil)
	if err := tied.Add([]byte(`{"iss":"https://ministry.example","kty":"OKP","crv":"Ed25519","kid":"k","x":"`+base64.RawURLEncoding.EncodeToString(pub)+`"}`), "test", at); err != nil {
		t.Fatal(err)
	}
	signer, checks = tied.Prove(trust.Claim{Algorithm: trust.EdDSA, KeyID: []byte("k"), Message: msg, Signature: ed25519.Sign(single, msg), At: at, Issuer: "https://ministry.example"})
	if signer == nil || !signer.Names("https://ministry.example") || signer.Names("https://other.example") {
		t.Errorf("%+v", checks)
	}
}
