package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"
)

// Numbers of queue.State as they stand in the table.
const (
	waiting  = int(queue.StateWaiting)
	inFlight = int(queue.StateInFlight)
	purged   = int(queue.StatePurged)
	carried  = int(queue.StateCarried)
	refused  = int(queue.StateRefused)
	held     = int(queue.StateHeld)
)

// Reasons of parcels that are set aside.
const (
	ReasonDamaged = "damaged" // the stored bytes no longer have their hash
	ReasonFork    = "fork"    // the receiver has other bytes under this number
)

// maxLease and maxWait bound every wait. One that ends later was written by a clock that has been put right since: with
// no bound a parcel that failed on the day the clock said 2036 would wait until 2036.
const (
	maxLease = 20 * time.Minute
	maxWait  = 15*time.Minute + time.Second // the ceiling of jitter
)

// Claim implements queue.Outbox.
func (s *Store) Claim(ctx context.Context, w queue.Want) (*queue.Lease, error) {
	if w.Earlier {
		return s.claimEarlier(ctx, w)
	}
	for {
		lease, err := s.claim(ctx, w)
		var bad unreadBody
		if !errors.As(err, &bad) {
			return lease, err
		}
		// SQLite ends a transaction in which a read failed: the parcel is set aside in one of its own.
		if err := s.drain(ctx, func(t *txn) error { return t.hold(uint64(bad), ReasonDamaged, journal.KindHeld) }); err != nil {
			return nil, err
		}
	}
}

// unreadBody is a parcel whose bytes cannot be read from the file.
type unreadBody uint64

// Error implements error.
func (e unreadBody) Error() string { return "store: the bytes of a parcel cannot be read" }

func (s *Store) claim(ctx context.Context, w queue.Want) (*queue.Lease, error) {
	lease := &queue.Lease{}
	err := s.drain(ctx, func(t *txn) error {
		if err := t.endLeases(); err != nil {
			return err
		}
		parcels, err := t.due(w)
		if err != nil || len(parcels) == 0 {
			return err
		}
		if _, err := io.ReadFull(s.c.Rand, lease.Token[:]); err != nil {
			return err
		}
		lease.Batch = queue.Batch{Station: s.c.Station, Epoch: t.epoch, Parcels: parcels}
		lease.Last = parcels[len(parcels)-1].Seq
		size, err := t.checkpointFor(&lease.Batch)
		if err != nil {
			return err
		}
		for i := range parcels {
			parcels[i].State = queue.StateInFlight
			if _, err := t.exec(`UPDATE job SET state = ?, lease = ?, lease_until = ?, checkpoint = ? WHERE seq = ?`,
				inFlight, lease.Token[:], t.now.Add(min(w.Lease, maxLease)).Unix(), size, int64(parcels[i].Seq)); err != nil {
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

// endLeases gives back what somebody claimed and never settled.
func (t *txn) endLeases() error {
	_, err := t.exec(`UPDATE job SET state = CASE carried WHEN 1 THEN ? ELSE ? END, lease = NULL, lease_until = NULL
		WHERE state = ? AND (lease_until <= ? OR lease_until > ?)`, carried, waiting, inFlight, t.now.Unix(), t.now.Add(maxLease).Unix())
	return err
}

// due reads the parcels to claim and sets aside those whose bytes are damaged. It goes on until it has enough sound
// ones, so that damaged ones never make a batch look empty.
func (t *txn) due(w queue.Want) (parcels []queue.Parcel, err error) {
	also := waiting
	if w.Carried {
		also = carried
	}
	limit := min(max(w.Max, 1), queue.MaxBatchParcels)
	after, size := w.After, 0
	for len(parcels) < limit {
		p, err := t.nextDue(after, also, w)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		after = p.Seq
		if sha256.Sum256(p.Sealed) != p.Hash {
			if err := t.hold(p.Seq, ReasonDamaged, journal.KindHeld); err != nil {
				return nil, err
			}
			continue
		}
		if size += p.Size; size > queue.MaxBatch/2 && len(parcels) > 0 {
			break
		}
		parcels = append(parcels, *p)
	}
	return parcels, nil
}

// nextDue reads the next parcel that is wanted.
func (t *txn) nextDue(after uint64, also int, w queue.Want) (*queue.Parcel, error) {
	p := queue.Parcel{Station: t.s.c.Station, Epoch: t.epoch}
	var id, hash []byte
	// Each index is named: with statistics or without, the planner must not sort a million rows to find the first.
	index, literal := `job_due`, ``
	if w.Kind == queue.KindVoid {
		index, literal = `job_void`, `kind = 'void' AND ` // a partial index wants to be spoken to in its own words
	}
	err := t.row(`SELECT seq, id, kind, day, hash, size, attempts FROM job INDEXED BY `+index+`
		WHERE seq > ? AND state IN (0, 5) AND state IN (?, ?) AND (next_at <= ? OR next_at > ? OR ?)
		AND `+literal+`(? = '' OR kind = ?) ORDER BY seq LIMIT 1`,
		[]any{int64(after), waiting, also, t.now.Unix(), t.now.Add(maxWait).Unix(), w.Now, w.Kind, w.Kind}, &p.Seq, &id, &p.Kind, &p.Day, &hash, &p.Size, &p.Attempts)
	if err != nil {
		return nil, err
	}
	copy(p.ID[:], id)
	copy(p.Hash[:], hash)
	err = t.row(`SELECT sealed FROM body WHERE seq = ?`, []any{int64(p.Seq)}, &p.Sealed)
	switch {
	case errors.Is(err, ErrNotFound):
		return &p, nil // without its hash: it is set aside
	case unread(err):
		return nil, unreadBody(p.Seq)
	}
	return &p, err
}

// unread tells whether bytes of the file could not be read, or made no sense.
func unread(err error) bool {
	switch extendedCode(err) {
	case codeIORead, codeIOShort, codeIOFS:
		return true
	}
	return sqliteCode(err) == codeCorrupt
}

func (t *txn) hold(seq uint64, reason string, act journal.Kind) error {
	if _, err := t.exec(`UPDATE job SET state = ?, reason = ?, lease = NULL, lease_until = NULL WHERE seq = ?`, held, reason, int64(seq)); err != nil {
		return err
	}
	return t.note(journal.Event{Kind: act, Day: t.day(), Parcel: seq, Code: reason})
}

// Release implements queue.Outbox.
func (s *Store) Release(ctx context.Context, token [16]byte, arrived bool) error {
	return s.drain(ctx, func(t *txn) error {
		if _, err := t.exec(`UPDATE estate SET state = CASE carried WHEN 1 THEN ? ELSE ? END, lease = NULL, lease_until = NULL
			WHERE state = 1 AND lease = ?`, carried, waiting, token[:]); err != nil {
			return err
		}
		if !arrived {
			if _, err := t.exec(`UPDATE checkpoint SET sent = sent - 1 WHERE sent > 0 AND size IN (SELECT checkpoint FROM job WHERE lease = ?)`, token[:]); err != nil {
				return err
			}
		}
		_, err := t.exec(`UPDATE job SET state = CASE carried WHEN 1 THEN ? ELSE ? END, lease = NULL, lease_until = NULL
			WHERE state = ? AND lease = ?`, carried, waiting, inFlight, token[:])
		return err
	})
}

// Settle implements queue.Outbox.
func (s *Store) Settle(ctx context.Context, token [16]byte, all []queue.Settlement) (done queue.Settled, err error) {
	done, err = s.drainEach(ctx, len(all), func(t *txn, i int, done *queue.Settled) error {
		if all[i].Receipt != nil {
			return t.accept(all[i].Receipt, done)
		}
		return t.settle(token, all[i], done)
	}, func(t *txn, done queue.Settled) error {
		if done.Carried == 0 {
			return nil
		}
		return t.note(journal.Event{Kind: journal.KindCarried, Day: t.day(), Number: uint64(done.Carried)})
	})
	if err != nil {
		return done, err
	}
	return done, s.afterPurge(ctx, done)
}

// settle writes the end of one try. Every change is guarded by the lease: what somebody else has claimed since, or has
// already been purged, is left alone.
func (t *txn) settle(token [16]byte, one queue.Settlement, done *queue.Settled) error {
	var wasCarried bool
	var attempts int
	err := t.row(`SELECT carried, attempts FROM job WHERE seq = ? AND state = ? AND lease = ?`,
		[]any{int64(one.Seq), inFlight, token[:]}, &wasCarried, &attempts)
	if errors.Is(err, ErrNotFound) {
		return t.settleEarlier(token, one, done)
	}
	if err != nil {
		return err
	}
	switch one.Result {
	case queue.Carried:
		done.Carried++
		_, err = t.exec(`UPDATE job SET state = ?, carried = 1, reason = '', lease = NULL, lease_until = NULL WHERE seq = ?`, carried, int64(one.Seq))
		return err
	case queue.Refused:
		done.Refused++
		if _, err := t.exec(`UPDATE job SET state = ?, reason = ?, attempts = attempts + 1, lease = NULL, lease_until = NULL WHERE seq = ?`,
			refused, one.Reason, int64(one.Seq)); err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindRefused, Day: t.day(), Parcel: one.Seq, Code: one.Reason})
	}
	done.Retry++
	wait, err := t.jitter(attempts)
	if err != nil {
		return err
	}
	next := waiting
	if wasCarried {
		next = carried
	}
	_, err = t.exec(`UPDATE job SET state = ?, reason = ?, attempts = attempts + 1, next_at = ?, lease = NULL, lease_until = NULL WHERE seq = ?`,
		next, one.Reason, t.now.Add(wait).Unix(), int64(one.Seq))
	return err
}

// Accept implements queue.Outbox.
func (s *Store) Accept(ctx context.Context, all []*queue.Receipt) (done queue.Settled, err error) {
	done, err = s.drainEach(ctx, len(all), func(t *txn, i int, done *queue.Settled) error { return t.accept(all[i], done) }, nil)
	if err != nil {
		return done, err
	}
	return done, s.afterPurge(ctx, done)
}

// accept purges the parcel that a receipt names, if it names the bytes that were sent.
func (t *txn) accept(r *queue.Receipt, done *queue.Settled) error {
	if r.Signed() == nil {
		return ErrUnproven
	}
	if r.Station != t.s.c.Station || r.Epoch > t.epoch || r.Seq > 1<<62 {
		done.Unknown++
		return nil
	}
	if r.Epoch < t.epoch {
		return t.acceptEarlier(r, done)
	}
	var state int
	var hash []byte
	var reason string
	err := t.row(`SELECT state, hash, reason FROM job WHERE seq = ?`, []any{int64(r.Seq)}, &state, &hash, &reason)
	switch {
	case errors.Is(err, ErrNotFound):
		done.Unknown++
		return nil
	case err != nil:
		return err
	case string(hash) != string(r.Hash[:]):
		done.Forks = append(done.Forks, r.Seq)
		if state == purged || state == held && reason == ReasonFork {
			return nil
		}
		return t.hold(r.Seq, ReasonFork, journal.KindFork)
	case state == purged:
		done.Again++
		return nil
	}
	return t.purge(r, done)
}

func (t *txn) purge(r *queue.Receipt, done *queue.Settled) error {
	done.Purged++
	if _, err := t.exec(`DELETE FROM body WHERE seq = ?`, int64(r.Seq)); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE checkpoint SET held = 1 WHERE size = (SELECT checkpoint FROM job WHERE seq = ?)`, int64(r.Seq)); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE job SET state = ?, receipt = ?, reason = '', lease = NULL, lease_until = NULL WHERE seq = ?`,
		purged, r.Signed(), int64(r.Seq)); err != nil {
		return err
	}
	if err := t.saw(r.Time); err != nil {
		return err
	}
	return t.note(journal.Event{Kind: journal.KindReceipt, Day: t.day(), Parcel: r.Seq, Hash: r.Hash[:]})
}

// afterPurge empties the WAL: what was deleted from the file would still be in it.
func (s *Store) afterPurge(ctx context.Context, done queue.Settled) error {
	if done.Purged == 0 {
		return nil
	}
	return s.truncate(context.WithoutCancel(ctx))
}
