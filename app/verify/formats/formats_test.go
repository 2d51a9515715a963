package formats_test

import (
	"context"
	"testing"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/verify/formats"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

func TestAll(t *testing.T) {
	all := formats.All(formats.Deps{})
	seen := map[string]bool{}
	for _, f := range all {
		if seen[f.ID()] {
			t.Errorf("%s is listed twice", f.ID())
		}
		seen[f.ID()] = true
	}
	a := vouchertest.New(t, vouchertest.Issuer)
	anchors := trust.New(nil)
	if err := anchors.Add(a.PEM, "file", time.Time{}); err != nil {
		t.Fatal(err)
	}
	text := voucher.Encode(vouchertest.Sign(t, a.Voucher(), a.Signer(t)))
	req := verify.Request{At: vouchertest.Now().Add(time.Minute), Anchors: anchors, Training: true}
	r, err := verify.Run(context.Background(), all, []byte(text), req)
	if err != nil || r.Verdict != check.Passed || r.Format != "voucher" {
		t.Errorf("%v %v", r, err)
	}
}

func BenchmarkVerifyVoucher(b *testing.B) {
	a := vouchertest.New(b, vouchertest.Issuer)
	anchors := trust.New(nil)
	if err := anchors.Add(a.PEM, "file", time.Time{}); err != nil {
		b.Fatal(err)
	}
	text := []byte(voucher.Encode(vouchertest.Sign(b, a.Voucher(), a.Signer(b))))
	all, req := formats.All(formats.Deps{}), verify.Request{At: vouchertest.Now().Add(time.Minute), Anchors: anchors, Training: true}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := verify.Run(context.Background(), all, text, req); err != nil || r.Verdict != check.Passed {
			b.Fatal(r, err)
		}
	}
}
