// Package printtest is the contract suite that every print.Device passes.
package printtest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"bangban/print"
)

// Setup is one fresh device and a way to look at what came out of it.
type Setup struct {
	Device print.Device
	// Papers gives what lies in the output tray, in any order. Half a paper counts.
	Papers func(t *testing.T) [][]byte
}

// Device runs the suite. make gives a fresh device whose tray is empty.
func Device(t *testing.T, make func(t *testing.T) Setup) {
	pdf := append([]byte("%PDF-1.3\n"), bytes.Repeat([]byte("SPECIMEN "), 50_000)...)
	t.Run("prints", func(t *testing.T) { prints(t, make(t), pdf) })
	t.Run("refuses", func(t *testing.T) { refuses(t, make(t), pdf) })
	t.Run("cancelled", func(t *testing.T) { cancelled(t, make(t), pdf) })
	t.Run("same title", func(t *testing.T) { sameTitle(t, make(t), pdf) })
}

func prints(t *testing.T, s Setup, pdf []byte) {
	if s.Device.Name() == "" {
		t.Error("a device without a name")
	}
	if err := s.Device.Ready(t.Context()); err != nil {
		t.Fatalf("not ready: %v", err)
	}
	if n := len(s.Papers(t)); n != 0 {
		t.Fatalf("Ready made %d papers", n)
	}
	var states []print.JobState
	own := bytes.Clone(pdf)
	err := s.Device.Print(t.Context(), print.Job{Title: "T01-000001", PDF: own, Copies: 1,
		Report: func(st print.JobState) { states = append(states, st) }})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(own, pdf) {
		t.Error("the device changed the job's bytes")
	}
	clear(own) // the caller wipes; what came out must not change
	if got := s.Papers(t); len(got) != 1 || !bytes.Equal(got[0], pdf) {
		t.Errorf("%d papers, want the one that was printed", len(got))
	}
	if want := []print.JobState{print.JobQueued, print.JobPrinting, print.JobDone}; !slices.Equal(states, want) {
		t.Errorf("states %v, want %v", states, want)
	}
}

func refuses(t *testing.T, s Setup, pdf []byte) {
	for name, j := range map[string]print.Job{
		"no bytes":    {Title: "T01-000001", Copies: 1},
		"no title":    {PDF: pdf, Copies: 1},
		"path":        {Title: "../T01-000001", PDF: pdf, Copies: 1},
		"hidden":      {Title: ".T01-000001", PDF: pdf, Copies: 1},
		"space":       {Title: "T01 000001", PDF: pdf, Copies: 1},
		"name":        {Title: "张三", PDF: pdf, Copies: 1},
		"no copies":   {Title: "T01-000001", PDF: pdf},
		"many copies": {Title: "T01-000001", PDF: pdf, Copies: 1000},
	} {
		if got := Code(s.Device.Print(t.Context(), j)); got != print.CodeRefused {
			t.Errorf("%s: code %q, want %q", name, got, print.CodeRefused)
		}
	}
	if n := len(s.Papers(t)); n != 0 {
		t.Errorf("%d papers of refused jobs", n)
	}
}

func cancelled(t *testing.T, s Setup, pdf []byte) {
	job := print.Job{Title: "T01-000001", PDF: pdf, Copies: 1}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := Code(s.Device.Print(ctx, job)); got != print.CodeCancelled {
		t.Errorf("before the start: code %q, want %q", got, print.CodeCancelled)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	job.Report = func(st print.JobState) {
		if st == print.JobPrinting {
			cancel()
		}
	}
	if got := Code(s.Device.Print(ctx, job)); got != print.CodeCancelled {
		t.Errorf("while printing: code %q, want %q", got, print.CodeCancelled)
	}
	if n := len(s.Papers(t)); n != 0 {
		t.Errorf("%d papers of cancelled jobs", n)
	}
	job.Report = nil
	if err := s.Device.Print(t.Context(), job); err != nil {
		t.Errorf("after a cancelled job: %v", err)
	}
}

func sameTitle(t *testing.T, s Setup, pdf []byte) {
	const n = 8
	var group sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		group.Go(func() {
			errs <- s.Device.Print(t.Context(), print.Job{Title: "T01-000001", PDF: pdf, Copies: 1})
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	got := s.Papers(t)
	if len(got) != n {
		t.Errorf("%d papers of %d jobs with one title", len(got), n)
	}
	for _, p := range got {
		if !bytes.Equal(p, pdf) {
			t.Error("a paper is not what was printed")
		}
	}
}

// Code gives the code of an error, "" where it has none.
func Code(err error) string {
	var c interface{ Code() string }
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}
