package winspool

import (
	"context"
	"errors"
	"syscall"
	"time"

	"bangban/print"

	"golang.org/x/sys/windows"
)

var (
	_ print.Device      = (*Printer)(nil)
	_ print.SheetDevice = (*Printer)(nil)
)

// How often a job is looked at, how long trouble must stand before it counts, and how long a job may not move.
const (
	every    = 500 * time.Millisecond
	grace    = 3 * time.Second
	patience = time.Minute
)

// Printer is one printer of the spooler.
type Printer struct{ name string }

// New is a printer by its name. Nothing is asked yet.
func New(name string) *Printer { return &Printer{name: name} }

// Name is the name of the printer.
func (p *Printer) Name() string { return p.name }

// Ready says why the printer could not print now.
func (p *Printer) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return p.coded(ctx.Err())
	}
	h, err := openPrinter(p.name)
	if err != nil {
		return p.coded(err)
	}
	defer h.close()
	status, attributes, err := h.status()
	if err != nil {
		return p.coded(err)
	}
	if code := trouble(0, status, attributes); code != "" {
		return p.fail(code, nil)
	}
	return nil
}

// Print hands the PDF over as it is (datatype RAW), for printers that take PDF.
func (p *Printer) Print(ctx context.Context, j print.Job) error {
	return p.print(ctx, j, func(h *handle) (uint32, error) { return h.rawCopies(ctx, j) })
}

// PrintSheet draws the pages through the driver.
func (p *Printer) PrintSheet(ctx context.Context, j print.Job, s *print.Sheet) error {
	return p.print(ctx, j, func(h *handle) (uint32, error) { return h.draw(ctx, p.name, j, s) })
}

func (h *handle) rawCopies(ctx context.Context, j print.Job) (id uint32, err error) {
	data := make([]byte, 0, len(j.PDF)*j.Copies)
	for range j.Copies {
		data = append(data, j.PDF...)
	}
	defer clear(data)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return h.raw(j.Title, data)
}

func (p *Printer) print(ctx context.Context, j print.Job, hand func(*handle) (uint32, error)) error {
	if err := j.Check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return p.coded(err)
	}
	h, err := openPrinter(p.name)
	if err != nil {
		return p.coded(err)
	}
	defer h.close()
	j.Say(print.JobQueued)
	id, err := hand(h)
	if err != nil {
		return p.coded(err)
	}
	j.Say(print.JobPrinting)
	if err := p.follow(ctx, h, id); err != nil {
		return err
	}
	j.Say(print.JobDone)
	return nil
}

// follow looks at a job until it has ended. One that does not get on is deleted.
func (p *Printer) follow(ctx context.Context, h *handle, id uint32) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	code, last, since := "", uint32(0), time.Now()
	for {
		job, known, err := h.job(id)
		if err != nil {
			return p.coded(err)
		}
		over, printed := ended(job)
		switch {
		case !known || over && printed:
			return nil
		case over:
			return p.fail(print.CodeCancelled, nil)
		}
		status, attributes, err := h.status()
		if err != nil {
			return p.coded(err)
		}
		now := trouble(job, status, attributes)
		if now != code || job != last {
			code, last, since = now, job, time.Now()
		}
		switch stood := time.Since(since); {
		case code != "" && stood >= grace:
			return errors.Join(p.fail(code, nil), h.remove(id))
		case stood >= patience:
			return errors.Join(p.fail(print.CodeUnreachable, nil), h.remove(id))
		}
		select {
		case <-ctx.Done():
			return errors.Join(p.coded(ctx.Err()), h.remove(id))
		case <-tick.C:
		}
	}
}

func (p *Printer) fail(code string, cause error) error {
	return print.NewError(code, cause, map[string]string{"Printer": p.name})
}

func isErrno(err error, want windows.Errno) bool {
	var no syscall.Errno
	return errors.As(err, &no) && no == want
}

func (p *Printer) coded(err error) error {
	code := print.CodeFailed
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || isErrno(err, windows.ERROR_PRINT_CANCELLED):
		code = print.CodeCancelled
	case isErrno(err, windows.ERROR_INVALID_PRINTER_NAME):
		code = print.CodeMissing
	case isErrno(err, windows.ERROR_ACCESS_DENIED):
		code = print.CodeForbidden
	case isErrno(err, windows.RPC_S_SERVER_UNAVAILABLE):
		code = print.CodeServiceOff
	case isErrno(err, windows.ERROR_DISK_FULL):
		code = print.CodeDiskFull
	}
	return p.fail(code, err)
}
