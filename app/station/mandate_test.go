package station

import (
	"context"
	"errors"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// signMandate signs, composes and stores one mandate as a visit does.
func signMandate(t *testing.T, s *Station, helper string) (text string, paper *flow.Paper) {
	t.Helper()
	ctx := context.Background()
	if _, err := s.loginTraining(ctx); err != nil {
		t.Fatal(err)
	}
	ports := s.Ports()
	_, err := ports.Commit.Issue(ctx, func(slot flow.Slot) (flow.Signed, error) {
		now := slot.Now.Truncate(time.Second)
		m := &voucher.Mandate{Issuer: ports.Rules.Station().Issuer, IssuedAt: now, Expires: now.AddDate(0, 0, 31), ID: [16]byte{1, byte(slot.Serial)}, Serial: slot.Serial,
			Status: &voucher.StatusRef{Index: slot.Index, URI: slot.StatusURI}, Scopes: []string{"housing-fund"}, Uses: 3, Relation: "child", Before: [32]byte{1},
			Principal: voucher.Party{Name: "样本甲", Binding: voucher.BindDocument([16]byte{1}, "cnid", "11010519491231002X")},
			Helper:    voucher.Party{Name: "样本乙", Binding: voucher.BindDocument([16]byte{2}, "emrtd", helper)}}
		cose, out, err := ports.Mandates.Sign(ctx, m)
		if err != nil {
			return flow.Signed{}, err
		}
		text = out
		serial := voucher.FormatSerial("T01", slot.Serial)
		if paper, err = ports.Press.Compose(ctx, flow.Job{Text: out, Serial: serial, Lang: "zh-Hans", Second: "en", Answer: desk.YesOwn,
			Mandate: &flow.MandateJob{Mandate: m, Scopes: []desk.Text{{"zh-Hans": "住房公积金"}}, Money: true}}); err != nil {
			return flow.Signed{}, err
		}
		opened, err := voucher.OpenMandateText(out, voucher.Keys{Institutions: institutions(t, s)})
		if err != nil {
			return flow.Signed{}, err
		}
		return flow.Signed{Row: desk.LedgerRow{Serial: serial, Purpose: desk.PurposeMandate, Clerk: "01", Flags: []string{flow.FlagMandate},
			ExpiryDay: m.Expires.Format(time.DateOnly), Hash: opened.Hash()}, CTI: m.ID, Before: []byte{1}, COSE: cose, Mandate: true}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text, paper
}

func institutions(t *testing.T, s *Station) []*voucher.Institution {
	t.Helper()
	i, err := voucher.ParseInstitution(s.bundle.Institution)
	if err != nil {
		t.Fatal(err)
	}
	return []*voucher.Institution{i}
}

// A mandate of this counter is signed, verified, and taken back with its slip: no supervisor, no reason, and it fails at once.
func TestMandateFromSlipToVoid(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	text, paper := signMandate(t, s, "X00000002")
	if len(paper.PDF) == 0 || paper.Sheet.Pages() != 3 {
		t.Fatalf("%d bytes, %d pages", len(paper.PDF), paper.Sheet.Pages())
	}
	judge := func() *verify.Result {
		t.Helper()
		r, err := s.Verify(ctx, Presented{Input: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := judge(); r.Verdict != check.Passed || r.Format != "mandate" || r.Claims["represented_by"] != "样本乙" {
		t.Fatalf("%s %v %v", r.Format, r.Verdict, r.Checks)
	}
	serial := voucher.FormatSerial("T01", 1)
	if err := s.store.Finish(ctx, desk.After{Serial: serial, State: desk.StateHandedOver, Printed: true, Copies: 1, Clerk: "01", At: s.Now()}); err != nil {
		t.Fatal(err)
	}
	take := flow.NewTakeback(ctx, s.Papers(), s.Now, func(fn func()) { fn() }, nil)
	if err := errors.Join(take.Open("01", "zh-Hans"), take.Find(voucher.RevocationPrefix+text)); err != nil {
		t.Fatal(err)
	}
	if st := take.State(); st.Step != flow.TakeReason || !st.Slip || st.Row.Serial != serial {
		t.Fatalf("%+v", st)
	}
	if err := take.Choose("asked"); err != nil {
		t.Fatal(err)
	}
	if st := take.State(); st.Step != flow.TakeDone || st.Parcel == "" {
		t.Fatalf("%v %v", st.Step, st.Problem)
	}
	if r := judge(); r.Verdict != check.Failed {
		t.Fatalf("after the slip: %v", r.Verdict)
	}
}

// With a copy instead of the slip a supervisor is asked; the helper's copy does not do without.
func TestCopyOfMandateNeedsSupervisor(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	text, _ := signMandate(t, s, "X00000002")
	if err := s.store.Finish(ctx, desk.After{Serial: voucher.FormatSerial("T01", 1), State: desk.StateHandedOver, Clerk: "01", At: s.Now()}); err != nil {
		t.Fatal(err)
	}
	take := flow.NewTakeback(ctx, s.Papers(), s.Now, func(fn func()) { fn() }, nil)
	if err := errors.Join(take.Open("01", "zh-Hans"), take.Find(text), take.Choose("asked")); err != nil {
		t.Fatal(err)
	}
	if st := take.State(); st.Step != flow.TakeApprove || st.Slip {
		t.Fatalf("%+v", st)
	}
}

// Mandates are counted by helper until they are taken back, and no number is kept for it.
func TestHelpersAreCounted(t *testing.T) {
	ctx := context.Background()
	s := openTraining(t, func(*Options) {})
	w := mandates{s}
	signMandate(t, s, "X00000002")
	serial := voucher.FormatSerial("T01", 1)
	if err := w.Note(ctx, serial, "emrtd", "X00000002", s.Now().AddDate(0, 0, 31)); err != nil {
		t.Fatal(err)
	}
	if err := w.Note(ctx, voucher.FormatSerial("T01", 9), "emrtd", "X00000002", s.Now().AddDate(0, 0, -2)); err != nil {
		t.Fatal(err)
	}
	n, err := w.Live(ctx, "emrtd", "x00000002 ")
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := w.Live(ctx, "emrtd", "X00000003"); err != nil || n != 0 {
		t.Fatalf("another helper: %d, %v", n, err)
	}
	if err := s.store.Finish(ctx, desk.After{Serial: serial, State: desk.StateSpoiled, Reason: "paper-bad", Clerk: "01", At: s.Now()}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Live(ctx, "emrtd", "X00000002"); err != nil || n != 0 {
		t.Fatalf("after it was spoiled: %d, %v", n, err)
	}
}

// TestMandateStopsWithTheBundle: what keeps a voucher from being signed keeps a mandate from it.
func TestMandateStopsWithTheBundle(t *testing.T) {
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	s := openTraining(t, func(o *Options) { o.Now = func() time.Time { return now } })
	if _, err := s.loginTraining(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = s.bundle.NotAfter.Add(60 * 24 * time.Hour)
	var fault *desk.Error
	if _, _, err := s.Ports().Mandates.Sign(t.Context(), &voucher.Mandate{}); !errors.As(err, &fault) || fault.Code != "bundle-ended" {
		t.Errorf("mandate: %v", err)
	}
	if _, _, err := s.Ports().Signer.Sign(t.Context(), &voucher.Voucher{}); !errors.As(err, &fault) || fault.Code != "bundle-ended" {
		t.Errorf("voucher: %v", err)
	}
}
