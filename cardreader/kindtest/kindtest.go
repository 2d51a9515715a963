// Package kindtest is the contract suite of cardreader.Kind. Every kind of card runs it from its own tests:
//
//	kindtest.Run(t, kindtest.Fixture{Kind: emrtd.New(…), Open: …, Secrets: …, Wrong: …, Truth: …})
//
// # What a kind owes
//
//   - It matches its card, and reads of it exactly what is true.
//   - It reports the person once, before the last progress, and never more done than there is.
//   - A card pulled at any command is an *Error with code pulled, whether the reader says so or gives an empty answer.
//   - A wrong secret is a *NeedError with Wrong, a missing one without; neither is guessed at the card twice.
//   - Cancelling at any command is an *Error with code cancelled, and no command follows.
//   - Whatever a card answers, reading ends: a Document or an error, never both, never neither, never a panic. A
//     Document that passed says the truth.
//   - No error holds a secret or a word of the person's.
//
// Nothing here measures time: an endless reading is found by counting commands.
package kindtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Fixture is one kind with one good card.
type Fixture struct {
	Kind    cardreader.Kind
	Open    func(t testing.TB) cardreader.Conn // a fresh connection to a fresh card
	Secrets cardreader.Secrets
	Wrong   cardreader.Secrets // well formed, and not this card's; nil where the kind needs none
	Truth   cardreader.Subject
	Files   []string // that Raw must hold
	Most    int      // commands that Read may send at most; 0: not counted
}

// reading is one call of Read and what came of it.
type reading struct {
	conn   *Conn
	doc    *cardreader.Document
	err    error
	report []cardreader.Progress
}

func (f Fixture) read(t testing.TB, ctx context.Context, s cardreader.Secrets,
	meddle func(n int, command []byte, next func() ([]byte, error)) ([]byte, error)) reading {
	t.Helper()
	r := reading{conn: &Conn{Inner: f.Open(t), Meddle: meddle}}
	defer r.conn.Close()
	r.doc, r.err = f.Kind.Read(ctx, r.conn, s, func(p cardreader.Progress) { r.report = append(r.report, p) })
	if r.conn.Endless {
		t.Fatalf("more than %d commands", Limit)
	}
	if (r.doc == nil) == (r.err == nil) {
		t.Fatalf("document %v and error %v: exactly one is wanted", r.doc, r.err)
	}
	f.discreet(t, r.err)
	return r
}

// Run runs the suite.
func Run(t *testing.T, f Fixture) {
	t.Run("truth", f.truth)
	t.Run("secrets", f.secrets)
	t.Run("pulled", f.pulled)
	t.Run("cancelled", f.cancelled)
	t.Run("bare status", f.bareStatus)
	t.Run("flipped bits", f.flippedBits)
}

func (f Fixture) truth(t *testing.T) {
	ctx := context.Background()
	conn := f.Open(t)
	if !f.Kind.Match(ctx, conn) {
		t.Error("does not match its own card")
	}
	if _, err := f.Kind.Needs(ctx, conn); err != nil {
		t.Errorf("needs: %v", err)
	}
	_ = conn.Close()
	r := f.read(t, ctx, f.Secrets, nil)
	if r.err != nil {
		t.Fatal(r.err)
	}
	if r.doc.Subject != f.Truth {
		t.Errorf("the person is not who it should be in: %s", differing(r.doc.Subject, f.Truth))
	}
	if r.doc.Kind != f.Kind.ID() || f.Kind.ID() == "" {
		t.Errorf("kind %q, want %q", r.doc.Kind, f.Kind.ID())
	}
	for _, name := range f.Files {
		if len(r.doc.Raw[name]) == 0 {
			t.Errorf("file %s is not there", name)
		}
	}
	if f.Most > 0 && r.conn.APDUs > f.Most {
		t.Errorf("%d commands, at most %d", r.conn.APDUs, f.Most)
	}
	f.reported(t, r)
	f.wiped(t, r.doc)
}

func (f Fixture) reported(t *testing.T, r reading) {
	t.Helper()
	subjects := 0
	var last cardreader.Progress
	for i, p := range r.report {
		if p.Subject != nil {
			subjects++
			if *p.Subject != f.Truth || i == len(r.report)-1 {
				t.Error("the person was reported late or not as read")
			}
		}
		if p.Stage < last.Stage || p.Done < last.Done || p.Total > 0 && p.Done > p.Total {
			t.Errorf("progress %d/%d at stage %d after %d/%d at %d", p.Done, p.Total, p.Stage, last.Done, last.Total, last.Stage)
		}
		last = p
	}
	if subjects != 1 || last.Stage != cardreader.Finished {
		t.Errorf("the person was reported %d times, the last stage was %d", subjects, last.Stage)
	}
}

// wiped checks that the document owns its bytes alone.
func (f Fixture) wiped(t *testing.T, doc *cardreader.Document) {
	t.Helper()
	var slices [][]byte
	for _, b := range doc.Raw {
		slices = append(slices, b)
	}
	slices = append(slices, doc.Photo)
	doc.Wipe()
	for _, b := range slices {
		for _, v := range b {
			if v != 0 {
				t.Fatal("a byte outlived Wipe")
			}
		}
	}
}

func (f Fixture) secrets(t *testing.T) {
	if f.Wrong == nil {
		t.Skip("this kind needs none")
	}
	var need *cardreader.NeedError
	r := f.read(t, context.Background(), f.Wrong, nil)
	if !errors.As(r.err, &need) || !need.Wrong {
		t.Errorf("wrong: %v", r.err)
	}
	for p := range f.Wrong {
		broken := cardreader.Secrets{p: "SPECIMEN"}
		if r = f.read(t, context.Background(), broken, nil); !errors.As(r.err, &need) || !need.Wrong || r.conn.APDUs != 0 {
			t.Errorf("malformed: %v after %d commands", r.err, r.conn.APDUs)
		}
	}
	for _, none := range []cardreader.Secrets{nil, {}} {
		if r = f.read(t, context.Background(), none, nil); !errors.As(r.err, &need) || need.Wrong {
			t.Errorf("missing: %v", r.err)
		}
	}
}

// commands is how many commands a good reading sends.
func (f Fixture) commands(t *testing.T) int {
	t.Helper()
	r := f.read(t, context.Background(), f.Secrets, nil)
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.conn.APDUs
}

func (f Fixture) pulled(t *testing.T) {
	gone := cardreader.NewError(cardreader.CodePulled, errors.New("kindtest: pulled"), nil)
	for at := 1; at <= f.commands(t); at++ {
		for name, answer := range map[string]struct {
			b   []byte
			err error
		}{"error": {nil, gone}, "empty": {nil, nil}, "one byte": {[]byte{0x90}, nil}} {
			r := f.read(t, context.Background(), f.Secrets, func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
				if n < at {
					return next()
				}
				return answer.b, answer.err
			})
			if !errors.Is(r.err, cardreader.ErrPulled) {
				t.Fatalf("pulled at command %d (%s): %v", at, name, r.err)
			}
			if r.conn.APDUs != at {
				t.Fatalf("pulled at command %d (%s): %d more were sent", at, name, r.conn.APDUs-at)
			}
		}
	}
}

func (f Fixture) cancelled(t *testing.T) {
	for at := 1; at <= f.commands(t); at++ {
		ctx, cancel := context.WithCancel(context.Background())
		r := f.read(t, ctx, f.Secrets, func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
			answer, err := next()
			if n == at {
				cancel()
			}
			return answer, err
		})
		cancel()
		if r.conn.APDUs != at {
			t.Fatalf("cancelled in command %d: %d more were sent", at, r.conn.APDUs-at)
		}
		if r.err == nil && at == f.commands(t) {
			continue // it was the last command: all is there
		}
		var e *cardreader.Error
		if !errors.As(r.err, &e) || e.Code() != cardreader.CodeCancelled {
			t.Fatalf("cancelled in command %d: %v", at, r.err)
		}
	}
}

// telling picks the commands worth meddling with: the first 24, where every step is another one, then every tenth of the
// long rows that follow, and the last.
func telling(n int) (at []int) {
	for i := 1; i <= n; i++ {
		if i <= 24 || i%10 == 0 || i == n {
			at = append(at, i)
		}
	}
	return at
}

// bareStatus answers each command in turn with nothing but a status word, once and from then on.
func (f Fixture) bareStatus(t *testing.T) {
	for _, at := range telling(f.commands(t)) {
		for _, sw := range []uint16{0x9000, 0x6100, 0x61FF, 0x6282, 0x6300, 0x63C0, 0x6700, 0x6982, 0x6A82, 0x6B00, 0x6C10, 0x6F00} {
			for _, onwards := range []bool{false, true} {
				r := f.read(t, context.Background(), f.Secrets, func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
					if n == at || onwards && n > at {
						return []byte{byte(sw >> 8), byte(sw)}, nil
					}
					return next()
				})
				f.truthful(t, r, fmt.Sprintf("%04X at command %d", sw, at))
			}
		}
	}
}

// flippedBits changes each answer in turn: in its first byte, its middle, its last data byte and its status.
func (f Fixture) flippedBits(t *testing.T) {
	for _, at := range telling(f.commands(t)) {
		for where := range 5 {
			r := f.read(t, context.Background(), f.Secrets, func(n int, _ []byte, next func() ([]byte, error)) ([]byte, error) {
				answer, err := next()
				if n == at && len(answer) >= 2 {
					answer = append([]byte{}, answer...)
					switch last := len(answer) - 1; where {
					case 4:
						answer = append([]byte{0}, answer...)
					default:
						answer[[]int{0, len(answer) / 2, max(last-2, 0), last}[where]] ^= 0x10
					}
				}
				return answer, err
			})
			f.truthful(t, r, fmt.Sprintf("byte %d of answer %d", where, at))
		}
	}
}

// truthful checks that a document that passed says the truth.
func (f Fixture) truthful(t *testing.T, r reading, what string) {
	t.Helper()
	if r.err == nil && r.doc.Verdict() == check.Passed && r.doc.Subject != f.Truth {
		t.Fatalf("%s: passed and says something else", what)
	}
	var need *cardreader.NeedError
	var known *cardreader.Error
	if r.err != nil && !errors.As(r.err, &need) && !errors.As(r.err, &known) {
		t.Fatalf("%s: an error without a code: %v", what, r.err)
	}
}

// discreet checks that err holds no secret and nothing of the person.
func (f Fixture) discreet(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	text := strings.ToUpper(fmt.Sprintf("%v %+v %#v %s", err, err, err.Error(), err))
	var words []string
	for _, s := range []cardreader.Secrets{f.Secrets, f.Wrong} {
		for _, v := range s {
			words = append(words, strings.FieldsFunc(v, func(r rune) bool { return r == '|' || r == '<' })...)
		}
	}
	words = append(words, f.Truth.Surname, f.Truth.GivenNames, f.Truth.FullName, f.Truth.Number, f.Truth.BirthDate, f.Truth.Address)
	for _, w := range words {
		if w = strings.ToUpper(w); len(w) >= 4 && strings.Contains(text, w) {
			t.Errorf("an error holds a secret or a word of the person (%d characters)", len(w))
		}
	}
}

// differing names the fields in which two persons differ, without their content.
func differing(a, b cardreader.Subject) string {
	var out []string
	for _, f := range []struct{ name, a, b string }{
		{"surname", a.Surname, b.Surname}, {"given names", a.GivenNames, b.GivenNames}, {"full name", a.FullName, b.FullName},
		{"sex", a.Sex, b.Sex}, {"birth date", a.BirthDate, b.BirthDate}, {"nationality", a.Nationality, b.Nationality},
		{"number", a.Number, b.Number}, {"address", a.Address, b.Address}, {"authority", a.Authority, b.Authority},
		{"issued", a.Issued, b.Issued}, {"expires", a.Expires, b.Expires},
	} {
		if f.a != f.b {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, ", ")
}
