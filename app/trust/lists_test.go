package trust_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/cardreader/check"

	"github.com/fxamacker/cbor/v2"
)

// listCA is a CA that may sign lists, and a signer below it.
type listCA struct {
	key, leafKey *ecdsa.PrivateKey
	root, leaf   *x509.Certificate
}

func newListCA(t testing.TB, name string) *listCA {
	c := &listCA{key: newKey(t), leafKey: newKey(t)}
	c.root = certify(t, c.key, name, nil, nil, func(x *x509.Certificate) {
		isCA(x)
		x.KeyUsage |= x509.KeyUsageCRLSign
	})
	c.leaf = certify(t, c.leafKey, name+" signer", c.root, c.key, func(x *x509.Certificate) { x.SerialNumber = big.NewInt(77) })
	return c
}

func (c *listCA) crl(t testing.TB, number int64, made time.Time, serials ...int64) []byte {
	t.Helper()
	tpl := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: made, NextUpdate: made.AddDate(0, 1, 0)}
	for _, n := range serials {
		tpl.RevokedCertificateEntries = append(tpl.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: made})
	}
	der, err := x509.CreateRevocationList(rand.Reader, tpl, c.root, c.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (c *listCA) claim(t testing.TB, at time.Time) trust.Claim {
	msg := []byte("SPECIMEN")
	return trust.Claim{Algorithm: trust.ES256, Chain: [][]byte{c.leaf.Raw}, Message: msg, Signature: sign(t, c.leafKey, msg), At: at}
}

func add(t testing.TB, s *trust.Store, files ...[]byte) *trust.Store {
	t.Helper()
	for _, f := range files {
		if err := s.Add(f, "test", at); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func reasonNamed(checks []check.Check, name string) (check.Reason, bool) {
	for _, c := range checks {
		if c.Name == name {
			return c.Reason, c.Optional
		}
	}
	return "absent", false
}

func b64u(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func jws(t testing.TB, key *ecdsa.PrivateKey, header map[string]any, payload any) []byte {
	t.Helper()
	h, _ := json.Marshal(header)
	p, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	signed := b64u(h) + "." + b64u(p)
	return []byte(signed + "." + b64u(sign(t, key, []byte(signed))))
}

func x5c(certs ...*x509.Certificate) (out []string) {
	for _, c := range certs {
		out = append(out, base64.StdEncoding.EncodeToString(c.Raw))
	}
	return out
}

func deflated(b []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

const listURI = "https://issuer.example/status/1"

func TestForeignStatusLists(t *testing.T) {
	ca, other := newListCA(t, "SPECIMEN IACA"), newListCA(t, "SPECIMEN other")
	lists := func(data []byte) (jwt, cwt func(*listCA) []byte) {
		jwt = func(c *listCA) []byte {
			return jws(t, c.leafKey, map[string]any{"alg": "ES256", "typ": "statuslist+jwt", "x5c": x5c(c.leaf)}, map[string]any{"sub": listURI, "iat": at.Unix(),
				"exp": at.AddDate(0, 1, 0).Unix(), "ttl": 43200, "status_list": map[string]any{"bits": 1, "lst": b64u(deflated(data))}})
		}
		cwt = func(c *listCA) []byte {
			enc := func(v any) []byte { b, _ := cbor.Marshal(v); return b }
			head := enc(map[int]any{1: -7, 16: "application/statuslist+cwt"})
			payload := enc(map[int]any{2: listURI, 6: at.Unix(), 4: at.AddDate(0, 1, 0).Unix(), 65533: map[string]any{"bits": 1, "lst": deflated(data)}})
			sig := sign(t, c.leafKey, enc([]any{"Signature1", head, []byte{}, payload}))
			return enc(cbor.Tag{Number: 18, Content: []any{head, map[int]any{33: c.leaf.Raw}, payload, sig}})
		}
		return jwt, cwt
	}
	jwt, cwt := lists([]byte{0xb9, 0xa3}) // the draft's example: 0 is withdrawn, 1 is not
	for name, make := range map[string]func(*listCA) []byte{"jwt": jwt, "cwt": cwt} {
		s := add(t, trust.New(map[string]time.Duration{trust.KindStatus: 10 * 24 * time.Hour}), ca.root.Raw, other.root.Raw)
		signer, _ := s.Prove(ca.claim(t, at))
		if c := s.JudgeStatusOf(signer, listURI, 0, at); c.Reason != check.NoList || !c.Optional {
			t.Errorf("%s: none held: %+v", name, c)
		}
		add(t, s, make(ca))
		if c := s.JudgeStatusOf(signer, listURI, 0, at); c.Reason != check.Revoked {
			t.Errorf("%s: withdrawn: %+v", name, c)
		}
		if c := s.JudgeStatusOf(signer, listURI, 1, at); c.Verdict != check.Passed {
			t.Errorf("%s: clear: %+v", name, c)
		}
		if c := s.JudgeStatusOf(signer, listURI, 16, at); c.Reason != "not-listed" {
			t.Errorf("%s: outside: %+v", name, c)
		}
		if c := s.JudgeStatusOf(signer, listURI, 1, at.AddDate(0, 0, 11)); c.Reason != check.ListTooOld {
			t.Errorf("%s: old: %+v", name, c)
		}
		// Somebody else who is trusted here publishes under the same address: it says nothing about this issuer.
		alien := add(t, trust.New(nil), ca.root.Raw, other.root.Raw, make(other))
		if c := alien.JudgeStatusOf(signer, listURI, 0, at); c.Reason != check.NoList {
			t.Errorf("%s: another's list: %+v", name, c)
		}
		if err := add(t, trust.New(nil), other.root.Raw).Add(make(ca), "test", at); !errors.Is(err, trust.ErrUnknown) {
			t.Errorf("%s: nobody known: %v", name, err)
		}
		bad := bytes.Clone(make(ca))
		bad[len(bad)-9] ^= 2
		if err := s.Clone().Add(bad, "test", at); err == nil {
			t.Errorf("%s: a changed list was taken", name)
		}
	}
}

// The vectors of the draft as lists in JWT form: their values come back.
func TestVectorsAsJWT(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/vectors/status-list/*_json.md")
	if len(files) == 0 {
		t.Skip("no foreign vectors here: ../shared/vectors/status-list is absent")
	}
	ca := newListCA(t, "SPECIMEN IACA")
	white := regexp.MustCompile(`\s+`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		i := strings.IndexByte(text, '{')
		var list any
		dec := json.NewDecoder(strings.NewReader(white.ReplaceAllString(text[max(i, 0):], "")))
		if i < 0 || dec.Decode(&list) != nil {
			t.Errorf("%s: no JSON", filepath.Base(f))
			continue
		}
		s := add(t, trust.New(nil), ca.root.Raw, jws(t, ca.leafKey, map[string]any{"alg": "ES256", "typ": "statuslist+jwt", "x5c": x5c(ca.leaf)},
			map[string]any{"sub": listURI, "iat": at.Unix(), "status_list": list}))
		signer, _ := s.Prove(ca.claim(t, at))
		if c := s.JudgeStatusOf(signer, listURI, 0, at); c.Reason == check.NoList {
			t.Errorf("%s: %+v", filepath.Base(f), c)
		}
	}
}

func TestBitstring(t *testing.T) {
	ca := newListCA(t, "SPECIMEN W3C")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(append([]byte{0x40}, make([]byte, 16383)...)) // the second status, from the left
	_ = w.Close()
	vc := jws(t, ca.leafKey, map[string]any{"alg": "ES256", "typ": "vc+jwt", "x5c": x5c(ca.leaf)}, map[string]any{"id": listURI, "issuer": "https://issuer.example", "validFrom": at.Format(time.RFC3339),
		"type": []string{"VerifiableCredential", "BitstringStatusListCredential"}, "credentialSubject": map[string]any{"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "u" + b64u(z.Bytes())}})
	s := add(t, trust.New(nil), ca.root.Raw, vc)
	signer, _ := s.Prove(ca.claim(t, at))
	name := trust.BitstringName(listURI, "revocation")
	for index, want := range map[uint64]check.Reason{0: check.OK, 1: check.Revoked, 6: check.OK, 131071: check.OK, 131072: "not-listed"} {
		if c := s.JudgeStatusOf(signer, name, index, at); c.Reason != want {
			t.Errorf("%d: %+v", index, c)
		}
	}
	if c := s.JudgeStatusOf(signer, trust.BitstringName(listURI, "suspension"), 1, at); c.Reason != check.NoList {
		t.Errorf("another purpose: %+v", c)
	}
}

func lote(t testing.TB, operator *listCA, made time.Time, kind, status string, c *listCA) []byte {
	return loteOf(t, operator, made, kind, status, map[string]any{"X509Certificates": []any{map[string]any{"val": x5c(c.root)[0]}}})
}

func loteOf(t testing.TB, operator *listCA, made time.Time, kind, status string, identity map[string]any) []byte {
	info := map[string]any{"ServiceTypeIdentifier": "http://uri.etsi.org/19602/SvcType/" + kind, "ServiceName": []any{map[string]any{"lang": "en", "value": "SPECIMEN"}},
		"ServiceDigitalIdentity": identity}
	if status != "" {
		info["ServiceStatus"] = "http://uri.etsi.org/19602/SvcStatus/" + status
	}
	return jws(t, operator.leafKey, map[string]any{"alg": "ES256", "typ": "trustlist+jwt", "x5c": x5c(operator.leaf), "crit": []string{"sigT"}, "sigT": made.Format(time.RFC3339)},
		map[string]any{"LoTE": map[string]any{
			"ListAndSchemeInformation": map[string]any{"LoTEVersionIdentifier": 1, "LoTESequenceNumber": 1, "LoTEType": "http://uri.etsi.org/19602/LoTEType/EUPIDProvidersList",
				"SchemeOperatorName": []any{map[string]any{"lang": "en", "value": "SPECIMEN operator"}}, "ListIssueDateTime": made.Format(time.RFC3339), "NextUpdate": made.AddDate(0, 6, 0).Format(time.RFC3339)},
			"TrustedEntitiesList": []any{map[string]any{"TrustedEntityInformation": map[string]any{"TEName": []any{map[string]any{"lang": "en", "value": "SPECIMEN provider"}}},
				"TrustedEntityServices": []any{map[string]any{"ServiceInformation": info}}}}}})
}

func TestLoTE(t *testing.T) {
	operator, pid := newListCA(t, "SPECIMEN operator"), newListCA(t, "SPECIMEN provider")
	age := map[string]time.Duration{trust.KindLoTE: 30 * 24 * time.Hour}
	s := add(t, trust.New(age), lote(t, operator, at.AddDate(0, 0, -3), "PID/Issuance", "", pid))
	signer, checks := s.Prove(pid.claim(t, at))
	if signer == nil || signer.Rests.Kind != trust.KindLoTE || signer.Trust(at)[0].AgeDays != 3 {
		t.Fatalf("%+v", checks)
	}
	if _, checks := s.Prove(pid.claim(t, at.AddDate(0, 0, 40))); check.Overall(checks) != check.Indeterminate || checks[1].Reason != check.ListTooOld {
		t.Errorf("over-age: %+v", checks)
	}
	if len(s.CSCA()) > 0 {
		t.Error("an issuer of PIDs became an anchor for travel documents")
	}
	for name, file := range map[string][]byte{"a provider of wallets": lote(t, operator, at, "WalletSolution/Issuance", "", pid), "a service withdrawn": lote(t, operator, at, "PID/Issuance", "withdrawn", pid),
		"a register of relying parties": lote(t, operator, at, "WRPAC/Issuance", "", pid)} {
		if err := trust.New(nil).Add(file, "test", at); !errors.Is(err, trust.ErrStructure) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Clone().Add(lote(t, operator, at.AddDate(0, 0, -4), "PID/Issuance", "", pid), "test", at); !errors.Is(err, trust.ErrOlder) {
		t.Errorf("rollback: %v", err)
	}
	bad := lote(t, operator, at, "PID/Issuance", "", pid)
	bad[len(bad)-9] ^= 2
	if err := s.Clone().Add(bad, "test", at); err == nil {
		t.Error("a changed list was taken")
	}
	if err := trust.New(nil).Add([]byte(`{"LoTE":{"TrustedEntitiesList":[]}}`), "test", at); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("unsigned: %v", err)
	}
	// A newer list without the issuer takes it away, and one that signs status lists only issues nothing.
	newer := add(t, s.Clone(), lote(t, operator, at, "PID/Revocation", "", pid), onlyLists(t, pid))
	if signer, checks := newer.Prove(pid.claim(t, at)); signer != nil || checks[1].Reason != check.UnknownIssuer {
		t.Errorf("only for lists: %+v", checks)
	}
}

// onlyLists is a status list by one who may only sign those.
func onlyLists(t testing.TB, c *listCA) []byte {
	return jws(t, c.leafKey, map[string]any{"alg": "ES256", "typ": "statuslist+jwt", "x5c": x5c(c.leaf)},
		map[string]any{"sub": listURI, "iat": at.Unix(), "status_list": map[string]any{"bits": 1, "lst": b64u(deflated([]byte{1}))}})
}

func jwk(k *ecdsa.PrivateKey, kid string) map[string]any {
	p, _ := k.PublicKey.Bytes()
	return map[string]any{"kty": "EC", "crv": "P-256", "x": b64u(p[1:33]), "y": b64u(p[33:]), "kid": kid}
}

// TestLoTEKeys: services that are known by a key alone (ETSI TS 119 602, PublicKeyValues) issue like those with a certificate,
// age with their list and go with it.
func TestLoTEKeys(t *testing.T) {
	operator, key, other := newListCA(t, "SPECIMEN operator"), newKey(t), newKey(t)
	identity := func(keys ...any) map[string]any { return map[string]any{"PublicKeyValues": keys} }
	s := add(t, trust.New(map[string]time.Duration{trust.KindLoTE: 30 * 24 * time.Hour}),
		loteOf(t, operator, at.AddDate(0, 0, -3), "PID/Issuance", "", identity(map[string]any{"kty": "unknown"}, jwk(key, "1"))))
	msg := []byte("SPECIMEN")
	prove := func(s *trust.Store, k *ecdsa.PrivateKey, when time.Time) (*trust.Signer, check.Check) {
		signer, checks := s.Prove(trust.Claim{Algorithm: trust.ES256, KeyID: []byte("1"), Message: msg, Signature: sign(t, k, msg), At: when})
		return signer, checks[1]
	}
	if signer, c := prove(s, key, at); signer == nil || signer.Rests.Kind != trust.KindLoTE || signer.Trust(at)[0].AgeDays != 3 {
		t.Errorf("%+v", c)
	}
	if _, checks := s.Prove(trust.Claim{Algorithm: trust.ES256, KeyID: []byte("1"), Message: msg, Signature: sign(t, other, msg), At: at}); check.Overall(checks) != check.Failed {
		t.Errorf("another key under its name: %+v", checks)
	}
	if _, c := prove(s, key, at.AddDate(0, 0, 40)); c.Reason != check.ListTooOld {
		t.Errorf("over-age: %+v", c)
	}
	newer := add(t, s.Clone(), loteOf(t, operator, at, "PID/Issuance", "", identity(jwk(other, "1"))))
	if signer, _ := prove(newer, key, at); signer != nil {
		t.Error("a key that a newer list left out still issues")
	}
	if signer, c := prove(newer, other, at); signer == nil {
		t.Errorf("the newer list's key: %+v", c)
	}
	if signer, c := prove(s, key, at); signer == nil {
		t.Errorf("the clone changed the store that it was made of: %+v", c)
	}
	lists := add(t, s.Clone(), loteOf(t, operator, at, "PID/Revocation", "", identity(jwk(key, "1"))))
	if signer, c := prove(lists, key, at); signer != nil || c.Reason != check.UnknownIssuer {
		t.Errorf("only for lists: %+v", c)
	}
	private := jwk(key, "1")
	private["d"] = "AA"
	if err := trust.New(nil).Add(loteOf(t, operator, at, "PID/Issuance", "", identity(private)), "test", at); !errors.Is(err, trust.ErrStructure) {
		t.Errorf("a private key in a list: %v", err)
	}
}

// A key that a file ties to an issuer signs for that one; whoever has keys of his own signs with no others.
func TestTiedKeys(t *testing.T) {
	key, loose := newKey(t), newKey(t)
	set := func(iss string, keys ...map[string]any) []byte {
		b, _ := json.Marshal(map[string]any{"iss": iss, "keys": keys})
		return b
	}
	s := add(t, trust.New(nil), set("https://a.example", jwk(key, "1")), set("", jwk(loose, "2")))
	msg := []byte("SPECIMEN")
	for _, tc := range []struct {
		name   string
		key    *ecdsa.PrivateKey
		kid    string
		issuer string
		reason check.Reason
	}{
		{"its own issuer", key, "1", "https://a.example", check.OK},
		{"another issuer", key, "1", "https://b.example", check.UnknownIssuer},
		{"no issuer said", key, "1", "", check.UnknownIssuer},
		{"a loose key for an issuer with keys of its own", loose, "2", "https://a.example", check.UnknownIssuer},
		{"a loose key for another", loose, "2", "https://b.example", check.OK},
	} {
		_, checks := s.Prove(trust.Claim{Algorithm: trust.ES256, KeyID: []byte(tc.kid), Message: msg, Signature: sign(t, tc.key, msg), At: at, Issuer: tc.issuer})
		if checks[1].Reason != tc.reason {
			t.Errorf("%s: %+v", tc.name, checks)
		}
	}
}
