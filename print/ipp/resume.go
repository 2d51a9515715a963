package ipp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bangban/print"

	"github.com/OpenPrinting/goipp"
)

// resume looks at the rows of a title that have no end and that nobody has in hand: what a dead process, or a Print
// that lost its printer, left. It gives the job that is to be followed, nil where one is to be made. p.mu is held.
func (p *Printer) resume(ctx context.Context, title string, hash [32]byte) (*ticket, error) {
	known, err := p.s.c.Memory.Known(ctx, p.uri, title)
	if err != nil {
		return nil, err
	}
	for _, e := range known {
		if e.End != Open || p.busy[e.Row] {
			continue
		}
		t, err := p.settleOld(ctx, e, known, hash)
		if t != nil || err != nil {
			return t, err
		}
	}
	return nil, nil
}

// settleOld brings one row to its end, or gives the job that is under way.
func (p *Printer) settleOld(ctx context.Context, e Entry, known []Entry, hash [32]byte) (*ticket, error) {
	if e.Job == 0 {
		if err := p.sweep(ctx, e.Title, known); err != nil {
			return nil, err
		}
		return nil, p.settle(ctx, e.Row, 0, Gone)
	}
	job, err := p.job(ctx, e.Job)
	if err == nil && !job.ended() && (job.empty() || e.Hash != hash) {
		job, err = p.cancel(ctx, e.Job)
	}
	switch {
	case errors.Is(err, ErrJobGone) || err == nil && job.name != e.Title: // ids begin again when a queue is made anew
		if err := p.settle(ctx, e.Row, 0, Gone); err != nil {
			return nil, err
		}
		return nil, p.fail(print.CodeUnsure, ErrJobGone)
	case err != nil:
		return nil, err
	case job.state == jobCompleted:
		if err := p.settle(ctx, e.Row, e.Job, Printed); err != nil || e.Hash != hash {
			return nil, err
		}
		return &ticket{row: e.Row, job: e.Job, adopted: true, out: true}, nil
	case job.ended():
		return nil, p.settle(ctx, e.Row, e.Job, Gone)
	case job.empty() || e.Hash != hash: // it would not be cancelled
		return nil, p.fail(print.CodeBusy, ErrPatience)
	}
	return &ticket{row: e.Row, job: e.Job, adopted: true}, nil
}

// sweep cancels empty jobs of a title that no row knows: made, but whoever made them died before the answer came. No
// document was ever sent to one.
func (p *Printer) sweep(ctx context.Context, title string, known []Entry) error {
	jobs, err := p.jobs(ctx, "not-completed")
	if err != nil {
		return err
	}
	ours := map[int]bool{}
	for _, e := range known {
		ours[e.Job] = true
	}
	for _, j := range jobs {
		if j.name != title || ours[j.id] || !j.empty() {
			continue
		}
		if _, err := p.cancel(ctx, j.id); err != nil && !errors.Is(err, ErrJobGone) {
			return err
		}
	}
	return nil
}

// settle notes the end of a job and lets CUPS forget its document. A queue that will not is Keeps's business.
func (p *Printer) settle(ctx context.Context, row int64, job int, end End) error {
	keep := context.WithoutCancel(ctx)
	if err := p.s.c.Memory.Ended(keep, row, end); err != nil {
		return fmt.Errorf("ipp: end of a job: %w", err)
	}
	if job > 0 && strings.HasPrefix(p.path, queues) {
		m := p.mine(goipp.OpCancelJob, job)
		m.Operation.Add(goipp.MakeAttr("purge-job", goipp.TagBoolean, goipp.Boolean(true)))
		_, _ = p.s.do(keep, p.path, m, nil)
	}
	return nil
}

// Find gives the state of the newest job of a title and document that was handed over, also by a process that is gone.
func (p *Printer) Find(ctx context.Context, title string, hash [32]byte) (print.JobState, bool, error) {
	known, err := p.s.c.Memory.Known(ctx, p.uri, title)
	if err != nil {
		return "", false, p.coded(err)
	}
	for i := len(known) - 1; i >= 0; i-- {
		e := known[i]
		switch {
		case e.Hash != hash:
			continue
		case e.End == Printed:
			return print.JobDone, true, nil
		case e.End == Gone || e.Job == 0:
			return "", false, nil
		}
		job, err := p.job(ctx, e.Job)
		switch {
		case errors.Is(err, ErrJobGone) || err == nil && job.name != title:
			return "", false, p.fail(print.CodeUnsure, ErrJobGone)
		case err != nil:
			return "", false, p.coded(err)
		case job.state == jobCompleted:
			return print.JobDone, true, nil
		case job.ended() || job.empty():
			return "", false, nil
		case job.state >= jobProcessing:
			return print.JobPrinting, true, nil
		}
		return print.JobQueued, true, nil
	}
	return "", false, nil
}

// Keeps fails with CodeKeepsFiles where the queue still has the document of a job of ours that has ended (job-preserved,
// an attribute of CUPS). With PreserveJobFiles No, or after the purge, there is none.
func (p *Printer) Keeps(ctx context.Context) error {
	jobs, err := p.jobs(ctx, "completed")
	if err != nil {
		return p.coded(err)
	}
	for _, j := range jobs {
		if j.preserved {
			return p.fail(print.CodeKeepsFiles, nil)
		}
	}
	return nil
}
