package ipp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bangban/print"
)

// watch follows one job to its end.
type watch struct {
	p        *Printer
	t        *ticket
	j        print.Job
	printing bool // reported

	last  string    // what the queue said at the last look
	moved time.Time // when that changed
	code  string    // trouble that stands
	since time.Time // since when
}

// follow looks at job and printer until the job has ended or we give up.
func (w *watch) follow(ctx context.Context) error {
	for {
		ended, err := w.look(ctx)
		if ctx.Err() == nil && ended {
			return err
		}
		if err == nil {
			err = w.p.s.c.Clock.Pause(ctx, w.p.s.c.Every)
		}
		if err != nil {
			return w.giveUp(ctx, err)
		}
	}
}

// look looks once. ended says that nothing is left to be followed; an error without it that we give up.
func (w *watch) look(ctx context.Context) (ended bool, err error) {
	p, now := w.p, w.p.s.c.Clock.Now()
	job, err := p.job(ctx, w.t.job)
	switch {
	case errors.Is(err, ErrJobGone):
		p.settle(ctx, w.t.row, 0, Gone)
		return true, p.fail(print.CodeUnsure, err)
	case err != nil:
		if now.Sub(w.moved) < p.s.c.Patience && ctx.Err() == nil {
			return false, nil
		}
		return false, err
	case job.state == jobCompleted:
		p.settle(ctx, w.t.row, w.t.job, Printed)
		w.done()
		return true, nil
	case job.ended():
		p.settle(ctx, w.t.row, w.t.job, Gone)
		return true, w.lost(ctx, job)
	case job.state >= jobProcessing && !w.printing:
		w.printing = true
		w.j.Say(print.JobPrinting)
	}
	info, err := p.info(ctx)
	if err != nil {
		info = printerInfo{}
	}
	return false, w.weigh(now, job, info)
}

// weigh decides whether there is still hope.
func (w *watch) weigh(now time.Time, job jobInfo, info printerInfo) error {
	c := &w.p.s.c
	if said := fmt.Sprint(job.state, job.reasons, job.impressions, info.state, info.reasons, info.queued); said != w.last {
		w.last, w.moved = said, now
	}
	code, how := info.trouble()
	if job.state < jobProcessing && code != print.CodePaused {
		how = report // what it says of itself while our job has not begun is of the job before
	}
	if code != w.code || how < serious {
		w.code, w.since = code, now
	}
	still := now.Sub(w.moved)
	switch {
	case how == serious && now.Sub(w.since) >= c.Grace, how == warning && still >= warningGraces*c.Grace:
		return w.p.fail(code, nil)
	case how < serious && still >= c.Patience:
		return w.p.fail(stuck(job, info, code), ErrPatience)
	}
	return nil
}

// warningGraces is for how many graces nothing may move under a warning: some printers give no other word than
// media-empty-warning for an empty tray, others print on from the next one.
const warningGraces = 5

// stuck names what keeps a job that does not move.
func stuck(job jobInfo, info printerInfo, code string) string {
	switch {
	case job.state == jobHeld || job.state == jobStopped:
		return print.CodePaused
	case job.state == jobPending && info.state == printerWorking:
		return print.CodeBusy
	case code != "":
		return code
	}
	return print.CodeUnreachable
}

// lost says why a job ended without paper.
func (w *watch) lost(ctx context.Context, job jobInfo) error {
	if job.state == jobCanceled {
		return w.p.fail(print.CodeCancelled, nil)
	}
	code := w.code
	if info, err := w.p.info(ctx); err == nil && code == "" {
		code, _ = info.trouble()
	}
	switch code {
	case "", print.CodePaused, print.CodeUnreachable: // CUPS stops a queue because of the job, not the other way round
		code = print.CodeAborted
	}
	return w.p.fail(code, nil)
}

// done reports the end.
func (w *watch) done() {
	if !w.printing {
		w.j.Say(print.JobPrinting)
	}
	w.j.Say(print.JobDone)
}

// giveUp cancels the job, so that no paper comes out behind the clerk's back, and says why. Where the paper is out
// already there is nothing to be told.
func (w *watch) giveUp(ctx context.Context, why error) error {
	if ctx.Err() != nil {
		why = w.p.fail(print.CodeCancelled, ctx.Err())
	}
	keep := context.WithoutCancel(ctx)
	job, err := w.p.cancel(keep, w.t.job)
	switch {
	case err == nil && job.state == jobCompleted:
		w.p.settle(keep, w.t.row, w.t.job, Printed)
		w.done()
		return nil
	case err == nil && job.ended(), errors.Is(err, ErrJobGone):
		w.p.settle(keep, w.t.row, w.t.job, Gone)
	}
	return w.p.coded(why) // else the row stays open and the next Print looks at the job first
}
