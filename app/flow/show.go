package flow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/verify"
)

// Checker is what this visit needs of the station.
type Checker interface {
	// Check judges text or a file. Errors are desk errors.
	Check(ctx context.Context, data []byte) (*verify.Result, error)
	// Keep seals a record and notes the act.
	Keep(ctx context.Context, r desk.Verification) (parcel string, err error)
	// Receipt prints the result, without what the credential says.
	Receipt(ctx context.Context, r desk.Verification, parcel, lang string) error
}

// Showing is the visits of people who show credentials, one after the other. Its methods are safe for concurrent use and
// none waits for an effect.
type Showing struct {
	c     Checker
	now   func() time.Time
	spawn func(func())
	log   *slog.Logger

	mu     sync.Mutex
	s      ShowState
	clerk  string
	visit  uint64
	rec    desk.Verification
	stop   context.CancelFunc
	tell   func(ShowState)
	effect func() // runs once the lock is free
	ctx    context.Context
}

// NewShowing makes the visits of a counter. spawn runs an effect; nil: a goroutine of its own.
func NewShowing(ctx context.Context, c Checker, now func() time.Time, spawn func(func()), log *slog.Logger) *Showing {
	if spawn == nil {
		spawn = func(fn func()) { go fn() }
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Showing{ctx: ctx, c: c, now: now, spawn: spawn, log: log, tell: func(ShowState) {}}
}

// OnChange has fn called after each change, on the goroutine that made it. It replaces the one before.
func (w *Showing) OnChange(fn func(ShowState)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell = fn
}

// State is what is so now.
func (w *Showing) State() ShowState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.s
}

// change runs one input and tells what came of it.
func (w *Showing) change(fn func() *desk.Error) error {
	w.mu.Lock()
	e := fn()
	s, tell, effect := w.s, w.tell, w.effect
	w.effect = nil
	w.mu.Unlock()
	tell(s)
	if effect != nil {
		w.spawn(effect)
	}
	if e != nil {
		e.Op = "show"
		return e
	}
	return nil
}

// Open begins: the person will be asked. want of the visit before is kept, the bearer is not.
func (w *Showing) Open(clerk, lang string) error {
	return w.change(func() *desk.Error {
		want := w.s.Want
		w.drop()
		w.clerk = clerk
		w.s = ShowState{Step: ShowAsk, Lang: lang, Want: want}
		return nil
	})
}

// Close ends the visit and forgets it. An answer that is still under way is dropped.
func (w *Showing) Close() error {
	return w.change(func() *desk.Error {
		want := w.s.Want
		w.drop()
		w.s = ShowState{Want: want}
		return nil
	})
}

func (w *Showing) drop() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
	w.visit++
	w.blank()
	w.rec = desk.Verification{}
}

// blank drops what the credential says.
func (w *Showing) blank() {
	if w.s.Shown != nil {
		shown := *w.s.Shown
		shown.Claims = nil
		w.s.Shown = &shown
	}
}

// Ask changes what is asked for. Where the person has answered already the question is put anew.
func (w *Showing) Ask() error {
	return w.change(func() *desk.Error {
		switch w.s.Step {
		case ShowAsk, ShowSpoken, ShowWait:
			w.s = ShowState{Step: ShowAsk, Lang: w.s.Lang, Bearer: w.s.Bearer, Want: (w.s.Want + 1) % wanted}
			return nil
		}
		return notNow()
	})
}

// Held notes who holds the credential, before it is read.
func (w *Showing) Held() error {
	return w.change(func() *desk.Error {
		if w.s.Step != ShowAsk && w.s.Step != ShowWait {
			return notNow()
		}
		w.s.Bearer = (w.s.Bearer + 1) % bearers
		return nil
	})
}

// Yes is the person's own.
func (w *Showing) Yes() error { return w.answer(ShowAsk, desk.YesOwn) }

// Spoken shows what is recorded when the person says yes aloud; ConfirmSpoken records it.
func (w *Showing) Spoken() error {
	return w.change(func() *desk.Error {
		if w.s.Step != ShowAsk {
			return notNow()
		}
		w.s.Step = ShowSpoken
		return nil
	})
}

// ConfirmSpoken records the spoken yes.
func (w *Showing) ConfirmSpoken() error { return w.answer(ShowSpoken, desk.YesSpoken) }

func (w *Showing) answer(at ShowStep, a desk.Answer) error {
	return w.change(func() *desk.Error {
		if w.s.Step != at && !(a == desk.YesOwn && w.s.Step == ShowSpoken) {
			return notNow()
		}
		w.s.Answer, w.s.Step, w.s.Problem = a, ShowWait, nil
		return nil
	})
}

// No ends the visit; nothing was read and nothing is kept.
func (w *Showing) No() error { return w.Close() }

// SetLang changes the person's language.
func (w *Showing) SetLang(tag string) error {
	return w.change(func() *desk.Error {
		w.s.Lang = tag
		return nil
	})
}

// Aloud notes that the question was read out.
func (w *Showing) Aloud() error {
	return w.change(func() *desk.Error {
		if w.s.Step == ShowAsk || w.s.Step == ShowSpoken {
			w.s.ReadAloud++
		}
		return nil
	})
}

// Present takes a scan or a file. It is refused before the person's Yes. data is wiped.
func (w *Showing) Present(data []byte) error {
	return w.change(func() *desk.Error {
		switch w.s.Step {
		case ShowWait:
		case ShowAsk, ShowSpoken:
			clear(data)
			return problem(CodeShowFirst)
		case ShowJudging:
			clear(data)
			return problem(CodeShowBusy)
		default:
			clear(data)
			return notNow()
		}
		w.s.Step, w.s.Problem = ShowJudging, nil
		ctx, stop := context.WithCancel(w.ctx)
		w.stop = stop
		visit := w.visit
		w.effect = func() {
			defer clear(data)
			hash := sha256.Sum256(data)
			res, err := w.c.Check(ctx, data)
			w.judged(ctx, visit, hash, res, err)
		}
		return nil
	})
}

// judged takes the judgement, keeps the record of it and shows it.
func (w *Showing) judged(ctx context.Context, visit uint64, hash [32]byte, res *verify.Result, err error) {
	w.mu.Lock()
	if visit != w.visit {
		w.mu.Unlock()
		return
	}
	if err != nil {
		w.s.Step, w.s.Problem = ShowWait, desk.Explain("show", err)
		w.log.Info("show", "problem", w.s.Problem.Code)
		s, tell := w.s, w.tell
		w.mu.Unlock()
		tell(s)
		return
	}
	shown := w.weigh(res)
	rec := desk.Verification{At: shown.At, Clerk: w.clerk, Want: w.s.Want.String(), Bearer: w.s.Bearer.String(), Answer: w.s.Answer,
		ReadAloud: w.s.ReadAloud, Lang: w.s.Lang, Outcome: shown.Outcome.String(), Days: shown.Days, Format: shown.Format, Hash: hash[:]}
	for _, c := range shown.Checks {
		rec.Checks = append(rec.Checks, checkLine(c))
	}
	for _, t := range shown.Trust {
		rec.Lists = append(rec.Lists, fmt.Sprintf("%s %s %d", t.Kind, t.Snapshot, t.AgeDays))
	}
	w.mu.Unlock()
	parcel, err := w.c.Keep(ctx, rec)
	_ = w.change(func() *desk.Error {
		if visit != w.visit {
			return nil
		}
		w.rec = rec
		w.s.Step, w.s.Shown, w.s.Parcel = ShowVerdict, shown, parcel
		w.s.Until = w.now().Add(ShowFor)
		if err != nil {
			w.s.Problem = desk.Explain("show.keep", err)
		}
		w.log.Info("show", "outcome", rec.Outcome, "format", rec.Format)
		return nil
	})
}

// Tick looks at the clock: what the credential says goes after ShowFor.
func (w *Showing) Tick() {
	w.mu.Lock()
	due := w.s.Step == ShowVerdict && !w.now().Before(w.s.Until)
	w.mu.Unlock()
	if due {
		_ = w.change(func() *desk.Error {
			w.blank()
			w.s.Step = ShowBlank
			return nil
		})
	}
}

// Receipt prints the result for the person.
func (w *Showing) Receipt() error {
	return w.change(func() *desk.Error {
		if w.s.Step != ShowVerdict && w.s.Step != ShowBlank {
			return notNow()
		}
		rec, parcel, lang, visit := w.rec, w.s.Parcel, w.s.Lang, w.visit
		w.effect = func() {
			err := w.c.Receipt(w.ctx, rec, parcel, lang)
			_ = w.change(func() *desk.Error {
				if visit != w.visit {
					return nil
				}
				if w.s.Printed, w.s.Problem = err == nil, nil; err != nil {
					w.s.Problem = desk.Explain("show.receipt", err)
				}
				return nil
			})
		}
		return nil
	})
}
