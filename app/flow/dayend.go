package flow

import (
	"context"
	"log/slog"
	"slices"

	"bangban/app/desk"
)

// Codes of errors of the end of a day.
const (
	CodeOwnWork = "own-work" // nobody approves what they issued
	CodeDayNone = "day-none" // no day waits to be closed
	CodeDayGap  = "day-gap"  // a serial is missing
	CodeDayOpen = "day-open"
)

// JudgeReasons are why a paper is not approved: codes, with a sentence each.
func JudgeReasons() []string {
	return []string{"doubt-person", "doubt-consent", "doubt-paper", "call-back"}
}

// DayStep is where the end of a day stands. The zero value is that nobody ends one.
//
//	DayNothing → DayCount → DayApprove → DayReview ⇄ DayReason → DayClose → DayWorking → DayDone → DayNothing
//
// Every word is kept when it is given: whoever leaves goes on there, today or tomorrow.
type DayStep uint8

// The steps.
const (
	DayNothing DayStep = iota
	DayCount           // serials issued = printed + spoiled + void
	DayApprove         // the supervisor who looks proves it by PIN
	DayReview          // one paper after the other: approve, reject, hold
	DayReason          // why not
	DayClose           // everything is looked at; the report can be signed
	DayWorking
	DayDone
)

// DayState is what the screens show of it.
type DayState struct {
	Step       DayStep
	Busy       bool
	Days       []string // that are not closed, oldest first
	Report     *DayReport
	At         int  // of Report.Items, on DayReview and DayReason
	Word       Word // on DayReason
	Supervisor desk.Clerk
	Problem    *desk.Error
}

// Left is how many papers nobody has looked at.
func (s *DayState) Left() int {
	if s.Report == nil {
		return 0
	}
	return s.Report.Count(Unreviewed)
}

// Item is the paper that is looked at.
func (s *DayState) Item() *DayItem {
	if s.Report == nil || s.At >= len(s.Report.Items) {
		return nil
	}
	return &s.Report.Items[s.At]
}

// DayEnd ends days (journey f). Its methods are safe for concurrent use.
type DayEnd struct {
	table[DayState]
	d    Days
	lang string
}

// NewDayEnd makes one; spawn runs effects, nil: on goroutines.
func NewDayEnd(ctx context.Context, d Days, spawn func(func()), log *slog.Logger) *DayEnd {
	return &DayEnd{table: newTable[DayState](ctx, spawn, log), d: d}
}

// Open counts the oldest day that is not closed.
func (w *DayEnd) Open(lang string) error {
	return w.change("day.open", func() *desk.Error {
		w.turn++
		w.lang = lang
		w.s = DayState{Step: DayCount, Busy: true}
		w.count("")
		return nil
	})
}

// count asks for a day; empty: the oldest open one.
func (w *DayEnd) count(day string) {
	var days []string
	var r *DayReport
	w.then("day.count", func(ctx context.Context) (err error) {
		if days, err = w.d.OpenDays(ctx); err != nil || len(days) == 0 {
			return err
		}
		if !slices.Contains(days, day) {
			day = days[0]
		}
		r, err = w.d.Begin(ctx, day)
		return err
	}, func(e *desk.Error) {
		w.s.Busy, w.s.Days, w.s.Report, w.s.Problem = false, days, r, e
		if e == nil && r == nil {
			w.s.Problem = problem(CodeDayNone)
		}
	})
}

// Close leaves; what was said stays said.
func (w *DayEnd) Close() error {
	return w.change("day.close", func() *desk.Error {
		if w.s.Step == DayWorking {
			return notNow()
		}
		w.turn++
		w.s = DayState{}
		return nil
	})
}

// NextDay counts the next day that is not closed.
func (w *DayEnd) NextDay() error {
	return w.change("day.next", func() *desk.Error {
		if w.s.Step != DayCount || w.s.Busy || len(w.s.Days) < 2 || w.s.Report == nil {
			return notNow()
		}
		i := slices.Index(w.s.Days, w.s.Report.Day)
		w.s.Busy = true
		w.count(w.s.Days[(i+1)%len(w.s.Days)])
		return nil
	})
}

// Go goes on from the numbers, where they are whole.
func (w *DayEnd) Go() error {
	return w.change("day.go", func() *desk.Error {
		if w.s.Step != DayCount || w.s.Busy || w.s.Report == nil {
			return notNow()
		}
		if open := w.s.Report.Sum().Open; open > 0 {
			return &desk.Error{Code: CodeDayOpen, Args: map[string]string{"Day": w.s.Report.Day}}
		}
		w.s.Step, w.s.Problem = DayApprove, nil
		return nil
	})
}

// Back is one step back. A word that was given stays.
func (w *DayEnd) Back() error {
	return w.change("day.back", func() *desk.Error {
		switch w.s.Step {
		case DayApprove, DayReview, DayClose:
			w.s.Step = DayCount
		case DayReason:
			w.s.Step = DayReview
		default:
			return notNow()
		}
		w.s.Problem = nil
		return nil
	})
}

// Approve is the supervisor who looks, proved by PIN.
func (w *DayEnd) Approve(c desk.Clerk) error {
	return w.change("day.approve", func() *desk.Error {
		switch {
		case w.s.Step != DayApprove:
			return notNow()
		case c.ID == "" || !c.Has(desk.RoleSupervisor):
			return problem(CodeSupervisor)
		}
		w.s.Supervisor = c
		w.onward()
		return nil
	})
}

// onward goes to the next paper that nobody has looked at, else to the signature.
func (w *DayEnd) onward() {
	items := w.s.Report.Items
	w.s.Problem = nil
	w.s.At = min(w.s.At, max(len(items)-1, 0))
	for i := range items {
		at := (w.s.At + i) % len(items)
		if items[at].Word == Unreviewed {
			w.s.Step, w.s.At = DayReview, at
			return
		}
	}
	w.s.Step = DayClose
}

// Say is the supervisor's word on the paper that is shown. One that is no approval needs a reason.
func (w *DayEnd) Say(word Word) error {
	return w.change("day.say", func() *desk.Error {
		it := w.s.Item()
		if w.s.Step != DayReview || w.s.Busy || it == nil {
			return notNow()
		}
		switch word {
		case Approved:
			if it.Clerk == w.s.Supervisor.ID {
				return &desk.Error{Code: CodeOwnWork, Args: map[string]string{"Serial": it.Serial}}
			}
			w.judge(word, "")
		case Rejected, HeldOver:
			w.s.Step, w.s.Word, w.s.Problem = DayReason, word, nil
		default:
			return notNow()
		}
		return nil
	})
}

// Because gives the reason of the word.
func (w *DayEnd) Because(reason string) error {
	return w.change("day.because", func() *desk.Error {
		if w.s.Step != DayReason || w.s.Busy || !slices.Contains(JudgeReasons(), reason) {
			return notNow()
		}
		w.judge(w.s.Word, reason)
		return nil
	})
}

func (w *DayEnd) judge(word Word, reason string) {
	it := *w.s.Item()
	it.Word, it.Reason, it.By = word, reason, w.s.Supervisor.ID
	w.s.Busy = true
	day := w.s.Report.Day
	var r *DayReport
	w.then("day.judge", func(ctx context.Context) (err error) {
		ctx = context.WithoutCancel(ctx)
		if err = w.d.Judge(ctx, it); err == nil {
			r, err = w.d.Begin(ctx, day) // a rejected one has moved from one column to another
		}
		return err
	}, func(e *desk.Error) {
		w.s.Busy, w.s.Problem = false, e
		if e != nil {
			return
		}
		w.s.Report = r
		w.onward()
	})
}

// Sign signs the report, prints it and closes the day.
func (w *DayEnd) Sign() error {
	return w.change("day.sign", func() *desk.Error {
		if w.s.Step != DayClose && (w.s.Step != DayDone || w.s.Problem == nil) {
			return notNow()
		}
		w.s.Step, w.s.Problem = DayWorking, nil
		day, who, lang := w.s.Report.Day, w.s.Supervisor.ID, w.lang
		w.then("day.sign", func(ctx context.Context) error { return w.d.CloseDay(context.WithoutCancel(ctx), day, who, lang) },
			func(e *desk.Error) {
				w.s.Step, w.s.Problem = DayDone, e
				if e != nil && e.Code != "day-not-printed" {
					w.s.Step = DayClose
				}
			})
		return nil
	})
}
