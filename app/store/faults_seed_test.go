package store_test

import (
	"crypto/rand"
	"database/sql"
	"testing"

	"bangban/app/queue"
	"bangban/app/store"
)

// seeded is a rig whose database another process has filled, and what is known of it.
func seeded(t *testing.T, n int, version int64) (*rig, *said) {
	t.Helper()
	r := newRig(t)
	before := &said{office: newReceiver(r)}
	if n == 0 {
		return r, before
	}
	if version > 0 {
		return r, ancient(t, r, before, n, version)
	}
	c, err := store.Open(t.Context(), r.conf(r.data()))
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		id, err := c.Issue(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}
		before.acked = append(before.acked, id)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return r, before
}

// ancient fills a database as a program with an older schema left it.
func ancient(t *testing.T, r *rig, before *said, n int, version int64) *said {
	t.Helper()
	conf := r.conf(r.data())
	c, err := store.Open(t.Context(), conf.UpTo(version))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", conf.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := 1; i <= n; i++ {
		id, err := queue.NewID(rand.Reader, "2026-11-26")
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := conf.Sealer.Seal(queue.Place{ID: id, Station: conf.Station, Epoch: 1, Seq: uint64(i), Kind: queue.KindVoucher, Day: "2026-11-26"}, []byte{0xa0})
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Exec(`INSERT INTO ledger(serial, name, cti, status_index, day, expiry_day, aud, purpose, clerk, flags, hash, state)
			VALUES (?, ?, ?, ?, '2026-11-26', '2026-11-27', '', '', '01', '', ?, 'signed')`, i, serial(uint64(i)), id[:], i, p.Hash[:])
		if err == nil {
			_, err = db.Exec(`INSERT INTO job(seq, id, kind, serial, day, hash, size) VALUES (?, ?, ?, ?, ?, ?, ?)`, i, id[:], p.Kind, i, p.Day, p.Hash[:], p.Size)
		}
		if err == nil {
			_, err = db.Exec(`INSERT INTO body(seq, sealed) VALUES (?, ?)`, i, p.Sealed)
		}
		if err != nil {
			t.Fatal(err)
		}
		before.acked = append(before.acked, id.String())
	}
	return before
}
