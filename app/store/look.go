package store

import (
	"context"
	"database/sql"
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
	if errors.Is(err, fs.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil // a fresh one; begin compares it with the tip
	}
	if err != nil {
		return err
	}
	if err := s.inWAL(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(s.c.Path, true, ""))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
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

// around tells whether an error is of what lies around the file, not of what is in it: no room, no right, a flush that
// failed. The file may be sound, so it is not set aside for it; the next start looks again.
func (s *Store) around(err error) bool {
	switch extendedCode(err) {
	case codeIORead, codeIOShort, codeIOFS:
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
