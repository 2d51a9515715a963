package lite

import (
	"context"
	"crypto/sha256"

	"bangban/app/queue"
)

// PutAnswer implements inbox.Replies.
func (s *Store) PutAnswer(ctx context.Context, station string, file []byte) (n int64, err error) {
	sum := sha256.Sum256(file)
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `INSERT INTO answer(station, file, sum) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, station, file, sum[:]); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT n FROM answer WHERE station = ? AND sum = ?`, station, sum[:]).Scan(&n); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM answer WHERE came < date('now', '-180 days')`); err != nil {
		return 0, err
	}
	return n, tx.Commit()
}

// Answers implements inbox.Replies.
func (s *Store) Answers(ctx context.Context, station string, after int64, limit int) (all []queue.Answered, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT n, file FROM answer WHERE station = ? AND n > ? ORDER BY n LIMIT ?`, station, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a queue.Answered
		if err := rows.Scan(&a.N, &a.File); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
