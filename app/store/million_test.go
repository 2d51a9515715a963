package store_test

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/store"
)

// crowd fills a counter with n parcels that wait, without sealing each: the store never looks inside.
func crowd(t *testing.T, n int) *rig {
	t.Helper()
	r := newRig(t)
	conf := r.conf(r.data())
	c, err := store.Open(t.Context(), conf.Sync("OFF"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", conf.Path+"?_pragma=synchronous(OFF)&_pragma=cache_size(-64000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	sealed := make([]byte, 2048)
	rand.Read(sealed)
	for at := 0; at < n; {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		job, err := tx.Prepare(`INSERT INTO job(seq, id, kind, day, hash, size) VALUES (?, ?, ?, ?, ?, ?)`)
		if err != nil {
			t.Fatal(err)
		}
		body, err := tx.Prepare(`INSERT INTO body(seq, sealed) VALUES (?, ?)`)
		if err != nil {
			t.Fatal(err)
		}
		for end := min(at+20_000, n); at < end; at++ {
			binary.BigEndian.PutUint64(sealed, uint64(at))
			var id [16]byte
			binary.BigEndian.PutUint64(id[:], uint64(at))
			h := sha256.Sum256(sealed)
			day := time.Date(2026, 11, 1+at*20/n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			if _, err := job.Exec(at+1, id[:], [...]string{queue.KindVoucher, queue.KindAfter}[at%2], day, h[:], len(sealed)); err != nil {
				t.Fatal(err)
			}
			if _, err := body.Exec(at+1, sealed); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// pace is what a counter with many parcels takes for the things that people and the sender wait for.
type pace struct {
	open, claim, page, last, stats, issue took
	heap                                  uint64
}

// took is how long something took: in the middle, and at least. A busy computer only ever adds.
type took struct{ middle, least time.Duration }

func (d took) String() string { return d.middle.String() }

func (p pace) String() string {
	return fmt.Sprintf("open %v, claim p50 %v, first page %v, page at the end %v, counts %v, issue p50 %v, heap %d KiB",
		p.open, p.claim, p.page, p.last, p.stats, p.issue, p.heap>>10)
}

// timed measures some runs.
func timed(t *testing.T, n int, f func() error) took {
	t.Helper()
	var all []time.Duration
	for range n {
		began := time.Now()
		if err := f(); err != nil {
			t.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return took{middle: all[len(all)/2], least: all[0]}
}

func measure(t *testing.T, n int) (p pace) {
	t.Helper()
	r := crowd(t, n)
	conf := r.conf(r.data())
	var c *store.Store
	p.open = timed(t, 5, func() (err error) {
		if c != nil {
			if err := c.Close(); err != nil {
				return err
			}
		}
		c, err = store.Open(t.Context(), conf)
		return err
	}) // with closing the one before
	defer c.Close()
	ctx := t.Context()
	p.claim = timed(t, 200, func() error {
		lease, err := c.Claim(ctx, queue.Want{Max: 1, Lease: time.Minute})
		if err == nil && lease == nil {
			err = fmt.Errorf("nothing to claim of %d", n)
		}
		return err
	})
	list := func(from uint64) func() error {
		return func() error {
			rows, err := c.Parcels(ctx, store.Filter{States: []queue.State{queue.StateWaiting}}, store.Page{Limit: 50, Newest: true, From: from})
			if err == nil && len(rows) != 50 {
				err = fmt.Errorf("%d rows", len(rows))
			}
			return err
		}
	}
	p.page, p.last = timed(t, 21, list(0)), timed(t, 21, list(uint64(n/3)))
	p.stats = timed(t, 21, func() error {
		st, err := c.Stats(ctx)
		if err == nil && (st.Total < n || st.Oldest != "2026-11-01") {
			err = fmt.Errorf("%+v", st)
		}
		return err
	})
	p.issue = timed(t, 50, func() error { _, err := c.Issue(ctx, draft); return err })
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	p.heap = m.HeapAlloc
	return p
}

// What a counter does costs with very many parcels what it costs with a thousand. The bounds are ratios within one run.
func TestManyParcels(t *testing.T) {
	few := measure(t, 1000)
	n := many(20_000, 1_000_000)
	all := measure(t, n)
	fmt.Printf("scale|%d parcels|%s\nscale|%d parcels|%s\n", 1000, few, n, all)
	for _, x := range []struct {
		name     string
		few, all took
		times    int
	}{
		{"open", few.open, all.open, 10}, {"claim", few.claim, all.claim, 10}, {"first page", few.page, all.page, 10},
		{"page at the end", few.last, all.last, 10}, {"counts", few.stats, all.stats, 10}, {"issue", few.issue, all.issue, 10},
	} {
		if x.all.least > time.Duration(x.times)*x.few.least+5*time.Millisecond {
			t.Errorf("%s: %v with %d parcels, %v with 1,000", x.name, x.all.least, n, x.few.least)
		}
	}
	if all.heap > 2*few.heap+8<<20 {
		t.Errorf("memory: %d KiB with %d parcels, %d KiB with 1,000", all.heap>>10, n, few.heap>>10)
	}
}

// One receipt number is proven to whoever asks, also long after and among many acts that queued nothing.
func TestProveParcel(t *testing.T) {
	c := newCounter(t)
	var ids []string
	for i := range 12 {
		ids = append(ids, c.issue(t))
		for range i % 4 {
			if err := c.Note(t.Context(), journal.Event{Kind: journal.KindLogin, Clerk: "01"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, id := range ids {
		b, err := c.ProveParcel(t.Context(), id)
		if err != nil {
			t.Fatal(i, err)
		}
		p, err := journal.CheckProof(b, c.known)
		if err != nil || p.Event.Parcel != uint64(i+1) || p.Event.Kind != journal.KindSigned {
			t.Fatalf("%d: %+v %v", i, p, err)
		}
	}
	for _, id := range []string{"", "x", "01a21526-e400-7ef0-8e8c-4e5f4a6b7c8d"} {
		if _, err := c.ProveParcel(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// A use is consumed together with its record, or not at all.
func TestRedeemWithItsRecord(t *testing.T) {
	c := newCounter(t)
	use := store.Redemption{Issuer: "urn:specimen", Serial: 7, ID: [16]byte{1}, Audience: "demo-bank", Max: 2, Clerk: "01"}
	use.Body = func(uint64) ([]byte, error) { return nil, fmt.Errorf("no body") }
	if _, err := c.Redeem(t.Context(), use); err == nil {
		t.Fatal("redeemed without its record")
	}
	if u, err := c.Used(t.Context(), use.Issuer, 7); err != nil || u.Seen || u.Count != 0 {
		t.Fatalf("%+v %v", u, err)
	}
	use.Body = func(n uint64) ([]byte, error) { return queue.EncodeBody(map[string]any{"uses": n}) }
	for want := range uint64(2) {
		if n, err := c.Redeem(t.Context(), use); err != nil || n != want+1 {
			t.Fatal(n, err)
		}
	}
	if _, err := c.Redeem(t.Context(), use); !errors.Is(err, store.ErrUsedUp) {
		t.Fatal(err)
	}
	rows, err := c.Parcels(t.Context(), store.Filter{Kind: queue.KindRedeem}, store.Page{})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d records: %v", len(rows), err)
	}
}

// What was saved of an earlier epoch is carried, retried and receipted as what it is.
func TestEarlierEpoch(t *testing.T) {
	r, before := seeded(t, 4, 0)
	if err := cutLeaf(filepath.Join(r.data(), "bangban.db")); err != nil {
		t.Fatal(err)
	}
	c, err := store.Open(t.Context(), r.conf(r.data()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Epoch() != 2 {
		t.Fatalf("epoch %d", c.Epoch())
	}
	if _, err := c.Issue(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	var seen []uint64
	_, err = queue.Deliver(t.Context(), c, sink(func(b queue.Batch) (out []queue.Outcome, _ error) {
		for _, p := range b.Parcels {
			seen = append(seen, p.Epoch)
			out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Carried})
		}
		return out, nil
	}), queue.Options{Receipts: r.receipts})
	if err != nil || len(seen) != 5 || seen[0] != 1 || seen[4] != 2 {
		t.Fatalf("%v %v", seen, err)
	}
	if st, err := c.Stats(t.Context()); err != nil || st.States[queue.StateCarried] != 5 || st.Unsent != 5 {
		t.Fatalf("%+v %v", st, err)
	}
	if err := before.office.drain(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if st, err := c.Stats(t.Context()); err != nil || st.Unsent != 0 || st.States[queue.StatePurged] != 5 || len(before.office.held) != 5 {
		t.Fatalf("%+v %v", st, err)
	}
}

// cutLeaf does what no act does: the newest leaf goes.
func cutLeaf(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`DELETE FROM leaf WHERE n = (SELECT max(n) FROM leaf)`)
	return err
}
