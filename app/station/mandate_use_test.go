package station

import (
	"context"
	"errors"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/sheets"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

func grantCodeOf(err error) string {
	var e *desk.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// A mandate is used as often as it says and no oftener, each use a parcel; then it is refused by name. What is no mandate,
// what was changed, what has ended and what was taken back are each their own refusal.
func TestMandateIsUsed(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	text, _ := signMandate(t, s, "X00000002")
	w := grants{s}
	g, err := w.Open(ctx, text+"\r\n")
	if err != nil || g.Left() != 3 || !g.Mandate.Helper.Is("emrtd", "X00000002") {
		t.Fatalf("%v, %d left", err, g.Left())
	}
	before, err := s.store.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for want := uint64(1); want <= 3; want++ {
		if n, err := w.Use(ctx, g); err != nil || n != want {
			t.Fatalf("use %d: %d, %v", want, n, err)
		}
	}
	if after, err := s.store.Stats(ctx); err != nil || after.Unsent != before.Unsent+3 {
		t.Fatalf("%d parcels, before %d: %v", after.Unsent, before.Unsent, err)
	}
	if _, err := w.Use(ctx, g); grantCodeOf(err) != flow.CodeGrantUsed {
		t.Fatalf("a fourth use: %v", err)
	}
	cut := len(text) / 2
	for name, tc := range map[string]struct{ text, code string }{
		"used up":  {text, flow.CodeGrantUsed},
		"its slip": {voucher.RevocationPrefix + text, flow.CodeGrantSlip},
		"a number": {"6901234567892", flow.CodeGrantNone},
		"half":     {text[:cut], flow.CodeGrantNone},
		"nothing":  {"", flow.CodeGrantNone},
	} {
		if _, err := w.Open(ctx, tc.text); grantCodeOf(err) != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
	for want, c := range map[string]check.Check{
		flow.CodeGrantEnded: check.Fail(voucher.CheckTime, check.Expired, ""), flow.CodeGrantRevoked: check.Fail(voucher.CheckStatus, check.Revoked, ""),
		flow.CodeGrantFalse: check.Fail(voucher.CheckSignature, check.WrongSignature, ""), flow.CodeGrantUnsure: check.Unsure(voucher.CheckStatus, check.ListTooOld, ""),
	} {
		if got := grantCode(decisive([]check.Check{check.Pass("structure", ""), check.Unsure("x", check.NoList, ""), c})); c.Verdict == check.Failed && got != want {
			t.Errorf("%s=%s: %s, want %s", c.Name, c.Reason, got, want)
		}
	}
}

// A mandate that another institution signed, and one that was taken back while the helper stood at the counter.
func TestMandateOfOthersAndTakenBack(t *testing.T) {
	ctx := context.Background()
	s, other := openTraining(t, func(*Options) {}), openTraining(t, func(*Options) {})
	foreign, _ := signMandate(t, other, "X00000002")
	if _, err := (grants{s}).Open(ctx, foreign); grantCodeOf(err) != flow.CodeGrantUnsure {
		t.Errorf("another institution's: %v", err)
	}
	text, _ := signMandate(t, s, "X00000002")
	g, err := (grants{s}).Open(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	serial := voucher.FormatSerial("T01", g.Mandate.Serial)
	for _, end := range []desk.State{desk.StateHandedOver, desk.StateVoid} {
		if err := s.store.Finish(ctx, desk.After{Serial: serial, State: end, Printed: true, Copies: 1, Clerk: "01", At: s.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (grants{s}).Use(ctx, g); grantCodeOf(err) != flow.CodeGrantRevoked {
		t.Errorf("used after it was taken back: %v", err)
	}
	if _, err := (grants{s}).Open(ctx, text); grantCodeOf(err) != flow.CodeGrantRevoked {
		t.Errorf("opened after it was taken back: %v", err)
	}
}

// The paper says in both languages who acts.
func TestPaperNamesWhoActs(t *testing.T) {
	d := sheets.VoucherData{}
	j := flow.Job{Voucher: &voucher.Voucher{Terms: voucher.Terms{RepresentedBy: "样本乙"}}, Lang: "zh-Hans", Second: "en",
		Purpose: desk.Purpose{Allows: desk.Text{"zh-Hans": "可以买票。", "en": "Buy tickets."}}}
	acting(&d, j)
	if !strings.Contains(d.Allows["zh-Hans"], "可以买票。 由 样本乙") || !strings.Contains(d.Allows["en"], "Buy tickets. 样本乙") {
		t.Error("it does not")
	}
	none := sheets.VoucherData{}
	acting(&none, flow.Job{Voucher: &voucher.Voucher{}})
	if none.Allows != nil {
		t.Error("somebody acts where nobody does")
	}
}
