package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"bangban/app/queue"
	"bangban/app/store"
)

// rot damages the files of a counter that was killed.
func rot(kind int, db, wal []byte) (newDB, newWAL []byte, what string) {
	db, wal = bytes.Clone(db), bytes.Clone(wal)
	flip := func(b []byte, n int) {
		for range n {
			b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
		}
	}
	page := func(b []byte, fill byte) {
		at := rand.IntN(len(b)/4096) * 4096
		for i := range 4096 {
			b[at+i] = fill
		}
	}
	switch kind {
	case 0:
		flip(db, 1)
		return db, wal, "one bit"
	case 1:
		flip(db, 50)
		return db, wal, "50 bits"
	case 2:
		page(db, 0)
		return db, wal, "a page of zeros"
	case 3:
		page(db, 0x5a)
		return db, wal, "a page of rubbish"
	case 4:
		return db, wal[:rand.IntN(len(wal))], "WAL cut off"
	case 5:
		return db, nil, "WAL deleted"
	case 6:
		flip(wal, 1+rand.IntN(20))
		return db, wal, "bits in the WAL"
	case 7:
		return db[:rand.IntN(len(db))], wal, "file cut off"
	case 8:
		return nil, wal, "file deleted"
	}
	copy(db, bytes.Repeat([]byte{0xff}, 100))
	return db, nil, "header overwritten"
}

// Bits rot, pages go, files are deleted. The counter opens all the same, on what can be saved; the damaged files are kept;
// what is lost is told, by the counter or by a hole that the receiver sees; no number is used for anything else again.
// Told is not lost here: lost counts what went without a word. The control asks SQLite only.
func TestFaultBitRot(t *testing.T) {
	y := tally{}
	r := newRig(t)
	for _, open := range []bool{true, false} { // half in the file, half in the WAL only
		c, err := store.Open(t.Context(), r.conf(r.data()).Sync("OFF"))
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			if _, err := c.Issue(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
		}
		if open {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		defer c.Close()
	}
	var files [3][]byte
	for i, name := range []string{"bangban.db", "bangban.db-wal", "tip"} {
		b, err := os.ReadFile(filepath.Join(r.data(), name))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = b
	}
	told, aside := 0, 0
	for i := range many(50, 500) {
		y.cases++
		dir := t.TempDir()
		db, wal, what := rot(i%10, files[0], files[1])
		for name, b := range map[string][]byte{"bangban.db": db, "bangban.db-wal": wal, "tip": files[2]} {
			if b != nil {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		loss, err := r.rotten(t, dir, db)
		if err != nil {
			y.lost++
			t.Logf("%s: %v", what, err)
		}
		y.lost, y.twice, told = y.lost+loss.lost, y.twice+loss.twice, told+loss.control
		if all, _ := filepath.Glob(filepath.Join(dir, "quarantine-*")); len(all) > 0 {
			aside++
		}
		y.plain += markers.Scan(t, dir)
		os.RemoveAll(dir)
	}
	y.control = told // SQLite alone would have said nothing of these
	y.note = fmt.Sprintf("%d set aside, %d of %d parcels told as missing", aside, told, y.cases*24)
	y.row(t, "bit rot, files cut and deleted")
}

// rotten opens damaged files and drains what is left.
func (r *rig) rotten(t *testing.T, dir string, db []byte) (y tally, err error) {
	conf := r.conf(dir).Sync("OFF")
	c, err := store.Open(t.Context(), conf)
	if err != nil {
		return y, fmt.Errorf("does not open: %w", err)
	}
	defer c.Close()
	office := newReceiver(r)
	if err := office.drain(t.Context(), c); err != nil {
		return y, fmt.Errorf("does not drain: %w", err)
	}
	y.twice = office.forks
	st, err := c.Stats(t.Context())
	if err != nil {
		return y, err
	}
	told := st.States[queue.StateHeld] + st.States[queue.StateRefused]
	rep, err := c.Salvaged(t.Context())
	if err != nil {
		return y, err
	}
	if rep != nil {
		told = max(told, rep.Missing)
		if db != nil { // the damaged file is kept as it was
			kept, err := os.ReadFile(filepath.Join(dir, rep.Quarantine, "bangban.db"))
			if err != nil || sha256.Sum256(kept) != sha256.Sum256(db) {
				return y, fmt.Errorf("the damaged file was not kept: %w", err)
			}
		}
	}
	came := 0
	for at := range office.held {
		if at.epoch == 1 {
			came++
		}
	}
	y.control = 24 - came
	if y.control > told {
		y.lost = y.control - told
		return y, fmt.Errorf("%d of 24 came, %d are told", came, told)
	}
	// Work goes on, under numbers that nobody had.
	if _, err := c.Issue(t.Context(), draft); err != nil {
		return y, fmt.Errorf("does not go on: %w", err)
	}
	rows, err := c.Ledger(t.Context())
	if err != nil || len(rows) == 0 || rows[len(rows)-1].Serial <= serial(24) {
		return y, fmt.Errorf("a serial is used again: %v", err)
	}
	return y, nil
}

// The cuts and bits that random ones seldom meet: the last page of a file that looks sound without it, an empty file, and a
// trigger in whose text a bit fell.
func TestSeldomRot(t *testing.T) {
	r := newRig(t)
	var c *store.Store
	for range 2 {
		var err error
		if c, err = store.Open(t.Context(), r.conf(r.data()).Sync("OFF")); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			if _, err := c.Issue(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(filepath.Join(r.data(), "once")); err != nil {
			if err := errors.Join(c.Close(), os.WriteFile(filepath.Join(r.data(), "once"), nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	defer c.Close()
	var files [3][]byte
	for i, name := range []string{"bangban.db", "bangban.db-wal", "tip"} {
		b, err := os.ReadFile(filepath.Join(r.data(), name))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = b
	}
	trigger := bytes.Replace(bytes.Clone(files[0]), []byte("(new.state, new.kind, 1)"), []byte("(new.state, lew.kind, 1)"), 1)
	if bytes.Equal(trigger, files[0]) {
		t.Fatal("no trigger in the file")
	}
	for name, db := range map[string][]byte{"last page": files[0][:len(files[0])-4096], "half of the last page": files[0][:len(files[0])-2048],
		"empty": {}, "one byte": files[0][:1], "a trigger": trigger} {
		dir := t.TempDir()
		for i, b := range [][]byte{db, files[1], files[2]} {
			if err := os.WriteFile(filepath.Join(dir, []string{"bangban.db", "bangban.db-wal", "tip"}[i]), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.rotten(t, dir, db); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A power cut in the middle of a salvage is finished at the next start.
func TestSalvageCutOff(t *testing.T) {
	for _, step := range []string{"moved", "filling", "filled"} {
		r, _ := seeded(t, 5, 0)
		db := filepath.Join(r.data(), "bangban.db")
		b, err := os.ReadFile(db)
		if err != nil {
			t.Fatal(err)
		}
		q := filepath.Join(r.data(), "quarantine-20261126T100000Z")
		if err := os.Mkdir(q, 0o700); err != nil {
			t.Fatal(err)
		}
		mark := "move quarantine-20261126T100000Z\n"
		if step != "moved" {
			mark = "fill quarantine-20261126T100000Z\n"
			if err := os.WriteFile(filepath.Join(q, "bangban.db"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			os.Rename(filepath.Join(r.data(), "tip"), filepath.Join(q, "tip"))
			os.Remove(db)
			os.WriteFile(filepath.Join(r.data(), "salvage.db"), b[:len(b)/2], 0o600)
		}
		if err := os.WriteFile(filepath.Join(r.data(), "moving"), []byte(mark), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 { // filled: a second start finds it done
			c, err := store.Open(t.Context(), r.conf(r.data()))
			if err != nil {
				t.Fatal(step, err)
			}
			office := newReceiver(r)
			if err := office.drain(t.Context(), c); err != nil || c.Epoch() != 2 {
				t.Fatal(step, c.Epoch(), err)
			}
			rep, err := c.Salvaged(t.Context())
			if err != nil || rep == nil || rep.Parcels != 5 || rep.Missing != 0 {
				t.Fatalf("%s: %+v %v", step, rep, err)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
