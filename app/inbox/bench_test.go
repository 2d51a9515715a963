package inbox_test

import (
	"context"
	"testing"
	"time"

	"bangban/app/inbox"
	"bangban/app/inbox/inboxtest"
	"bangban/app/journal"
	"bangban/app/queue"
)

// nothing is an inbox that stores nothing: what is left is the gateway's own work.
type nothing struct{}

func (nothing) Take(_ context.Context, in inbox.Intake) (out []inbox.Taken, _ error) {
	for _, i := range in.Items {
		out = append(out, inbox.Taken{Ref: inbox.Ref{Station: in.Station, Epoch: in.Epoch, Seq: i.Envelope.Header.Seq}, Result: queue.Accepted, Held: i.Envelope.Hash})
	}
	return out, nil
}

func (nothing) Newest(_ context.Context, station string, epoch uint64) (journal.Checkpoint, error) {
	return journal.Checkpoint{Origin: journal.Origin(station, epoch)}, nil
}
func (nothing) Envelope(context.Context, inbox.Ref) ([]byte, error) { return nil, inbox.ErrNotFound }
func (nothing) Stations(context.Context) ([]inbox.Row, error)       { return nil, nil }

// BenchmarkGateway is what a gateway does for one batch of 50 parcels of 20 kB but for the network and the store: read it,
// verify every signature, sign every receipt.
func BenchmarkGateway(b *testing.B) {
	h := inboxtest.NewHall(b)
	c := h.Counter(b, "T01", nil)
	for range 50 {
		if _, err := c.Put(b.Context(), queue.KindVerification, "01", make([]byte, 16<<10)); err != nil {
			b.Fatal(err)
		}
	}
	lease, err := c.Claim(b.Context(), queue.Want{Max: 50, Lease: time.Minute, Now: true})
	if err != nil {
		b.Fatal(err)
	}
	data, err := lease.Batch.Encode()
	if err != nil {
		b.Fatal(err)
	}
	cfg := h.Gateway(b, nothing{})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		batch, err := queue.DecodeBatch(data)
		if err != nil {
			b.Fatal(err)
		}
		rep, err := inbox.TakeBatch(b.Context(), batch, cfg.Deps)
		if err != nil || len(rep.Taken) != 50 {
			b.Fatal(len(rep.Taken), err)
		}
		for _, t := range rep.Taken {
			r := queue.Receipt{Station: t.Ref.Station, Epoch: t.Ref.Epoch, Seq: t.Ref.Seq, Hash: t.Held, Result: t.Result, Time: h.Now()}
			if _, err := queue.SignReceipt(r, cfg.Receipts); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(50*b.N), "µs/parcel")
}
