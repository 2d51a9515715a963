package store

import (
	"context"
	"strings"

	"bangban/app/desk"
	"bangban/app/queue"

	"github.com/google/uuid"
)

// Filter narrows a list of parcels. Empty fields narrow nothing.
type Filter struct {
	States []queue.State
	Kind   string
	Day    string
}

// Page is a part of a long list. A zero Limit is all.
type Page struct {
	Offset, Limit int
	Newest        bool   // the newest first
	From          uint64 // only rows behind this seq in the order, so that no page costs more than the first; 0: from the start
}

// Parcels lists parcels, oldest first unless p says otherwise, also those that are purged.
func (s *Store) Parcels(ctx context.Context, f Filter, p Page) (rows []desk.ParcelRow, err error) {
	q := `SELECT seq, id, kind, day, state, attempts, size, reason FROM job WHERE 1`
	var args []any
	if len(f.States) > 0 {
		q += ` AND state IN (?` + strings.Repeat(`, ?`, len(f.States)-1) + `)`
		for _, st := range f.States {
			args = append(args, int(st))
		}
	}
	if f.Kind != "" {
		q, args = q+` AND kind = ?`, append(args, f.Kind)
	}
	if f.Day != "" {
		q, args = q+` AND day = ?`, append(args, f.Day)
	}
	if p.From > 0 && p.Newest {
		q, args = q+` AND seq < ?`, append(args, int64(p.From))
	} else if p.From > 0 {
		q, args = q+` AND seq > ?`, append(args, int64(p.From))
	}
	limit := -1
	if p.Limit > 0 {
		limit = p.Limit
	}
	args = append(args, limit, max(p.Offset, 0))
	order := ` ORDER BY seq`
	if p.Newest {
		order += ` DESC`
	}
	err = s.read(ctx, func(t *txn) error {
		return t.each(q+order+` LIMIT ? OFFSET ?`, args, func(scan func(...any) error) error {
			r, err := scanParcel(scan)
			rows = append(rows, r)
			return err
		})
	})
	return rows, err
}

func scanParcel(scan func(...any) error) (r desk.ParcelRow, err error) {
	var id []byte
	var state int
	if err = scan(&r.Seq, &id, &r.Kind, &r.Day, &state, &r.Attempts, &r.Size, &r.Reason); err != nil {
		return r, err
	}
	u, err := uuid.FromBytes(id)
	r.ID, r.State = u.String(), queue.State(state).String()
	return r, err
}

// Stats counts parcels.
type Stats struct {
	Total  int
	States map[queue.State]int
	Kinds  map[string]int
	Unsent int    // without a receipt, and not set aside
	Oldest string // day of the oldest unsent one; empty: none
}

// Stats counts all parcels, also those that are purged.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := Stats{States: map[queue.State]int{}, Kinds: map[string]int{}}
	add := func(scan func(...any) error) error {
		var state, n int
		var kind string
		err := scan(&state, &kind, &n)
		if n == 0 {
			return err
		}
		st.Total += n
		st.States[queue.State(state)] += n
		st.Kinds[kind] += n
		return err
	}
	err := s.read(ctx, func(t *txn) error {
		if err := t.each(`SELECT state, kind, n FROM tally`, nil, add); err != nil {
			return err
		}
		if err := t.each(`SELECT state, kind, count(*) FROM estate GROUP BY state, kind`, nil, add); err != nil {
			return err
		}
		for _, state := range []queue.State{queue.StateWaiting, queue.StateInFlight, queue.StateCarried} {
			st.Unsent += st.States[state]
		}
		return t.row(`SELECT coalesce(min(day), '') FROM (
			SELECT * FROM (SELECT day FROM job INDEXED BY job_unsent WHERE state IN (0, 1, 5) ORDER BY day LIMIT 1)
			UNION ALL SELECT min(day) FROM estate WHERE state IN (0, 1, 5))`, nil, &st.Oldest)
	})
	return st, err
}
