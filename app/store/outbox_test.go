package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/folder"
	"bangban/app/store"
)

// sink answers as told.
type sink func(queue.Batch) ([]queue.Outcome, error)

func (sink) Name() string { return "test" }

func (s sink) Deliver(_ context.Context, b queue.Batch) ([]queue.Outcome, error) { return s(b) }

// accepting receipts everything.
func (c *counter) accepting(t *testing.T) sink {
	return func(b queue.Batch) (out []queue.Outcome, err error) {
		for _, p := range b.Parcels {
			out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: c.Receipt(t, p, queue.Accepted)})
		}
		return out, nil
	}
}

func (c *counter) deliver(t *testing.T, s queue.Sink) queue.Settled {
	t.Helper()
	done, err := queue.Deliver(t.Context(), c.Store, s, queue.Options{Receipts: c.Receipts, Max: 2})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func (c *counter) states(t *testing.T) map[queue.State]int {
	t.Helper()
	st, err := c.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st.States
}

func TestDeliverPurges(t *testing.T) {
	c := newCounter(t)
	for range 5 {
		c.issue(t)
	}
	if done := c.deliver(t, c.accepting(t)); done.Purged != 5 {
		t.Fatalf("%+v", done)
	}
	if got := c.states(t); got[queue.StatePurged] != 5 {
		t.Fatalf("%v", got)
	}
	c.issue(t)
	p, _ := c.Parcels(t.Context(), store.Filter{States: []queue.State{queue.StateWaiting}}, store.Page{})
	if len(p) != 1 || p[0].Seq != 6 {
		t.Fatalf("seq is used again: %+v", p)
	}
}

func TestOfflineIsNoAttempt(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	_, err := queue.Deliver(t.Context(), c.Store, sink(func(queue.Batch) ([]queue.Outcome, error) { return nil, queue.ErrOffline }), queue.Options{Receipts: c.Receipts})
	if !errors.Is(err, queue.ErrOffline) {
		t.Fatalf("got %v", err)
	}
	p, _ := c.Parcels(t.Context(), store.Filter{}, store.Page{})
	if p[0].Attempts != 0 || p[0].State != "waiting" {
		t.Fatalf("%+v", p[0])
	}
}

func TestOnePoisonedParcelBlocksNobody(t *testing.T) {
	c := newCounter(t)
	for range 4 {
		c.issue(t)
	}
	good := c.accepting(t)
	done := c.deliver(t, sink(func(b queue.Batch) ([]queue.Outcome, error) {
		for _, p := range b.Parcels {
			if p.Seq == 2 {
				return nil, errors.New("test: cannot take it")
			}
		}
		return good(b)
	}))
	if done.Purged != 3 || done.Retry != 1 {
		t.Fatalf("%+v", done)
	}
	if again := c.deliver(t, good); again.Purged != 0 {
		t.Fatalf("no back-off: %+v", again)
	}
	c.now = c.now.Add(16 * time.Minute)
	if again := c.deliver(t, good); again.Purged != 1 {
		t.Fatalf("%+v", again)
	}
}

// A parcel that waits after a failed try goes on the stick that somebody fills now.
func TestExportTakesWhatWaits(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	c.deliver(t, sink(func(queue.Batch) ([]queue.Outcome, error) { return nil, errors.New("test: no") }))
	if done := c.deliver(t, c.accepting(t)); done.Purged != 0 {
		t.Fatalf("no back-off: %+v", done)
	}
	done, err := queue.Deliver(t.Context(), c.Store, folder.New(filepath.Join(t.TempDir(), "stick")), queue.Options{Receipts: c.Receipts, Now: true})
	if err != nil || done.Carried != 1 {
		t.Fatalf("%+v %v", done, err)
	}
}

func TestDamagedParcelIsHeld(t *testing.T) {
	c := newCounter(t)
	for range 3 {
		c.issue(t)
	}
	c.Close()
	db, err := sql.Open("sqlite", c.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE body SET sealed = zeroblob(length(sealed)) WHERE seq = 1`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	c.open(t)
	if done := c.deliver(t, c.accepting(t)); done.Purged != 2 {
		t.Fatalf("%+v", done)
	}
	p, _ := c.Parcels(t.Context(), store.Filter{States: []queue.State{queue.StateHeld}}, store.Page{})
	if len(p) != 1 || p[0].Reason != store.ReasonDamaged {
		t.Fatalf("%+v", p)
	}
}

func TestReceiptsThatPurgeNothing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*queue.Parcel)
		check  func(*testing.T, queue.Settled)
		state  queue.State
	}{
		{"of another seq", func(p *queue.Parcel) { p.Seq = 9 }, func(t *testing.T, d queue.Settled) {
			if d.Retry != 1 {
				t.Errorf("%+v", d)
			}
		}, queue.StateWaiting},
		{"of another hash", func(p *queue.Parcel) { p.Hash[0] ^= 1 }, func(t *testing.T, d queue.Settled) {
			if len(d.Forks) != 1 || d.Forks[0] != 1 || d.Purged != 0 {
				t.Errorf("%+v", d)
			}
		}, queue.StateHeld},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCounter(t)
			c.issue(t)
			done := c.deliver(t, sink(func(b queue.Batch) ([]queue.Outcome, error) {
				p := b.Parcels[0]
				tc.change(&p)
				return []queue.Outcome{{Seq: b.Parcels[0].Seq, Result: queue.Accepted, Receipt: c.Receipt(t, p, queue.Accepted)}}, nil
			}))
			tc.check(t, done)
			if got := c.states(t); got[queue.StatePurged] != 0 || got[tc.state] != 1 {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestForgedReceiptIsARetry(t *testing.T) {
	c, stranger := newCounter(t), newCounter(t)
	c.issue(t)
	done := c.deliver(t, sink(func(b queue.Batch) ([]queue.Outcome, error) {
		return []queue.Outcome{{Seq: 1, Result: queue.Accepted, Receipt: stranger.Receipt(t, b.Parcels[0], queue.Accepted)}}, nil
	}))
	if done.Retry != 1 || c.states(t)[queue.StateWaiting] != 1 {
		t.Fatalf("%+v %v", done, c.states(t))
	}
	p, _ := c.Parcels(t.Context(), store.Filter{}, store.Page{})
	if p[0].Reason != "receipt-unverified" {
		t.Fatalf("%+v", p)
	}
}

func TestRefusedKeepsATombstone(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	c.issue(t)
	done := c.deliver(t, sink(func(b queue.Batch) (out []queue.Outcome, _ error) {
		return []queue.Outcome{{Seq: 1, Result: queue.Refused, Reason: "unknown station!"}, {Seq: 2, Result: queue.Accepted, Receipt: c.Receipt(t, b.Parcels[1], queue.Accepted)}}, nil
	}))
	if done.Refused != 1 || done.Purged != 1 {
		t.Fatalf("%+v", done)
	}
	p, _ := c.Parcels(t.Context(), store.Filter{States: []queue.State{queue.StateRefused}}, store.Page{})
	if len(p) != 1 || p[0].Reason != "unknownstation" {
		t.Fatalf("%+v", p)
	}
}

func TestStickAndReceiptsBack(t *testing.T) {
	c := newCounter(t)
	for range 3 {
		c.issue(t)
	}
	dir := filepath.Join(t.TempDir(), "stick")
	if done := c.deliver(t, folder.New(dir)); done.Carried != 3 {
		t.Fatalf("%+v", done)
	}
	if done := c.deliver(t, folder.New(dir)); done.Carried != 0 {
		t.Fatalf("carried twice unasked: %+v", done)
	}
	files, err := queue.Batches(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", files, err)
	}
	var older journal.Checkpoint
	var raw [][]byte
	for _, f := range files {
		b, err := queue.ReadBatch(f)
		if err != nil {
			t.Fatal(err)
		}
		cp, err := journal.OpenCheckpoint(b.Checkpoint, c.known)
		if err != nil {
			t.Fatal(err)
		}
		proof, ok := b.ProofSince(older.Size)
		if !ok {
			t.Fatalf("no proof from %d in %s", older.Size, f)
		}
		if older.Size > 0 {
			if err := journal.CheckConsistency(older, cp, proof); err != nil {
				t.Fatal(err)
			}
		}
		older = cp
		for _, p := range b.Parcels {
			raw = append(raw, c.Receipt(t, p, queue.Accepted))
		}
	}
	raw = append(raw, []byte("not a receipt"), newCounter(t).Receipt(t, c.Parcel(t, 1, nil), queue.Accepted))
	done, bad, err := queue.TakeReceipts(t.Context(), c.Store, raw, c.Receipts)
	if err != nil || done.Purged != 3 || bad != 2 {
		t.Fatalf("%+v %d %v", done, bad, err)
	}
	done, _, err = queue.TakeReceipts(t.Context(), c.Store, raw, c.Receipts)
	if err != nil || done.Again != 3 || done.Purged != 0 {
		t.Fatalf("%+v %v", done, err)
	}
}

// After a crash in the middle of a delivery the parcels are free again, and nothing is lost or sent as new.
func TestLeaseOfADeadProcess(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	lease, err := c.Claim(t.Context(), queue.Want{Max: 8, Lease: time.Minute})
	if err != nil || lease == nil {
		t.Fatal(err)
	}
	if again, err := c.Claim(t.Context(), queue.Want{Max: 8, Lease: time.Minute}); err != nil || again != nil {
		t.Fatalf("claimed twice: %v %v", again, err)
	}
	c.now = c.now.Add(2 * time.Minute)
	second, err := c.Claim(t.Context(), queue.Want{Max: 8, Lease: time.Minute})
	if err != nil || second == nil {
		t.Fatalf("lease never ends: %v", err)
	}
	// The first one wakes up late: its word no longer counts.
	if done, err := c.Settle(t.Context(), lease.Token, []queue.Settlement{{Seq: 1, Result: queue.Refused}}); err != nil || done.Refused != 0 {
		t.Fatalf("%+v %v", done, err)
	}
	c.Close()
	c.open(t)
	if got := c.states(t); got[queue.StateWaiting] != 1 {
		t.Fatalf("%v", got)
	}
}

// The invented citizen's name is nowhere on the disk, before and after sealing, sending and purging; a planted one is found.
func TestNoPlaintextOnDisk(t *testing.T) {
	c := newCounter(t)
	for range 3 {
		c.issue(t)
	}
	root := filepath.Dir(c.path)
	stick := filepath.Join(root, "stick")
	c.deliver(t, folder.New(stick))
	scan := func(marker string) (hits int) {
		err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(p)
			if strings.Contains(string(b), marker) {
				hits++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return hits
	}
	for _, marker := range []string{specimenName, "QINGLAN", "330106195003124417"} {
		if n := scan(marker); n != 0 {
			t.Errorf("%q is in %d files", marker, n)
		}
	}
	if n := scan("housing-fund"); n == 0 {
		t.Error("control: the purpose code of the ledger is not found, so the scan finds nothing")
	}
	if err := c.Set(t.Context(), "planted", []byte(specimenName)); err != nil {
		t.Fatal(err)
	}
	if n := scan(specimenName); n == 0 {
		t.Error("control: a planted name is not found")
	}
}

// What is purged is gone from the file and from the WAL.
func TestPurgeLeavesNoBytes(t *testing.T) {
	c := newCounter(t)
	c.issue(t)
	var sealed string
	c.deliver(t, sink(func(b queue.Batch) ([]queue.Outcome, error) {
		sealed = string(b.Parcels[0].Sealed[2000:2064])
		if !onDisk(t, c.path, sealed) {
			t.Error("control: the sealed bytes are not found before the purge")
		}
		return c.accepting(t)(b)
	}))
	if onDisk(t, c.path, sealed) {
		t.Error("sealed bytes are still on disk after the purge")
	}
}

func onDisk(t *testing.T, path, marker string) bool {
	t.Helper()
	for _, p := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), marker) {
			return true
		}
	}
	return false
}
