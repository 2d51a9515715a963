package desk

import (
	"errors"
	"maps"
)

// Error is a failure that a person sees. The locale files hold error.<Code> (what happened) and hint.<Code> (what to
// do now) in every clerk language. Err is for the log and carries no personal data.
type Error struct {
	Op   string // "voucher.issue": what was being done
	Code string
	Args map[string]string
	Err  error
}

func (e *Error) Error() string {
	s := e.Code
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Coded is an error that knows its own sentence; cardreader and print return such errors.
type Coded interface {
	error
	Code() string
	Args() map[string]string
}

// CodeInternal is the code of a failure that nobody foresaw.
const CodeInternal = "internal"

// Explain makes an *Error of any error. One that is an *Error already keeps its code; a Coded one lends it;
// any other becomes CodeInternal, its cause kept for the log.
func Explain(op string, err error) *Error {
	if err == nil {
		return nil
	}
	var d *Error
	if errors.As(err, &d) {
		return d
	}
	var c Coded
	if errors.As(err, &c) {
		return &Error{Op: op, Code: c.Code(), Args: maps.Clone(c.Args()), Err: err}
	}
	return &Error{Op: op, Code: CodeInternal, Err: err}
}
