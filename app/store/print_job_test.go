package store_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"bangban/app/store"
)

// TestPrintJobs: what was noted is there after the store was opened again, and ended jobs are forgotten in the end.
func TestPrintJobs(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	c := store.Config{Path: filepath.Join(t.TempDir(), "bangban.db"), Station: "T01", Now: func() time.Time { return now }}
	open := func() *store.Store {
		s, err := store.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	job := store.PrintJob{Printer: "ipp://localhost/printers/hall", Serial: "T01-000001", Hash: [32]byte{7}}
	var ids [2]int64
	for i := range ids {
		id, err := s.IntendPrint(ctx, job)
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = id
	}
	if err := errors.Join(s.PrintMade(ctx, ids[0], 17), s.PrintEnded(ctx, ids[0], "printed"), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	got, err := s.PrintJobs(ctx, job.Printer, job.Serial)
	if err != nil || len(got) != 2 || got[0].Job != 17 || got[0].Ended != "printed" || got[0].Hash != job.Hash || got[1].Job != 0 || got[1].Ended != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if other, err := s.PrintJobs(ctx, "ipp://localhost/printers/other", job.Serial); err != nil || len(other) != 0 {
		t.Errorf("another printer: %v, %v", other, err)
	}
	if err := s.PrintMade(ctx, 99, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such job: %v", err)
	}
	now = now.AddDate(0, 6, 0)
	if _, err := s.IntendPrint(ctx, job); err != nil {
		t.Fatal(err)
	}
	if got, err := s.PrintJobs(ctx, job.Printer, job.Serial); err != nil || len(got) != 2 || got[0].ID != ids[1] {
		t.Errorf("after half a year: %+v, %v", got, err)
	}
}
