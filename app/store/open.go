package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the newest migration.
const schemaVersion = 5

// pragmas in the order that matters: auto_vacuum works only before the first page is written in WAL mode.
func pragmas(level string) []string {
	p := []string{"auto_vacuum(INCREMENTAL)", "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(" + level + ")",
		"foreign_keys(1)", "trusted_schema(0)", "secure_delete(1)", "cell_size_check(1)"}
	if runtime.GOOS == "darwin" {
		p = append(p, "fullfsync(1)") // only F_FULLFSYNC reaches the platter there
	}
	return p
}

func dsn(path string, readOnly bool, level string) string {
	q := url.Values{}
	if readOnly {
		q.Set("mode", "ro")
		q["_pragma"] = []string{"busy_timeout(5000)", "query_only(1)", "trusted_schema(0)", "cell_size_check(1)"}
	} else {
		q.Set("_txlock", "immediate")
		q["_pragma"] = pragmas(level)
	}
	p := filepath.ToSlash(path)
	if runtime.GOOS == "windows" && !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return "file:" + (&url.URL{Path: p}).EscapedPath() + "?" + q.Encode()
}

// level is how far SQLite goes to keep what it acknowledged: never less than FULL, see doc.go.
func (s *Store) level() string {
	if s.c.sync != "" {
		return s.c.sync
	}
	return "FULL"
}

// openPools opens the one writer and the readers. A read-only store has no writer.
func (s *Store) openPools(ctx context.Context) (err error) {
	if !s.c.ReadOnly {
		if err = s.lookThrough(ctx); err != nil {
			return err
		}
		if s.w, err = sql.Open("sqlite", dsn(s.c.Path, false, s.level())); err != nil {
			return err
		}
		s.w.SetMaxOpenConns(1)
		s.w.SetConnMaxLifetime(0)
		if err = s.prepare(ctx); err != nil {
			return err
		}
	}
	if s.r, err = sql.Open("sqlite", dsn(s.c.Path, true, "")); err != nil {
		return err
	}
	s.r.SetMaxOpenConns(4)
	return s.checkVersion(ctx)
}

// prepare brings the schema up to date and makes the file private.
func (s *Store) prepare(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.w, sub, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if v, err := p.GetDBVersion(ctx); err == nil && v > schemaVersion {
		return fail("store.open", "data-newer", ErrVersion, "Dir", filepath.Dir(s.c.Path))
	}
	newest := int64(schemaVersion)
	if s.c.upTo > 0 {
		newest = s.c.upTo
	}
	if _, err := p.UpTo(ctx, newest); err != nil {
		if isDamage(err) {
			return fail("store.open", "data-damaged", fmt.Errorf("%w: %w", ErrDamaged, err))
		}
		return fail("store.open", "data-unreadable", err, "Dir", filepath.Dir(s.c.Path))
	}
	if err := s.keepSchema(ctx); err != nil {
		return fail("store.open", "data-unreadable", err, "Dir", filepath.Dir(s.c.Path))
	}
	return os.Chmod(s.c.Path, 0o600)
}

// endedCleanly tells whether the last process closed the store. A file that cannot say so did not end cleanly.
func endedCleanly(ctx context.Context, db *sql.DB) bool {
	var v []byte
	err := db.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = 'clean'`).Scan(&v)
	return err == nil && string(v) == "1"
}

func (s *Store) checkVersion(ctx context.Context) error {
	var v int64
	err := s.r.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1`).Scan(&v)
	if err != nil {
		return fail("store.open", "data-unreadable", err, "Dir", filepath.Dir(s.c.Path))
	}
	if v > schemaVersion {
		return fail("store.open", "data-newer", ErrVersion, "Dir", filepath.Dir(s.c.Path))
	}
	return nil
}
