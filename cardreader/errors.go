package cardreader

import "maps"

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
