package station_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"bangban/app/station"
	"bangban/app/trust"
	"bangban/cardreader/check"
)

// issuer is a foreign issuer of credentials with an authority, which publishes lists.
type issuer struct {
	t        testing.TB
	ca, key  *ecdsa.PrivateKey
	root     *x509.Certificate
	leaf     []byte
	at       time.Time
	revision int64
}

func newIssuer(t testing.TB, at time.Time) *issuer {
	i := &issuer{t: t, at: at}
	i.ca, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	i.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "SPECIMEN authority"}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte("12345678")}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, i.ca.Public(), i.ca)
	if err != nil {
		t.Fatal(err)
	}
	i.root, _ = x509.ParseCertificate(der)
	tpl = &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "SPECIMEN issuer"}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0)}
	if i.leaf, err = x509.CreateCertificate(rand.Reader, tpl, i.root, i.key.Public(), i.ca); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *issuer) jws(typ string, payload any) []byte {
	b64 := base64.RawURLEncoding.EncodeToString
	h, _ := json.Marshal(map[string]any{"alg": "ES256", "typ": typ, "x5c": []string{base64.StdEncoding.EncodeToString(i.leaf)}})
	p, _ := json.Marshal(payload)
	signed := b64(h) + "." + b64(p)
	sum := sha256.Sum256([]byte(signed))
	der, err := i.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		i.t.Fatal(err)
	}
	raw, err := trust.RawSignature(der, elliptic.P256())
	if err != nil {
		i.t.Fatal(err)
	}
	return []byte(signed + "." + b64(raw))
}

// crl withdraws certificates; each is newer than the one before.
func (i *issuer) crl(serials ...int64) []byte {
	i.revision++
	tpl := &x509.RevocationList{Number: big.NewInt(i.revision), ThisUpdate: i.at, NextUpdate: i.at.AddDate(0, 1, 0)}
	for _, n := range serials {
		tpl.RevokedCertificateEntries = append(tpl.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: i.at})
	}
	der, err := x509.CreateRevocationList(rand.Reader, tpl, i.root, i.ca)
	if err != nil {
		i.t.Fatal(err)
	}
	return der
}

func (i *issuer) statuses(first byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte{first, 0})
	_ = w.Close()
	return i.jws("statuslist+jwt", map[string]any{"sub": "https://issuer.example/1", "iat": i.at.Unix(),
		"status_list": map[string]any{"bits": 1, "lst": base64.RawURLEncoding.EncodeToString(z.Bytes())}})
}

func (i *issuer) credential() []byte {
	return append(i.jws("dc+sd-jwt", map[string]any{"vct": "urn:specimen", "iss": "https://issuer.example", "family_name": "SPECIMEN", "iat": i.at.Unix(),
		"status": map[string]any{"status_list": map[string]any{"idx": 3, "uri": "https://issuer.example/1"}}}), '~')
}

// Lists come in a bundle and decide at the counter: each is named with its age, what they withdraw is refused, one that is
// cut out of the next bundle is missed, also after a restart.
func TestListsOfOthers(t *testing.T) {
	ctx := context.Background()
	f := newRealOffice(t)
	s := f.counter()
	i := newIssuer(t, f.clock.now.Truncate(time.Second))
	judge := func(want check.Verdict, name string, reason check.Reason) {
		t.Helper()
		r, err := s.Verify(ctx, station.Presented{Input: i.credential()})
		f.must(err)
		got := check.Reason("absent")
		for _, c := range r.Checks {
			if c.Name == name {
				got = c.Reason
			}
		}
		if r.Verdict != want || got != reason {
			t.Fatalf("%v, %s %q; want %v %q: %+v", r.Verdict, name, got, want, reason, r.Checks)
		}
		if want != check.Passed {
			return
		}
		kinds := map[string]bool{}
		for _, l := range r.Trust {
			kinds[l.Kind] = true
		}
		if reason == "" && (!kinds[trust.KindKey] || !kinds[trust.KindCRL] || !kinds[trust.KindStatus]) {
			t.Fatalf("lists that it rests on: %+v", r.Trust)
		}
	}
	take := func(lists map[string][]byte) {
		t.Helper()
		f.lists = lists
		var entries []any
		for _, name := range []string{"status", "crl", "key"} { // the anchor last: the order does not count
			if lists[name] != nil {
				entries = append(entries, map[string]any{"kind": name, "name": "SPECIMEN " + name, "file": name})
			}
		}
		_, err := s.AcceptBundle(ctx, f.bundle(func(m map[string]any) { m["lists"] = entries }))
		f.must(err)
	}
	judge(check.Indeterminate, "issuer", check.UnknownIssuer)
	take(map[string][]byte{"key": i.root.Raw})
	judge(check.Passed, trust.CheckRevocation, check.NoList)
	take(map[string][]byte{"key": i.root.Raw, "crl": i.crl(5), "status": i.statuses(0)})
	judge(check.Passed, trust.CheckRevocation, "")
	judge(check.Passed, "status", "")
	take(map[string][]byte{"key": i.root.Raw, "crl": i.crl(5), "status": i.statuses(8)})
	judge(check.Failed, "status", check.Revoked)
	take(map[string][]byte{"key": i.root.Raw, "crl": i.crl(5, 77)}) // whose status list nobody would take any more
	judge(check.Failed, trust.CheckRevocation, check.Revoked)
	take(map[string][]byte{"key": i.root.Raw, "status": i.statuses(0)})
	judge(check.Indeterminate, trust.CheckRevocation, check.ListTooOld)
	f.must(s.Close())
	s = open(t, f.options())
	judge(check.Indeterminate, trust.CheckRevocation, check.ListTooOld)
	take(map[string][]byte{"key": i.root.Raw, "crl": i.crl(5)})
	judge(check.Indeterminate, "status", check.ListTooOld)
}
