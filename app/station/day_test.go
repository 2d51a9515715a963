package station_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/institution"
	"bangban/app/station"
	"bangban/cardreader/check"
)

// logIn logs clerk 01 in.
func logIn(t testing.TB, s *station.Station) {
	t.Helper()
	if _, err := s.Login(t.Context(), "01", station.PIN(institution.TrainingPIN)); err != nil {
		t.Fatal(err)
	}
}

func verdict(t testing.TB, s *station.Station, text string) (check.Verdict, []check.Check) {
	t.Helper()
	r, err := s.Verify(t.Context(), station.Presented{Input: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return r.Verdict, r.Checks
}

// TestTakeBack is the life of a paper that was lost: it is valid, it is taken back by its number, and from then on it
// fails at this counter without any list; a neighbour that takes the note in fails it as well.
func TestTakeBack(t *testing.T) {
	s := open(t, options(t))
	p := issue(t, s)
	if v, checks := verdict(t, s, p.text); v != check.Passed {
		t.Fatalf("a fresh paper: %v", checks)
	}
	ctx, desks := t.Context(), s.Papers()
	byCode, err := desks.Find(ctx, p.text)
	if err != nil || byCode.Row.Serial != p.serial || byCode.Voucher == nil {
		t.Fatalf("%+v %v", byCode.Row, err)
	}
	found, err := desks.Find(ctx, " "+strings.ToLower(p.serial)+"\n")
	if err != nil || found.Row.Serial != p.serial || found.Voucher != nil {
		t.Fatalf("%+v %v", found.Row, err)
	}
	for what, code := range map[string]string{"T01-000999": flow.CodePaperUnknown, "T09-000001": flow.CodePaperOther, "hello": flow.CodePaperUnknown,
		p.text[:len(p.text)-3]: flow.CodePaperUnknown} {
		_, err := desks.Find(ctx, what)
		wantCode(t, err, code)
	}
	parcel, err := desks.TakeBack(ctx, desk.After{Serial: p.serial, State: desk.StateVoid, Reason: "lost", Clerk: "01", Approver: "02", Printed: true, Copies: 1, At: s.Now()})
	if err != nil || parcel == "" {
		t.Fatalf("%q %v", parcel, err)
	}
	v, checks := verdict(t, s, p.text)
	if i := slices.IndexFunc(checks, func(c check.Check) bool { return c.Name == "status" }); v != check.Failed || i < 0 || checks[i].Reason != check.Revoked {
		t.Errorf("taken back, and %v: %v", v, checks)
	}
	if r, err := s.Redeem(ctx, station.Presented{Input: []byte(p.text), Audience: "demo-bank"}); err != nil || r.Uses != 0 || r.Verdict != check.Failed {
		t.Errorf("redeemed: %+v %v", r, err)
	}
	stick := t.TempDir()
	if n, err := s.WriteVoids(ctx, stick); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	neighbours(t, s, stick, p.serial)
}

// neighbours hands the note to the counter itself, changed in every byte, and to a stranger.
func neighbours(t *testing.T, s *station.Station, stick, serial string) {
	t.Helper()
	path := filepath.Join(stick, "void", "T01.note")
	good, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(good), "SPECIMEN") || !strings.Contains(string(good), "bangban-void/1") {
		t.Fatalf("%s %v", good, err)
	}
	note, err := station.OpenVoids(s, good)
	if err != nil || len(note) != 1 || note[0].Serial != 1 {
		t.Fatalf("%+v %v", note, err)
	}
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 1
		if _, err := station.OpenVoids(s, bad); err == nil && i < strings.Index(string(good), "-----BEGIN") {
			t.Fatalf("byte %d (%q) may be changed", i, good[i])
		}
	}
	other := open(t, options(t)) // another institution
	if fresh, refused, err := other.TakeVoids(t.Context(), stick); err != nil || fresh != 0 || refused != 1 {
		t.Errorf("a stranger's note: %d %d %v", fresh, refused, err)
	}
}

// TestDayEnd closes a day with one approved, one rejected and one held paper, and finds the report and its checkpoint good.
func TestDayEnd(t *testing.T) {
	o := options(t)
	s := open(t, o)
	var texts []string
	for range 3 {
		texts = append(texts, issue(t, s).text)
	}
	logIn(t, s)
	ctx, d := t.Context(), s.Days()
	all, err := d.OpenDays(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	r, err := d.Begin(ctx, all[0])
	if err != nil || r.Sum().Issued != 3 || r.Sum().Printed != 3 || r.Sum().Gaps != 0 || len(r.Items) == 0 || len(r.Totals) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	// In training nobody compared a portrait: each is looked at.
	words := []flow.Word{flow.Approved, flow.Rejected, flow.HeldOver}
	for i, it := range r.Items {
		it.Word, it.Reason, it.By = words[i%3], "call-back", "02"
		if err := d.Judge(ctx, it); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.CloseDay(ctx, all[0], "02", "zh-Hans"); err != nil {
		t.Fatal(err)
	}
	pdfs, err := filepath.Glob(filepath.Join(o.Dir+"-papers", "day-T01-*.pdf"))
	if err != nil || len(pdfs) != 1 {
		t.Errorf("%v %v", pdfs, err)
	}
	rows, err := s.Ledger(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Audience != "" || row.Purpose != "" {
			t.Errorf("%s still tells %q %q", row.Serial, row.Audience, row.Purpose)
		}
	}
	if len(r.Items) == 3 {
		if v, _ := verdict(t, s, texts[1]); v != check.Failed {
			t.Errorf("a rejected paper is %v", v)
		}
	}
	report, checkpoint := station.ClosedDay(t, s, all[0])
	if _, err := s.VerifyJournal(ctx, checkpoint); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(string(report), "bangban-day/1\nT01\n"+all[0]+"\nblock ") || !strings.Contains(string(report), "\nsupervisor 02\n") {
		t.Errorf("%s", report)
	}
	if got := station.TotalsOf(string(report)); !slices.Equal(got, r.Totals) {
		t.Errorf("printed again it says %v, not %v", got, r.Totals)
	}
	if err := d.CloseDay(ctx, all[0], "02", "en"); err != nil { // printed once more
		t.Error(err)
	}
	again, _ := station.ClosedDay(t, s, all[0])
	if string(again) != string(report) {
		t.Error("another report")
	}
}

func TestApprove(t *testing.T) {
	s := open(t, options(t))
	ctx := t.Context()
	if c, err := s.Approve(ctx, "02", station.PIN(institution.TrainingPIN)); err != nil || c.ID != "02" {
		t.Errorf("%v %v", c, err)
	}
	_, err := s.Approve(ctx, "01", station.PIN(institution.TrainingPIN))
	wantCode(t, err, "login-role")
	_, err = s.Audit(ctx, "01", station.PIN(institution.TrainingPIN))
	wantCode(t, err, "login-role")
	if c, err := s.Audit(ctx, "02", station.PIN(institution.TrainingPIN)); err != nil || c.ID != "02" {
		t.Errorf("%v %v", c, err)
	}
	if all := s.WhoMay(desk.RoleSupervisor, desk.RoleAuditor); len(all) != 1 || all[0].ID != "02" {
		t.Errorf("%v", all)
	}
}
