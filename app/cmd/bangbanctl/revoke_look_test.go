package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/inbox"
	"bangban/app/queue"
)

// shelf is an inbox of lines that are open already.
type shelf struct {
	inbox.Store
	lines map[inbox.Ref]inbox.Line
	away  map[inbox.Ref]bool
}

func (s *shelf) add(station string, seq uint64, kind, serial, state string) {
	l := inbox.Line{Kind: kind, Serial: serial, Station: station, Epoch: 1, Seq: seq}
	if state != "" {
		l.After = map[string]any{"state": state}
	}
	s.lines[inbox.Ref{Station: station, Epoch: 1, Seq: seq}] = l
}

func (s *shelf) Stations(context.Context) ([]inbox.Row, error) {
	rows := map[string]*inbox.Row{}
	for r := range s.lines {
		if rows[r.Station] == nil {
			rows[r.Station] = &inbox.Row{Station: r.Station, Epoch: 1}
		}
		rows[r.Station].Highest = max(rows[r.Station].Highest, r.Seq)
	}
	var all []inbox.Row
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		for row := rows[name]; ; row.Mark++ {
			if _, ok := s.lines[inbox.Ref{Station: name, Epoch: 1, Seq: row.Mark + 1}]; !ok {
				all = append(all, *row)
				break
			}
		}
	}
	return all, nil
}

func (s *shelf) Envelope(_ context.Context, r inbox.Ref) ([]byte, error) {
	if _, ok := s.lines[r]; !ok || s.away[r] {
		return nil, inbox.ErrNotFound
	}
	return []byte{}, nil
}

// publish makes one look and gives the serials that are taken back by it, and how many records it read.
func (s *shelf) publish(t *testing.T, r *revoked, now time.Time, named ...string) (back []string, read int) {
	t.Helper()
	l := &look{store: s, void: map[string]bool{}, found: map[string]listed{}}
	l.open = func(line inbox.Line) (listed, bool) { return listed{line.Station, line.Seq}, true }
	l.records = func(refs []inbox.Ref, take func(inbox.Line) error) error {
		for _, ref := range refs {
			if line, ok := s.lines[ref]; ok && !s.away[ref] {
				if err := take(line); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := l.run(t.Context(), r, "box", named, now); err != nil {
		t.Fatal(err)
	}
	for serial := range l.found {
		if l.void[serial] || slices.Contains(named, serial) {
			back = append(back, serial)
		}
	}
	slices.Sort(back)
	return back, l.read
}

func TestLook(t *testing.T) {
	s, r, now := &shelf{lines: map[inbox.Ref]inbox.Line{}, away: map[inbox.Ref]bool{}}, &revoked{}, time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	want := func(what string, back []string, read int, gotBack []string, gotRead int) {
		t.Helper()
		if !slices.Equal(back, gotBack) || read != gotRead {
			t.Errorf("%s: took back %v after %d records, want %v after %d", what, gotBack, gotRead, back, read)
		}
	}
	void := string(desk.StateVoid)
	for i := uint64(1); i <= 100; i++ {
		s.add("A", i, queue.KindVoucher, fmt.Sprintf("A-%06d", i), "")
	}
	s.add("B-2", 1, queue.KindVoucher, "B-2-000001", "")
	s.add("B-2", 2, queue.KindAfter, "B-2-000001", "handed-over")
	back, read := s.publish(t, r, now)
	want("first", nil, 102, back, read)
	back, read = s.publish(t, r, now)
	want("nothing new", nil, 0, back, read)

	// What was voided since is found among what was read before, at its own counter, newest first.
	s.add("A", 101, queue.KindVoid, "A-000098", void)
	back, read = s.publish(t, r, now)
	want("an older voucher", []string{"A-000098"}, 1+3, back, read)
	back, read = s.publish(t, r, now, "B-2-000001")
	want("by name", []string{"B-2-000001"}, 2, back, read)

	// A void goes first: its voucher comes a day later, over a gap that is read again each time.
	s.add("A", 103, queue.KindVoid, "A-000101", void)
	back, read = s.publish(t, r, now)
	want("before its voucher", nil, 1+101, back, read)
	if r.Pending["A-000101"] != "2026-11-27" {
		t.Errorf("pending: %v", r.Pending)
	}
	s.add("A", 102, queue.KindVoucher, "A-000101", "")
	back, read = s.publish(t, r, now.Add(24*time.Hour))
	want("with its voucher", []string{"A-000101"}, 2, back, read)
	if len(r.Pending) != 0 {
		t.Errorf("pending: %v", r.Pending)
	}

	// One that never comes is given up, and what was moved away is passed over.
	s.add("A", 104, queue.KindVoid, "A-000999", void)
	s.publish(t, r, now)
	s.away[inbox.Ref{Station: "A", Epoch: 1, Seq: 50}] = true
	back, read = s.publish(t, r, now.Add(34*24*time.Hour))
	want("still waiting", nil, 103, back, read)
	back, read = s.publish(t, r, now.Add(36*24*time.Hour))
	want("for the last time", nil, 103, back, read)
	back, read = s.publish(t, r, now.Add(36*24*time.Hour))
	want("given up", nil, 0, back, read)

	// Reading all of it again finds all that was ever voided.
	r.Seen = nil
	back, _ = s.publish(t, r, now)
	if !slices.Equal(back, []string{"A-000098", "A-000101"}) {
		t.Errorf("again: %v", back)
	}
}
