package bundle

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func cardCertificate(t testing.TB, key any, usage x509.KeyUsage) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN"}, NotBefore: time.Unix(0, 0),
		NotAfter: time.Unix(1, 0), KeyUsage: usage} // its dates do not count
	var der []byte
	var err error
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		der, err = x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	case *rsa.PrivateKey:
		der, err = x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func cardKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The certificates that a roster names are taken in, or refused with a sentence that says why.
func TestCardsOfTheRoster(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key := cardKey(t, elliptic.P256())
	good := cardCertificate(t, key, x509.KeyUsageKeyAgreement)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: good})
	files := fstest.MapFS{"der": {Data: good}, "pem": {Data: block}, "two": {Data: append(block, block...)},
		"plain":   {Data: cardCertificate(t, cardKey(t, elliptic.P256()), 0)},
		"signing": {Data: cardCertificate(t, cardKey(t, elliptic.P256()), x509.KeyUsageDigitalSignature)},
		"p384":    {Data: cardCertificate(t, cardKey(t, elliptic.P384()), 0)}, "rsa": {Data: cardCertificate(t, rsaKey, 0)},
		"key": {Data: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: good})}, "text": {Data: []byte("SPECIMEN")}}
	for _, tc := range []struct {
		cards, second, policy string
		want                  string // of the error; empty: taken
	}{
		{`"der"`, ``, ``, ""}, {`"pem","plain"`, ``, ``, ""}, {``, ``, ``, ""},
		{`"pem"`, `"der"`, ``, "on the roster already, for 01"}, {`"der","der"`, ``, ``, "on the roster already"},
		{`"signing"`, ``, ``, "key management key (9D)"}, {`"p384"`, ``, ``, "P-256"}, {`"rsa"`, ``, ``, "P-256"},
		{`"key"`, ``, ``, "one PEM block"}, {`"two"`, ``, ``, "one PEM block"}, {`"text"`, ``, ``, "not a certificate"}, {`"none"`, ``, ``, "none"},
		{`"der"`, ``, `"clerk"`, "02 is to log in by card only"}, {`"der"`, `"plain"`, `"clerk"`, ""}, {``, ``, `"auditor"`, ""}, {``, ``, `"boss"`, "no such role"},
		{`"pem","der","pem","der","pem"`, ``, ``, "too many cards of 01"},
	} {
		files[SourceName] = &fstest.MapFile{Data: fmt.Appendf(nil, `{"valid":"35d","policy":{"card_roles":[%s]},"roster":[{"id":"01","name":"SPECIMEN","roles":["clerk"],"cards":[%s]},
			{"id":"02","name":"SPECIMEN","roles":["clerk"],"cards":[%s]}]}`, tc.policy, tc.cards, tc.second)}
		b, err := Read(files, time.Unix(1<<31, 0))
		if (err == nil) != (tc.want == "") || err != nil && (!strings.Contains(err.Error(), tc.want) || !errors.Is(err, ErrSource) && !errors.Is(err, ErrContent)) {
			t.Errorf("%s %s %s: %v, want %q", tc.cards, tc.second, tc.policy, err, tc.want)
		}
		if err == nil && len(b.Roster[0].CardKeys()) != strings.Count(tc.cards, `"`)/2 {
			t.Errorf("%s: %d keys", tc.cards, len(b.Roster[0].CardKeys()))
		}
	}
}
