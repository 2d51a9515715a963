package store_test

import (
	"fmt"
	"slices"
	"testing"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
	"bangban/app/store"
)

func report(r *flow.DayReport) ([]byte, error) {
	return fmt.Appendf(nil, "issued %d\n", r.Sum().Issued), nil
}

func closeDay(c *counter, t testing.TB, day, clerk string) error {
	t.Helper()
	r, err := c.BeginDay(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range r.Items {
		it.Word, it.By = flow.Approved, clerk
		if err := c.Judge(t.Context(), it); err != nil {
			t.Fatal(err)
		}
	}
	_, err = c.CloseDay(t.Context(), day, clerk, report)
	return err
}

// end ends the paper of a serial.
func (c *counter) end(t testing.TB, n uint64, st desk.State) {
	t.Helper()
	if err := c.Finish(t.Context(), desk.After{Serial: serial(n), State: st, Copies: 1, Printed: true, Clerk: "01", At: c.now, Reason: "test"}); err != nil {
		t.Fatal(err)
	}
}

// A renewed delegation begins a new block: the rest of the old one is no gap; a serial that is missing is one.
func TestDayByBlocks(t *testing.T) {
	c := newCounter(t)
	for range 3 {
		c.issue(t)
	}
	c.SetBlock(store.Block{First: 1001, Last: 1010}, "urn:specimen:status")
	c.issue(t)
	c.end(t, 1, desk.StateHandedOver)
	c.end(t, 2, desk.StateSpoiled)
	c.end(t, 3, desk.StateHandedOver)
	if err := c.Finish(t.Context(), desk.After{Serial: "T01-000003", State: desk.StateVoid, Reason: "lost", Clerk: "01", Approver: "02", At: c.now}); err != nil {
		t.Fatal(err)
	}
	r, err := c.BeginDay(t.Context(), "2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	want := []flow.DayBlock{{First: 1, Last: 50, From: 1, To: 3, Issued: 3, Printed: 1, Spoiled: 1, Void: 1},
		{First: 1001, Last: 1010, From: 1001, To: 1001, Issued: 1, Open: 1}}
	if !slices.Equal(r.Blocks, want) {
		t.Errorf("got %+v", r.Blocks)
	}
	for _, q := range []string{"PRAGMA foreign_keys = 0", "DELETE FROM ledger WHERE serial = 2"} {
		if err := c.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if r, err = c.Day(t.Context(), "2026-11-26"); err != nil || r.Sum().Gaps != 1 {
		t.Errorf("a serial is missing and is no gap: %+v %v", r, err)
	}
}

// What was drawn stays drawn; what came since is added; nobody approves their own; the day closes once all are looked at.
func TestDayReview(t *testing.T) {
	c := newCounter(t)
	for n := range uint64(20) {
		c.issue(t)
		c.end(t, n+1, desk.StateHandedOver)
	}
	c.issue(t)
	c.end(t, 21, desk.StateSpoiled)
	ctx, day := t.Context(), "2026-11-26"
	r, err := c.BeginDay(ctx, day)
	if err != nil || len(r.Items) != 3 { // two of twenty, and the spoiled one
		t.Fatalf("%+v %v", r, err)
	}
	again, err := c.BeginDay(ctx, day)
	if err != nil || !slices.EqualFunc(r.Items, again.Items, func(a, b flow.DayItem) bool { return a.Serial == b.Serial }) {
		t.Errorf("the lot was drawn again: %v", err)
	}
	if _, err := c.CloseDay(ctx, day, "02", report); code(err) != "day-unreviewed" {
		t.Errorf("got %v", err)
	}
	first := r.Items[0]
	first.Word, first.By = flow.Approved, "01"
	if err := c.Judge(ctx, first); code(err) != "own-work" {
		t.Errorf("own work was approved: %v", err)
	}
	for _, it := range r.Items {
		it.Word, it.By = flow.Approved, "02"
		if err := c.Judge(ctx, it); err != nil {
			t.Fatal(err)
		}
	}
	done, err := c.CloseDay(ctx, day, "02", report)
	if err != nil || string(done.Text) != "issued 21\n" || len(done.Checkpoint) == 0 {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := c.CloseDay(ctx, day, "02", report); code(err) != "day-closed" {
		t.Errorf("closed twice: %v", err)
	}
	if err := c.Judge(ctx, first); code(err) != "day-closed" {
		t.Errorf("judged after the end: %v", err)
	}
	if days, err := c.OpenDays(ctx); err != nil || len(days) != 0 {
		t.Errorf("%v %v", days, err)
	}
	kept, err := c.ClosedDay(ctx, day)
	if err != nil || string(kept.Text) != string(done.Text) || kept.Clerk != "02" {
		t.Errorf("%+v %v", kept, err)
	}
	if _, err := c.VerifyJournal(ctx, done.Checkpoint, c.known); err != nil {
		t.Errorf("the checkpoint of the report: %v", err)
	}
}

// A paper that is issued after the day was closed opens the day again; nobody loses it.
func TestDayClosedTooEarly(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	c.end(t, 1, desk.StateHandedOver)
	if err := closeDay(c, t, "2026-11-26", "02"); err != nil {
		t.Fatal(err)
	}
	c.issue(t)
	if days, err := c.OpenDays(t.Context()); err != nil || !slices.Equal(days, []string{"2026-11-26"}) {
		t.Fatalf("%v %v", days, err)
	}
	c.end(t, 2, desk.StateHandedOver)
	if err := closeDay(c, t, "2026-11-26", "02"); err != nil {
		t.Fatal(err)
	}
	if r, err := c.ClosedDay(t.Context(), "2026-11-26"); err != nil || string(r.Text) != "issued 2\n" {
		t.Errorf("%s %v", r.Text, err)
	}
	if days, err := c.OpenDays(t.Context()); err != nil || len(days) != 0 {
		t.Errorf("%v %v", days, err)
	}
}

// A paper that was taken back does not wait behind others.
func TestVoidGoesFirst(t *testing.T) {
	c := newCounter(t)
	for n := range uint64(5) {
		c.issue(t)
		c.end(t, n+1, desk.StateHandedOver)
	}
	c.end(t, 2, desk.StateVoid)
	lease, err := c.Claim(t.Context(), queue.Want{Max: 8, Lease: 60e9, Kind: queue.KindVoid})
	if err != nil || lease == nil || len(lease.Batch.Parcels) != 1 || lease.Batch.Parcels[0].Kind != queue.KindVoid {
		t.Fatalf("%+v %v", lease, err)
	}
}

func TestReprinted(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	again := desk.After{Serial: "T01-000001", Copies: 2, Clerk: "01", Approver: "02", Reason: "torn", At: c.now}
	if err := c.Reprinted(t.Context(), again); code(err) != "reprint-state" {
		t.Errorf("a copy of a paper that is not out: %v", err)
	}
	c.end(t, 1, desk.StateHandedOver)
	if err := c.Reprinted(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	row, err := c.Voucher(t.Context(), "T01-000001")
	if err != nil || row.State != desk.StateHandedOver || row.Copies != 2 || !slices.Contains(row.Flags, flow.FlagReprint) {
		t.Errorf("%+v %v", row, err)
	}
}

func TestTakenBack(t *testing.T) {
	c := newCounter(t)
	ctx := t.Context()
	c.issue(t)
	c.issue(t)
	c.end(t, 1, desk.StateHandedOver)
	c.end(t, 1, desk.StateVoid)
	for n, want := range map[uint64]bool{1: true, 2: false, 9: false} {
		if back, err := c.TakenBack(ctx, "x#"+queuetest.Station, n, true); err != nil || back != want {
			t.Errorf("%d: %v %v", n, back, err)
		}
	}
	all, err := c.Voided(ctx)
	if err != nil || len(all) != 1 || all[0].Serial != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	for want := range 2 {
		if n, err := c.Withdraw(ctx, "x#T02", "T02", all); err != nil || n != 1-want {
			t.Errorf("%d %v", n, err)
		}
	}
	if back, err := c.TakenBack(ctx, "x#T02", 1, false); err != nil || !back {
		t.Errorf("%v %v", back, err)
	}
	if back, err := c.TakenBack(ctx, "x#T03", 1, false); err != nil || back {
		t.Errorf("%v %v", back, err)
	}
}
