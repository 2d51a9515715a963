package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bangban/app/journal"
)

// A damaged database is never deleted and never used. It is moved to quarantine-<time> beside its place, a fresh one is
// made under the next epoch, and what can still be read is brought over: ledger and lists as they are, parcels whose
// bytes still have their hash as parcels of their old epoch. What cannot be read is counted and told; the receiver, too,
// sees which numbers of the old epoch are missing. Serials that may have been signed are not used again.
//
// The file "moving" says what is being done, so that a power cut in the middle is finished at the next start:
// "move NAME" while files go to the quarantine, "fill NAME" while the fresh database is made.
const (
	movingName  = "moving"
	salvageName = "salvage.db"
	quarantine  = "quarantine-"
	keySalvage  = "salvage"

	// doubtful is how many serials are left out where it is not known which was the last.
	doubtful = 1000
)

// Salvage says what became of a damaged database.
type Salvage struct {
	Day        string `json:"day"`
	Quarantine string `json:"quarantine"` // name of the folder, beside the database
	Epoch      uint64 `json:"epoch"`      // of the damaged one
	Parcels    int    `json:"parcels"`    // brought over, with or without a receipt
	Missing    int    `json:"missing"`    // had no receipt and could not be read
	Rows       int    `json:"rows"`       // of the ledger and the lists
}

// Salvaged gives the newest salvage; nil: there was none.
func (s *Store) Salvaged(ctx context.Context) (r *Salvage, err error) {
	err = s.read(ctx, func(t *txn) error {
		b, err := t.get(keySalvage)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r = &Salvage{}
		return json.Unmarshal(b, r)
	})
	return r, err
}

func (s *Store) beside(name string) string { return filepath.Join(filepath.Dir(s.c.Path), name) }

// salvage sets the database aside and makes the next one.
func (s *Store) salvage(ctx context.Context) error {
	s.shutUntouched(ctx)
	name := quarantine + s.c.Now().UTC().Format("20060102T150405Z")
	for n := 2; ; n++ {
		err := os.Mkdir(s.beside(name), 0o700)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		name = fmt.Sprintf("%s%s-%d", quarantine, s.c.Now().UTC().Format("20060102T150405Z"), n)
	}
	if err := s.mark("move " + name); err != nil {
		return err
	}
	return s.finishSalvage(ctx)
}

// shutUntouched closes the damaged database as it is. The last connection that closes would fold the WAL into the file, so
// the last one is one that may only read.
func (s *Store) shutUntouched(ctx context.Context) {
	ro, err := sql.Open("sqlite", dsn(s.c.Path, true, ""))
	if err == nil {
		defer ro.Close()
		if conn, err := ro.Conn(ctx); err == nil {
			defer conn.Close()
			var n int
			_ = conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n) // opens the WAL
		}
	}
	_ = s.shutPools() // a damaged file may not even close
}

func (s *Store) mark(what string) error {
	tmp := s.beside(movingName + ".new")
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(what + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(tmp, s.beside(movingName)), syncDir(filepath.Dir(s.c.Path)))
}

// syncDir makes renames durable; Windows cannot, and does not need to.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

// finishSalvage goes on where the file "moving" says. Without it there is nothing to do.
func (s *Store) finishSalvage(ctx context.Context) error {
	if s.c.ReadOnly {
		return nil
	}
	b, err := os.ReadFile(s.beside(movingName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	step, name, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	if !strings.HasPrefix(name, quarantine) || name != filepath.Base(name) {
		return fmt.Errorf("%w: %s", ErrDamaged, movingName)
	}
	if step == "move" {
		base := filepath.Base(s.c.Path)
		for _, f := range []string{base + "-wal", base + "-journal", base, base + "-shm", tipName} {
			if err := os.Rename(s.beside(f), filepath.Join(s.beside(name), f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := errors.Join(syncDir(s.beside(name)), s.mark("fill "+name)); err != nil {
			return err
		}
	}
	if _, err := os.Stat(s.c.Path); errors.Is(err, fs.ErrNotExist) {
		if err := s.refill(ctx, name); err != nil {
			return err
		}
	}
	return errors.Join(os.Remove(s.beside(movingName)), syncDir(filepath.Dir(s.c.Path)))
}

// refill makes the fresh database beside its place and moves it there when it is whole.
func (s *Store) refill(ctx context.Context, name string) error {
	fresh := s.c
	fresh.Path, fresh.noSalvage, fresh.Ballast = s.beside(salvageName), true, 0
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(fresh.Path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	old := &wreck{was: readTip(filepath.Join(s.beside(name), tipName)), day: s.c.Now().Format(time.DateOnly)}
	if err := old.open(ctx, filepath.Join(s.beside(name), filepath.Base(s.c.Path))); err != nil {
		return err
	}
	defer old.close()
	if fresh.Station == "" {
		fresh.Station = old.station
	}
	if fresh.Station == "" || old.station != "" && old.station != fresh.Station {
		return fail("store.open", "data-damaged", fmt.Errorf("%w: whose it was", ErrDamaged))
	}
	old.epoch = max(old.epoch, old.was.epoch, s.quarantines())
	n := &Store{c: fresh, founding: old.epoch + 1}
	if err := errors.Join(n.openPools(ctx)); err != nil {
		return errors.Join(err, n.shutPools())
	}
	err := n.begin(ctx)
	if err == nil {
		err = old.bringOver(ctx, n, name)
	}
	err = errors.Join(err, n.truncate(ctx), n.shutPools(), ignoreMissing(os.Remove(s.beside(tipName))))
	if err != nil {
		return err
	}
	for _, end := range []string{"-wal", "-shm"} {
		if err := ignoreMissing(os.Remove(fresh.Path + end)); err != nil {
			return err
		}
	}
	return errors.Join(os.Rename(fresh.Path, s.c.Path), syncDir(filepath.Dir(s.c.Path)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// quarantines counts the databases that were set aside here.
func (s *Store) quarantines() uint64 {
	all, _ := filepath.Glob(s.beside(quarantine + "*"))
	return uint64(len(all))
}

// wreck is a damaged database that is read as far as it can be.
type wreck struct {
	db      *sql.DB
	was     tip
	day     string
	station string
	epoch   uint64
	broken  bool // something of it could not be read
	report  Salvage
	serial  uint64 // the highest that is known
	seq     uint64
}

// open reads who it was. One that cannot be opened at all leaves what the tip says.
func (w *wreck) open(ctx context.Context, path string) error {
	w.station = w.was.station
	if _, err := os.Stat(path); err != nil {
		w.broken = true
		return nil
	}
	db, err := sql.Open("sqlite", dsn(path, true, ""))
	if err != nil {
		return err
	}
	w.db = db
	for key, into := range map[string]*string{"station": &w.station, "epoch": new(string)} {
		var v []byte
		if err := db.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = ?`, key).Scan(&v); err != nil {
			w.broken = true
			continue
		}
		*into = string(v)
		if key == "epoch" {
			w.epoch, _ = strconv.ParseUint(string(v), 10, 64)
		}
	}
	return nil
}

func (w *wreck) close() {
	if w.db != nil {
		w.db.Close()
	}
}

// bringOver copies what can be read into the fresh database, in one transaction.
func (w *wreck) bringOver(ctx context.Context, n *Store, name string) error {
	return n.write(ctx, func(t *txn) error {
		if w.db != nil {
			if err := errors.Join(w.tables(t), w.settings(t), w.estates(t), w.parcels(t)); err != nil {
				return err
			}
		}
		w.report.Day, w.report.Quarantine, w.report.Epoch = w.day, name, w.epoch
		for seq := w.seq + 1; seq <= w.was.seq && w.was.epoch == w.epoch; seq++ {
			w.report.Missing++
		}
		floor := max(w.serial, w.was.serial) + 1
		if w.was.leaves == 0 && w.broken { // nobody knows how far it came
			floor += doubtful
		}
		if err := t.set(keyFloor, strconv.AppendUint(nil, floor, 10)); err != nil {
			return err
		}
		b, err := json.Marshal(w.report)
		if err != nil {
			return err
		}
		if err := t.set(keySalvage, b); err != nil {
			return err
		}
		return t.note(journal.Event{Kind: journal.KindSalvaged, Day: t.day(), Number: uint64(w.report.Missing), Code: name})
	})
}
