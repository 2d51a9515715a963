package pg

import (
	"context"
	"errors"

	"bangban/app/inbox"
	"bangban/app/journal"

	"github.com/jackc/pgx/v5"
)

// Newest implements inbox.Store.
func (s *Store) Newest(ctx context.Context, station string, epoch uint64) (journal.Checkpoint, error) {
	c := journal.Checkpoint{Origin: journal.Origin(station, epoch)}
	var root []byte
	var parcels int64
	err := s.pool.QueryRow(ctx, `SELECT size, root, parcels FROM station WHERE station = $1 AND epoch = $2`, station, int64(epoch)).
		Scan(&c.Size, &root, &parcels)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, nil
	}
	copy(c.Root[:], root)
	c.Parcels = uint64(parcels)
	return c, err
}

// Envelope implements inbox.Store.
func (s *Store) Envelope(ctx context.Context, r inbox.Ref) (b []byte, err error) {
	err = s.pool.QueryRow(ctx, `SELECT sealed(p) FROM parcel p WHERE station = $1 AND epoch = $2 AND seq = $3`,
		r.Station, int64(r.Epoch), int64(r.Seq)).Scan(&b)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && b == nil {
		return nil, inbox.ErrNotFound
	}
	return b, err
}

// Stations implements inbox.Store.
func (s *Store) Stations(ctx context.Context) ([]inbox.Row, error) {
	rows, err := s.pool.Query(ctx, `SELECT station, epoch, held, mark, highest, parcels, forks, unproven, size, coalesce(newest::text, '')
		FROM station ORDER BY station, epoch`)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r inbox.Row, err error) {
		var epoch, mark, highest, counted int64
		err = row.Scan(&r.Station, &epoch, &r.Parcels, &mark, &highest, &counted, &r.Forks, &r.Unproven, &r.Checkpoint, &r.Newest)
		r.Epoch, r.Mark, r.Highest, r.Counted = uint64(epoch), uint64(mark), uint64(highest), uint64(counted)
		return r, err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Mark < max(all[i].Highest, all[i].Counted) {
			if err := s.missing(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// missing lists the first numbers that must exist and are not held.
func (s *Store) missing(ctx context.Context, r *inbox.Row) error {
	rows, err := s.pool.Query(ctx, `SELECT g FROM generate_series($3::bigint, $4::bigint) g
		WHERE NOT EXISTS (SELECT FROM parcel WHERE station = $1 AND epoch = $2 AND seq = g) LIMIT $5`,
		r.Station, int64(r.Epoch), int64(r.Mark+1), int64(max(r.Highest, r.Counted)), inbox.MaxMissing)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, seq := range list {
		r.Missing = append(r.Missing, uint64(seq))
	}
	return err
}

// Subscribe implements inbox.Outbox.
func (s *Store) Subscribe(ctx context.Context, name string) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO fan_out(name) VALUES ($1) ON CONFLICT DO NOTHING`, name)
	return err
}

// Waiting implements inbox.Outbox.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	return n, s.pool.QueryRow(ctx, `SELECT count(*) FROM outbox`).Scan(&n)
}

// Drain implements inbox.Outbox. Other gateways skip what this one has in hand.
func (s *Store) Drain(ctx context.Context, limit int, publish func(context.Context, []inbox.Event) error) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT o.id, o.station, o.epoch, o.seq, p.kind, p.day::text, p.hash, b.sealed
			FROM (SELECT * FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) o
			JOIN parcel p USING (station, epoch, seq) JOIN LATERAL (SELECT sealed(p)) b ON b.sealed IS NOT NULL ORDER BY o.id`, limit)
		if err != nil {
			return err
		}
		var ids []int64
		events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e inbox.Event, err error) {
			var id, epoch, seq int64
			var hash []byte
			err = row.Scan(&id, &e.Station, &epoch, &seq, &e.Kind, &e.Day, &hash, &e.Sealed)
			e.Epoch, e.Seq = uint64(epoch), uint64(seq)
			copy(e.Hash[:], hash)
			ids = append(ids, id)
			return e, err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		if err := publish(ctx, events); err != nil {
			return err
		}
		n = len(events)
		_, err = tx.Exec(ctx, `DELETE FROM outbox WHERE id = ANY($1)`, ids)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
