package pg

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// pieceSize is how many bytes fill a page of 8 KiB with one row of piece. The function sealed of the tables knows it too.
const pieceSize = 8112

// stream is the sealed bytes of one batch, one parcel after the other, on their way into table piece.
type stream struct {
	id   int64
	size int
	all  [][]byte

	part int16
	row  []byte
	day  time.Time
}

func (s *stream) add(b []byte) {
	s.all = append(s.all, b)
	s.size += len(b)
}

// copy writes the pieces: COPY is the cheapest way in for the server.
func (s *stream) copy(ctx context.Context, tx pgx.Tx, day time.Time) error {
	s.day, s.part, s.row = day, -1, make([]byte, 0, pieceSize)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"piece"}, []string{"stream", "stored", "part", "bytes"}, s)
	return err
}

// Next implements pgx.CopyFromSource.
func (s *stream) Next() bool {
	s.part++
	s.row = s.row[:0]
	for len(s.all) > 0 && len(s.row) < pieceSize {
		n := min(pieceSize-len(s.row), len(s.all[0]))
		s.row = append(s.row, s.all[0][:n]...)
		if s.all[0] = s.all[0][n:]; len(s.all[0]) == 0 {
			s.all = s.all[1:]
		}
	}
	return len(s.row) > 0
}

// Values implements pgx.CopyFromSource.
func (s *stream) Values() ([]any, error) { return []any{s.id, s.day, s.part, s.row}, nil }

// Err implements pgx.CopyFromSource.
func (s *stream) Err() error { return nil }
