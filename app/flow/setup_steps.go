package flow

import (
	"context"
	"slices"
	"strings"

	"bangban/app/desk"
)

// Kind says what the counter is to be, for life.
func (w *SetUp) Kind(training bool) error {
	return w.change("setup.kind", func() *desk.Error {
		if w.s.Step != SetKind {
			return notNow()
		}
		w.s.Training = training
		if training { // the next start makes it
			w.s.Founded, w.s.Step = true, SetDone
			return nil
		}
		w.s.Done = append(w.s.Done, SetKind)
		w.onward()
		return nil
	})
}

// TakeBundle looks at the institution's file. Nothing trusts it yet.
func (w *SetUp) TakeBundle(file string) error {
	return w.change("setup.bundle", func() *desk.Error {
		if w.s.Step != SetBundle || w.s.Busy {
			return notNow()
		}
		if file = strings.TrimSpace(file); file == "" {
			return w.say(CodeSetFile)
		}
		w.s.Busy, w.s.Problem = true, nil
		var look BundleLook
		w.then("setup.bundle", func(ctx context.Context) (err error) {
			look, err = w.p.Founding.Bundle(ctx, file)
			return err
		}, func(e *desk.Error) {
			if w.s.Busy, w.s.Problem = false, e; e != nil {
				return
			}
			look.File = file
			w.s.Bundle, w.s.Groups = &look, nil
			w.s.Done = append(w.s.Done, SetBundle)
			w.onward()
		})
		return nil
	})
}

func (w *SetUp) say(code string) *desk.Error {
	w.s.Problem = problem(code)
	return w.s.Problem
}

// Letter compares the fingerprint of the letter with the file's, group by group, and makes the counter.
func (w *SetUp) Letter(fingerprint, name, code string) error {
	return w.change("setup.letter", func() *desk.Error {
		if w.s.Step != SetLetter || w.s.Busy || w.s.Bundle == nil {
			return notNow()
		}
		file := w.s.Bundle.File
		w.s.Groups = sideBySide(fingerprint, w.s.Bundle.Groups)
		w.s.Busy, w.s.Problem = true, nil
		var request string
		w.then("setup.letter", func(ctx context.Context) (err error) {
			request, err = w.p.Founding.Found(context.WithoutCancel(ctx), file, fingerprint, strings.TrimSpace(name), strings.TrimSpace(code))
			return err
		}, func(e *desk.Error) {
			if w.s.Busy, w.s.Problem = false, e; e != nil {
				return
			}
			w.s.Request = request
			w.s.Done = append(w.s.Done, SetLetter)
			w.onward()
		})
		return nil
	})
}

// sideBySide sets what was typed beside what the file says, in groups of four. Signs between groups do not count, and small
// letters are as good as capitals.
func sideBySide(typed string, held []string) []Group {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, typed)
	plain = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(plain)
	groups := make([]Group, setGroups)
	for i := range groups {
		if i < len(held) {
			groups[i].Held = held[i]
		}
		if at := 4 * i; at < len(plain) {
			groups[i].Typed = plain[at:min(at+4, len(plain))]
		}
	}
	return groups
}

// TakeAnswer takes the institution's answer from a file, or over the network where none is named.
func (w *SetUp) TakeAnswer(file string) error {
	return w.change("setup.answer", func() *desk.Error {
		if w.s.Step != SetAwait || w.s.Busy {
			return notNow()
		}
		w.s.Busy, w.s.Problem = true, nil
		w.then("setup.answer", func(ctx context.Context) error { return w.p.Founding.Answer(ctx, strings.TrimSpace(file)) }, func(e *desk.Error) {
			if w.s.Busy, w.s.Problem = false, e; e != nil {
				return
			}
			w.s.Founded, w.s.Step = true, SetDone
		})
		return nil
	})
}

// Printer chooses where papers come out.
func (w *SetUp) Printer(name string) error {
	return w.change("setup.printer", func() *desk.Error {
		if w.s.Step != SetPrinter || w.s.Busy {
			return notNow()
		}
		if name == "" {
			return w.say(CodeSetPrinter)
		}
		w.s.Printed = false
		w.look("setup.printer", func(ctx context.Context, s *SetState) (err error) {
			if err = w.p.Fitting.ChoosePrinter(ctx, name); err == nil {
				s.Printers, err = w.p.Fitting.Choices(ctx)
			}
			return err
		})
		return nil
	})
}

// Print prints the test page, which has the scanner's test code as well.
func (w *SetUp) Print(lang string) error {
	return w.change("setup.print", func() *desk.Error {
		if w.s.Step != SetPrinter || w.s.Busy {
			return notNow()
		}
		w.s.Busy, w.s.Problem = true, nil
		w.then("setup.print", func(ctx context.Context) error { return w.p.Fitting.TestPage(ctx, lang) }, func(e *desk.Error) {
			w.s.Busy, w.s.Problem, w.s.Printed = false, e, e == nil
		})
		return nil
	})
}

// Scan takes what the scanner typed. cause is what package scan says went wrong with it; empty: nothing.
func (w *SetUp) Scan(text, cause string) error {
	return w.change("setup.scan", func() *desk.Error {
		if w.s.Step != SetScanner {
			return notNow()
		}
		w.s.Heard, w.s.Problem = false, nil
		switch {
		case strings.Trim(text, "\r\n") == TestCode:
			w.s.Heard = true
		case cause != "":
			return w.say("scan-" + cause)
		default:
			return w.say(CodeSetScan)
		}
		return nil
	})
}

// Put says where the person's screen is: "X,Y" of a monitor, PlaceWindow or PlaceFlip.
func (w *SetUp) Put(place string) error {
	return w.change("setup.put", func() *desk.Error {
		if w.s.Step != SetScreen || place == "" {
			return notNow()
		}
		w.s.Place = place
		return nil
	})
}

// Lang offers a language to people, or takes it away. One always stays.
func (w *SetUp) Lang(tag string) error {
	return w.change("setup.lang", func() *desk.Error {
		if w.s.Step != SetLangs || !slices.Contains(w.p.Langs, tag) {
			return notNow()
		}
		if i := slices.Index(w.s.Langs, tag); i < 0 {
			w.s.Langs = append(slices.Clone(w.s.Langs), tag)
		} else if len(w.s.Langs) > 1 {
			w.s.Langs = slices.Delete(slices.Clone(w.s.Langs), i, i+1)
		}
		return nil
	})
}
