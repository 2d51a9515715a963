package pg

import (
	"context"
	"crypto/sha256"

	"bangban/app/queue"

	"github.com/jackc/pgx/v5"
)

// answerLock lets one answer after the other be kept: a number must not become visible after a larger one was fetched.
const answerLock = 0x62616e68

// PutAnswer implements inbox.Replies.
func (s *Store) PutAnswer(ctx context.Context, station string, file []byte) (n int64, err error) {
	sum := sha256.Sum256(file)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(answerLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO answer(station, file, sum) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, station, file, sum[:]); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM answer WHERE came < current_date - 180`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT n FROM answer WHERE station = $1 AND sum = $2`, station, sum[:]).Scan(&n)
	})
	return n, err
}

// Answers implements inbox.Replies.
func (s *Store) Answers(ctx context.Context, station string, after int64, limit int) ([]queue.Answered, error) {
	rows, err := s.pool.Query(ctx, `SELECT n, file FROM answer WHERE station = $1 AND n > $2 ORDER BY n LIMIT $3`, station, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a queue.Answered, err error) { return a, row.Scan(&a.N, &a.File) })
}
