package lite

import (
	"context"

	"bangban/app/inbox"
)

// Subscribe implements inbox.Outbox.
func (s *Store) Subscribe(ctx context.Context, name string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO fan_out(name) VALUES (?) ON CONFLICT DO NOTHING`, name)
	return err
}

// Waiting implements inbox.Outbox.
func (s *Store) Waiting(ctx context.Context) (n int, err error) {
	return n, s.db.QueryRowContext(ctx, `SELECT count(*) FROM outbox`).Scan(&n)
}

// Drain implements inbox.Outbox. Nothing is locked while somebody publishes: the file has one writer, and counters must not
// wait for a bus. A process that dies in between, or another that drains at the same time, publishes the same again.
func (s *Store) Drain(ctx context.Context, limit int, publish func(context.Context, []inbox.Event) error) (int, error) {
	events, last, err := s.noted(ctx, limit)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	if err := publish(ctx, events); err != nil {
		return 0, err
	}
	_, err = s.db.ExecContext(ctx, `DELETE FROM outbox WHERE id <= ?`, last)
	return len(events), err
}

func (s *Store) noted(ctx context.Context, limit int) (events []inbox.Event, last int64, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT o.id, o.station, o.epoch, o.seq, p.kind, p.day, p.hash, p.sealed
		FROM outbox o JOIN parcel p USING (station, epoch, seq) ORDER BY o.id LIMIT ?`, limit)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var e inbox.Event
		var hash []byte
		if err := rows.Scan(&last, &e.Station, &e.Epoch, &e.Seq, &e.Kind, &e.Day, &hash, &e.Sealed); err != nil {
			return nil, 0, err
		}
		copy(e.Hash[:], hash)
		events = append(events, e)
	}
	return events, last, rows.Err()
}

// note writes an accepted parcel into the outbox where somebody subscribed.
func (t *take) note(r inbox.Ref) error {
	_, err := t.tx.ExecContext(t.ctx, `INSERT INTO outbox(station, epoch, seq) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM fan_out)`, r.Station, r.Epoch, r.Seq)
	return err
}
