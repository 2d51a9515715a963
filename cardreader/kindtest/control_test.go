package kindtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"bangban/cardreader"
	"bangban/cardreader/check"
	"bangban/cardreader/kindtest"
)

// chip answers every command with 90 00.
type chip struct{}

func (chip) ATR() []byte  { return nil }
func (chip) Close() error { return nil }
func (chip) Transmit(context.Context, []byte) ([]byte, error) {
	return []byte{0x90, 0x00}, nil
}

// fault is what a kind does wrong.
type fault string

// invented is a kind of card that sends three commands and reads an invented person.
type invented struct{ fault fault }

func person() cardreader.Subject { return cardreader.Subject{Surname: "SPECIMEN", Number: "U1230045"} }

func (invented) ID() string                                  { return "invented" }
func (invented) Match(context.Context, cardreader.Conn) bool { return true }
func (invented) Needs(context.Context, cardreader.Conn) ([]cardreader.Secret, error) {
	return []cardreader.Secret{{Kind: cardreader.PIN}}, nil
}

func (k invented) Read(ctx context.Context, c cardreader.Conn, s cardreader.Secrets, report func(cardreader.Progress)) (*cardreader.Document, error) {
	pin := s[cardreader.PIN]
	switch {
	case pin == "":
		return nil, &cardreader.NeedError{}
	case pin != "123456" && k.fault == "leak":
		return nil, cardreader.NewError(cardreader.CodeFaulty, errors.New("refused "+pin), nil)
	case pin != "123456":
		return nil, &cardreader.NeedError{Wrong: true}
	}
	for range 3 {
		for k.fault == "endless" {
			if _, err := c.(cardreader.APDUer).Transmit(ctx, []byte{0, 0, 0, 0}); errors.Is(err, kindtest.ErrEndless) {
				break
			}
		}
		answer, err := c.(cardreader.APDUer).Transmit(ctx, []byte{0, 0, 0, 0})
		switch {
		case k.fault == "both" && err != nil:
			return &cardreader.Document{}, err
		case err != nil:
			return nil, err
		case len(answer) < 2 && k.fault != "gone":
			return nil, cardreader.NewError(cardreader.CodePulled, nil, nil)
		case ctx.Err() != nil && k.fault != "deaf":
			return nil, cardreader.NewError(cardreader.CodeCancelled, ctx.Err(), nil)
		case len(answer) == 2 && answer[0] != 0x90 && k.fault == "bare":
			return nil, errors.New("the card said no")
		case len(answer) == 2 && answer[0] != 0x90 && k.fault != "blind":
			return nil, cardreader.NewError(cardreader.CodeFaulty, nil, nil)
		}
	}
	subject := person()
	doc := &cardreader.Document{Kind: "invented", Subject: subject, Checks: []check.Check{check.Pass("x", "")}}
	if k.fault != "mumble" {
		report(cardreader.Progress{Stage: cardreader.Details, Subject: &subject})
	}
	report(cardreader.Progress{Stage: cardreader.Finished})
	if k.fault == "lie" {
		doc.Subject.Number = "U9999999"
	}
	return doc, nil
}

// TestInvented runs the suite on one invented kind; TestControl runs it again for each fault.
func TestInvented(t *testing.T) {
	kindtest.Run(t, kindtest.Fixture{
		Kind: invented{fault(os.Getenv("KINDTEST_FAULT"))}, Open: func(testing.TB) cardreader.Conn { return chip{} },
		Secrets: cardreader.Secrets{cardreader.PIN: "123456"}, Wrong: cardreader.Secrets{cardreader.PIN: "654321"},
		Truth: person(), Most: 3,
	})
}

// FuzzInvented runs the fuzz target on the invented kind; TestFuzzControl runs its seeds again for each fault.
func FuzzInvented(f *testing.F) {
	kindtest.Fuzz(f, kindtest.Fixture{
		Kind: invented{fault(os.Getenv("KINDTEST_FAULT"))}, Open: func(testing.TB) cardreader.Conn { return chip{} },
		Secrets: cardreader.Secrets{cardreader.PIN: "123456"}, Truth: person(), Most: 3,
	})
}

// The fuzz target finds a reading that does not end, one that makes something up, and an error without a code.
func TestFuzzControl(t *testing.T) {
	for f, want := range map[fault]string{
		"endless": "more than 5000 commands",
		"lie":     "made-up answers passed",
		"bare":    "an error without a code",
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^FuzzInvented$")
		cmd.Env = append(os.Environ(), "KINDTEST_FAULT="+string(f))
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %q is not in:\n%s", f, err, want, out)
		}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^FuzzInvented$")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("without a fault: %v\n%s", err, out)
	}
}

// The suite finds each fault: a suite that cannot fail tests nothing.
func TestControl(t *testing.T) {
	for f, want := range map[fault]string{
		"endless": "more than 5000 commands",
		"both":    "exactly one is wanted",
		"gone":    "pulled at command 1",
		"deaf":    "more were sent",
		"mumble":  "reported 0 times",
		"lie":     "not who it should be in: number",
		"leak":    "holds a secret",
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInvented$")
		cmd.Env = append(os.Environ(), "KINDTEST_FAULT="+string(f))
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %q is not in:\n%s", f, err, want, out)
		}
	}
}
