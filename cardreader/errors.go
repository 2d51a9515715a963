package cardreader

import (
	"context"
	"errors"
	"maps"
)

// Codes of Error. Each has error.<code> and hint.<code> in the locale files.
const (
	CodeServiceOff  = "card-service-off" // PC/SC service not running or gone
	CodeNoReader    = "card-no-reader"
	CodeNoCard      = "card-none"
	CodeOtherKind   = "card-other-kind" // Args: Kind, a code of the locale files, or empty
	CodePulled      = "card-pulled"
	CodeFaulty      = "card-faulty"
	CodeReaderBusy  = "card-reader-busy" // another program holds the card
	CodeTimeout     = "card-timeout"
	CodeCancelled   = "card-cancelled"
	CodeUnsupported = "card-unsupported" // this build or this reader cannot do it
)

// Error is a failure at a reader or a card. It carries no personal data and no APDU body.
type Error struct {
	code string
	args map[string]string
	err  error
}

// NewError makes an Error with a code of this package, the arguments of its sentence and its cause.
func NewError(code string, cause error, args map[string]string) *Error {
	return &Error{code: code, args: maps.Clone(args), err: cause}
}

func (e *Error) Error() string {
	if e.err != nil {
		return "cardreader: " + e.code + ": " + e.err.Error()
	}
	return "cardreader: " + e.code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.err }

// Code is the desk code of the error.
func (e *Error) Code() string { return e.code }

// Args are the placeholders of the sentence.
func (e *Error) Args() map[string]string { return maps.Clone(e.args) }

// Is makes errors.Is(err, cardreader.ErrPulled) and the like compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.code == e.code && t.err == nil
}

// Told pairs an error of a kind with the code that it stands for.
type Told struct {
	Err  error
	Code string
}

// Fault makes an *Error of whatever stopped a reading: a *NeedError and an *Error stay what they are, an ended context is
// cancelled or a time-out, then the first of told that fits decides; everything else is a faulty card.
func Fault(err error, told ...Told) error {
	var known *Error
	var need *NeedError
	switch {
	case errors.As(err, &need):
		return err
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return NewError(CodeCancelled, err, nil)
	case errors.Is(err, context.DeadlineExceeded):
		return NewError(CodeTimeout, err, nil)
	}
	for _, t := range told {
		if errors.Is(err, t.Err) {
			return NewError(t.Code, err, nil)
		}
	}
	return NewError(CodeFaulty, err, nil)
}

// Sentinels for errors.Is.
var (
	ErrServiceOff = &Error{code: CodeServiceOff}
	ErrNoReader   = &Error{code: CodeNoReader}
	ErrNoCard     = &Error{code: CodeNoCard}
	ErrPulled     = &Error{code: CodePulled}
	ErrFaulty     = &Error{code: CodeFaulty}
	ErrOtherKind  = &Error{code: CodeOtherKind}
	ErrTimeout    = &Error{code: CodeTimeout}
)
