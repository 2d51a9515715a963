package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"bangban/app/journal"
	"bangban/app/queue"
)

// claimEarlier leases parcels of one earlier epoch, with the newest checkpoint that is left of it.
func (s *Store) claimEarlier(ctx context.Context, w queue.Want) (*queue.Lease, error) {
	lease := &queue.Lease{}
	err := s.drain(ctx, func(t *txn) error {
		if _, err := t.exec(`UPDATE estate SET state = CASE carried WHEN 1 THEN ? ELSE ? END, lease = NULL, lease_until = NULL
			WHERE state = 1 AND (lease_until <= ? OR lease_until > ?)`, carried, waiting, t.now.Unix(), t.now.Add(maxLease).Unix()); err != nil {
			return err
		}
		if err := t.dueEarlier(w, lease); err != nil || len(lease.Batch.Parcels) == 0 {
			return err
		}
		if _, err := io.ReadFull(s.c.Rand, lease.Token[:]); err != nil {
			return err
		}
		b := &lease.Batch
		b.Station, b.Epoch, b.Day = s.c.Station, b.Parcels[0].Epoch, t.day()
		if err := t.row(`SELECT note FROM estate_note WHERE epoch = ?`, []any{int64(b.Epoch)}, &b.Checkpoint); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		s.mu.Lock()
		if s.sealer != nil {
			b.Certificate = s.sealer.IdentityCert
		}
		s.mu.Unlock()
		for i := range b.Parcels {
			b.Parcels[i].State = queue.StateInFlight
			if _, err := t.exec(`UPDATE estate SET state = ?, lease = ?, lease_until = ? WHERE epoch = ? AND seq = ?`, inFlight,
				lease.Token[:], t.now.Add(min(w.Lease, maxLease)).Unix(), int64(b.Epoch), int64(b.Parcels[i].Seq)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(lease.Batch.Parcels) == 0 {
		return nil, err
	}
	return lease, nil
}

// dueEarlier reads what is due of one epoch.
func (t *txn) dueEarlier(w queue.Want, lease *queue.Lease) error {
	also := waiting
	if w.Carried {
		also = carried
	}
	size := 0
	return t.each(`SELECT n, epoch, seq, id, kind, day, hash, size, attempts, coalesce(sealed, x'') FROM estate
		WHERE n > ? AND state IN (0, 5) AND state IN (?, ?) AND (next_at <= ? OR next_at > ? OR ?) ORDER BY n LIMIT ?`,
		[]any{int64(w.After), waiting, also, t.now.Unix(), t.now.Add(maxWait).Unix(), w.Now, min(max(w.Max, 1), queue.MaxBatchParcels)},
		func(scan func(...any) error) error {
			p := queue.Parcel{Station: t.s.c.Station}
			var n uint64
			var id, hash []byte
			if err := scan(&n, &p.Epoch, &p.Seq, &id, &p.Kind, &p.Day, &hash, &p.Size, &p.Attempts, &p.Sealed); err != nil {
				return err
			}
			copy(p.ID[:], id)
			copy(p.Hash[:], hash)
			got := &lease.Batch.Parcels
			if size += p.Size; len(*got) > 0 && ((*got)[0].Epoch != p.Epoch || size > queue.MaxBatch/2) || sha256.Sum256(p.Sealed) != p.Hash {
				return nil
			}
			lease.Last = n
			*got = append(*got, p)
			return nil
		})
}

// settleEarlier is settle for a parcel of an earlier epoch.
func (t *txn) settleEarlier(token [16]byte, one queue.Settlement, done *queue.Settled) error {
	var n int64
	var attempts int
	var wasCarried bool
	err := t.row(`SELECT n, attempts, carried FROM estate WHERE seq = ? AND state = 1 AND lease = ?`, []any{int64(one.Seq), token[:]}, &n, &attempts, &wasCarried)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	next, wait := waiting, int64(0)
	if wasCarried {
		next = carried
	}
	switch one.Result {
	case queue.Carried:
		done.Carried++
		next, wasCarried = carried, true
	case queue.Refused:
		done.Refused++
		next, attempts = refused, attempts+1
	default:
		done.Retry++
		d, err := t.jitter(attempts)
		if err != nil {
			return err
		}
		attempts, wait = attempts+1, t.now.Add(d).Unix()
	}
	_, err = t.exec(`UPDATE estate SET state = ?, carried = ?, attempts = ?, next_at = ?, reason = ?, lease = NULL, lease_until = NULL WHERE n = ?`,
		next, wasCarried, attempts, wait, one.Reason, n)
	return err
}

// acceptEarlier takes a receipt for a parcel of an earlier epoch.
func (t *txn) acceptEarlier(r *queue.Receipt, done *queue.Settled) error {
	var n int64
	var state int
	var hash []byte
	err := t.row(`SELECT n, state, hash FROM estate WHERE epoch = ? AND seq = ?`, []any{int64(r.Epoch), int64(r.Seq)}, &n, &state, &hash)
	switch {
	case errors.Is(err, ErrNotFound):
		done.Unknown++
		return nil
	case err != nil:
		return err
	case string(hash) != string(r.Hash[:]):
		done.Forks = append(done.Forks, r.Seq)
		if state == purged || state == held {
			return nil
		}
		_, err := t.exec(`UPDATE estate SET state = ?, reason = ?, lease = NULL, lease_until = NULL WHERE n = ?`, held, ReasonFork, n)
		return err
	case state == purged:
		done.Again++
		return nil
	}
	done.Purged++
	if _, err := t.exec(`UPDATE estate SET state = ?, receipt = ?, sealed = NULL, reason = '', lease = NULL, lease_until = NULL WHERE n = ?`,
		purged, r.Signed(), n); err != nil {
		return err
	}
	if err := t.saw(r.Time); err != nil {
		return err
	}
	return t.note(journal.Event{Kind: journal.KindReceipt, Day: t.day(), Parcel: r.Seq, Number: r.Epoch, Hash: r.Hash[:]})
}
