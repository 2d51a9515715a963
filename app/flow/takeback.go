package flow

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/voucher"
)

// Codes of errors about papers of an earlier visit.
const (
	CodePaperUnknown = "paper-unknown" // no paper of this counter has that number or code
	CodePaperOther   = "paper-other"   // the code is of another counter or institution: its hall takes it back
	CodePaperChanged = "paper-changed" // the code is not the one that this counter signed under that number
	CodePaperVoid    = "paper-void"    // it was taken back before
	CodePaperOpen    = "paper-open"    // its visit has not ended: it is on the list of unfinished ones
	CodeSupervisor   = "need-supervisor"
)

// Lookup is a paper of an earlier visit as the counter knows it.
type Lookup struct {
	Row     desk.LedgerRow
	Voucher *voucher.Voucher // what its code says; nil where the number was typed
	Mandate *voucher.Mandate // the same where the paper is a mandate
	Slip    bool             // what was scanned is a revocation slip: the person's word alone takes the mandate back
	Other   bool             // a mandate of another counter
}

// Papers is what the counter knows of, and does about, papers that were handed over on an earlier visit.
type Papers interface {
	// Find looks a paper up by the text of its code or by its serial. A code must be this counter's own, to the last byte.
	Find(ctx context.Context, what string) (Lookup, error)
	// TakeBack is one durable transaction: the row is void, the record sealed, and from then on the paper fails at this
	// counter. parcel is the receipt number.
	TakeBack(ctx context.Context, a desk.After) (parcel string, err error)
	// Slip prints what was done for the person.
	Slip(ctx context.Context, a desk.After, parcel, lang string) error
	// Reprinted keeps that a copy of a paper came out.
	Reprinted(ctx context.Context, a desk.After) error
}

// TakeReasons are why a paper is taken back: codes, with a sentence each.
func TakeReasons() []string { return []string{"asked", "lost", "wrong", "not-theirs", "reissue"} }

// TakeStep is where taking a paper back stands. The zero value is that nobody does.
//
//	TakeNothing → TakeFind → TakeReason → TakeApprove → TakeWorking → TakeDone → TakeNothing
type TakeStep uint8

// The steps.
const (
	TakeNothing TakeStep = iota
	TakeFind             // scan the paper, or type its number
	TakeReason           // this is the paper; why is it taken back?
	TakeApprove          // a supervisor gives the word, by PIN
	TakeWorking
	TakeDone
)

// TakeState is what the screens show of it.
type TakeState struct {
	Step    TakeStep
	Busy    bool
	Row     desk.LedgerRow
	Scanned bool
	Reason  string
	Parcel  string // receipt number of the sealed record
	Printed bool   // a slip for the person is out
	Slip    bool   // a revocation slip was scanned: nobody's word but the person's is needed
	Problem *desk.Error
}

// Takeback takes papers back that were handed over. A supervisor's word is always needed; before the hand-over a paper is
// spoiled instead, see Machine.Spoil. Its methods are safe for concurrent use.
type Takeback struct {
	table[TakeState]
	p     Papers
	now   func() time.Time
	clerk string
	lang  string
	hash  [32]byte
	rec   desk.After
	slip  *voucher.Mandate // of a revocation slip
	other bool             // it is of another counter
}

// NewTakeback makes one. now is station time; spawn runs effects, nil: on goroutines.
func NewTakeback(ctx context.Context, p Papers, now func() time.Time, spawn func(func()), log *slog.Logger) *Takeback {
	return &Takeback{table: newTable[TakeState](ctx, spawn, log), p: p, now: now}
}

// Open begins.
func (w *Takeback) Open(clerk, lang string) error {
	return w.change("void.open", func() *desk.Error {
		w.turn++
		w.clerk, w.lang, w.hash, w.rec = clerk, lang, [32]byte{}, desk.After{}
		w.slip, w.other = nil, false
		w.s = TakeState{Step: TakeFind}
		return nil
	})
}

// Close ends it; what was done stays done.
func (w *Takeback) Close() error {
	return w.change("void.close", func() *desk.Error {
		if w.s.Step == TakeWorking {
			return notNow()
		}
		w.turn++
		w.s = TakeState{}
		return nil
	})
}

// Back is one step back.
func (w *Takeback) Back() error {
	return w.change("void.back", func() *desk.Error {
		switch w.s.Step {
		case TakeReason:
			w.s, w.slip, w.other = TakeState{Step: TakeFind}, nil, false
		case TakeApprove:
			w.s.Step, w.s.Problem = TakeReason, nil
		default:
			return notNow()
		}
		return nil
	})
}

// Find looks a paper up by what was scanned or typed.
func (w *Takeback) Find(what string) error {
	return w.change("void.find", func() *desk.Error {
		if w.s.Step != TakeFind || w.s.Busy || what == "" || len(what) > maxCode {
			return notNow()
		}
		w.s.Busy, w.s.Problem = true, nil
		var found Lookup
		w.then("void.find", func(ctx context.Context) (err error) {
			found, err = w.p.Find(ctx, what)
			return err
		}, func(e *desk.Error) {
			w.s.Busy, w.s.Problem = false, e
			if e == nil {
				w.s.Problem = voidable(found.Row)
			}
			if w.s.Problem != nil {
				return
			}
			w.s.Step, w.s.Row, w.s.Scanned = TakeReason, found.Row, found.Voucher != nil
			if found.Voucher != nil {
				w.hash = found.Voucher.Terms.Before
			}
			w.found(found)
		})
		return nil
	})
}

// maxCode bounds what a scanner may send for a paper: twice the longest code.
const maxCode = 8 << 10

// voidable says why a paper cannot be taken back.
func voidable(r desk.LedgerRow) *desk.Error {
	args := map[string]string{"Serial": r.Serial}
	switch {
	case r.State == desk.StateVoid || r.State == desk.StateSpoiled:
		return &desk.Error{Code: CodePaperVoid, Args: args}
	case !r.State.Ended():
		return &desk.Error{Code: CodePaperOpen, Args: args}
	}
	return nil
}

// Choose names the reason.
func (w *Takeback) Choose(reason string) error {
	return w.change("void.reason", func() *desk.Error {
		if w.s.Step != TakeReason || !slices.Contains(TakeReasons(), reason) {
			return notNow()
		}
		w.s.Step, w.s.Reason = TakeApprove, reason
		if w.slip != nil {
			w.take("")
		}
		return nil
	})
}

// Approve is the word of a supervisor, who has proved by PIN who it is. With it the paper is void at once.
func (w *Takeback) Approve(c desk.Clerk) error {
	return w.change("void.approve", func() *desk.Error {
		switch {
		case w.s.Step != TakeApprove:
			return notNow()
		case c.ID == "" || !c.Has(desk.RoleSupervisor):
			return problem(CodeSupervisor)
		}
		w.take(c.ID)
		return nil
	})
}

// PrintSlip prints what was done, for the person; once more where it did not come out.
func (w *Takeback) PrintSlip() error {
	return w.change("void.slip", func() *desk.Error {
		if w.s.Step != TakeDone || w.s.Busy {
			return notNow()
		}
		w.s.Busy, w.s.Problem = true, nil
		rec, parcel, lang := w.rec, w.s.Parcel, w.lang
		w.then("void.slip", func(ctx context.Context) error { return w.p.Slip(ctx, rec, parcel, lang) }, func(e *desk.Error) {
			w.s.Busy, w.s.Problem = false, e
			w.s.Printed = w.s.Printed || e == nil
		})
		return nil
	})
}
