package store

import (
	"context"
	"errors"
	"time"
)

// userKey keeps settings of the window apart from the store's own.
const userKey = "user."

// Get reads a setting; nil where it was never set. Settings hold no personal data.
func (s *Store) Get(ctx context.Context, key string) (v []byte, err error) {
	err = s.read(ctx, func(t *txn) error {
		v, err = t.get(userKey + key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return v, err
}

// Set writes a setting.
func (s *Store) Set(ctx context.Context, key string, v []byte) error {
	if v == nil {
		v = []byte{}
	}
	return s.write(ctx, func(t *txn) error { return t.set(userKey+key, v) })
}

// keyNewest is the newest signed time that came from outside.
const keyNewest = "time.newest"

// Saw notes a signed time from outside: of a bundle, a list, a note.
func (s *Store) Saw(ctx context.Context, at time.Time) error {
	return s.write(ctx, func(t *txn) error { return t.saw(at) })
}

func (t *txn) saw(at time.Time) error {
	old, err := t.newest()
	if err != nil || !at.After(old) {
		return err
	}
	return t.set(keyNewest, []byte(at.UTC().Format(time.RFC3339)))
}

func (t *txn) newest() (time.Time, error) {
	v, err := t.get(keyNewest)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, string(v))
}

// MaxTime is the newest signed time seen: receipts, bundles, and the day of the newest ledger row (design §3, station
// time). The zero time where there is none.
func (s *Store) MaxTime(ctx context.Context) (at time.Time, err error) {
	err = s.read(ctx, func(t *txn) error {
		if at, err = t.newest(); err != nil {
			return err
		}
		var day string
		if err := t.row(`SELECT coalesce(max(day), '') FROM ledger`, nil, &day); err != nil || day == "" {
			return err
		}
		d, err := time.ParseInLocation(time.DateOnly, day, t.now.Location())
		if err == nil && d.After(at) {
			at = d
		}
		return err
	})
	return at, err
}
