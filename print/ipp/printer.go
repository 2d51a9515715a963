package ipp

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"bangban/print"

	"github.com/OpenPrinting/goipp"
)

var (
	_ print.Device  = (*Printer)(nil)
	_ print.Capable = (*Printer)(nil)
	_ print.Finder  = (*Printer)(nil)
	_ print.Keeper  = (*Printer)(nil)
)

// Printer is one queue, or one printer.
type Printer struct {
	s               *Service
	name, path, uri string

	mu   sync.Mutex     // held while a job is made, and while rows that a dead process left are looked at
	busy map[int64]bool // rows of jobs in hand; guarded by mu
}

// Name is the name of the queue.
func (p *Printer) Name() string { return p.name }

// Ready says why no job could be handed over now. What only a job at work would tell, paper and ink, it does not ask:
// CUPS remembers reasons of the job before.
func (p *Printer) Ready(ctx context.Context) error {
	info, err := p.info(ctx)
	if ctx.Err() != nil {
		return p.fail(print.CodeCancelled, ctx.Err())
	}
	if err != nil {
		return p.coded(err)
	}
	return p.open(info)
}

// open says why the queue takes or starts no jobs.
func (p *Printer) open(info printerInfo) error {
	switch {
	case info.refuses:
		return p.fail(print.CodeRejected, nil)
	case info.state == printerStopped:
		code, _ := info.trouble()
		return p.fail(code, nil)
	}
	return nil
}

// Capabilities asks the printer what it can do.
func (p *Printer) Capabilities(ctx context.Context) (print.Capabilities, error) {
	info, err := p.info(ctx)
	return info.can, p.coded(err)
}

// ticket is a job in hand.
type ticket struct {
	row     int64
	job     int
	adopted bool // made before a crash
	out     bool // and its paper is out
}

// Print hands the job over and follows it to its end. A job that an earlier process handed over and did not see the end
// of is followed instead of being printed a second time.
func (p *Printer) Print(ctx context.Context, j print.Job) error {
	if err := j.Check(); err != nil {
		return err
	}
	t, err := p.begin(ctx, j)
	if ctx.Err() != nil && err != nil {
		return p.fail(print.CodeCancelled, ctx.Err())
	}
	if err != nil {
		return p.coded(err)
	}
	defer p.release(t.row)
	j.Say(print.JobQueued)
	w := &watch{p: p, t: t, j: j, moved: p.s.c.Clock.Now()}
	if t.out {
		w.done()
		return nil
	}
	if !t.adopted {
		if err := p.send(ctx, t.job, j.PDF); err != nil {
			return w.giveUp(ctx, err)
		}
	}
	return w.follow(ctx)
}

// begin finds the job that is there already, or makes one.
func (p *Printer) begin(ctx context.Context, j print.Job) (*ticket, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	hash := sha256.Sum256(j.PDF)
	t, err := p.resume(ctx, j.Title, hash)
	if t == nil && err == nil {
		t, err = p.makeJob(ctx, j, hash)
	}
	if err != nil {
		return nil, err
	}
	p.busy[t.row] = true
	return t, nil
}

func (p *Printer) release(row int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, row)
}

// makeJob notes what is to be handed over, makes an empty job and notes its id.
func (p *Printer) makeJob(ctx context.Context, j print.Job, hash [32]byte) (*ticket, error) {
	info, err := p.info(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.open(info); err != nil {
		return nil, err
	}
	if len(info.can.Formats) > 0 && !has(info.can.Formats, pdfType) || info.can.MaxCopies > 0 && j.Copies > info.can.MaxCopies {
		return nil, p.fail(print.CodeRefused, nil)
	}
	row, err := p.s.c.Memory.Intend(ctx, Entry{Printer: p.uri, Title: j.Title, Hash: hash})
	if err != nil {
		return nil, err
	}
	keep := context.WithoutCancel(ctx)
	id, err := p.create(ctx, j, info.can)
	if is(err, refusals()...) { // it said no: nothing is there
		p.settle(keep, row, 0, Gone)
	}
	if err != nil {
		return nil, err
	}
	if err := p.s.c.Memory.Made(keep, row, id); err != nil {
		if job, cancelErr := p.cancel(keep, id); cancelErr == nil && job.ended() {
			p.settle(keep, row, id, Gone)
		}
		return nil, err
	}
	return &ticket{row: row, job: id}, nil
}

// refusals are answers after which no job was made.
func refusals() []goipp.Status {
	return []goipp.Status{goipp.StatusErrorNotAcceptingJobs, goipp.StatusErrorPrinterIsDeactivated, goipp.StatusErrorBusy,
		goipp.StatusErrorTooManyJobs, goipp.StatusErrorNotFound, goipp.StatusErrorForbidden, goipp.StatusErrorNotAuthenticated,
		goipp.StatusErrorNotAuthorized, goipp.StatusErrorDocumentFormatNotSupported, goipp.StatusErrorAttributesOrValues,
		goipp.StatusErrorConflicting, goipp.StatusErrorBadRequest, goipp.StatusErrorOperationNotSupported}
}

const pdfType = "application/pdf"

// create makes an empty job (Create-Job, RFC 8011 §4.2.4). A printer that is at another job is asked again for as long
// as we have patience.
func (p *Printer) create(ctx context.Context, j print.Job, can print.Capabilities) (int, error) {
	for began := p.s.c.Clock.Now(); ; {
		m := p.mine(goipp.OpCreateJob, 0)
		m.Operation.Add(goipp.MakeAttr("job-name", goipp.TagName, goipp.String(j.Title)))
		m.Operation.Add(goipp.MakeAttr("ipp-attribute-fidelity", goipp.TagBoolean, goipp.Boolean(false)))
		m.Job = wishes(j, can)
		answer, err := p.s.do(ctx, p.path, m, nil)
		if is(err, goipp.StatusErrorBusy) && p.s.c.Clock.Now().Sub(began) < p.s.c.Patience {
			if err := p.s.c.Clock.Pause(ctx, p.s.c.Every); err != nil {
				return 0, &StatusError{goipp.OpCreateJob, goipp.StatusErrorBusy}
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		id, ok := number(answer.Job, "job-id")
		if !ok || id <= 0 {
			return 0, fmt.Errorf("%w: no job-id", ErrAnswer)
		}
		return id, nil
	}
}

// wishes are job template attributes (RFC 8011 §5.2).
func wishes(j print.Job, can print.Capabilities) (attrs goipp.Attributes) {
	attrs.Add(goipp.MakeAttr("copies", goipp.TagInteger, goipp.Integer(j.Copies)))
	if has(can.Sides, "one-sided") {
		attrs.Add(goipp.MakeAttr("sides", goipp.TagKeyword, goipp.String("one-sided")))
	}
	if media := mediaOf(j.PDF); has(can.Media, media) {
		attrs.Add(goipp.MakeAttr("media", goipp.TagKeyword, goipp.String(media)))
	}
	// Always, also where the printer does not say that it knows it: what it does not know it leaves out, because we do not
	// ask for fidelity (RFC 8011 §4.1.7), but scaled modules can perhaps not be read.
	attrs.Add(goipp.MakeAttr("print-scaling", goipp.TagKeyword, goipp.String("none")))
	return attrs
}

// send sends the document (Send-Document, RFC 8011 §4.3.1). The queue refuses it where the job has ended.
func (p *Printer) send(ctx context.Context, job int, pdf []byte) error {
	m := p.mine(goipp.OpSendDocument, job)
	m.Operation.Add(goipp.MakeAttr("document-format", goipp.TagMimeType, goipp.String(pdfType)))
	m.Operation.Add(goipp.MakeAttr("last-document", goipp.TagBoolean, goipp.Boolean(true)))
	_, err := p.s.do(ctx, p.path, m, pdf)
	return err
}

// cancel cancels a job and waits until it has ended. It gives what became of it: it may have been completed before.
func (p *Printer) cancel(ctx context.Context, id int) (jobInfo, error) {
	_, err := p.s.do(ctx, p.path, p.mine(goipp.OpCancelJob, id), nil)
	if err != nil && !is(err, goipp.StatusErrorNotPossible) {
		return jobInfo{}, err
	}
	for began := p.s.c.Clock.Now(); ; {
		job, err := p.job(ctx, id)
		if err != nil || job.ended() || p.s.c.Clock.Now().Sub(began) >= p.s.c.Answer {
			return job, err
		}
		if err := p.s.c.Clock.Pause(ctx, p.s.c.Every); err != nil {
			return job, err
		}
	}
}

// mine begins a request about a job of ours, or one that will be.
func (p *Printer) mine(op goipp.Op, job int) *goipp.Message {
	m := p.s.request(op, p.uri)
	if job > 0 {
		m.Operation.Add(goipp.MakeAttr("job-id", goipp.TagInteger, goipp.Integer(job)))
	}
	m.Operation.Add(goipp.MakeAttr("requesting-user-name", goipp.TagName, goipp.String(p.s.c.User)))
	return m
}

func asking(m *goipp.Message, names []string) *goipp.Message {
	a := goipp.Attribute{Name: "requested-attributes"}
	for _, n := range names {
		a.Values.Add(goipp.TagKeyword, goipp.String(n))
	}
	m.Operation.Add(a)
	return m
}

func (p *Printer) info(ctx context.Context) (printerInfo, error) {
	answer, err := p.s.do(ctx, p.path, asking(p.mine(goipp.OpGetPrinterAttributes, 0), printerAttributes), nil)
	if err != nil {
		return printerInfo{}, err
	}
	return readPrinter(answer.Printer), nil
}

// job asks about one job. One that the queue does not know is ErrJobGone.
func (p *Printer) job(ctx context.Context, id int) (jobInfo, error) {
	answer, err := p.s.do(ctx, p.path, asking(p.mine(goipp.OpGetJobAttributes, id), jobAttributes), nil)
	if is(err, goipp.StatusErrorNotFound, goipp.StatusErrorGone) {
		return jobInfo{}, fmt.Errorf("%w: %w", ErrJobGone, err)
	}
	if err != nil {
		return jobInfo{}, err
	}
	return readJob(answer.Job), nil
}

// jobs lists our jobs of one sort: "completed", "not-completed" (Get-Jobs, RFC 8011 §4.2.6).
func (p *Printer) jobs(ctx context.Context, which string) (all []jobInfo, err error) {
	m := p.mine(goipp.OpGetJobs, 0)
	m.Operation.Add(goipp.MakeAttr("limit", goipp.TagInteger, goipp.Integer(500)))
	m.Operation.Add(goipp.MakeAttr("which-jobs", goipp.TagKeyword, goipp.String(which)))
	m.Operation.Add(goipp.MakeAttr("my-jobs", goipp.TagBoolean, goipp.Boolean(true)))
	answer, err := p.s.do(ctx, p.path, asking(m, jobAttributes), nil)
	if err != nil {
		return nil, err
	}
	for _, g := range answer.Groups {
		if g.Tag == goipp.TagJobGroup {
			all = append(all, readJob(g.Attrs))
		}
	}
	return all, nil
}
