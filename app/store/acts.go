package store

import (
	"context"

	"bangban/app/flow"
	"bangban/app/journal"
)

// Acts lists a part of the journal, the newest first, and says how long it is.
func (s *Store) Acts(ctx context.Context, offset, limit int) (acts []flow.Act, total int, err error) {
	err = s.read(ctx, func(t *txn) error {
		n, err := t.Size()
		if err != nil {
			return err
		}
		total = int(n)
		return t.each(`SELECT n, data FROM leaf ORDER BY n DESC LIMIT ? OFFSET ?`, []any{max(limit, 0), max(offset, 0)},
			func(scan func(...any) error) error {
				var at int
				var leaf []byte
				if err := scan(&at, &leaf); err != nil {
					return err
				}
				e, err := journal.OpenEvent(leaf)
				if err != nil {
					return err
				}
				acts = append(acts, flow.Act{N: at + 1, Kind: e.Kind.String(), Day: e.Day, Serial: e.Serial, Parcel: e.Parcel,
					Clerk: e.Clerk, Code: e.Code, Number: e.Number})
				return nil
			})
	})
	return acts, total, err
}
