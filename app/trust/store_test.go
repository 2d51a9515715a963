package trust_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/voucher/vouchertest"

	"github.com/fxamacker/cbor/v2"
)

func TestAddSniffs(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	pub := &a.IssuingKey.PublicKey
	raw, err := pub.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	ed := make([]byte, ed25519.PublicKeySize)
	b64 := base64.RawURLEncoding.EncodeToString
	jwk := fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":%q,"y":%q,"kid":"k1"}`, b64(raw[1:33]), b64(raw[33:]))
	cose, _ := cbor.Marshal(map[int]any{1: 2, 2: []byte("k2"), -1: 1, -2: raw[1:33], -3: raw[33:]})
	coseEd, _ := cbor.Marshal([]any{map[int]any{1: 1, -1: 6, -2: ed}})
	spki, _ := x509.MarshalPKIXPublicKey(pub)
	leaf := vouchertest.Certificate(t, a.Name, "SPECIMEN leaf", 9, a.IssuingKey, a.Root, a.RootKey)
	state := vouchertest.Certificate(t, "https://state.example", "SPECIMEN CSCA", 1, a.RootKey, nil, a.RootKey,
		func(c *x509.Certificate) { c.Subject.Country = []string{"UT"} })
	for _, tc := range []struct {
		name                     string
		file                     []byte
		institutions, csca, keys int
	}{
		{"institution", a.PEM, 1, 0, 0},
		{"certificate PEM", vouchertest.PEM(leaf), 0, 0, 1},
		{"certificate DER", leaf.Raw, 0, 0, 1},
		{"CSCA PEM", vouchertest.PEM(state), 0, 1, 0},
		{"CSCA DER", state.Raw, 0, 1, 0},
		{"JWK", []byte(jwk), 0, 0, 1},
		{"JWK set", []byte(`{"keys":[` + jwk + `,{"kty":"oct"},{"kty":"OKP","crv":"Ed25519","x":"` + b64(ed) + `"}]}`), 0, 0, 2},
		{"COSE_Key", cose, 0, 0, 1},
		{"COSE_KeySet", coseEd, 0, 0, 1},
		{"public key PEM", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), 0, 0, 1},
	} {
		s := trust.New(nil)
		if err := s.Add(tc.file, "file", time.Time{}); err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if i, c, k := len(s.Institutions()), len(s.CSCA()), len(s.Keys()); i != tc.institutions || c != tc.csca || k != tc.keys {
			t.Errorf("%s: %d institutions, %d CSCA, %d keys", tc.name, i, c, k)
		}
		if len(s.Snapshots()) == 0 {
			t.Errorf("%s: no snapshot names it", tc.name)
		}
	}
	for _, k := range keysOf(t, cose) {
		if string(k.ID) != "k2" || !pub.Equal(k.Public.(*ecdsa.PublicKey)) {
			t.Errorf("%+v", k)
		}
	}
	for name, bad := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "JSON": []byte(`{"a":1}`), "half": a.PEM[:200], "DER": {0x30, 3, 2, 1, 1},
		"off the curve": []byte(strings.Replace(jwk, b64(raw[33:]), b64(raw[1:33]), 1)),
	} {
		if err := trust.New(nil).Add(bad, "file", time.Time{}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func keysOf(t testing.TB, file []byte) []trust.Key {
	t.Helper()
	s := trust.New(nil)
	if err := s.Add(file, "file", time.Time{}); err != nil {
		t.Fatal(err)
	}
	return s.Keys()
}

func TestClone(t *testing.T) {
	a, b := vouchertest.New(t, vouchertest.Issuer), vouchertest.New(t, "https://other.example")
	s := trust.New(nil)
	if err := s.Add(a.PEM, "file", time.Time{}); err != nil {
		t.Fatal(err)
	}
	c := s.Clone()
	for _, file := range [][]byte{b.PEM, statusCWT(t, a, vouchertest.Now(), nil)} {
		if err := c.Add(file, "file", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Institutions()) != 1 || s.Status(a.Name, uri, 0, vouchertest.Now()).Held {
		t.Error("adding to a clone changed the store")
	}
	if len(c.Institutions()) != 2 || !c.Status(a.Name, uri, 0, vouchertest.Now()).Held {
		t.Error("the clone did not take what was added")
	}
}

// A name stands for one root; a second file of the same root adds issuing certificates and takes none away.
func TestInstitutionOnce(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	nextKey := vouchertest.Key(t)
	next := vouchertest.Certificate(t, a.Name, "SPECIMEN issuing 2", 3, nextKey, a.Root, a.RootKey)
	both := append(bytes.Clone(a.PEM), vouchertest.PEM(next)...)
	now := vouchertest.Now()
	for name, files := range map[string][][]byte{"newer last": {a.PEM, both}, "older last": {both, a.PEM}} {
		s := trust.New(nil)
		for i, f := range files {
			if err := s.Add(f, "file", now.AddDate(0, 0, i)); err != nil {
				t.Fatal(err)
			}
		}
		if i := s.Institutions(); len(i) != 1 || len(i[0].Issuing) != 2 || !bytes.Equal(i[0].PEM, both) {
			t.Errorf("%s: %d institutions, %d issuing", name, len(i), len(i[0].Issuing))
		}
		if snaps := s.Snapshots(); len(snaps) != 1 || !snaps[0].MadeAt.Equal(now.AddDate(0, 0, 1)) {
			t.Errorf("%s: %+v", name, snaps)
		}
		if err := s.Add(vouchertest.New(t, a.Name).PEM, "file", now); !errors.Is(err, trust.ErrName) {
			t.Errorf("%s: a second root of the name: %v", name, err)
		}
	}
}

func TestListNotInForce(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	for name, at := range map[string]time.Time{"before": vouchertest.Now().AddDate(-1, 0, 0), "after": vouchertest.Now().AddDate(1, 0, 0)} {
		if _, err := trust.ParseStatusCWT(statusCWT(t, a, at, nil), institution(t, a)); !errors.Is(err, trust.ErrNotInForce) {
			t.Errorf("status list made %s: %v", name, err)
		}
		d, err := trust.SignDelegations(nil, &trust.Delegations{Issuer: a.Name, MadeAt: at}, a.IssuingKey, a.Issuing)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trust.ParseDelegations(d, institution(t, a)); !errors.Is(err, trust.ErrNotInForce) {
			t.Errorf("delegations made %s: %v", name, err)
		}
	}
}

func TestCSCAMasterList(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/vectors/csca/*")
	if len(files) == 0 {
		t.Skip("no foreign vectors here: ../shared/vectors/csca is absent")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s := trust.New(nil)
		if err := s.Add(b, "file", time.Time{}); err != nil {
			t.Errorf("%s: %v", filepath.Base(f), err)
			continue
		}
		if len(s.CSCA()) < 100 {
			t.Errorf("%s: %d CSCA, %d other", filepath.Base(f), len(s.CSCA()), len(s.Keys()))
		}
	}
}
