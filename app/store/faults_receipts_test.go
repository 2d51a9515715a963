package store_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"bangban/app/queue"
	"bangban/app/store"
)

// Receipts that are replayed, out of order, forged, damaged, or of somebody else: only one that is signed and names the
// bytes that were sent purges, and it does so once. The control believes what a receipt says without its signature.
func TestFaultReceipts(t *testing.T) {
	y := tally{note: "control: signatures not looked at"}
	r, stranger := newRig(t), newRig(t)
	c, err := store.Open(t.Context(), r.conf(r.data()).Sync("OFF"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n := many(30, 100)
	for range n {
		if _, err := c.Issue(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
	}
	var parcels []queue.Parcel
	_, err = queue.Deliver(t.Context(), c, sink(func(b queue.Batch) ([]queue.Outcome, error) {
		parcels = append(parcels, b.Parcels...)
		return nil, nil
	}), queue.Options{Receipts: r.receipts})
	if err != nil || len(parcels) != n {
		t.Fatal(len(parcels), err)
	}
	purged := map[uint64]bool{}
	forked := map[uint64]bool{}
	for y.cases < 1000 {
		y.cases++
		p := parcels[rand.IntN(n)]
		kind := rand.IntN(7)
		if y.cases <= 3 { // while none is purged
			kind, p = 5, parcels[y.cases]
		}
		var raw []byte
		switch kind {
		case 0, 1: // true, again or for the first time, in any order
			raw = r.receipt(p)
		case 2: // signed by another gateway
			raw = stranger.receipt(p)
		case 3: // damaged
			raw = r.receipt(p)
			raw[rand.IntN(len(raw))] ^= 1 << rand.IntN(7)
		case 4: // of another station, epoch or number
			q := p
			q.Station, q.Epoch, q.Seq = [...]string{"T02", p.Station, p.Station}[y.cases%3], 1+uint64(y.cases%2)*3, p.Seq+uint64(n)
			raw = r.receipt(q)
		case 5: // names other bytes
			if y.cases > 3 && rand.IntN(8) != 0 || purged[p.Seq] {
				continue
			}
			q := p
			q.Hash[0] ^= 1
			raw = r.receipt(q)
		case 6: // two glued together
			raw = bytes.Join([][]byte{r.receipt(p), r.receipt(parcels[0])}, nil)
		}
		before, _ := c.Stats(t.Context())
		done, bad, err := queue.TakeReceipts(t.Context(), c, [][]byte{raw}, r.receipts)
		if err != nil {
			t.Fatal(kind, err)
		}
		after, _ := c.Stats(t.Context())
		gone := after.States[queue.StatePurged] - before.States[queue.StatePurged]
		switch {
		case kind <= 1 && purged[p.Seq]:
			y.twice += gone
		case kind <= 1:
			if gone != 1 || done.Purged != 1 {
				y.lost++
			}
			purged[p.Seq] = true
		case kind == 5:
			forked[p.Seq] = true
			y.lost += gone
		case kind == 3 && bad == 0: // the bit was in what nobody reads
			purged[p.Seq] = purged[p.Seq] || gone == 1
		default:
			y.lost += gone
			y.control++ // what would have been purged or taken at its word
		}
	}
	st, err := c.Stats(t.Context())
	if err != nil || st.States[queue.StatePurged] != len(purged) {
		t.Errorf("%d purged, %d were receipted: %v", st.States[queue.StatePurged], len(purged), err)
	}
	if len(forked) == 0 {
		t.Error("no fork was tried")
	}
	y.plain = markers.Scan(t, r.dir)
	y.row(t, "receipts replayed, forged, foreign")
}

// naiveDue is how a clock that jumps keeps parcels waiting where the wait is not bounded.
func naiveDue(next, now time.Time) bool { return !next.After(now) }

// The computer's clock jumps back and forth by hours and by years while parcels are claimed, fail and wait: none waits
// for ever, none is sent twice. The control is a counter whose waits are not bounded.
func TestFaultClockJumps(t *testing.T) {
	y := tally{note: "control: waits not bounded"}
	r := newRig(t)
	now := time.Date(2027, 12, 31, 23, 59, 0, 0, time.UTC)
	conf := r.conf(r.data()).Sync("OFF")
	conf.Now = func() time.Time { return now }
	c, err := store.Open(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	told := &said{office: newReceiver(r)}
	jumps := []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 366 * 24 * time.Hour, -365 * 24 * time.Hour,
		10 * 8766 * time.Hour, -10 * 8766 * time.Hour}
	for i := range many(40, 200) {
		y.cases++
		id, err := c.Issue(t.Context(), draft)
		if err != nil {
			t.Fatal(err)
		}
		told.acked = append(told.acked, id)
		jump := jumps[i%len(jumps)]
		next := now.Add(20 * time.Minute)
		if rand.IntN(2) == 0 { // a try fails and the parcel waits; the clock is put right meanwhile
			if _, err := queue.Deliver(t.Context(), c, sink(func(queue.Batch) ([]queue.Outcome, error) { return nil, errors.New("test: no") }),
				queue.Options{Receipts: r.receipts}); err != nil {
				t.Fatal(err)
			}
		} else if _, err := c.Claim(t.Context(), queue.Want{Max: 64, Lease: 15 * time.Minute}); err != nil {
			t.Fatal(err) // claimed, and the program that claimed hangs
		}
		now = now.Add(jump).Add(20 * time.Minute)
		if !naiveDue(next, now) {
			y.control++
		}
		_, err = queue.Deliver(t.Context(), c, sink(func(b queue.Batch) (out []queue.Outcome, _ error) {
			for _, p := range b.Parcels {
				told.office.take(p)
				out = append(out, queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: r.receipt(p)})
			}
			return out, nil
		}), queue.Options{Receipts: r.receipts})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := told.office.ids[id]; !ok {
			y.lost++
			t.Logf("jump %s: %s still waits", jump, id)
		}
	}
	y.twice, y.plain = told.office.forks+told.office.again, markers.Scan(t, r.dir)
	y.row(t, "clock jumps")
}
