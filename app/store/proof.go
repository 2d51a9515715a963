package store

import (
	"context"
	"errors"

	"bangban/app/journal"

	"github.com/google/uuid"
)

// ProveParcel gives the proof that the parcel with this receipt number was queued: its leaf, and the way from there to a
// signed checkpoint (journal.EncodeProof). On a read-only store the newest checkpoint must already count it
// (ErrNoCheckpoint). ErrNotFound: no parcel of this epoch has the number.
func (s *Store) ProveParcel(ctx context.Context, receipt string) (proof []byte, err error) {
	id, err := uuid.Parse(receipt)
	if err != nil {
		return nil, ErrNotFound
	}
	if s.w != nil {
		if _, err := s.Checkpoint(ctx); err != nil {
			return nil, err
		}
	}
	err = s.read(ctx, func(t *txn) error {
		var seq uint64
		if err := t.row(`SELECT seq FROM job WHERE id = ?`, []any{id[:]}, &seq); err != nil {
			return err
		}
		n, err := t.leafOf(seq)
		if err != nil {
			return err
		}
		var size int64
		var signed []byte
		err = t.row(`SELECT size, note FROM checkpoint WHERE size > ? ORDER BY size DESC LIMIT 1`, []any{n}, &size, &signed)
		if errors.Is(err, ErrNotFound) {
			return ErrNoCheckpoint
		}
		if err != nil {
			return err
		}
		leaf, err := t.Leaf(n)
		if err != nil {
			return err
		}
		hashes, err := journal.ProveInclusion(t, n, size)
		proof = journal.EncodeProof(leaf, n, hashes, signed)
		return err
	})
	return proof, err
}

// leafOf finds the act that queued a parcel. Parcels are queued in order, so it halves what is left; an act that queued
// nothing is passed over.
func (t *txn) leafOf(seq uint64) (int64, error) {
	low := int64(0)
	high, err := t.Size()
	if err != nil {
		return 0, err
	}
	for low < high {
		mid := low + (high-low)/2
		at, queued, err := t.queuedFrom(mid, high)
		if err != nil {
			return 0, err
		}
		switch {
		case queued == seq:
			return at, nil
		case queued == 0 || queued > seq:
			high = mid
		default:
			low = at + 1
		}
	}
	return 0, ErrNotFound
}

// queuedFrom gives the first act from n on that queued a parcel, and which; 0: none before end.
func (t *txn) queuedFrom(n, end int64) (int64, uint64, error) {
	for ; n < end; n++ {
		leaf, err := t.Leaf(n)
		if err != nil {
			return 0, 0, err
		}
		e, err := journal.OpenEvent(leaf)
		if err != nil {
			return 0, 0, err
		}
		switch e.Kind {
		case journal.KindSigned, journal.KindEnded, journal.KindQueued:
			if e.Parcel > 0 {
				return n, e.Parcel, nil
			}
		}
	}
	return end, 0, nil
}
