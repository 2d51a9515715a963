package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"bangban/app/journal"

	"golang.org/x/mod/sumdb/tlog"
)

// txn is one transaction. It is also the journal's Storage, so that a leaf is written with its act or not at all.
type txn struct {
	ctx   context.Context
	tx    *sql.Tx
	s     *Store
	epoch uint64
	now   time.Time
	tip   tip // how far the database has come with this transaction
}

var _ journal.Storage = (*txn)(nil)

// write runs f in one durable transaction: BEGIN IMMEDIATE, and all of it or nothing.
func (s *Store) write(ctx context.Context, f func(*txn) error) error {
	if s.w == nil {
		return ErrReadOnly
	}
	return s.run(ctx, s.w, nil, f)
}

// read runs f over one consistent picture of the database.
func (s *Store) read(ctx context.Context, f func(*txn) error) error {
	return s.run(ctx, s.r, &sql.TxOptions{ReadOnly: true}, f)
}

func (s *Store) run(ctx context.Context, db *sql.DB, o *sql.TxOptions, f func(*txn) error) error {
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback() // also when f panics; after Commit it does nothing
	t := &txn{ctx: ctx, tx: tx, s: s, epoch: s.epoch, now: s.c.Now()}
	if err := f(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if t.tip.leaves > 0 {
		t.tip.station, t.tip.epoch = s.c.Station, t.epoch
		s.advance(t.tip)
	}
	return nil
}

func (t *txn) exec(q string, args ...any) (int64, error) {
	res, err := t.tx.ExecContext(t.ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *txn) row(q string, args []any, into ...any) error {
	err := t.tx.QueryRowContext(t.ctx, q, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// each calls f for every row; f scans it.
func (t *txn) each(q string, args []any, f func(scan func(...any) error) error) error {
	rows, err := t.tx.QueryContext(t.ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *txn) get(key string) (v []byte, err error) {
	err = t.row(`SELECT value FROM setting WHERE key = ?`, []any{key}, &v)
	return v, err
}

func (t *txn) set(key string, v []byte) error {
	_, err := t.exec(`INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, v)
	return err
}

// day is today's date at the counter.
func (t *txn) day() string { return t.now.Format(time.DateOnly) }

// checkpointEvery bounds how many acts lie beyond the newest signed checkpoint.
const checkpointEvery = 100

// note writes one act into the journal, and now and then a checkpoint.
func (t *txn) note(e journal.Event) error {
	n, err := journal.Append(t, e)
	if err != nil || (n+1)%checkpointEvery != 0 {
		return err
	}
	if _, _, err := t.checkpoint(); !errors.Is(err, ErrNoSigner) {
		return err
	}
	return nil
}

// Size implements journal.Storage.
func (t *txn) Size() (n int64, err error) {
	err = t.row(`SELECT coalesce(max(n) + 1, 0) FROM leaf`, nil, &n)
	return n, err
}

// Leaf implements journal.Storage.
func (t *txn) Leaf(n int64) (leaf []byte, err error) {
	err = t.row(`SELECT data FROM leaf WHERE n = ?`, []any{n}, &leaf)
	return leaf, err
}

// ReadHashes implements tlog.HashReader.
func (t *txn) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(at))
	for part := range slices.Chunk(at, hashesAtOnce) {
		held := make(map[int64]tlog.Hash, len(part))
		args := make([]any, len(part))
		for k, i := range part {
			args[k] = i
		}
		err := t.each(`SELECT i, hash FROM tree WHERE i IN (?`+strings.Repeat(`,?`, len(part)-1)+`)`, args, func(scan func(...any) error) error {
			var i int64
			var h []byte
			if err := scan(&i, &h); err != nil {
				return err
			}
			var sum tlog.Hash
			copy(sum[:], h) // a damaged one proves nothing
			held[i] = sum
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, i := range part {
			h, ok := held[i]
			if !ok {
				return nil, ErrNotFound
			}
			out = append(out, h)
		}
	}
	return out, nil
}

// hashesAtOnce bounds one query; a proof over a million acts takes 40.
const hashesAtOnce = 64

// Append implements journal.Storage.
func (t *txn) Append(n int64, leaf []byte, hashes []tlog.Hash) error {
	if _, err := t.exec(`INSERT INTO leaf(n, data) VALUES (?, ?)`, n, leaf); err != nil {
		return err
	}
	t.tip.leaves = n + 1
	first := tlog.StoredHashCount(n)
	for k, h := range hashes {
		if _, err := t.exec(`INSERT INTO tree(i, hash) VALUES (?, ?)`, first+int64(k), h[:]); err != nil {
			return err
		}
	}
	return nil
}
