package store

import (
	"context"
	"errors"
	"time"

	"bangban/app/journal"
	"bangban/app/people"
)

// Attempts remembers tries to log in.
func (s *Store) Attempts() people.Attempts { return attempts{s} }

type attempts struct{ s *Store }

// Load implements people.Attempts.
func (a attempts) Load(ctx context.Context, clerk string) (tally people.Tally, err error) {
	err = a.s.read(ctx, func(t *txn) error {
		tally, err = t.tally(clerk)
		return err
	})
	return tally, err
}

// Save implements people.Attempts. A failed try is also a leaf of the journal.
func (a attempts) Save(ctx context.Context, clerk string, old, next people.Tally) error {
	return a.s.write(ctx, func(t *txn) error {
		have, err := t.tally(clerk)
		if err != nil {
			return err
		}
		if !same(have, old) {
			return people.ErrRaced
		}
		var until int64
		if !next.Until.IsZero() {
			until = next.Until.Unix()
		}
		if _, err := t.exec(`INSERT INTO tries(clerk, failed, event, until) VALUES (?, ?, ?, ?) ON CONFLICT (clerk)
			DO UPDATE SET failed = excluded.failed, event = excluded.event, until = excluded.until`,
			clerk, next.Failed, int64(next.Event), until); err != nil {
			return err
		}
		if next.Failed <= old.Failed {
			return nil
		}
		return t.note(journal.Event{Kind: journal.KindTry, Day: t.day(), Clerk: clerk, Number: uint64(next.Failed)})
	})
}

// same compares what the table can hold: Until to the second.
func same(a, b people.Tally) bool {
	return a.Failed == b.Failed && a.Event == b.Event && (a.Until.IsZero() && b.Until.IsZero() || a.Until.Unix() == b.Until.Unix())
}

func (t *txn) tally(clerk string) (tally people.Tally, err error) {
	var until int64
	err = t.row(`SELECT failed, event, until FROM tries WHERE clerk = ?`, []any{clerk}, &tally.Failed, &tally.Event, &until)
	if errors.Is(err, ErrNotFound) {
		return people.Tally{}, nil
	}
	if until != 0 {
		tally.Until = time.Unix(until, 0).In(t.now.Location())
	}
	return tally, err
}
