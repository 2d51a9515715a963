package flow

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"bangban/app/desk"
)

// Codes of errors of the first set-up.
const (
	CodeSetFile    = "setup-file"    // no file was named
	CodeSetScan    = "setup-scan"    // a scan came in that is not the test code
	CodeSetPrinter = "setup-printer" // no printer can be chosen
)

// SetStep is where the set-up of a counter stands. The zero value is that nobody sets one up.
//
//	SetKind → SetBundle → SetLetter → SetAwait          where there is no counter yet
//	SetReader → SetPrinter → SetScanner → SetScreen → SetLangs → SetDone    where there is one
//
// Every step may be put off, and the whole may be left: it goes on at the first step that is not done.
type SetStep uint8

// The steps.
const (
	SetNothing SetStep = iota
	SetKind            // training, or real
	SetBundle          // the institution's file
	SetLetter          // fingerprint, name and code of the enrolment letter
	SetAwait           // the institution has the request and must answer
	SetReader
	SetPrinter
	SetScanner
	SetScreen // where the person's screen is
	SetLangs  // which languages people are offered
	SetDone
)

var setNames = [...]string{"nothing", "kind", "bundle", "letter", "await", "reader", "printer", "scanner", "screen", "langs", "done"}

// String gives the name used in locale keys and settings.
func (s SetStep) String() string {
	if int(s) < len(setNames) {
		return setNames[s]
	}
	return "unknown"
}

func foundSteps() []SetStep { return []SetStep{SetKind, SetBundle, SetLetter, SetAwait} }

// FitSteps are those of a counter that is there.
func FitSteps() []SetStep { return []SetStep{SetReader, SetPrinter, SetScanner, SetScreen, SetLangs} }

// TestCode is what the test page and the set-up screen hold for the scanner: letters of both cases, digits, and the signs
// that keyboard layouts disagree about.
const TestCode = "BANGBAN 0123456789 $%*+-./: QWERTZ AZERTY"

// Groups of a fingerprint.
const setGroups = 12

// BundleLook is what the institution's file says of itself before anybody trusts it.
type BundleLook struct {
	File     string
	Name     desk.Text
	Issuer   string
	Version  uint64
	MadeAt   string
	Groups   []string // fingerprint of its root
	Training bool
}

// Group is one of the twelve, as the letter has it and as the file has it.
type Group struct{ Typed, Held string }

// Same tells whether they agree.
func (g Group) Same() bool { return g.Typed != "" && g.Typed == g.Held }

// Founding is what makes a counter where there is none.
type Founding interface {
	// Files lists files that may be meant: bundles, or answers, on sticks and where browsers save.
	Files(ctx context.Context, answers bool) []string
	Bundle(ctx context.Context, file string) (BundleLook, error)
	// Found makes the counter and says where the request for the institution lies.
	Found(ctx context.Context, file, fingerprint, name, code string) (request string, err error)
	// Answer takes the institution's answer from a file; without one it is asked for over the network.
	Answer(ctx context.Context, file string) error
}

// PrinterChoice is a printer that may be chosen.
type PrinterChoice struct {
	Name   string
	Chosen bool
	Code   string // desk code of why it cannot print now; empty: it can
}

// Fitting is what fits a counter out.
type Fitting interface {
	Readers(ctx context.Context) []desk.Probe // service, reader, driver
	Choices(ctx context.Context) ([]PrinterChoice, error)
	ChoosePrinter(ctx context.Context, name string) error
	TestPage(ctx context.Context, lang string) error
}

// Monitor is a place for the person's screen.
type Monitor struct {
	Name       string
	X, Y, W, H int
	Primary    bool
	Mirrored   bool // another monitor shows the same picture
}

// Places of the person's screen that are no monitor.
const (
	PlaceWindow = "window"
	PlaceFlip   = "flip"
)

// SetParts is what a set-up works with.
type SetParts struct {
	Founding Founding // nil: there is a counter
	Fitting  Fitting  // nil: there is none
	Monitors func(ctx context.Context) []Monitor
	Langs    []string // that people may be offered
	Keep     func(ctx context.Context, key, value string)
	Kept     func(ctx context.Context, key string) string
	Request  string // of a counter that awaits its answer: where the request lies
}

// Names of the settings that a set-up keeps.
const (
	KeySetDone   = "setup"
	KeySetScreen = "citizen"
	KeySetLangs  = "citizen-langs"
)

// SetState is what the screens show of it.
type SetState struct {
	Step     SetStep
	Steps    []SetStep // all that there are, in order
	Done     []SetStep // finished, or put off
	Busy     bool
	Problem  *desk.Error
	Training bool // was chosen
	Founded  bool // there is a counter now: the program is to be started anew
	Files    []string
	Bundle   *BundleLook
	Groups   []Group // once they were typed
	Request  string
	Readers  []desk.Probe
	Printers []PrinterChoice
	Printed  bool
	Heard    bool // the scanner typed the test code as it stands
	Cause    string
	Monitors []Monitor
	Place    string // "X,Y", PlaceWindow, PlaceFlip
	Langs    []string
}

// At is the number of the step, from 1.
func (s *SetState) At() int { return slices.Index(s.Steps, s.Step) + 1 }

// SetUp is the set-up of a counter. Its methods are safe for concurrent use.
type SetUp struct {
	table[SetState]
	p SetParts
}

// NewSetUp makes one; spawn runs effects, nil: on goroutines.
func NewSetUp(ctx context.Context, p SetParts, spawn func(func()), log *slog.Logger) *SetUp {
	return &SetUp{table: newTable[SetState](ctx, spawn, log), p: p}
}

// Wanted tells whether there is something to set up that nobody has finished.
func (w *SetUp) Wanted(ctx context.Context) bool {
	return w.p.Founding != nil || w.p.Kept != nil && w.p.Kept(ctx, KeySetDone) != SetDone.String()
}

// Open goes on at the first step that is not done; again: at the first one.
func (w *SetUp) Open(again bool) error {
	return w.change("setup.open", func() *desk.Error {
		w.turn++
		s := SetState{Steps: FitSteps(), Request: w.p.Request}
		if w.p.Founding != nil {
			s.Steps = foundSteps()
		}
		if w.p.Kept != nil {
			s.Place = w.p.Kept(w.ctx, KeySetScreen)
			s.Langs = strings.Fields(w.p.Kept(w.ctx, KeySetLangs))
			for _, name := range strings.Fields(w.p.Kept(w.ctx, KeySetDone)) {
				if i := slices.Index(setNames[:], name); i >= 0 && !again && slices.Contains(s.Steps, SetStep(i)) {
					s.Done = append(s.Done, SetStep(i))
				}
			}
		}
		if len(s.Langs) == 0 {
			s.Langs = slices.Clone(w.p.Langs)
		}
		w.s = s
		if w.p.Request != "" {
			w.enter(SetAwait)
			return nil
		}
		w.onward()
		return nil
	})
}

// onward goes to the first step that is not done.
func (w *SetUp) onward() {
	for _, step := range w.s.Steps {
		if !slices.Contains(w.s.Done, step) {
			w.enter(step)
			return
		}
	}
	w.enter(SetDone)
}

// enter shows a step and asks what it needs to know.
func (w *SetUp) enter(step SetStep) {
	w.s.Step, w.s.Problem, w.s.Cause = step, nil, ""
	switch step {
	case SetBundle, SetAwait:
		w.look("setup.files", func(ctx context.Context, s *SetState) error {
			s.Files = w.p.Founding.Files(ctx, step == SetAwait)
			return nil
		})
	case SetReader:
		w.look("setup.reader", func(ctx context.Context, s *SetState) error {
			s.Readers = w.p.Fitting.Readers(ctx)
			return nil
		})
	case SetPrinter:
		w.look("setup.printer", func(ctx context.Context, s *SetState) (err error) {
			s.Printers, err = w.p.Fitting.Choices(ctx)
			return err
		})
	case SetScreen:
		w.look("setup.screen", func(ctx context.Context, s *SetState) error {
			if w.p.Monitors != nil {
				s.Monitors = w.p.Monitors(ctx)
			}
			return nil
		})
	}
}

// look asks something beside the screens and puts the answer into the state.
func (w *SetUp) look(op string, ask func(ctx context.Context, s *SetState) error) {
	w.s.Busy, w.s.Problem = true, nil
	var got SetState
	w.then(op, func(ctx context.Context) error { return ask(ctx, &got) }, func(e *desk.Error) {
		s := &w.s
		s.Busy, s.Problem = false, e
		if e != nil {
			return
		}
		switch s.Step {
		case SetBundle, SetAwait:
			s.Files = got.Files
		case SetReader:
			s.Readers = got.Readers
		case SetPrinter:
			s.Printers = got.Printers
		case SetScreen:
			s.Monitors = got.Monitors
		}
	})
}

// Look asks again what is plugged in now.
func (w *SetUp) Look() error {
	return w.change("setup.look", func() *desk.Error {
		if w.s.Busy || w.s.Step == SetNothing || w.s.Step == SetDone {
			return notNow()
		}
		w.enter(w.s.Step)
		return nil
	})
}

// Next goes on: the step is done, or is put off. It gives what was settled so far to whoever keeps it.
func (w *SetUp) Next() error {
	return w.change("setup.next", func() *desk.Error {
		s := &w.s
		switch s.Step {
		case SetReader, SetPrinter, SetScanner, SetScreen, SetLangs:
		default:
			return notNow()
		}
		if s.Busy {
			return notNow()
		}
		s.Done = append(s.Done, s.Step)
		w.onward()
		w.keep()
		return nil
	})
}

// keep has what is done and what was chosen kept.
func (w *SetUp) keep() {
	if w.p.Keep == nil {
		return
	}
	names := make([]string, 0, len(w.s.Done)+1)
	for _, d := range w.s.Done {
		names = append(names, d.String())
	}
	done := strings.Join(names, " ")
	if w.s.Step == SetDone {
		done = SetDone.String()
	}
	w.p.Keep(w.ctx, KeySetDone, done)
	if w.s.Place != "" {
		w.p.Keep(w.ctx, KeySetScreen, w.s.Place)
	}
	w.p.Keep(w.ctx, KeySetLangs, strings.Join(w.s.Langs, " "))
}

// Back is one step back.
func (w *SetUp) Back() error {
	return w.change("setup.back", func() *desk.Error {
		i := slices.Index(w.s.Steps, w.s.Step)
		if w.s.Step == SetDone {
			i = len(w.s.Steps)
		}
		if i <= 0 || w.s.Busy || w.s.Step == SetAwait { // a counter that was made is not unmade
			return notNow()
		}
		before := w.s.Steps[i-1]
		w.s.Done = slices.DeleteFunc(w.s.Done, func(d SetStep) bool { return d == before })
		w.enter(before)
		return nil
	})
}

// Close leaves it; what was settled stays.
func (w *SetUp) Close() error {
	return w.change("setup.close", func() *desk.Error {
		w.turn++
		w.s = SetState{Founded: w.s.Founded, Training: w.s.Training}
		return nil
	})
}
