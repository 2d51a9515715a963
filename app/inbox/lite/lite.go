// Package lite is an inbox for a single hall: one SQLite file, with the same durability as the counter's own (package
// store). Parcels are kept as they came, sealed.
package lite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"bangban/app/inbox"
	"bangban/app/journal"
	"bangban/app/queue"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
)

//go:embed migrations/*.sql
var migrations embed.FS

var (
	_ inbox.Store   = (*Store)(nil)
	_ inbox.Outbox  = (*Store)(nil)
	_ inbox.Replies = (*Store)(nil)
)

// Store is an open inbox. Several processes may have it open: each Take is one immediate transaction.
type Store struct{ db *sql.DB }

// Open opens the file, making it where there is none.
func Open(ctx context.Context, path string) (*Store, error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{db}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, os.Chmod(path, 0o600)
}

// dsn is the open recipe; auto_vacuum works only before WAL.
func dsn(path string) string {
	pragmas := []string{"auto_vacuum(INCREMENTAL)", "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)"}
	if runtime.GOOS == "darwin" {
		pragmas = append(pragmas, "fullfsync(1)")
	}
	p := filepath.ToSlash(path)
	if runtime.GOOS == "windows" && !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: p}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.db, sub, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Ping says whether the file answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// Take implements inbox.Store.
func (s *Store) Take(ctx context.Context, in inbox.Intake) (out []inbox.Taken, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	t := &take{ctx, tx, in}
	if _, err := tx.ExecContext(ctx, `INSERT INTO station(station, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING`, in.Station, in.Epoch); err != nil {
		return nil, err
	}
	for _, item := range in.Items {
		one, err := t.item(item)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if in.Unproven {
		if _, err := tx.ExecContext(ctx, `UPDATE station SET unproven = unproven + 1 WHERE station = ? AND epoch = ?`, in.Station, in.Epoch); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(t.mark(), t.checkpoint()); err != nil {
		return nil, err
	}
	return out, tx.Commit()
}

// take is one Take under way.
type take struct {
	ctx context.Context
	tx  *sql.Tx
	in  inbox.Intake
}

func (t *take) item(item inbox.Item) (inbox.Taken, error) {
	h, hash := item.Envelope.Header, item.Envelope.Hash
	out := inbox.Taken{Ref: inbox.Ref{Station: t.in.Station, Epoch: t.in.Epoch, Seq: h.Seq}, Result: queue.Accepted, Held: hash}
	var held []byte
	err := t.tx.QueryRowContext(t.ctx, `SELECT hash FROM parcel WHERE station = ? AND epoch = ? AND seq = ?`, t.in.Station, t.in.Epoch, h.Seq).Scan(&held)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = t.tx.ExecContext(t.ctx, `INSERT INTO parcel(station, epoch, seq, hash, kind, day, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			t.in.Station, t.in.Epoch, h.Seq, hash[:], h.Kind, h.Day, item.Bytes)
		if err != nil {
			return out, err
		}
		return out, t.note(out.Ref)
	case err != nil:
		return out, err
	}
	copy(out.Held[:], held)
	if out.Held == hash {
		out.Result = queue.Duplicate
		return out, nil
	}
	out.Result = queue.Refused
	_, err = t.tx.ExecContext(t.ctx, `INSERT INTO quarantine(station, epoch, seq, hash, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t.in.Station, t.in.Epoch, h.Seq, hash[:], item.Bytes)
	return out, err
}

// mark moves the end of the gapless prefix: the first number at or after the old mark whose successor is not held.
func (t *take) mark() error {
	_, err := t.tx.ExecContext(t.ctx, `UPDATE station SET mark = coalesce((SELECT min(p.seq) FROM parcel p
		WHERE p.station = ?1 AND p.epoch = ?2 AND p.seq >= max(station.mark, 1)
		AND NOT EXISTS (SELECT 1 FROM parcel n WHERE n.station = ?1 AND n.epoch = ?2 AND n.seq = p.seq + 1)), 0)
		WHERE station = ?1 AND epoch = ?2 AND EXISTS (SELECT 1 FROM parcel f WHERE f.station = ?1 AND f.epoch = ?2 AND f.seq = 1)`,
		t.in.Station, t.in.Epoch)
	return err
}

// checkpoint takes the newer one if nobody else has moved it since it was proven.
func (t *take) checkpoint() error {
	c := t.in.Checkpoint
	if c == nil {
		return nil
	}
	_, err := t.tx.ExecContext(t.ctx, `UPDATE station SET size = ?, root = ?, parcels = ?, note = ? WHERE station = ? AND epoch = ? AND size = ?`,
		c.Size, c.Root[:], int64(c.Parcels), t.in.Signed, t.in.Station, t.in.Epoch, t.in.Since)
	return err
}

// Newest implements inbox.Store.
func (s *Store) Newest(ctx context.Context, station string, epoch uint64) (journal.Checkpoint, error) {
	c := journal.Checkpoint{Origin: journal.Origin(station, epoch)}
	var root []byte
	err := s.db.QueryRowContext(ctx, `SELECT size, root, parcels FROM station WHERE station = ? AND epoch = ?`, station, epoch).Scan(&c.Size, &root, &c.Parcels)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	copy(c.Root[:], root)
	return c, err
}

// Envelope implements inbox.Store.
func (s *Store) Envelope(ctx context.Context, r inbox.Ref) (b []byte, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT sealed FROM parcel WHERE station = ? AND epoch = ? AND seq = ?`, r.Station, r.Epoch, r.Seq).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, inbox.ErrNotFound
	}
	return b, err
}

// Stations implements inbox.Store.
func (s *Store) Stations(ctx context.Context) ([]inbox.Row, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT station, epoch, mark, size, parcels, unproven,
		(SELECT coalesce(max(day), '') FROM parcel p WHERE p.station = s.station AND p.epoch = s.epoch),
		(SELECT count(*) FROM parcel p WHERE p.station = s.station AND p.epoch = s.epoch),
		(SELECT coalesce(max(seq), 0) FROM parcel p WHERE p.station = s.station AND p.epoch = s.epoch),
		(SELECT count(*) FROM quarantine q WHERE q.station = s.station AND q.epoch = s.epoch)
		FROM station s ORDER BY station, epoch`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []inbox.Row
	for rows.Next() {
		var r inbox.Row
		if err := rows.Scan(&r.Station, &r.Epoch, &r.Mark, &r.Checkpoint, &r.Counted, &r.Unproven, &r.Newest, &r.Parcels, &r.Highest, &r.Forks); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close() // the one connection is needed again
	for i := range out {
		if err := s.missing(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// missing lists the first numbers that must exist and are not held: below the highest one, or below the checkpoint's count.
func (s *Store) missing(ctx context.Context, r *inbox.Row) error {
	next, last := r.Mark+1, max(r.Highest, r.Counted)
	rows, err := s.db.QueryContext(ctx, `SELECT seq FROM parcel WHERE station = ? AND epoch = ? AND seq > ? ORDER BY seq`, r.Station, r.Epoch, r.Mark)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var seq uint64
		if err := rows.Scan(&seq); err != nil {
			return err
		}
		for ; next < seq && len(r.Missing) < inbox.MaxMissing; next++ {
			r.Missing = append(r.Missing, next)
		}
		next = seq + 1
	}
	for ; next <= last && len(r.Missing) < inbox.MaxMissing; next++ {
		r.Missing = append(r.Missing, next)
	}
	return rows.Err()
}
