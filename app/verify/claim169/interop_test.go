package claim169

import (
	"context"
	"crypto/ecdsa"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

// The reader of foreign dialects, which foreign vectors prove, verifies what package voucher signs: what we print is the
// Claim 169 of everybody else.
func TestVoucherReadsAsForeign(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	cose, err := voucher.Decode(voucher.Encode(vouchertest.Sign(t, a.Voucher(), s)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := parse(cose)
	if err != nil {
		t.Fatal(err)
	}
	if !m.verify(algES256, s.Key.Public()) {
		t.Error("the signature does not verify")
	}
	if m.verify(algES256, vouchertest.Key(t).Public()) {
		t.Error("control: it verifies with any key")
	}
	var claims labels
	if err := decMode.Unmarshal(m.payload, &claims); err != nil {
		t.Fatal(err)
	}
	var c credential
	if err := c.readIdentity(claims); err != nil {
		t.Fatal(err)
	}
	if name, _ := c.identity.text(4); name != "样本甲" {
		t.Error("another name")
	}
	if born, _ := c.identity.text(8); born != "19491231" {
		t.Error("another date of birth")
	}
}

// A voucher whose delegation was taken off is not a foreign credential, even where its key is trusted.
func TestDelegationTakenOff(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	s := a.Signer(t)
	m, err := parse(vouchertest.Sign(t, a.Voucher(), s))
	if err != nil {
		t.Fatal(err)
	}
	bare, err := encMode.Marshal([]any{m.protectedBytes, map[int]any{}, m.payload, m.signature})
	if err != nil {
		t.Fatal(err)
	}
	leaf := vouchertest.Certificate(t, a.Name, "SPECIMEN voucher key", 9, s.Key.(*ecdsa.PrivateKey), a.Issuing, a.IssuingKey)
	anchors := trust.New(nil)
	if err := anchors.Add(vouchertest.PEM(leaf), "test", time.Time{}); err != nil || len(anchors.Keys()) != 1 {
		t.Fatal(err)
	}
	r, err := Format{}.Verify(context.Background(), bare, verify.Request{At: vouchertest.Now().Add(time.Hour), Anchors: anchors, Training: true})
	if err != nil || r.Verdict != check.Failed || r.Checks[0].Reason != check.Structure {
		t.Errorf("%v %v", r, err)
	}
}
