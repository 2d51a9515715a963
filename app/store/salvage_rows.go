package store

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// notCopied are tables that the fresh database fills itself, or that are read in another way.
func notCopied() []string {
	return []string{"setting", "job", "body", "leaf", "tree", "checkpoint", "tally", "estate", "estate_note", "goose_db_version", "sqlite_sequence"}
}

// tables copies every other table as far as it can be read. ledger comes first: others point to it.
func (w *wreck) tables(t *txn) error {
	var names []string
	err := t.each(`SELECT name FROM sqlite_schema WHERE type = 'table'`, nil, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		if name != "ledger" && !slices.Contains(notCopied(), name) && !strings.HasPrefix(name, "sqlite_") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range append([]string{"ledger"}, names...) {
		err := w.both(t, name, "rowid", func(columns []string, row []any) error {
			if name == "ledger" {
				if n, ok := row[slices.Index(columns, "serial")].(int64); ok && n > 0 {
					w.serial = max(w.serial, uint64(n))
				}
			}
			n, err := w.insert(t, name, columns, row)
			w.report.Rows += int(n)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// insert writes one row; one that the fresh database does not take was damaged.
func (w *wreck) insert(t *txn, table string, columns []string, row []any) (int64, error) {
	n, err := t.exec(fmt.Sprintf(`INSERT OR IGNORE INTO %s(%s) VALUES (?%s)`, table, strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1)), row...)
	if code := sqliteCode(err); code == 19 || code == 1 { // a constraint; a column that is no more
		w.broken = true
		return 0, nil
	}
	return n, err
}

// both reads a table from its beginning as far as it goes, and where that is not its end, from its end backwards.
func (w *wreck) both(t *txn, table, order string, f func(columns []string, row []any) error) error {
	for _, q := range []string{`SELECT * FROM ` + table, `SELECT * FROM ` + table + ` ORDER BY ` + order + ` DESC`} {
		whole, err := w.scan(t, q, f)
		if err != nil || whole {
			return err
		}
		w.broken = true
	}
	return nil
}

// scan tells whether it came to the end. Errors are the fresh database's, never the wreck's.
func (w *wreck) scan(t *txn, q string, f func(columns []string, row []any) error) (whole bool, err error) {
	rows, rerr := w.db.QueryContext(t.ctx, q)
	if rerr != nil {
		return false, nil
	}
	defer rows.Close()
	columns, rerr := rows.Columns()
	if rerr != nil {
		return false, nil
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if rows.Scan(into...) != nil {
			return false, nil
		}
		if err := f(columns, row); err != nil {
			return false, err
		}
	}
	return rows.Err() == nil, nil
}

// settings brings over what people chose and the newest signed time.
func (w *wreck) settings(t *txn) error {
	return w.both(t, "setting", "rowid", func(columns []string, row []any) error {
		key, ok := row[slices.Index(columns, "key")].(string)
		if !ok || !strings.HasPrefix(key, userKey) && key != keyNewest {
			return nil
		}
		_, err := w.insert(t, "setting", columns, row)
		return err
	})
}

// estates brings over what had been saved before, and the newest checkpoint of the epoch that ends.
func (w *wreck) estates(t *txn) error {
	for _, name := range []string{"estate", "estate_note"} {
		if err := w.both(t, name, "rowid", func(columns []string, row []any) error {
			if i := slices.Index(columns, "n"); i >= 0 {
				columns, row = slices.Delete(slices.Clone(columns), i, i+1), slices.Delete(row, i, i+1)
			}
			_, err := w.insert(t, name, columns, row)
			return err
		}); err != nil {
			return err
		}
	}
	var note []byte
	if err := w.db.QueryRowContext(t.ctx, `SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`).Scan(&note); err != nil || len(note) == 0 {
		return nil
	}
	_, err := t.exec(`INSERT OR REPLACE INTO estate_note(epoch, note) VALUES (?, ?)`, int64(w.epoch), note)
	return err
}

// parcels brings over every parcel that has a receipt, or whose bytes still have their hash.
func (w *wreck) parcels(t *txn) error {
	met := map[int64]bool{}
	err := w.both(t, "job", "seq", func(columns []string, row []any) error {
		get := func(name string) any {
			if i := slices.Index(columns, name); i >= 0 {
				return row[i]
			}
			return nil
		}
		seq, ok := get("seq").(int64)
		if !ok || seq <= 0 || met[seq] {
			return nil
		}
		met[seq] = true
		w.seq = max(w.seq, uint64(seq))
		return w.parcel(t, seq, get)
	})
	if err != nil {
		return err
	}
	w.report.Missing += int(w.seq) - len(met)
	return nil
}

func (w *wreck) parcel(t *txn, seq int64, get func(string) any) error {
	state, _ := get("state").(int64)
	carry, _ := get("carried").(int64)
	receipt, _ := get("receipt").([]byte)
	hash, _ := get("hash").([]byte)
	reason, _ := get("reason").(string)
	var sealed []byte
	readable := w.db.QueryRowContext(t.ctx, `SELECT sealed FROM body WHERE seq = ?`, seq).Scan(&sealed) == nil
	sum := sha256.Sum256(sealed)
	switch {
	case readable && string(sum[:]) == string(hash):
		if receipt = nil; int(state) != refused {
			state, reason = int64(waiting), ""
		}
		if carry != 0 && int(state) == waiting {
			state = int64(carried)
		}
	case int(state) == purged && len(receipt) > 0:
		sealed = nil
	default: // neither its bytes nor a receipt: the receiver is told by the hole it leaves
		w.report.Missing++
		state, reason = int64(held), ReasonDamaged
	}
	if len(hash) != sha256.Size {
		return nil
	}
	_, err := t.exec(`INSERT INTO estate(epoch, seq, id, kind, day, hash, size, state, carried, reason, receipt, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		int64(w.epoch), seq, get("id"), get("kind"), get("day"), hash, get("size"), state, min(max(carry, 0), 1), reason, receipt, sealed)
	if sqliteCode(err) == 19 {
		w.broken = true
		w.report.Missing++
		return nil
	}
	if err == nil {
		w.report.Parcels++
	}
	return err
}
