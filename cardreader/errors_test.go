package cardreader_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"bangban/cardreader"
)

func TestFault(t *testing.T) {
	gone, blocked := errors.New("gone"), errors.New("blocked")
	told := []cardreader.Told{{Err: gone, Code: cardreader.CodePulled}, {Err: blocked, Code: "card-pin-blocked"}}
	for _, tc := range []struct {
		err  error
		code string
	}{
		{fmt.Errorf("a: %w", gone), cardreader.CodePulled},
		{fmt.Errorf("a: %w", blocked), "card-pin-blocked"},
		{fmt.Errorf("%w: %w", blocked, gone), cardreader.CodePulled}, // the first that is told
		{fmt.Errorf("%w: %w", gone, context.Canceled), cardreader.CodeCancelled},
		{context.DeadlineExceeded, cardreader.CodeTimeout},
		{fmt.Errorf("a: %w", cardreader.NewError(cardreader.CodeReaderBusy, gone, nil)), cardreader.CodeReaderBusy},
		{errors.New("anything else"), cardreader.CodeFaulty},
	} {
		var e *cardreader.Error
		if got := cardreader.Fault(tc.err, told...); !errors.As(got, &e) || e.Code() != tc.code || !errors.Is(tc.err, got) && !errors.Is(got, tc.err) {
			t.Errorf("%v: %v, want %s", tc.err, got, tc.code)
		}
	}
	need := fmt.Errorf("a: %w", &cardreader.NeedError{Wrong: true})
	if got := cardreader.Fault(need); got != need {
		t.Errorf("%v", got)
	}
}
