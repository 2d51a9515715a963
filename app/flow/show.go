package flow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ShowStep is where the visit of somebody who shows a credential stands (journey d). The zero value is that nobody does.
//
//	ShowNothing → ShowAsk ⇄ ShowSpoken → ShowWait → ShowJudging → ShowVerdict → ShowBlank → ShowNothing
//
// Nothing is read before the person's own Yes. A scan before it is refused and forgotten.
type ShowStep uint8

// The steps.
const (
	ShowNothing ShowStep = iota
	ShowAsk              // the person is told what is asked for and by whom, and answers
	ShowSpoken           // the clerk records a spoken yes: shown, and recorded by the same key again
	ShowWait             // scan, or a file
	ShowJudging
	ShowVerdict // result and reasons; what was asked for, for ShowFor
	ShowBlank   // the result stands, nothing of the person does
)

var showNames = [...]string{"nothing", "ask", "spoken", "wait", "judging", "verdict", "blank"}

// String gives the name used in tests and logs.
func (s ShowStep) String() string { return showNames[min(int(s), len(showNames)-1)] }

// ShowFor is how long what the credential says stays on the screen.
const ShowFor = time.Minute

// Wanted is what the person is asked to show.
type Wanted uint8

// The questions, each larger than the one before.
const (
	WantValid Wanted = iota // whether it is valid; nothing of what it says is shown
	WantWho                 // name and date of birth: who this is
	WantAll                 // also number and address
	wanted
)

// String gives the name used in locale keys and records.
func (w Wanted) String() string { return [...]string{"valid", "who", "all"}[min(w, WantAll)] }

// Fields are the names of the fields shown, as purposes name them.
func (w Wanted) Fields() []string {
	return [...][]string{nil, {"full_name", "birth_date"}, {"full_name", "birth_date", "number", "address"}}[min(w, WantAll)]
}

// Bearer is who holds the credential, as the clerk sees it.
type Bearer uint8

// The bearers.
const (
	OwnPaper Bearer = iota // the person, on paper
	OwnPhone               // the person, on a telephone: what was copied from elsewhere proves nothing about who holds it
	ByHelper               // somebody else shows it
	bearers
)

// String gives the name used in locale keys and records.
func (b Bearer) String() string { return [...]string{"paper", "phone", "helper"}[min(b, ByHelper)] }

// Reasons and checks that the counter adds to a format's own.
const (
	CheckBearer = "bearer"
	CheckFresh  = "freshness"

	WrongHolder check.Reason = "wrong-holder" // shown by somebody whom it does not name
	NotFresh    check.Reason = "not-fresh"    // a picture of a code: it may have been taken anywhere
)

// Codes of desk errors of this visit.
const (
	CodeShowFirst = "show-ask-first" // something was scanned before the person agreed
	CodeShowBusy  = "show-busy"
)

// Outcome is what the screens say: four words and, for one of them, how old the oldest list is.
type Outcome uint8

// The outcomes. The zero value is the careful one.
const (
	CannotTell Outcome = iota
	Valid
	ValidOldLists
	ValidNoList // its issuer's withdrawal list was never held here
	NotValid
)

// String gives the name used in locale keys and records.
func (o Outcome) String() string {
	return [...]string{"cannot-tell", "valid", "valid-old", "valid-no-list", "not-valid"}[min(o, NotValid)]
}

// Shown is a judgement as far as the counter shows it.
type Shown struct {
	Outcome Outcome
	Days    int // age of the oldest list
	Format  string
	Checks  []check.Check
	Why     *check.Check // what decided, where it is not Valid
	Trust   []verify.Freshness
	Claims  verify.Claims // those asked for; nil when blank
	At      time.Time
}

// ShowState is everything that the screens show of this visit.
type ShowState struct {
	Step      ShowStep
	Lang      string
	Want      Wanted
	Bearer    Bearer
	ReadAloud int
	Answer    desk.Answer
	Shown     *Shown
	Until     time.Time // when the claims go
	Parcel    string    // receipt number of the sealed record
	Printed   bool
	Problem   *desk.Error
}

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

func checkLine(c check.Check) string {
	line := c.Name + "=" + c.Verdict.String()
	if c.Reason != check.OK {
		line += ":" + string(c.Reason)
	}
	return line
}

// weigh adds what the counter knows of the bearer and says what the screens say.
func (w *Showing) weigh(res *verify.Result) *Shown {
	checks := slices.Clone(res.Checks)
	if w.s.Want != WantValid {
		switch {
		case w.s.Bearer == ByHelper:
			checks = append(checks, check.Fail(CheckBearer, WrongHolder, ""))
		case w.s.Bearer == OwnPhone && !fresh(checks):
			checks = append(checks, check.Unsure(CheckFresh, NotFresh, ""))
		}
	}
	s := &Shown{Format: res.Format, Checks: checks, Trust: res.Trust, At: res.At, Claims: asked(res.Claims, w.s.Want)}
	for _, t := range res.Trust {
		s.Days = max(s.Days, t.AgeDays)
	}
	verdict := check.Overall(checks)
	if res.Verdict != check.Passed && verdict == check.Passed {
		verdict = res.Verdict
	}
	s.Outcome = outcome(verdict, s)
	s.Why = why(verdict, checks)
	if verdict == check.Failed {
		s.Claims = nil // nothing of it may be relied on
	}
	return s
}

func outcome(v check.Verdict, s *Shown) Outcome {
	noList := slices.ContainsFunc(s.Checks, func(c check.Check) bool { return c.Reason == check.NoList })
	switch {
	case v == check.Failed:
		return NotValid
	case v != check.Passed:
		return CannotTell
	case noList:
		return ValidNoList
	case s.Days > 0:
		return ValidOldLists
	}
	return Valid
}

func why(v check.Verdict, checks []check.Check) *check.Check {
	if v == check.Passed {
		return nil
	}
	for _, optional := range [2]bool{false, true} {
		for _, c := range checks {
			if c.Verdict == v && c.Optional == optional {
				return &c
			}
		}
	}
	return nil
}

// fresh tells whether the holder's own key answered here and now.
func fresh(checks []check.Check) bool {
	return slices.ContainsFunc(checks, func(c check.Check) bool {
		switch c.Name {
		case "nonce", CheckFresh, "device-signature", "device-mac":
			return c.Verdict == check.Passed
		}
		return false
	})
}

// claimNames are the names that formats give to a field.
var claimNames = map[string][]string{
	"full_name":  {"full_name", "name", "family_name", "given_name", "surname", "given_names", "fn", "gn"},
	"birth_date": {"birth_date", "birthdate", "date_of_birth", "dob"},
	"number":     {"document_number", "number", "id", "personal_administrative_number"},
	"address":    {"address", "resident_address"},
}

// asked keeps the claims that were asked for.
func asked(all verify.Claims, want Wanted) verify.Claims {
	out := verify.Claims{}
	for _, field := range want.Fields() {
		for _, name := range claimNames[field] {
			for k, v := range all {
				if k == name || strings.HasSuffix(k, "."+name) || strings.HasSuffix(k, "/"+name) {
					out[field] = strings.TrimSpace(out[field] + " " + v)
				}
			}
			if out[field] != "" && name != "family_name" && name != "surname" && name != "fn" {
				break
			}
		}
	}
	return out
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
