package flow

import (
	"context"

	"bangban/app/desk"
	"bangban/app/voucher"
)

// Neighbours is what Papers can do as well where a revocation slip of another counter is honoured.
type Neighbours interface {
	// TakeBackOther keeps that a mandate of another counter was taken back here, and tells the back office. From then on the
	// mandate fails at this counter.
	TakeBackOther(ctx context.Context, m *voucher.Mandate, a desk.After) (parcel string, err error)
}

// found remembers what a revocation slip is about. Only the slip does without a supervisor's word: it is the person's own,
// and its loss costs nobody more than a new mandate.
func (w *Takeback) found(l Lookup) {
	if l.Mandate == nil {
		return
	}
	w.s.Scanned, w.hash = true, l.Mandate.Before
	if l.Slip {
		w.slip, w.other, w.s.Slip = l.Mandate, l.Other, true
	}
}

// take makes the paper void, or a mandate of another counter withdrawn.
func (w *Takeback) take(approver string) {
	w.rec = desk.After{Serial: w.s.Row.Serial, Hash: w.hash, State: desk.StateVoid, Printed: true, Copies: w.s.Row.Copies,
		Reason: w.s.Reason, Clerk: w.clerk, Approver: approver, At: w.now()}
	w.s.Step, w.s.Problem = TakeWorking, nil
	rec, parcel, slip, other := w.rec, "", w.slip, w.other
	w.then("void.take", func(ctx context.Context) (err error) {
		keep := context.WithoutCancel(ctx)
		if n, ok := w.p.(Neighbours); other && ok {
			parcel, err = n.TakeBackOther(keep, slip, rec)
		} else {
			parcel, err = w.p.TakeBack(keep, rec)
		}
		return err
	}, func(e *desk.Error) {
		if e != nil {
			w.s.Step, w.s.Problem = TakeApprove, e
			if slip != nil {
				w.s.Step = TakeReason
			}
			return
		}
		w.log.Info("void", "serial", rec.Serial)
		w.s.Step, w.s.Parcel, w.s.Row.State = TakeDone, parcel, desk.StateVoid
	})
}
