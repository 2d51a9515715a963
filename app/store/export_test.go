package store

import (
	"context"

	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/queue"
)

// IssueInTwo is Issue as it must not be: the row in one transaction, parcel and leaf in another. It is the negative
// control of the kill test. Between is called between the two.
func (s *Store) IssueInTwo(ctx context.Context, draft func(flow.Slot) (flow.Signed, error), between func()) error {
	var slot flow.Slot
	var signed flow.Signed
	err := s.write(ctx, func(t *txn) (err error) {
		if slot, err = t.slot(); err != nil {
			return err
		}
		if signed, err = draft(slot); err != nil {
			return err
		}
		return t.insertVoucher(slot, signed)
	})
	if err != nil {
		return err
	}
	between()
	return s.write(ctx, func(t *txn) error {
		body, err := queue.VoucherBody{Serial: signed.Row.Serial, Before: signed.Before, COSE: signed.COSE}.Encode()
		if err != nil {
			return err
		}
		p, commitment, err := t.enqueue(queue.KindVoucher, &slot.Serial, body)
		if err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindSigned, Serial: signed.Row.Serial, Parcel: p.Seq, Commitment: commitment, Hash: p.Hash[:]})
	})
}

// IntegrityCheck runs SQLite's own.
func (s *Store) IntegrityCheck(ctx context.Context) (answer string, err error) {
	err = s.w.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&answer)
	return answer, err
}

// Sync is the configuration with another level than FULL: the negative control of the power cuts, and speed where
// nothing is cut.
func (c Config) Sync(level string) Config {
	c.sync = level
	return c
}

// UpTo is the configuration of a program that knew an older schema.
func (c Config) UpTo(version int64) Config {
	c.upTo = version
	return c
}

// NoLock is the configuration of a program that does not ask whether another one is there.
func (c Config) NoLock() Config {
	c.noLock = true
	return c
}

// Truncate folds the WAL into the file.
func (s *Store) Truncate(ctx context.Context) error { return s.truncate(ctx) }

// NoSalvage is the configuration of a program that only tells of damage.
func (c Config) NoSalvage() Config {
	c.noSalvage = true
	return c
}
