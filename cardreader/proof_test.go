package cardreader_test

import (
	"fmt"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

func find(t *testing.T, all []cardreader.Proof, field string) cardreader.Proof {
	t.Helper()
	for _, p := range all {
		if p.Field == field {
			return p
		}
	}
	t.Fatalf("no proof of %s", field)
	return cardreader.Proof{}
}

func TestProofs(t *testing.T) {
	s := cardreader.Subject{FullName: "SPECIMEN", Number: "X1", Address: "UTOPIA"}
	belgian := func(identity, address, photo check.Check) *cardreader.Document {
		return &cardreader.Document{Subject: s, Photo: []byte{1}, Checks: []check.Check{identity, address, photo, check.Pass("csca", "root")}}
	}
	id, addr, photo := check.Pass("identity-signature", "RRN"), check.Pass("address-signature", "RRN"), check.Pass("photo-hash", "SHA-256")
	for _, tc := range []struct {
		name  string
		doc   *cardreader.Document
		field string
		want  cardreader.Proof
	}{
		{"all is signed", belgian(id, addr, photo), "number", cardreader.Proof{Field: "number", Verdict: check.Passed, By: "identity-signature", Source: "RRN"}},
		{"only the address is not", belgian(id, check.Fail("address-signature", check.WrongSignature, "RRN"), photo), "address",
			cardreader.Proof{Field: "address", Verdict: check.Failed, Reason: check.WrongSignature, By: "address-signature", Source: "RRN"}},
		{"and the name is", belgian(id, check.Fail("address-signature", check.WrongSignature, "RRN"), photo), "full_name",
			cardreader.Proof{Field: "full_name", Verdict: check.Passed, By: "identity-signature", Source: "RRN"}},
		{"only the portrait is not", belgian(id, addr, check.Fail("photo-hash", check.WrongDigest, "")), "photo",
			cardreader.Proof{Field: "photo", Verdict: check.Failed, Reason: check.WrongDigest, By: "photo-hash"}},
		{"an issuer nobody knows", &cardreader.Document{Subject: s, Checks: []check.Check{check.Pass("sod-signature", "DS"), check.Unsure("csca", check.UnknownIssuer, "UTO")}}, "number",
			cardreader.Proof{Field: "number", Reason: check.UnknownIssuer, By: "csca", Source: "UTO"}},
		{"no signature at all", &cardreader.Document{Subject: s, Checks: []check.Check{check.Unsure("issuer", check.NotSupported, "none"), check.Pass("validity", "")}}, "number",
			cardreader.Proof{Field: "number", Reason: check.NotSupported, By: "issuer", Source: "none"}},
		{"nobody asked", &cardreader.Document{Subject: s, Checks: []check.Check{check.Pass("validity", "")}}, "number",
			cardreader.Proof{Field: "number", Reason: check.NotChecked}},
	} {
		if got := find(t, tc.doc.Proofs(), tc.field); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
	d := belgian(id, check.Fail("address-signature", check.WrongSignature, ""), photo)
	if got := d.Signed(); got.Verdict != check.Passed {
		t.Errorf("the whole rests on what every field rests on: %+v", got)
	}
	for _, p := range d.Proofs() {
		if p.Field == "sex" || p.Field == "" {
			t.Errorf("a proof of %q, which the card does not hold", p.Field)
		}
	}
}

// A doubt holds a character of a name: it does not print.
func TestDoubtDoesNotPrint(t *testing.T) {
	d := cardreader.Doubt{At: 1, From: 0xE82C, To: 0x9FB5}
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x"} {
		if got := fmt.Sprintf(verb, d); got != "doubt" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}
