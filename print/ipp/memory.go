package ipp

import (
	"context"
	"sync"
)

// End is how a job that was handed over ended.
type End string

// The ends of a job; the zero value is: it has none yet.
const (
	Open    End = ""
	Printed End = "printed" // the paper is out
	Gone    End = "gone"    // nothing of it is left
)

// Entry is one job that was, or was about to be, handed over.
type Entry struct {
	Row     int64
	Printer string // its URI
	Title   string
	Hash    [32]byte // SHA-256 of the document
	Job     int      // 0: Create-Job had not answered
	End     End
}

// Memory keeps what was handed to printers across a crash. Each call is durable when it returns.
type Memory interface {
	// Intend notes a job before anything of it reaches the printer and gives its row.
	Intend(ctx context.Context, e Entry) (row int64, err error)
	// Made notes the id that the printer gave the job, before the document is sent.
	Made(ctx context.Context, row int64, job int) error
	// Ended notes the end of a job.
	Ended(ctx context.Context, row int64, end End) error
	// Known gives the entries of a printer and title, oldest first.
	Known(ctx context.Context, printer, title string) ([]Entry, error)
}

// forgetful remembers until the program ends.
type forgetful struct {
	mu  sync.Mutex
	all []Entry
}

func (f *forgetful) Intend(_ context.Context, e Entry) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.Row = int64(len(f.all) + 1)
	f.all = append(f.all, e)
	return e.Row, nil
}

func (f *forgetful) Made(_ context.Context, row int64, job int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[row-1].Job = job
	return nil
}

func (f *forgetful) Ended(_ context.Context, row int64, end End) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[row-1].End = end
	return nil
}

func (f *forgetful) Known(_ context.Context, printer, title string) (known []Entry, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.all {
		if e.Printer == printer && e.Title == title {
			known = append(known, e)
		}
	}
	return known, nil
}
