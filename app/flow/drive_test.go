package flow_test

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/cardreader"
)

// walk drives one machine inside a synctest bubble: settle returns when every goroutine waits.
type walk struct {
	t    *testing.T
	f    *flowtest.Fakes
	m    *flow.Machine
	seen []flow.State // delivered, in order
	log  *bytes.Buffer
}

// drive runs fn with a machine that is logged in, ready and settled.
func drive(t *testing.T, fn func(w *walk)) { driveWith(t, flow.Options{App: "bangban test"}, nil, fn) }

func driveWith(t *testing.T, o flow.Options, before func(*flowtest.Fakes), fn func(w *walk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &walk{t: t, f: flowtest.New(), log: new(bytes.Buffer)}
		if before != nil {
			before(w.f)
		}
		o.Log = slog.New(slog.NewTextHandler(w.log, nil))
		w.m = flowtest.Start(t, w.f, o)
		w.m.Subscribe(func(s flow.State) { w.seen = append(w.seen, s) })
		w.settle()
		w.ok(w.m.Login(flowtest.Clerk()))
		fn(w)
		w.settle()
		w.noPersonalData()
	})
}

func (w *walk) settle() { synctest.Wait() }

// ok wants an input to be taken, and settles.
func (w *walk) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("refused on %v: %v", w.m.State().Step, err)
	}
	w.settle()
}

// refused wants an input to be refused with code.
func (w *walk) refused(err error, code string) {
	w.t.Helper()
	var e *desk.Error
	if !errors.As(err, &e) {
		w.t.Fatalf("on %v: got %v, want %s", w.m.State().Step, err, code)
	}
	if e.Code != code {
		w.t.Fatalf("on %v: got %s, want %s", w.m.State().Step, e.Code, code)
	}
	w.settle()
}

// at wants the machine on step.
func (w *walk) at(step flow.Step) flow.State {
	w.t.Helper()
	w.settle()
	s := w.m.State()
	if s.Step != step {
		w.t.Fatalf("on %v (problem %v, note %q), want %v", s.Step, s.Problem, s.Note, step)
	}
	return s
}

// problem wants step and the code in the message slot; "" is none.
func (w *walk) problem(step flow.Step, code string) flow.State {
	w.t.Helper()
	s := w.at(step)
	got := ""
	if s.Problem != nil {
		got = s.Problem.Code
	}
	if got != code {
		w.t.Fatalf("on %v: problem %q, want %q", step, got, code)
	}
	return s
}

func (w *walk) note(step flow.Step, note string) flow.State {
	w.t.Helper()
	s := w.at(step)
	if s.Note != note {
		w.t.Fatalf("on %v: note %q, want %q", step, s.Note, note)
	}
	return s
}

func (w *walk) put(c *flowtest.Card) {
	w.f.Cards.Put(flowtest.Reader, c)
	w.settle()
}

func (w *walk) lift() {
	w.f.Cards.Lift(flowtest.Reader)
	w.settle()
}

func passport() *flowtest.Card { return &flowtest.Card{Document: flowtest.Passport()} }

// toCompare, toAgree and toHandOver walk the straight way.
func (w *walk) toCompare() {
	w.t.Helper()
	w.put(passport())
	w.at(flow.Compare)
}

func (w *walk) toAgree() {
	w.t.Helper()
	w.toCompare()
	w.ok(w.m.Same())
	w.ok(w.m.Choose("housing-fund", "demo-bank"))
	w.at(flow.Agree)
}

func (w *walk) toHandOver() {
	w.t.Helper()
	w.toAgree()
	w.ok(w.m.SayYes())
	w.at(flow.HandOver)
}

func (w *walk) toPrintFault() {
	w.t.Helper()
	w.f.Press.Fail(nil, &desk.Error{Code: "printer-fault"})
	w.toAgree()
	w.ok(w.m.SayYes())
	w.at(flow.PrintFault)
}

// calls wants the effects since the beginning that are not readings.
func (w *walk) calls(want ...string) {
	w.t.Helper()
	w.settle()
	got := slices.DeleteFunc(w.f.Calls(), func(s string) bool { return s == "read" })
	if !slices.Equal(got, want) {
		w.t.Fatalf("effects\n got %q\nwant %q", got, want)
	}
}

func (w *walk) count(prefix string) (n int) {
	for _, c := range w.f.Calls() {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// wiped wants every byte that the ports gave away to be zero.
func (w *walk) wiped() {
	w.t.Helper()
	w.settle()
	for i, b := range w.f.Aliases() {
		if !blank(b) {
			w.t.Fatalf("slice %d of %d bytes was not wiped", i, len(b))
		}
	}
}

func blank(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) }

// nobody wants a State that names no person.
func (w *walk) nobody(s flow.State) {
	w.t.Helper()
	if s.Subject != nil || s.Photo != nil || s.Preview != nil || s.Checks != nil || s.Recipient != nil {
		w.t.Fatalf("on %v something of the person is left", s.Step)
	}
}

// noPersonalData looks for the invented people in what was logged, noted and told.
func (w *walk) noPersonalData() {
	w.t.Helper()
	text := w.log.String()
	if !strings.Contains(text, "step=") && !strings.Contains(text, "login=") {
		w.t.Fatal("nothing was logged: the search would find nothing either")
	}
	for _, s := range w.seen {
		text += s.Note
		for k, v := range s.NoteArgs {
			text += k + v
		}
		if s.Problem != nil {
			text += s.Problem.Error()
			for k, v := range s.Problem.Args {
				text += k + v
			}
		}
	}
	for _, d := range []*cardreader.Document{flowtest.Passport(), flowtest.OtherPassport()} {
		for _, secret := range []string{d.Subject.Name(), d.Subject.Number, d.Subject.BirthDate, d.Subject.GivenNames} {
			if strings.Contains(text, secret) {
				w.t.Errorf("personal data in a log, note or error")
			}
		}
	}
}
