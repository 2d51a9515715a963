package cms_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"bangban/cardreader/cms"
)

// masterList is the foreign master list. Tests read it in place and skip where it is absent.
func masterList(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../../../shared/vectors/csca/NL_ML_2026-07-22.ml"))
	if err != nil {
		t.Skip("the foreign vectors are not here: the Netherlands master list is not read")
	}
	return b
}

// The numbers were counted once with openssl asn1parse: 411 certificates, all of them self-signed.
func TestNetherlandsMasterList(t *testing.T) {
	list, err := cms.OpenMasterList(masterList(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list.Unread {
		t.Error(e)
	}
	countries, curves := map[string]int{}, map[string]int{}
	for _, c := range list.Certificates {
		countries[c.Subject.Country]++
		curves[c.PublicKey.String()]++
		if err := c.CheckSignatureFrom(c); err != nil {
			t.Errorf("%v: %v", c, err)
		}
		if !c.CA || c.KeyUsage&cms.CertSign == 0 {
			t.Errorf("%v is no CSCA", c)
		}
	}
	if len(list.Certificates) != 411 {
		t.Errorf("%d certificates, want 411", len(list.Certificates))
	}
	for country, want := range map[string]int{"CN": 18, "DE": 5, "NL": 6, "FR": 3, "UA": 3, "TW": 4, "JP": 4} {
		if countries[country] != want {
			t.Errorf("%s: %d certificates, want %d", country, countries[country], want)
		}
	}
	for key, want := range map[string]int{"EC brainpoolP384r1": 38, "EC P-521": 14, "RSA 6144": 4} {
		if curves[key] != want {
			t.Errorf("%s: %d, want %d", key, curves[key], want)
		}
	}
}

// The signer of the list is issued by a CSCA that the list itself holds.
func TestNetherlandsMasterListChain(t *testing.T) {
	list, err := cms.OpenMasterList(masterList(t))
	if err != nil {
		t.Fatal(err)
	}
	at := list.Signature.Signing
	chain, err := cms.NewPool(list.Certificates).Chain(list.Signature.Signer, cms.ChainOptions{At: at})
	if err != nil {
		t.Fatal(err)
	}
	if len(chain) != 2 || chain[1].Subject.Country != "NL" {
		t.Errorf("chain %v", chain)
	}
	if _, err := cms.NewPool(nil).Chain(list.Signature.Signer, cms.ChainOptions{At: at}); cms.ReasonOf(err) != cms.UnknownIssuer {
		t.Errorf("no anchors: %v", err)
	}
	late := cms.ChainOptions{At: at.AddDate(30, 0, 0)}
	if _, err := cms.NewPool(list.Certificates).Chain(list.Signature.Signer, late); cms.ReasonOf(err) != cms.Expired {
		t.Errorf("thirty years later: %v", err)
	}
}

func TestMasterListTampered(t *testing.T) {
	b := bytes.Clone(masterList(t))
	b[1000] ^= 1
	if _, err := cms.OpenMasterList(b); cms.ReasonOf(err) != cms.WrongDigest {
		t.Errorf("one byte of the content changed: %v", err)
	}
	b = bytes.Clone(masterList(t))
	b[len(b)-1] ^= 1
	if _, err := cms.OpenMasterList(b); cms.ReasonOf(err) != cms.WrongSignature {
		t.Errorf("one byte of the signature changed: %v", err)
	}
}
