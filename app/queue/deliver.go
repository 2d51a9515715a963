package queue

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Want says which parcels to claim.
type Want struct {
	After   uint64 // only parcels behind this one: Last of the lease before
	Max     int    // at most so many
	Lease   time.Duration
	Carried bool   // also those that lie on a carrier without receipt
	Now     bool   // also those that wait after a failed try: somebody asked
	Kind    string // only parcels of this kind; empty: of any
	Earlier bool   // only parcels of earlier epochs, which were saved from a damaged database
}

// Lease is a claim on some parcels. Whoever holds the token may settle them until it runs out.
type Lease struct {
	Token [16]byte
	Batch Batch
	Last  uint64 // for Want.After of the next claim
}

// Settlement is what became of one claimed parcel. Accepted and Duplicate need the verified receipt.
type Settlement struct {
	Seq     uint64
	Result  Result
	Receipt *Receipt
	Reason  string
}

// Settled counts what a settlement changed.
type Settled struct {
	Purged  int
	Carried int
	Refused int
	Retry   int
	Forks   []uint64 // receipts that named other bytes than were sent
	Unknown int      // receipts for parcels that this station never made, or of another epoch
	Again   int      // receipts for parcels that had been purged before
}

// Add counts what another settlement changed, too.
func (s *Settled) Add(o Settled) {
	s.Purged += o.Purged
	s.Carried += o.Carried
	s.Refused += o.Refused
	s.Retry += o.Retry
	s.Forks = append(s.Forks, o.Forks...)
	s.Unknown += o.Unknown
	s.Again += o.Again
}

// Outbox is the counter's own side of the queue. Each method is one durable transaction.
type Outbox interface {
	// Claim leases parcels that are due, in order of seq, with a fresh checkpoint. A stored parcel whose bytes no longer
	// have its hash is set aside as held and never blocks the others. A nil lease: there is nothing to do.
	Claim(ctx context.Context, w Want) (*Lease, error)
	// Settle writes what became of claimed parcels; those not named stay claimed until the lease runs out. A parcel is
	// purged in the same transaction in which its receipt is accepted. A token that ran out settles nothing but receipts.
	Settle(ctx context.Context, token [16]byte, s []Settlement) (Settled, error)
	// Release gives parcels back that were not settled: no attempt is counted. Where they may have arrived all the same
	// the checkpoint that went with them counts as sent.
	Release(ctx context.Context, token [16]byte, arrived bool) error
	// Accept takes receipts that came by another way, whatever the state of their parcels.
	Accept(ctx context.Context, r []*Receipt) (Settled, error)
}

// Options of one pass.
type Options struct {
	Receipts note.Verifiers // keys that receipts may be signed with
	Max      int            // parcels a batch; 0: as Pace says
	Pace     *Pace          // what is known of the line; nil: 64 parcels a batch
	Lease    time.Duration  // 0: two minutes
	Carried  bool           // send again what lies on a carrier without receipt
	Now      bool           // send also what waits after a failed try: somebody asked for it
}

// Deliver makes one pass: it claims batch after batch, hands each to the sink, verifies the receipts that come back and
// settles. Where the sink is offline the pass ends without an attempt counted and ErrOffline is returned. Where a batch
// fails as a whole its parcels are tried one by one, so that one that cannot be delivered does not block the rest.
func Deliver(ctx context.Context, box Outbox, sink Sink, o Options) (Settled, error) {
	if o.Lease <= 0 {
		o.Lease = 2 * time.Minute
	}
	var total Settled
	// A paper that was taken back must not wait behind a day's work, nor what was saved from a damaged database.
	for _, w := range []Want{{Kind: KindVoid}, {Earlier: true}, {}} {
		w.Lease, w.Carried, w.Now = o.Lease, o.Carried, o.Now
		if err := pass(ctx, box, sink, o, w, &total); err != nil {
			return total, err
		}
	}
	return total, nil
}

// pass delivers what one want names, oldest first.
func pass(ctx context.Context, box Outbox, sink Sink, o Options, w Want, total *Settled) error {
	for {
		if w.Max = o.Max; w.Max <= 0 || w.Max > MaxBatchParcels {
			w.Max = o.Pace.size()
		}
		lease, err := box.Claim(ctx, w)
		if err != nil || lease == nil {
			return err
		}
		w.After = lease.Last
		done, stopped := deliverBatch(ctx, sink, lease.Batch, o.Receipts)
		o.Pace.learn(len(lease.Batch.Parcels), stopped)
		if len(done) > 0 {
			s, err := box.Settle(context.WithoutCancel(ctx), lease.Token, done)
			total.Add(s)
			if err != nil {
				return errors.Join(stopped, err)
			}
		}
		if stopped != nil { // what was not tried goes back
			return errors.Join(stopped, box.Release(context.WithoutCancel(ctx), lease.Token, len(done) > 0 || errors.Is(stopped, ErrNoAnswer)))
		}
	}
}

// deliverBatch gives one settlement a parcel that was tried. An error stops the pass: there is no way out any more.
func deliverBatch(ctx context.Context, sink Sink, b Batch, known note.Verifiers) ([]Settlement, error) {
	outcomes, err := sink.Deliver(ctx, b)
	if err == nil {
		return settle(b, outcomes, known), nil
	}
	if errors.Is(err, ErrOffline) || ctx.Err() != nil {
		return nil, err
	}
	if len(b.Parcels) == 1 {
		return settle(b, nil, known), nil
	}
	var all []Settlement
	for i := range b.Parcels {
		one := b
		one.Parcels = b.Parcels[i : i+1]
		s, err := deliverBatch(ctx, sink, one, known)
		all = append(all, s...)
		if err != nil { // in the middle: what was settled stays settled
			return all, err
		}
	}
	return all, nil
}

func settle(b Batch, outcomes []Outcome, known note.Verifiers) []Settlement {
	by := make(map[uint64]Outcome, len(outcomes))
	for _, o := range outcomes {
		by[o.Seq] = o
	}
	out := make([]Settlement, 0, len(b.Parcels))
	for _, p := range b.Parcels {
		o, ok := by[p.Seq]
		s := Settlement{Seq: p.Seq, Result: o.Result, Reason: clip(o.Reason)}
		if !ok {
			s.Reason = "no-answer"
		}
		if o.Result == Accepted || o.Result == Duplicate {
			s = verified(b, s, o.Receipt, known)
		}
		out = append(out, s)
	}
	return out
}

// verified turns a claim of acceptance without a receipt that proves it into a retry.
func verified(b Batch, s Settlement, receipt []byte, known note.Verifiers) Settlement {
	r, err := OpenReceipt(receipt, known)
	switch {
	case err != nil:
		s.Result, s.Reason = Retry, "receipt-unverified"
	case r.Station != b.Station || r.Epoch != b.Epoch || r.Seq != s.Seq:
		s.Result, s.Reason = Retry, "receipt-of-another"
	default:
		s.Receipt = r
	}
	return s
}

// clip keeps a foreign reason short and plain: it is shown on screens and kept in the clear.
func clip(reason string) string {
	out := make([]rune, 0, maxField)
	for _, r := range reason {
		if (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') && len(out) < maxField {
			out = append(out, r)
		}
	}
	return string(out)
}

// TakeReceipts verifies receipts that came back on a carrier and hands those that hold to the outbox. It says how many
// did not verify.
func TakeReceipts(ctx context.Context, box Outbox, raw [][]byte, known note.Verifiers) (s Settled, bad int, err error) {
	var good []*Receipt
	for _, b := range raw {
		r, err := OpenReceipt(b, known)
		if err != nil {
			bad++
			continue
		}
		good = append(good, r)
	}
	if len(good) == 0 {
		return Settled{}, bad, nil
	}
	s, err = box.Accept(ctx, good)
	return s, bad, err
}
