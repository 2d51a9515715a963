package store

import (
	"context"
	"errors"

	"bangban/app/journal"
	"bangban/app/queue"
)

// Use is what the recipient's ledger knows of a serial. It has the fields of voucher.Use.
type Use struct {
	Seen  bool
	ID    [16]byte // cti it was seen with
	Count uint64   // how often it was redeemed
}

// Used looks a serial up. Nothing is written.
func (s *Store) Used(ctx context.Context, iss string, serial uint64) (u Use, err error) {
	err = s.read(ctx, func(t *txn) error {
		u, err = t.used(iss, serial)
		return err
	})
	return u, err
}

func (t *txn) used(iss string, serial uint64) (u Use, err error) {
	var cti []byte
	err = t.row(`SELECT cti, uses FROM seen WHERE iss = ? AND serial = ?`, []any{iss, int64(serial)}, &cti, &u.Count)
	if errors.Is(err, ErrNotFound) {
		return Use{}, nil
	}
	copy(u.ID[:], cti)
	u.Seen = err == nil
	return u, err
}

// See checks a serial and notes it in one transaction: what every Passed judgement with an audience does. It consumes
// nothing. A serial met before with another id is ErrReused and stays as it was.
func (s *Store) See(ctx context.Context, iss string, serial uint64, cti [16]byte, aud string) error {
	return s.write(ctx, func(t *txn) error { return t.see(iss, serial, cti, aud) })
}

func (t *txn) see(iss string, serial uint64, cti [16]byte, aud string) error {
	u, err := t.used(iss, serial)
	if err != nil {
		return err
	}
	if u.Seen {
		if u.ID != cti {
			return ErrReused
		}
		return nil
	}
	_, err = t.exec(`INSERT INTO seen(iss, serial, cti, aud) VALUES (?, ?, ?, ?)`, iss, int64(serial), cti[:], aud)
	return err
}

// Redemption is one use of a voucher here.
type Redemption struct {
	Issuer   string
	Serial   uint64
	ID       [16]byte // cti
	Audience string
	Max      uint64 // uses that the voucher allows; 0: one
	Clerk    string

	// Body makes the record for the back office of the use with this number, queued in the same transaction; nil: none.
	Body func(count uint64) ([]byte, error)
}

// Redeem counts one use and queues its record, in one transaction with the check that one is left. It gives the number of uses including this
// one; ErrUsedUp and ErrReused change nothing.
func (s *Store) Redeem(ctx context.Context, r Redemption) (count uint64, err error) {
	err = s.write(ctx, func(t *txn) error {
		if err := t.see(r.Issuer, r.Serial, r.ID, r.Audience); err != nil {
			return err
		}
		u, err := t.used(r.Issuer, r.Serial)
		if err != nil {
			return err
		}
		if u.Count >= max(r.Max, 1) {
			count = u.Count
			return ErrUsedUp
		}
		count = u.Count + 1
		if _, err := t.exec(`UPDATE seen SET uses = ? WHERE iss = ? AND serial = ?`, int64(count), r.Issuer, int64(r.Serial)); err != nil {
			return err
		}
		if err := t.note(journal.Event{Kind: journal.KindRedeemed, Day: t.day(), Clerk: r.Clerk, Number: count}); err != nil || r.Body == nil {
			return err
		}
		body, err := r.Body(count)
		if err != nil {
			return err
		}
		p, commitment, err := t.enqueue(queue.KindRedeem, nil, body)
		if err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindQueued, Day: t.day(), Parcel: p.Seq, Clerk: r.Clerk, Code: queue.KindRedeem,
			Commitment: commitment, Hash: p.Hash[:]})
	})
	return count, err
}
