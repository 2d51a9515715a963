package store

import (
	"context"

	"bangban/app/desk"
	"bangban/app/journal"
	"bangban/app/queue"
)

// WithdrawHere keeps that a paper of another counter was taken back at this one, and queues the record for the back office,
// which puts it on the list that everybody reads. Doing it again changes nothing.
func (s *Store) WithdrawHere(ctx context.Context, series, station string, w Withdrawn, a desk.After) (parcel string, err error) {
	err = s.write(ctx, func(t *txn) error {
		n, err := t.exec(`INSERT OR IGNORE INTO withdrawn(series, serial, cti, expiry_day) VALUES (?, ?, ?, ?)`, series, int64(w.Serial), w.ID[:], w.Expiry)
		if err != nil || n == 0 {
			return err
		}
		enc, err := a.Encode()
		if err != nil {
			return err
		}
		body, err := queue.AfterBody{Serial: a.Serial, After: enc}.Encode()
		if err != nil {
			return err
		}
		p, commitment, err := t.enqueue(queue.KindVoid, nil, body)
		if err != nil {
			return err
		}
		parcel = p.ID.String()
		return t.note(journal.Event{Kind: journal.KindQueued, Day: t.day(), Serial: a.Serial, Parcel: p.Seq, Clerk: a.Clerk, Code: queue.KindVoid,
			Commitment: commitment, Hash: p.Hash[:]})
	})
	return parcel, err
}
