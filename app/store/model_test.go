package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/store"
)

// model is what the store must look like, in a few lines.
type model struct {
	vouchers []desk.State
	parcels  []queue.State // by seq - 1
	sent     []queue.Parcel
}

func (m *model) states() map[queue.State]int {
	out := map[queue.State]int{}
	for _, s := range m.parcels {
		out[s]++
	}
	return out
}

// differs says where the store is not what the model is.
func (m *model) differs(t *testing.T, c *counter) error {
	t.Helper()
	st, err := c.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := m.states(); !maps.Equal(st.States, want) {
		return fmt.Errorf("store %v, model %v", st.States, want)
	}
	return nil
}

// judge counts what was purged and never came to the receiver, and numbers under which two contents came.
func (m *model) judge(t *testing.T, c *counter) (y tally) {
	t.Helper()
	came := map[uint64][32]byte{}
	for _, p := range m.sent {
		if old, ok := came[p.Seq]; ok && old != p.Hash {
			y.twice++
		}
		came[p.Seq] = p.Hash
	}
	gone, err := c.Parcels(t.Context(), store.Filter{States: []queue.State{queue.StatePurged}}, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range gone {
		if _, ok := came[row.Seq]; !ok {
			y.lost++
		}
	}
	return y
}

// walkSteps keeps a walk short: the longer a counter's story, the more a step has to look through.
const walkSteps = 1000

// Random acts, and the store is compared with a model of a few lines after each: issue, failed draft, finish, deliver
// with every kind of answer, receipts that come by another way, time that passes, a restart. The control is a counter
// that takes one parcel for sent that it never sent: model and receiver must both notice.
func TestFaultModel(t *testing.T) {
	var mu sync.Mutex
	y := tally{note: fmt.Sprintf("walks of %d; control: purges what it never sent", walkSteps)}
	t.Run("walks", func(t *testing.T) {
		for i := range many(2, 100) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				one := walk(t)
				mu.Lock()
				defer mu.Unlock()
				y.cases += one.cases
				y.lost += one.lost
				y.twice += one.twice
				y.plain += one.plain
				y.control += one.control
			})
		}
	})
	y.row(t, "model steps")
}

// walk plays one story to its end.
func walk(t *testing.T) tally {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	c := newCounter(t)
	c.Close()
	c.conf = c.conf.Sync("OFF") // the steps matter here, no power goes
	c.open(t)
	c.SetBlock(store.Block{First: 1, Last: 99_999}, "")
	c.conf.Block = store.Block{First: 1, Last: 99_999}
	m := &model{}
	acts := m.acts(t, c, r)
	for step := range walkSteps {
		act := r.IntN(len(acts))
		acts[act]()
		if err := m.differs(t, c); err != nil {
			t.Fatalf("step %d, act %d: %v", step, act, err)
		}
	}
	m.end(t, c)
	y := m.judge(t, c)
	m.forget(t, c)
	if bad := m.judge(t, c); m.differs(t, c) != nil && bad.lost > y.lost {
		y.control = 1
	}
	y.cases, y.plain = walkSteps, markers.Scan(t, filepath.Dir(c.path))
	return y
}

func (m *model) acts(t *testing.T, c *counter, r *rand.Rand) []func() {
	return []func(){
		func() {
			c.issue(t)
			m.vouchers = append(m.vouchers, desk.StateSigned)
			m.parcels = append(m.parcels, queue.StateWaiting)
		},
		func() {
			c.Issue(t.Context(), func(flow.Slot) (flow.Signed, error) { return flow.Signed{}, fmt.Errorf("no") })
		},
		func() { m.finish(t, c, r) },
		func() { m.deliver(t, c, r) },
		func() { m.late(t, c, r) },
		func() { c.now = c.now.Add(time.Duration(r.IntN(20)) * time.Minute) },
		func() {
			if r.IntN(4) == 0 {
				c.Close()
				c.open(t)
			}
		},
	}
}

// end compares the ledger and the journal with the model.
func (m *model) end(t *testing.T, c *counter) {
	rows, err := c.Ledger(t.Context())
	if err != nil || len(rows) != len(m.vouchers) {
		t.Fatalf("%d rows, model %d: %v", len(rows), len(m.vouchers), err)
	}
	for i, row := range rows {
		if row.State != m.vouchers[i] || row.Serial != serial(uint64(i+1)) {
			t.Fatalf("row %d is %+v, model %s", i, row, m.vouchers[i])
		}
	}
	rep, err := c.VerifyJournal(t.Context(), nil, c.known)
	if err != nil || rep.Acts[journal.KindReceipt] != m.states()[queue.StatePurged] {
		t.Fatalf("%+v %v", rep, err)
	}
}

// forget lets the counter take a receipt for a parcel that it never sent.
func (m *model) forget(t *testing.T, c *counter) {
	c.issue(t)
	m.parcels = append(m.parcels, queue.StateWaiting)
	rows, err := c.Parcels(t.Context(), store.Filter{}, store.Page{Newest: true, Limit: 1})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v %v", rows, err)
	}
	lease, err := c.Claim(t.Context(), queue.Want{Max: 500, Lease: time.Minute, Now: true})
	if err != nil || lease == nil {
		t.Fatalf("%v %v", lease, err)
	}
	for _, p := range lease.Batch.Parcels {
		if p.Seq != rows[0].Seq {
			continue
		}
		if done, _, err := queue.TakeReceipts(t.Context(), c.Store, [][]byte{c.Receipt(t, p, queue.Accepted)}, c.Receipts); err != nil || done.Purged != 1 {
			t.Fatalf("%+v %v", done, err)
		}
	}
}

func (m *model) finish(t *testing.T, c *counter, r *rand.Rand) {
	if len(m.vouchers) == 0 {
		return
	}
	i := r.IntN(len(m.vouchers))
	end := []desk.State{desk.StateHandedOver, desk.StateSpoiled, desk.StateVoid}[r.IntN(3)]
	err := c.Finish(t.Context(), desk.After{Serial: serial(uint64(i + 1)), State: end, At: c.now, Clerk: "01"})
	was := m.vouchers[i]
	allowed := !was.Ended() || was == end || end == desk.StateVoid
	if allowed != (err == nil) {
		t.Fatalf("%s after %s: %v", end, was, err)
	}
	if allowed && was != end {
		m.vouchers[i] = end
		m.parcels = append(m.parcels, queue.StateWaiting)
	}
}

// deliver makes one pass in which every parcel gets a random answer.
func (m *model) deliver(t *testing.T, c *counter, r *rand.Rand) {
	offline := r.IntN(5) == 0
	_, err := queue.Deliver(t.Context(), c.Store, sink(func(b queue.Batch) (out []queue.Outcome, _ error) {
		if offline {
			return nil, queue.ErrOffline
		}
		for _, p := range b.Parcels {
			o, next := m.answer(t, c, r, p)
			out = append(out, o)
			m.parcels[p.Seq-1] = next
			m.sent = append(m.sent, p)
		}
		return out, nil
	}), queue.Options{Receipts: c.Receipts, Max: 1 + r.IntN(5), Carried: r.IntN(2) == 0})
	if (err != nil) != offline && err != nil {
		t.Fatal(err)
	}
}

func (m *model) answer(t *testing.T, c *counter, r *rand.Rand, p queue.Parcel) (queue.Outcome, queue.State) {
	switch r.IntN(6) {
	case 0:
		return queue.Outcome{Seq: p.Seq, Result: queue.Retry}, m.back(p)
	case 1:
		return queue.Outcome{Seq: p.Seq, Result: queue.Refused, Reason: "test"}, queue.StateRefused
	case 2:
		return queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: []byte("forged")}, m.back(p)
	case 3:
		other := p
		other.Hash[0] ^= 1
		return queue.Outcome{Seq: p.Seq, Result: queue.Duplicate, Receipt: c.Receipt(t, other, queue.Duplicate)}, queue.StateHeld
	case 4:
		return queue.Outcome{Seq: p.Seq, Result: queue.Carried}, queue.StateCarried
	}
	return queue.Outcome{Seq: p.Seq, Result: queue.Accepted, Receipt: c.Receipt(t, p, queue.Accepted)}, queue.StatePurged
}

// back is where a parcel returns to that could not be sent: what lies on a carrier stays carried.
func (m *model) back(p queue.Parcel) queue.State {
	if m.parcels[p.Seq-1] == queue.StateCarried {
		return queue.StateCarried
	}
	return queue.StateWaiting
}

// late brings the receipt of something that was sent before, whatever has become of it since.
func (m *model) late(t *testing.T, c *counter, r *rand.Rand) {
	if len(m.sent) == 0 {
		return
	}
	p := m.sent[r.IntN(len(m.sent))]
	done, bad, err := queue.TakeReceipts(t.Context(), c.Store, [][]byte{c.Receipt(t, p, queue.Accepted)}, c.Receipts)
	if err != nil || bad != 0 {
		t.Fatal(bad, err)
	}
	if already := m.parcels[p.Seq-1] == queue.StatePurged; already != (done.Again == 1) || already == (done.Purged == 1) {
		t.Fatalf("%s: %+v", m.parcels[p.Seq-1], done)
	}
	m.parcels[p.Seq-1] = queue.StatePurged
}

// Clerk, window and sender at the same time: everything is issued once, sent, receipted and purged once.
func TestTogether(t *testing.T) {
	c := newCounter(t)
	c.SetBlock(store.Block{First: 1, Last: 9_999}, "")
	var clerks, rest sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		clerks.Go(func() {
			for range 10 {
				if _, err := c.Issue(t.Context(), draft); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		rest.Go(func() {
			for done := false; !done; {
				select {
				case <-stop:
					done = true // one more pass
				default:
				}
				if _, err := queue.Deliver(t.Context(), c.Store, c.accepting(t), queue.Options{Receipts: c.Receipts, Max: 3}); err != nil {
					t.Error(err)
				}
				if _, err := c.Ledger(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clerks.Wait()
	close(stop)
	rest.Wait()
	st, err := c.Stats(t.Context())
	if err != nil || st.States[queue.StatePurged] != 40 || st.Total != 40 {
		t.Fatalf("%+v %v", st, err)
	}
	if rep, err := c.VerifyJournal(t.Context(), nil, c.known); err != nil || rep.Acts[journal.KindReceipt] != 40 {
		t.Fatalf("%+v %v", rep, err)
	}
	rows, _ := c.Ledger(t.Context())
	if !slices.IsSortedFunc(rows, func(a, b desk.LedgerRow) int { return strings.Compare(a.Serial, b.Serial) }) || len(rows) != 40 {
		t.Fatalf("%d rows", len(rows))
	}
}
