package flow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

func now() time.Time { return time.Date(2027, 3, 1, 17, 0, 0, 0, time.UTC) }

func at(fn func()) { fn() }

// TestDayEndWalk is journey f: numbers, a supervisor, every word, the signature.
func TestDayEndWalk(t *testing.T) {
	days := flowtest.NewDays()
	w := flow.NewDayEnd(context.Background(), days, at, nil)
	for _, input := range []func() error{w.Go, w.Sign, w.Back, w.NextDay} {
		if code(input()) != flow.CodeKeyNotNow {
			t.Error("a key works before the day is opened")
		}
	}
	w.Open("zh-Hans")
	if s := w.State(); s.Step != flow.DayCount || s.Report.Sum().Issued != 12 || s.Left() != 3 {
		t.Fatalf("%+v", s)
	}
	w.Go()
	if err := w.Approve(flowtest.Clerk()); code(err) != flow.CodeSupervisor {
		t.Errorf("a clerk may review: %v", err)
	}
	w.Approve(flowtest.Supervisor())
	if s := w.State(); s.Step != flow.DayReview || s.Item().Serial != "T01-000003" {
		t.Fatalf("%+v", s)
	}
	w.Say(flow.Approved)
	if s := w.State(); s.Item().Serial != "T01-000005" {
		t.Fatalf("%+v", s.Item())
	}
	if err := w.Say(flow.Approved); code(err) != flow.CodeOwnWork {
		t.Errorf("own work: %v", err)
	}
	w.Say(flow.HeldOver)
	if code(w.Because("no-such")) != flow.CodeKeyNotNow {
		t.Error("a reason that nobody knows")
	}
	w.Because("call-back")
	w.Close() // whoever leaves goes on there
	w.Open("zh-Hans")
	if s := w.State(); s.Left() != 1 {
		t.Fatalf("left %d", s.Left())
	}
	w.Go()
	w.Approve(flowtest.Supervisor())
	if s := w.State(); s.Item().Serial != "T01-000009" {
		t.Fatalf("%+v", s.Item())
	}
	w.Say(flow.Rejected)
	w.Back()
	if w.State().Step != flow.DayReview {
		t.Error(w.State().Step)
	}
	w.Say(flow.Rejected)
	w.Because("doubt-paper")
	if s := w.State(); s.Step != flow.DayClose || s.Report.Count(flow.Rejected) != 1 || s.Report.Count(flow.HeldOver) != 1 {
		t.Fatalf("%+v", s)
	}
	days.Err = &desk.Error{Code: "day-not-printed"}
	w.Sign()
	if s := w.State(); s.Step != flow.DayDone || s.Problem == nil {
		t.Fatalf("%+v", s)
	}
	days.Err = nil
	w.Sign()
	if s := w.State(); s.Step != flow.DayDone || s.Problem != nil || len(days.Closed) != 2 {
		t.Fatalf("%+v", s)
	}
}

// A day with a paper that has not ended is not reviewed.
func TestDayEndOpenPaper(t *testing.T) {
	days := flowtest.NewDays()
	days.Reports["2027-03-01"].Blocks[0].Open = 1
	w := flow.NewDayEnd(context.Background(), days, at, nil)
	w.Open("en")
	if err := w.Go(); code(err) != flow.CodeDayOpen {
		t.Error(err)
	}
	clear(days.Reports)
	w.Open("en")
	if s := w.State(); s.Problem == nil || s.Problem.Code != flow.CodeDayNone {
		t.Errorf("%+v", s.Problem)
	}
}

// TestTakebackWalk takes a paper back by its number; nothing is done before a supervisor's word.
func TestTakebackWalk(t *testing.T) {
	drive(t, func(w *walk) {
		w.handOut()
		b := flow.NewTakeback(context.Background(), w.f.Papers, now, at, nil)
		b.Open("01", "zh-Hans")
		b.Find("T01-000077")
		if s := b.State(); s.Step != flow.TakeFind || s.Problem == nil || s.Problem.Code != flow.CodePaperUnknown {
			t.Fatalf("%+v", s)
		}
		b.Find("t01-000001")
		b.Choose("lost")
		if s := b.State(); s.Step != flow.TakeApprove || s.Scanned {
			t.Fatalf("%+v", s)
		}
		if err := b.Approve(flowtest.Clerk()); code(err) != flow.CodeSupervisor || len(w.f.Papers.Taken()) != 0 {
			t.Errorf("%v", err)
		}
		w.f.Papers.Fail(errors.New("disk"))
		b.Approve(flowtest.Supervisor())
		if s := b.State(); s.Step != flow.TakeApprove || s.Problem == nil {
			t.Fatalf("%+v", s)
		}
		w.f.Papers.Fail(nil)
		b.Approve(flowtest.Supervisor())
		s := b.State()
		all := w.f.Papers.Taken()
		if s.Step != flow.TakeDone || s.Parcel == "" || len(all) != 1 || all[0].Approver != flowtest.Supervisor().ID || all[0].State != desk.StateVoid {
			t.Fatalf("%+v %+v", s, all)
		}
		b.PrintSlip()
		if w.f.Papers.Slips() != 1 || !b.State().Printed {
			t.Error("no slip")
		}
		b.Open("01", "zh-Hans")
		b.Find("T01-000001")
		if s := b.State(); s.Problem == nil || s.Problem.Code != flow.CodePaperVoid {
			t.Errorf("taken back twice: %+v", s)
		}
	})
}
