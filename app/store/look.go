package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// How large a database may be to be looked through before it is used: quick_check reads all of it, about 130 MB a second.
// A larger one is looked through beside the work.
const (
	checkAfterCrash = 200 << 20
	checkAlways     = 32 << 20
)

// background is a check that runs beside the work.
type background struct {
	cancel context.CancelFunc
	done   chan struct{}
	mu     sync.Mutex
	err    error
}

func (b *background) stop() {
	if b.cancel != nil {
		b.cancel()
		<-b.done
		b.cancel = nil
	}
}

// Sound says what the check beside the work has found: nil is nothing, or not yet.
func (s *Store) Sound() error {
	s.checking.mu.Lock()
	defer s.checking.mu.Unlock()
	return s.checking.err
}

// lookThrough checks the file before it is used: always where that takes no time, after an unclean end up to a size that
// takes seconds, else beside the work.
//
// It does so before anything may be written: a connection that writes would fold the WAL into a damaged file.
func (s *Store) lookThrough(ctx context.Context) error {
	st, err := os.Stat(s.c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a fresh one; begin compares it with the tip
	}
	if err == nil && st.Size() == 0 {
		if readTip(s.tipPath()).leaves > 0 {
			return fail("store.open", "data-damaged", fmt.Errorf("%w: the file is empty", ErrDamaged))
		}
		return nil
	}
	if err != nil {
		return err
	}
	if s.halfMade() {
		return nil // opening it for writing rolls it back
	}
	if err := s.inWAL(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(s.c.Path, true, ""))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if err := s.schemaMatches(ctx, db); err != nil {
		return errors.Join(err, db.Close())
	}
	limit := int64(checkAlways)
	clean := endedCleanly(ctx, db)
	if !clean {
		limit = checkAfterCrash
	}
	if st.Size() <= limit || clean {
		if st.Size() <= limit {
			err = s.quickCheck(ctx, db)
		}
		return errors.Join(err, db.Close())
	}
	ctx, s.checking.cancel = context.WithCancel(context.Background())
	s.checking.done = make(chan struct{})
	go func() {
		defer close(s.checking.done)
		defer db.Close()
		if err := s.quickCheck(ctx, db); err != nil && ctx.Err() == nil {
			s.checking.mu.Lock()
			s.checking.err = err
			s.checking.mu.Unlock()
		}
	}()
	return nil
}

// halfMade tells whether the power went while the file was being made: before it had a WAL it had a rollback journal, which
// nobody can play back who may only read. Nothing was ever acknowledged out of such a file.
func (s *Store) halfMade() bool {
	if readTip(s.tipPath()).leaves > 0 {
		return false
	}
	_, err := os.Stat(s.c.Path + "-journal")
	return err == nil
}

// inWAL tells whether the file's header (sqlite.org/fileformat2.html, offset 18) still says that there is a WAL, once
// anything was written: without it the WAL would be ignored.
func (s *Store) inWAL() error {
	if readTip(s.tipPath()).leaves == 0 {
		return nil
	}
	f, err := os.Open(s.c.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [20]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || head[18] != 2 || head[19] != 2 {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: header", ErrDamaged))
	}
	return nil
}

func (s *Store) quickCheck(ctx context.Context, db *sql.DB) error {
	var answer string
	err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&answer)
	if s.around(err) || ctx.Err() != nil {
		return fail("store.open", "data-unreadable", errors.Join(err, ctx.Err()), "Dir", filepath.Dir(s.c.Path))
	}
	if err != nil {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	if answer != "ok" {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: quick_check", ErrDamaged))
	}
	return s.bodiesMatch(ctx, db)
}

// bodiesMatch looks for what SQLite cannot see: a state that no act writes. A parcel that is purged has a receipt and no
// body, every other one has a body.
func (s *Store) bodiesMatch(ctx context.Context, db *sql.DB) error {
	var bad int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM job LEFT JOIN body USING (seq)
		WHERE (state = 4) <> (body.seq IS NULL) OR state NOT IN (0, 1, 4, 5, 6, 7) OR state = 4 AND receipt IS NULL`).Scan(&bad)
	if sqliteCode(err) == 1 { // no such table: the migrations have not run yet
		return nil
	}
	if s.around(err) || ctx.Err() != nil {
		return fail("store.open", "data-unreadable", errors.Join(err, ctx.Err()), "Dir", filepath.Dir(s.c.Path))
	}
	if err == nil && bad > 0 {
		err = errors.New("states that no act writes")
	}
	if err != nil {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %w", ErrDamaged, err))
	}
	return nil
}

// keySchema holds the SHA-256 of what the schema says behind the version it is of, as the last migration left it. Where a
// migration was cut off, or another program's has gone on since, the version is another one and nothing is compared.
const keySchema = "schema"

// schemaSum is the version of the schema, eight bytes, and the SHA-256 of its text.
func schemaSum(ctx context.Context, db *sql.DB) ([]byte, error) {
	var version int64
	if err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1`).Scan(&version); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY name, type`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	h := sha256.New()
	for rows.Next() {
		var text [4]string
		if err := rows.Scan(&text[0], &text[1], &text[2], &text[3]); err != nil {
			return nil, err
		}
		fmt.Fprintf(h, "%q\n", text)
	}
	return h.Sum(binary.BigEndian.AppendUint64(nil, uint64(version))), rows.Err()
}

// schemaMatches looks for what quick_check does not: a bit that fell in the text of a trigger or a check leaves a file that
// is well formed and does something else.
func (s *Store) schemaMatches(ctx context.Context, db *sql.DB) error {
	var want []byte
	err := db.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = ?`, keySchema).Scan(&want)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // of before there was one; quick_check has the word
	}
	var sum []byte
	if err == nil {
		sum, err = schemaSum(ctx, db)
	}
	switch {
	case s.around(err) || ctx.Err() != nil:
		return fail("store.open", "data-unreadable", errors.Join(err, ctx.Err()), "Dir", filepath.Dir(s.c.Path))
	case sqliteCode(err) == 1 && want == nil: // the table is not there yet, or its name is damaged: the tip tells
		return nil
	case err != nil:
		return fail("store.open", "data-damaged", fmt.Errorf("%w: %w", ErrDamaged, err))
	case len(want) != len(sum) || !bytes.Equal(sum[:8], want[:8]): // of another version
		return nil
	case !bytes.Equal(sum, want):
		return fail("store.open", "data-damaged", fmt.Errorf("%w: schema", ErrDamaged))
	}
	return nil
}

// keepSchema notes what the schema says now.
func (s *Store) keepSchema(ctx context.Context) error {
	sum, err := schemaSum(ctx, s.w)
	if err != nil {
		return err
	}
	var held []byte
	if err := s.w.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = ?`, keySchema).Scan(&held); err == nil && bytes.Equal(held, sum) {
		return nil
	}
	_, err = s.w.ExecContext(ctx, `INSERT INTO setting(key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, keySchema, sum)
	return err
}

// around tells whether an error is of what lies around the file, not of what is in it: no room, no right, a flush that
// failed. The file may be sound, so it is not set aside for it; the next start looks again.
func (s *Store) around(err error) bool {
	if unread(err) {
		return false
	}
	switch sqliteCode(err) {
	case codeBusy, codeLocked, codeNoMemory, codeIO, codeFull:
		return true
	case codePerm, codeReadOnly, codeCannot: // SQLite says so of a damaged header, too
		for _, suffix := range []string{"", "-wal"} {
			f, err := os.OpenFile(s.c.Path+suffix, os.O_RDWR, 0)
			if err == nil {
				f.Close()
			} else if !errors.Is(err, fs.ErrNotExist) {
				return true
			}
		}
	}
	return false
}

// isDamage tells whether the file is no longer what was written.
func isDamage(err error) bool {
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrRolled) || errors.Is(err, ErrBehind) {
		return true
	}
	code := sqliteCode(err)
	return code == codeCorrupt || code == codeNotADB
}
