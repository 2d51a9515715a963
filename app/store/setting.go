package store

import (
	"context"
	"errors"
	"time"

	"bangban/app/journal"
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

// Tries is what is known of a clerk's failed logins. Events counts the journal's leaves: it only grows, so a delay that
// is measured in it as well as in time is not shortened by a clock set back or forward.
type Tries struct {
	Failed int    // since the last success
	Since  uint64 // Events at the last failure
	Events uint64 // now
}

// Tries reads them.
func (s *Store) Tries(ctx context.Context, clerk string) (tr Tries, err error) {
	err = s.read(ctx, func(t *txn) error {
		tr, err = t.tries(clerk)
		return err
	})
	return tr, err
}

func (t *txn) tries(clerk string) (tr Tries, err error) {
	n, err := t.Size()
	if err != nil {
		return tr, err
	}
	err = t.row(`SELECT failed, at_event FROM tries WHERE clerk = ?`, []any{clerk}, &tr.Failed, &tr.Since)
	tr.Events = uint64(n)
	if errors.Is(err, ErrNotFound) {
		return tr, nil
	}
	return tr, err
}

// NoteTry counts one login, before its outcome is shown: a process killed in between does not get a try for nothing.
func (s *Store) NoteTry(ctx context.Context, clerk string, ok bool) (tr Tries, err error) {
	err = s.write(ctx, func(t *txn) error {
		kind := journal.KindTry
		if ok {
			kind = journal.KindLogin
		}
		if err := t.note(journal.Event{Kind: kind, Day: t.day(), Clerk: clerk}); err != nil {
			return err
		}
		tr, err = t.countTry(clerk, ok)
		return err
	})
	return tr, err
}

func (t *txn) countTry(clerk string, ok bool) (Tries, error) {
	old, err := t.tries(clerk)
	if err != nil {
		return old, err
	}
	failed := old.Failed + 1
	if ok {
		failed = 0
	}
	if _, err := t.exec(`INSERT INTO tries(clerk, failed, at_event) VALUES (?, ?, ?)
		ON CONFLICT (clerk) DO UPDATE SET failed = excluded.failed, at_event = excluded.at_event`, clerk, failed, int64(old.Events)); err != nil {
		return old, err
	}
	return t.tries(clerk)
}

// Unlock forgets a clerk's failed logins. By names the supervisor.
func (s *Store) Unlock(ctx context.Context, clerk, by string) error {
	return s.write(ctx, func(t *txn) error {
		if _, err := t.exec(`DELETE FROM tries WHERE clerk = ?`, clerk); err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindUnlock, Day: t.day(), Clerk: by, Code: clerk})
	})
}
