package pg

import (
	"context"
	"errors"
	"time"

	"bangban/app/inbox"
	"bangban/app/queue"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errNoDay asks for the partition of a day.
type errNoDay string

func (e errNoDay) Error() string { return "pg: no partition for " + string(e) }

// tries bounds how often a batch is begun again after a deadlock, a lost serialisation or a missing partition.
const tries = 4

// Take implements inbox.Store.
func (s *Store) Take(ctx context.Context, in inbox.Intake) (out []inbox.Taken, err error) {
	for range tries {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			t := &take{ctx: ctx, tx: tx, in: in, has: s.hasDay}
			out, err = t.run()
			return err
		})
		var none errNoDay
		switch {
		case errors.As(err, &none):
			if err := s.makeDay(ctx, string(none)); err != nil {
				return nil, err
			}
		case !again(err):
			if err != nil {
				return nil, err
			}
			return out, nil
		}
	}
	return nil, err
}

// again tells whether the server asks for another try (serialization_failure, deadlock_detected).
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// take is one Take under way.
type take struct {
	ctx context.Context
	tx  pgx.Tx
	in  inbox.Intake
	has func(day string) bool

	day     string // today, by the server's clock
	mark    int64
	highest int64
	size    int64 // of the checkpoint held
	held    map[uint64][32]byte
	fresh   map[uint64]bool
	added   int64
	forks   int64
}

func (t *take) run() ([]inbox.Taken, error) {
	if err := t.lock(); err != nil {
		return nil, err
	}
	if !t.has(t.day) {
		return nil, errNoDay(t.day)
	}
	if err := t.insert(); err != nil {
		return nil, err
	}
	out := make([]inbox.Taken, 0, len(t.in.Items))
	for _, item := range t.in.Items {
		one, err := t.judge(item)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if err := t.walk(); err != nil {
		return nil, err
	}
	return out, t.note()
}

// lock makes the station's row and holds it until the commit: until then nobody else stores parcels of the station. It
// reads what is held under the numbers of the batch.
func (t *take) lock() error {
	var seqs []int64
	for _, item := range t.in.Items {
		seqs = append(seqs, int64(item.Envelope.Header.Seq))
	}
	t.held = map[uint64][32]byte{}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO station(station, epoch) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.in.Station, int64(t.in.Epoch))
	b.Queue(`SELECT mark, highest, size, (now() AT TIME ZONE 'utc')::date::text FROM station WHERE station = $1 AND epoch = $2 FOR UPDATE`,
		t.in.Station, int64(t.in.Epoch)).QueryRow(func(r pgx.Row) error { return r.Scan(&t.mark, &t.highest, &t.size, &t.day) })
	b.Queue(`SELECT seq, hash FROM parcel WHERE station = $1 AND epoch = $2 AND seq = ANY($3)`, t.in.Station, int64(t.in.Epoch), seqs).
		Query(func(rows pgx.Rows) error {
			var seq int64
			var hash []byte
			_, err := pgx.ForEachRow(rows, []any{&seq, &hash}, func() error {
				t.held[uint64(seq)] = [32]byte(hash)
				return nil
			})
			return err
		})
	return t.tx.SendBatch(t.ctx, b).Close()
}

const insertSQL = `WITH one AS (SELECT nextval('stream') AS stream),
	fresh AS (
		INSERT INTO parcel(station, epoch, seq, hash, kind, day, stored, stream, place, size)
		SELECT $1::text, $2::bigint, seq, hash, kind, day::date, $9::date, one.stream, place, size
		FROM one, unnest($3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::int[], $8::int[]) AS t(seq, hash, kind, day, place, size)
		RETURNING seq),
	noted AS (
		INSERT INTO outbox(station, epoch, seq)
		SELECT $1::text, $2::bigint, seq FROM fresh WHERE EXISTS (SELECT FROM fan_out) ORDER BY seq)
	SELECT stream FROM one`

// insert stores what is new under its number: the first of several that came under one.
func (t *take) insert() error {
	var seqs []int64
	var hashes [][]byte
	var kinds, days []string
	var places, sizes []int32
	var sealed stream
	t.fresh = map[uint64]bool{}
	for _, item := range t.in.Items {
		h, hash := item.Envelope.Header, item.Envelope.Hash
		if _, known := t.held[h.Seq]; known {
			continue
		}
		t.held[h.Seq], t.fresh[h.Seq] = hash, true
		seqs, hashes = append(seqs, int64(h.Seq)), append(hashes, hash[:])
		kinds, days = append(kinds, h.Kind), append(days, h.Day)
		places, sizes = append(places, int32(sealed.size)), append(sizes, int32(len(item.Bytes)))
		sealed.add(item.Bytes)
	}
	if len(seqs) == 0 {
		return nil
	}
	day, err := time.Parse(time.DateOnly, t.day)
	if err != nil {
		return err
	}
	if err := t.tx.QueryRow(t.ctx, insertSQL, t.in.Station, int64(t.in.Epoch), seqs, hashes, kinds, days, places, sizes, t.day).
		Scan(&sealed.id); err != nil {
		return err
	}
	return sealed.copy(t.ctx, t.tx, day)
}

// judge compares one item with what is held under its number.
func (t *take) judge(item inbox.Item) (inbox.Taken, error) {
	h, hash := item.Envelope.Header, item.Envelope.Hash
	out := inbox.Taken{Ref: inbox.Ref{Station: t.in.Station, Epoch: t.in.Epoch, Seq: h.Seq}, Held: t.held[h.Seq], Result: queue.Duplicate}
	switch {
	case out.Held != hash:
		out.Result = queue.Refused
		tag, err := t.tx.Exec(t.ctx, `INSERT INTO quarantine(station, epoch, seq, hash, sealed) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			t.in.Station, int64(t.in.Epoch), int64(h.Seq), hash[:], item.Bytes)
		t.forks += tag.RowsAffected()
		return out, err
	case t.fresh[h.Seq]:
		out.Result = queue.Accepted
		t.added++
		delete(t.fresh, h.Seq) // the same again in this batch is a duplicate
	}
	return out, nil
}

// step is how many numbers walk reads at once.
const step = 2048

// walk moves the mark to the end of the gapless prefix. Where nothing lay behind a gap, the batch alone decides.
func (t *take) walk() error {
	if t.highest <= t.mark {
		for {
			if _, has := t.held[uint64(t.mark+1)]; !has {
				return nil
			}
			t.mark++
		}
	}
	for {
		rows, err := t.tx.Query(t.ctx, `SELECT seq FROM parcel WHERE station = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
			t.in.Station, int64(t.in.Epoch), t.mark, step)
		if err != nil {
			return err
		}
		seqs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		for _, seq := range seqs {
			if seq != t.mark+1 {
				return nil
			}
			t.mark = seq
		}
		if len(seqs) < step {
			return nil
		}
	}
}

// note writes what is now known of the station. The newer checkpoint is taken if nobody else has moved it since it was
// proven.
func (t *take) note() error {
	var highest int64
	var newest *string
	for _, item := range t.in.Items {
		h := item.Envelope.Header
		highest = max(highest, int64(h.Seq))
		if newest == nil || h.Day > *newest {
			newest = &h.Day
		}
	}
	unproven := 0
	if t.in.Unproven {
		unproven = 1
	}
	if _, err := t.tx.Exec(t.ctx, `UPDATE station SET mark = $3, highest = greatest(highest, $4), held = held + $5, forks = forks + $6,
		unproven = unproven + $7, newest = greatest(newest, $8::text::date), seen = now() WHERE station = $1 AND epoch = $2`,
		t.in.Station, int64(t.in.Epoch), t.mark, highest, t.added, t.forks, unproven, newest); err != nil {
		return err
	}
	c := t.in.Checkpoint
	if c == nil || t.size != t.in.Since {
		return nil
	}
	_, err := t.tx.Exec(t.ctx, `UPDATE station SET size = $3, root = $4, parcels = $5, note = $6 WHERE station = $1 AND epoch = $2`,
		t.in.Station, int64(t.in.Epoch), c.Size, c.Root[:], int64(c.Parcels), t.in.Signed)
	return err
}
