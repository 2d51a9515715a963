package main

import (
	"bytes"
	"crypto/x509"
	"image/jpeg"
	"testing"

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
