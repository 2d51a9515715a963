package lite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bangban/app/inbox"
)

// AddCode implements inbox.Codes.
func (s *Store) AddCode(ctx context.Context, hash [32]byte, station string, until time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO code(hash, station, until) VALUES (?, ?, ?)`, hash[:], station, until.Unix())
	return err
}

// UseCode implements inbox.Codes.
func (s *Store) UseCode(ctx context.Context, hash, key [32]byte, now time.Time) (station string, err error) {
	err = s.db.QueryRowContext(ctx, `UPDATE code SET key = ?2 WHERE hash = ?1 AND until >= ?3 AND (key IS NULL OR key = ?2) RETURNING station`,
		hash[:], key[:], now.Unix()).Scan(&station)
	if errors.Is(err, sql.ErrNoRows) {
		return "", inbox.ErrCode
	}
	return station, err
}
