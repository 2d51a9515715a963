// Package inboxtest is the contract of inbox.Store and its fellows as tests, and a PostgreSQL server for tests to run on.
package inboxtest

import (
	"bytes"
	"errors"
	"testing"

	"bangban/app/inbox"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"

	"golang.org/x/mod/sumdb/tlog"
)

// TestStore is what every inbox store must do.
func TestStore(t *testing.T, open func(t *testing.T) inbox.Store) {
	w := queuetest.NewWorld(t)
	for _, tc := range []struct {
		name string
		run  func(t *testing.T, s inbox.Store, w *queuetest.World)
	}{
		{"accepts once, then duplicates", acceptsOnce}, {"forks are quarantined", forks}, {"any order", anyOrder},
		{"checkpoint compare and swap", checkpoints}, {"unknown parcel", unknown},
		{"report", reports}, {"twice in one batch", twiceInOne},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.run(t, open(t), w) })
	}
}

func item(t *testing.T, w *queuetest.World, p queue.Parcel) inbox.Item {
	t.Helper()
	e, err := queue.OpenEnvelope(p.Sealed, w.Identify)
	if err != nil {
		t.Fatal(err)
	}
	return inbox.Item{Envelope: e, Bytes: p.Sealed}
}

func take(t *testing.T, s inbox.Store, items ...inbox.Item) []inbox.Taken {
	t.Helper()
	out, err := s.Take(t.Context(), inbox.Intake{Station: queuetest.Station, Epoch: 1, Items: items})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != len(items) {
		t.Fatalf("%d answers for %d items", len(out), len(items))
	}
	return out
}

func row(t *testing.T, s inbox.Store) inbox.Row {
	t.Helper()
	rows, err := s.Stations(t.Context())
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	return rows[0]
}

func acceptsOnce(t *testing.T, s inbox.Store, w *queuetest.World) {
	a := item(t, w, w.Parcel(t, 1, []byte("SPECIMEN")))
	if got := take(t, s, a)[0]; got.Result != queue.Accepted || got.Held != a.Envelope.Hash {
		t.Fatalf("%+v", got)
	}
	for range 2 {
		if got := take(t, s, a)[0]; got.Result != queue.Duplicate || got.Held != a.Envelope.Hash {
			t.Fatalf("%+v", got)
		}
	}
	b, err := s.Envelope(t.Context(), inbox.Ref{Station: queuetest.Station, Epoch: 1, Seq: 1})
	if err != nil || !bytes.Equal(b, a.Bytes) {
		t.Fatalf("bytes differ: %v", err)
	}
}

func forks(t *testing.T, s inbox.Store, w *queuetest.World) {
	first, other := item(t, w, w.Parcel(t, 1, []byte("SPECIMEN"))), item(t, w, w.Parcel(t, 1, []byte("SPECIMEN")))
	take(t, s, first)
	for range 2 {
		if got := take(t, s, other)[0]; got.Result != queue.Refused || got.Held != first.Envelope.Hash {
			t.Fatalf("%+v", got)
		}
	}
	b, err := s.Envelope(t.Context(), inbox.Ref{Station: queuetest.Station, Epoch: 1, Seq: 1})
	if err != nil || !bytes.Equal(b, first.Bytes) {
		t.Fatalf("a fork replaced what was held: %v", err)
	}
	if r := row(t, s); r.Forks != 1 || r.Parcels != 1 {
		t.Fatalf("%+v", r)
	}
}

func anyOrder(t *testing.T, s inbox.Store, w *queuetest.World) {
	for _, step := range []struct{ seq, mark, missing uint64 }{{3, 0, 1}, {1, 1, 2}, {5, 1, 2}, {2, 3, 4}, {4, 5, 0}} {
		take(t, s, item(t, w, w.Parcel(t, step.seq, nil)))
		r := row(t, s)
		if r.Mark != step.mark {
			t.Fatalf("after %d the mark is %d, want %d", step.seq, r.Mark, step.mark)
		}
		if step.missing == 0 && len(r.Missing) > 0 || step.missing > 0 && (len(r.Missing) == 0 || r.Missing[0] != step.missing) {
			t.Fatalf("after %d missing %v, want %d first", step.seq, r.Missing, step.missing)
		}
	}
}

func checkpoints(t *testing.T, s inbox.Store, w *queuetest.World) {
	at := func(size int64) *journal.Checkpoint {
		return &journal.Checkpoint{Origin: journal.Origin(queuetest.Station, 1), Size: size, Root: tlog.RecordHash([]byte{byte(size)}), Parcels: 3}
	}
	put := func(size, since int64) journal.Checkpoint {
		in := inbox.Intake{Station: queuetest.Station, Epoch: 1, Items: []inbox.Item{item(t, w, w.Parcel(t, uint64(size), nil))},
			Checkpoint: at(size), Signed: []byte("note"), Since: since}
		if _, err := s.Take(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		c, err := s.Newest(t.Context(), queuetest.Station, 1)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c, err := s.Newest(t.Context(), queuetest.Station, 1); err != nil || c.Size != 0 {
		t.Fatalf("%+v %v", c, err)
	}
	if c := put(4, 0); c != *at(4) {
		t.Fatalf("%+v", c)
	}
	if c := put(6, 3); c.Size != 4 {
		t.Fatalf("proven from another size, taken all the same: %+v", c)
	}
	if c := put(7, 4); c.Size != 7 {
		t.Fatalf("%+v", c)
	}
	if r := row(t, s); r.Checkpoint != 7 || r.Counted != 3 {
		t.Fatalf("%+v", r)
	}
}

func unknown(t *testing.T, s inbox.Store, _ *queuetest.World) {
	if _, err := s.Envelope(t.Context(), inbox.Ref{Station: "T09", Epoch: 1, Seq: 1}); !errors.Is(err, inbox.ErrNotFound) {
		t.Fatalf("got %v", err)
	}
}
