package main

import (
	"bytes"
	"crypto/x509"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"bangban/assets"
	"bangban/cardreader/sim"
)

// The example of ICAO Doc 9303-4 Appendix B, and of 9303-3 §4.9.
func TestZone(t *testing.T) {
	if got := digit("520727"); got != "3" {
		t.Errorf("check digit %s, want 3", got)
	}
	p := person{surname: "ERIKSSON", given: "ANNA MARIA", sex: "F", birth: "1974-08-12", number: "L898902C3", expires: "2012-04-15"}
	lines := p.mrz()
	if lines[0] != "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<" {
		t.Errorf("first line %s", lines[0])
	}
	// The example fills the optional data, which ours leave empty: all before it must agree.
	if got, want := lines[1][:28], "L898902C36UTO7408122F1204159"; got != want || len(lines[1]) != 44 {
		t.Errorf("second line %s, want %s", lines[1], want)
	}
}

// A run makes again what is shipped, in everything but what is signed, and every portrait is a picture.
func TestPassport(t *testing.T) {
	ca, err := newAuthority("TEST CSCA")
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.signer.CheckSignatureFrom(ca.cert); err != nil {
		t.Fatal(err)
	}
	if ca.signer.KeyUsage != x509.KeyUsageDigitalSignature || !bytes.Equal(ca.signer.AuthorityKeyId, ca.cert.SubjectKeyId) {
		t.Error("document signer: key usage or authority key identifier")
	}
	made, err := passport(variants()[0], ca)
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := sim.Load("emrtd")
	if err != nil {
		t.Fatal(err)
	}
	files := made.Dirs[1].Files
	for _, id := range []string{"0101", "0102", "011E"} {
		if !bytes.Equal(files[id], shipped.File(id)) {
			t.Errorf("file %s differs from the shipped one: run go generate", id)
		}
	}
	if bytes.Equal(files["011D"], shipped.File("011D")) {
		t.Error("two runs share a key")
	}
	at := bytes.Index(files["0102"], []byte{0xFF, 0xD8})
	if img, err := jpeg.Decode(bytes.NewReader(files["0102"][at:])); err != nil || img.Bounds().Dy() != height {
		t.Errorf("portrait: %v", err)
	}
}

// The cards without a signature are the same from run to run: what is shipped is what this command makes.
func TestPlainCards(t *testing.T) {
	cards, err := plainCards()
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	for _, c := range cards {
		if err := write(out, c); err != nil {
			t.Fatal(err)
		}
		made, err := os.ReadFile(filepath.Join(out, c.Name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		shipped, err := fs.ReadFile(assets.Specimens(), c.Name+".json")
		if err != nil || !bytes.Equal(made, shipped) {
			t.Errorf("%s is not what is shipped: delete it and run go generate (%v)", c.Name, err)
		}
	}
	if len(cards) < 30 {
		t.Errorf("%d cards", len(cards))
	}
}

// The shipped list is signed by an authority that is shipped, and names the signer of emrtd-revoked alone.
func TestWithdrawn(t *testing.T) {
	list, err := x509.ParseRevocationList(assets.TrainingCRL())
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := x509.ParseCertificates(assets.TrainingCSCA())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(trusted, func(c *x509.Certificate) bool { return list.CheckSignatureFrom(c) == nil }) {
		t.Error("nobody signed the list")
	}
	if len(list.RevokedCertificateEntries) != 1 {
		t.Fatalf("%d entries", len(list.RevokedCertificateEntries))
	}
	serial := list.RevokedCertificateEntries[0].SerialNumber.Bytes()
	for _, name := range []string{"emrtd-revoked", "emrtd-rare", "emrtd-jp2"} {
		s, err := sim.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(s.File("011D"), serial); got != (name == "emrtd-revoked") {
			t.Errorf("%s signed by the withdrawn signer: %v", name, got)
		}
	}
}
