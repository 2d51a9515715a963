package claim169_test

import (
	"context"
	"testing"
	"time"

	"bangban/app/verify"
	"bangban/app/verify/claim169"
	"bangban/app/voucher"
	"bangban/app/voucher/vouchertest"
	"bangban/cardreader/check"
)

// A mandate is judged as one, from its own text and from that of its revocation slip; the status list takes it back.
func TestMandate(t *testing.T) {
	a := vouchertest.New(t, vouchertest.Issuer)
	v := a.Voucher()
	m := &voucher.Mandate{Issuer: v.Issuer, IssuedAt: v.IssuedAt, Expires: v.IssuedAt.AddDate(0, 0, 31), ID: v.ID, Status: v.Status, Serial: v.Terms.Serial,
		Scopes: []string{"housing-fund"}, Uses: 2, Relation: "child", Before: v.Terms.Before,
		Principal: voucher.Party{Name: "样本甲", Binding: voucher.BindDocument([16]byte{1}, "cnid", "11010519491231002X")},
		Helper:    voucher.Party{Name: "样本乙", Binding: voucher.BindDocument([16]byte{2}, "emrtd", "X00000002")}}
	msg, err := voucher.SignMandate(m, a.Signer(t))
	if err != nil {
		t.Fatal(err)
	}
	text := voucher.Encode(msg)
	for _, tc := range []struct {
		name, text string
		revoked    []uint64
		at         time.Time
		want       check.Verdict
	}{
		{"copy", text, nil, vouchertest.Now(), check.Passed},
		{"slip", voucher.RevocationPrefix + text, nil, vouchertest.Now(), check.Passed},
		{"taken back", text, []uint64{v.Status.Index}, vouchertest.Now(), check.Failed},
		{"over", text, nil, m.Expires, check.Failed},
	} {
		if !(claim169.Format{}).Sniff([]byte(tc.text)) {
			t.Errorf("%s is not recognised", tc.name)
		}
		r, err := claim169.Format{}.Verify(context.Background(), []byte(tc.text), verify.Request{At: tc.at, Training: true,
			Anchors: store(t, a.PEM, statusList(t, a, tc.revoked...))})
		if err != nil {
			t.Fatal(err)
		}
		if r.Format != claim169.FormatMandate || tc.at == vouchertest.Now() && r.Verdict != tc.want || r.Claims["represented_by"] != "样本乙" {
			t.Errorf("%s: %s %v %v", tc.name, r.Format, r.Verdict, r.Checks)
		}
		if tc.name == "over" && r.Verdict != check.Failed && r.Verdict != check.Indeterminate {
			t.Errorf("over: %v", r.Verdict)
		}
		if r.Seen == nil || r.Seen.Serial != 123 || r.Seen.MaxUses != 2 {
			t.Errorf("%s: %+v", tc.name, r.Seen)
		}
	}
}
