package store

import (
	"context"
	"errors"

	"bangban/app/desk"
	"bangban/app/journal"
)

// Withdrawn is one paper that a counter took back.
type Withdrawn struct {
	Serial uint64
	ID     [16]byte // cti
	Expiry string   // last day of its life: after it nobody needs to know
}

// Voided lists the papers of this counter that were taken back and have not expired yet.
func (s *Store) Voided(ctx context.Context) (all []Withdrawn, err error) {
	err = s.read(ctx, func(t *txn) error {
		return t.each(`SELECT serial, cti, expiry_day FROM ledger WHERE state IN ('void', 'spoiled') AND expiry_day >= ? ORDER BY serial`,
			[]any{t.day()}, func(scan func(...any) error) error {
				var w Withdrawn
				var cti []byte
				err := scan(&w.Serial, &cti, &w.Expiry)
				copy(w.ID[:], cti)
				all = append(all, w)
				return err
			})
	})
	return all, err
}

// Withdraw keeps what a neighbour took back and drops what has expired. It says how many were not known before.
func (s *Store) Withdraw(ctx context.Context, series, station string, list []Withdrawn) (fresh int, err error) {
	err = s.write(ctx, func(t *txn) error {
		if _, err := t.exec(`DELETE FROM withdrawn WHERE expiry_day < ?`, t.day()); err != nil {
			return err
		}
		for _, w := range list {
			n, err := t.exec(`INSERT OR IGNORE INTO withdrawn(series, serial, cti, expiry_day) VALUES (?, ?, ?, ?)`, series, int64(w.Serial), w.ID[:], w.Expiry)
			if err != nil {
				return err
			}
			fresh += int(n)
		}
		if fresh == 0 {
			return nil
		}
		return t.note(journal.Event{Kind: journal.KindNeighbour, Day: t.day(), Code: station, Number: uint64(fresh)})
	})
	return fresh, err
}

// TakenBack tells whether this counter's own ledger, or a note of a neighbour, says that a paper was taken back. own: the
// series is this counter's.
func (s *Store) TakenBack(ctx context.Context, series string, serial uint64, own bool) (back bool, err error) {
	err = s.read(ctx, func(t *txn) error {
		var n int
		if own {
			var state desk.State
			err := t.row(`SELECT state FROM ledger WHERE serial = ?`, []any{int64(serial)}, &state)
			if err == nil {
				back = state == desk.StateVoid || state == desk.StateSpoiled
			}
			if !errors.Is(err, ErrNotFound) {
				return err
			}
			return nil
		}
		err := t.row(`SELECT count(*) FROM withdrawn WHERE series = ? AND serial = ?`, []any{series, int64(serial)}, &n)
		back = n > 0
		return err
	})
	return back, err
}
