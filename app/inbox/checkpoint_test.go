package inbox_test

import (
	"context"
	"fmt"
	"testing"

	"bangban/app/inbox/inboxtest"
	"bangban/app/queue"
)

// forgetful delivers and loses the answer, or does not deliver at all.
type forgetful struct {
	queue.Sink
	lose, off bool
}

func (f *forgetful) Deliver(ctx context.Context, b queue.Batch) ([]queue.Outcome, error) {
	if f.off {
		return nil, queue.ErrOffline
	}
	out, err := f.Sink.Deliver(ctx, b)
	if f.lose && err == nil {
		return nil, fmt.Errorf("%w: %w", queue.ErrOffline, queue.ErrNoAnswer)
	}
	return out, err
}

// A batch that arrived without the counter's knowledge, then days without a network: the next batch still proves that
// its journal continues what the gateway holds.
func TestCheckpointAfterLostAnswers(t *testing.T) {
	h, store := inboxtest.NewHall(t), openLite(t)
	_, address := h.Serve(t, h.Gateway(t, store))
	c := h.Counter(t, "T01", nil)
	sink := &forgetful{Sink: c.Sink(t, address)}
	for i, step := range []struct {
		lose, off bool
		times     int
	}{{false, false, 1}, {true, false, 2}, {false, true, 40}, {true, false, 1}, {false, true, 3}, {false, false, 1}} {
		sink.lose, sink.off = step.lose, step.off
		for range step.times {
			c.Issue(t, 1)
			if _, err := c.Deliver(t.Context(), sink); (err != nil) != (step.lose || step.off) {
				t.Fatalf("step %d: %v", i, err)
			}
		}
	}
	if r := stationRow(t, store, "T01"); r.Unproven != 0 || r.Parcels != 48 || r.Mark != 48 || c.Unsent(t) != 0 {
		t.Fatalf("%+v, %d unsent", r, c.Unsent(t))
	}
}
