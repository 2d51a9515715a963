package inboxtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"bangban/app/inbox"
	"bangban/app/queue"
	"bangban/app/queue/queuetest"
)

// TestSeveral is what several gateways in front of one database must not spoil: each of the stores takes the same
// batches of the same station at the same time, and one sends a fork of each.
func TestSeveral(t *testing.T, stores ...inbox.Store) {
	const parcels, size = 48, 6
	w := queuetest.NewWorld(t)
	items, forked := make([]inbox.Item, parcels), make([]inbox.Item, parcels)
	for i := range parcels {
		items[i] = item(t, w, w.Parcel(t, uint64(i+1), []byte("SPECIMEN")))
		forked[i] = item(t, w, w.Parcel(t, uint64(i+1), []byte("SPECIMEN fork")))
	}
	var mu sync.Mutex
	accepted := map[uint64]int{}
	held := map[uint64]map[[32]byte]bool{}
	var wg sync.WaitGroup
	var failed error
	send := func(s inbox.Store, items []inbox.Item) {
		defer wg.Done()
		for batch := range slices.Chunk(items, size) {
			out, err := s.Take(context.WithoutCancel(t.Context()), inbox.Intake{Station: queuetest.Station, Epoch: 1, Items: batch})
			mu.Lock()
			failed = errors.Join(failed, err)
			for _, o := range out {
				if o.Result == queue.Accepted {
					accepted[o.Ref.Seq]++
				}
				if held[o.Ref.Seq] == nil {
					held[o.Ref.Seq] = map[[32]byte]bool{}
				}
				held[o.Ref.Seq][o.Held] = true
			}
			mu.Unlock()
		}
	}
	for _, s := range stores {
		reversed := slices.Clone(items)
		slices.Reverse(reversed)
		wg.Add(3)
		go send(s, items)
		go send(s, reversed)
		go send(s, forked)
	}
	wg.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	for seq := uint64(1); seq <= parcels; seq++ {
		if accepted[seq] != 1 || len(held[seq]) != 1 {
			t.Errorf("seq %d was accepted %d times, %d hashes were said to be held", seq, accepted[seq], len(held[seq]))
		}
	}
	if r := row(t, stores[0]); r.Parcels != parcels || r.Mark != parcels || r.Forks != parcels || len(r.Missing) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestOutbox is what every outbox must do.
func TestOutbox(t *testing.T, s interface {
	inbox.Store
	inbox.Outbox
}) {
	w := queuetest.NewWorld(t)
	drain := func(limit int, answer error) (got []uint64, err error) {
		_, err = s.Drain(t.Context(), limit, func(_ context.Context, events []inbox.Event) error {
			for _, e := range events {
				if e.Station != queuetest.Station || e.Epoch != 1 || e.Kind != queue.KindVoucher || e.Day != queuetest.Day ||
					sha256.Sum256(e.Sealed) != e.Hash {
					return fmt.Errorf("event of %d differs from the parcel", e.Seq)
				}
				got = append(got, e.Seq)
			}
			return answer
		})
		return got, err
	}
	take(t, s, item(t, w, w.Parcel(t, 1, nil)))
	if got, err := drain(10, nil); err != nil || len(got) != 0 {
		t.Fatalf("noted before anybody subscribed: %v %v", got, err)
	}
	for range 2 {
		if err := s.Subscribe(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
	}
	two, three := item(t, w, w.Parcel(t, 2, nil)), item(t, w, w.Parcel(t, 3, nil))
	take(t, s, two, three)
	take(t, s, two, three) // duplicates are no news
	take(t, s, item(t, w, w.Parcel(t, 2, []byte("SPECIMEN fork"))))
	broken := errors.New("test: no bus")
	if got, err := drain(10, broken); !errors.Is(err, broken) || !slices.Equal(got, []uint64{2, 3}) {
		t.Fatalf("%v %v", got, err)
	}
	if got, err := drain(1, nil); err != nil || !slices.Equal(got, []uint64{2}) {
		t.Fatalf("%v %v", got, err)
	}
	if n, err := s.Waiting(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	if got, err := drain(10, nil); err != nil || !slices.Equal(got, []uint64{3}) {
		t.Fatalf("%v %v", got, err)
	}
}

func reports(t *testing.T, s inbox.Store, w *queuetest.World) {
	in := inbox.Intake{Station: queuetest.Station, Epoch: 1, Items: []inbox.Item{item(t, w, w.Parcel(t, 2, nil))}}
	for range 2 {
		if _, err := s.Take(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		in.Unproven = true
	}
	if r := row(t, s); r.Newest != queuetest.Day || r.Unproven != 1 || r.Highest != 2 || r.Parcels != 1 {
		t.Fatalf("%+v", r)
	}
}

func twiceInOne(t *testing.T, s inbox.Store, w *queuetest.World) {
	a, b := item(t, w, w.Parcel(t, 1, nil)), item(t, w, w.Parcel(t, 1, []byte("SPECIMEN fork")))
	out := take(t, s, a, a, b)
	if out[0].Result != queue.Accepted || out[1].Result != queue.Duplicate || out[2].Result != queue.Refused || out[2].Held != a.Envelope.Hash {
		t.Fatalf("%+v", out)
	}
}

// TestReplies is what a store must do that keeps answers for the counters.
func TestReplies(t *testing.T, s inbox.Replies) {
	put := func(station, file string) int64 {
		n, err := s.PutAnswer(t.Context(), station, []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	a, b, other := put("T01", "SPECIMEN 1"), put("T01", "SPECIMEN 2"), put("T02", "SPECIMEN 1")
	if a >= b || b >= other || put("T01", "SPECIMEN 1") != a {
		t.Fatalf("numbers %d %d %d", a, b, other)
	}
	for _, tc := range []struct {
		station string
		after   int64
		limit   int
		want    []int64
	}{{"T01", 0, 9, []int64{a, b}}, {"T01", 0, 1, []int64{a}}, {"T01", a, 9, []int64{b}}, {"T01", b, 9, nil}, {"T02", 0, 9, []int64{other}}, {"T09", 0, 9, nil}} {
		got, err := s.Answers(t.Context(), tc.station, tc.after, tc.limit)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int64
		for _, one := range got {
			numbers = append(numbers, one.N)
		}
		if !slices.Equal(numbers, tc.want) {
			t.Errorf("%s behind %d: %v, want %v", tc.station, tc.after, numbers, tc.want)
		}
	}
	if got, err := s.Answers(t.Context(), "T01", a, 9); err != nil || string(got[0].File) != "SPECIMEN 2" {
		t.Errorf("%d answers: %v", len(got), err)
	}
}
