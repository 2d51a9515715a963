package pg

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"bangban/app/inbox"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNotDurable is a server that may forget what it has committed.
var ErrNotDurable = errors.New("pg: the server does not keep what it commits (fsync or full_page_writes is off)")

var (
	_ inbox.Store   = (*Store)(nil)
	_ inbox.Outbox  = (*Store)(nil)
	_ inbox.Replies = (*Store)(nil)
)

// Store is an open inbox. Its methods are safe for concurrent use, also from several processes.
type Store struct {
	pool *pgxpool.Pool

	mu   sync.Mutex
	days map[string]bool // partitions that are known to exist
}

// Open connects, brings the tables up to date and checks that the server is durable. url is a PostgreSQL connection
// string; pool_max_conns in it sets how many connections a gateway may open.
func Open(ctx context.Context, url string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	cfg.ConnConfig.RuntimeParams["application_name"] = "bangban"
	if err := migrate(ctx, cfg.ConnConfig); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: pool, days: map[string]bool{}}
	if err := s.durable(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

func migrate(ctx context.Context, cfg *pgx.ConnConfig) (err error) {
	db := stdlib.OpenDB(*cfg)
	defer func() { err = errors.Join(err, db.Close()) }()
	return up(ctx, db)
}

// up makes the tables; gateways that start at the same moment take turns.
func up(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := provider(db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func provider(db *sql.DB, o goose.ProviderOption) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, sub, goose.WithDisableGlobalRegistry(true), o)
}

func (s *Store) durable(ctx context.Context) error {
	var fsync, pages string
	err := s.pool.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('full_page_writes')`).Scan(&fsync, &pages)
	if err != nil {
		return err
	}
	if fsync != "on" || pages != "on" {
		return ErrNotDurable
	}
	return nil
}

// Close closes the connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// dayLock is the advisory lock under which partitions are made.
const dayLock = 0x62616e67

// makeDay makes the partition of a day, given as YYYY-MM-DD.
func (s *Store) makeDay(ctx context.Context, day string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(dayLock)); err != nil {
			return err
		}
		var name, next string
		err := tx.QueryRow(ctx, `SELECT 'piece_' || to_char($1::date, 'YYYYMMDD'), ($1::date + 1)::text`, day).Scan(&name, &next)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s PARTITION OF piece FOR VALUES FROM ('%s') TO ('%s')`,
			pgx.Identifier{name}.Sanitize(), day, next))
		return err
	})
	if err == nil {
		s.mu.Lock()
		s.days[day] = true
		s.mu.Unlock()
	}
	return err
}

func (s *Store) hasDay(day string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.days[day]
}
