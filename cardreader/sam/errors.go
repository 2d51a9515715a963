package sam

import (
	"context"
	"errors"
	"fmt"

	"bangban/cardreader"
)

// Codes of *cardreader.Error that only these readers have. Each has error.<code> and hint.<code> in the locale files.
const (
	CodeLift          = "card-lift-again"       // lift the card and lay it again
	CodeSAMRefuses    = "card-sam-refuses"      // the module does not take the card for genuine
	CodeCardRefuses   = "card-refuses-sam"      // the card does not take the module
	CodeNotAuthorised = "reader-not-authorised" // the module was never released for use
	CodeSAMFault      = "reader-sam-faulty"     // the module is broken or does not understand
	CodeNoisy         = "reader-line-noisy"     // what comes over the line, or goes, is damaged however often it is asked for
)

// Errors of the line.
var (
	ErrXOR     = errors.New("sam: wrong check sum in a frame")
	ErrBounds  = errors.New("sam: length of a frame out of bounds")
	ErrSilent  = errors.New("sam: the reader does not answer")
	ErrGone    = errors.New("sam: the line to the reader is gone")
	ErrPayload = errors.New("sam: lengths in the answer do not add up")
	ErrPort    = errors.New("sam: no such kind of port")
)

// Status is SW3 of an answer, GA/T 467-2019.
type Status byte

// The values of SW3.
const (
	OK            Status = 0x90
	Found         Status = 0x9F
	WrongChecksum Status = 0x10
	WrongLength   Status = 0x11
	WrongCommand  Status = 0x21
	UnknownFault  Status = 0x24
	CardRefuses   Status = 0x31
	SAMRefuses    Status = 0x32
	WrongMAC      Status = 0x33
	WrongCard     Status = 0x40
	ReadFailed    Status = 0x41
	RandomFailed  Status = 0x47
	SelfTest      Status = 0x60
	NotAuthorised Status = 0x66
	NoCard        Status = 0x80
	SelectFailed  Status = 0x81
	Absent        Status = 0x91
)

// Error makes a Status a sentinel: errors.Is(err, sam.NoCard).
func (s Status) Error() string { return "sam: " + s.words() }

func (s Status) words() string {
	switch s {
	case OK:
		return "done"
	case Found:
		return "a card is there"
	case WrongChecksum:
		return "the module received a wrong check sum"
	case WrongLength:
		return "the module received a wrong length"
	case WrongCommand:
		return "the module does not know the command"
	case UnknownFault:
		return "the module reports an unknown fault"
	case CardRefuses:
		return "the card refuses the module"
	case SAMRefuses:
		return "the module refuses the card"
	case WrongMAC:
		return "what the card said failed its verification"
	case WrongCard:
		return "the card is of another type"
	case ReadFailed:
		return "the card could not be read to the end"
	case RandomFailed:
		return "no random number"
	case SelfTest:
		return "the module failed its self-test"
	case NotAuthorised:
		return "the module is not authorised"
	case NoCard:
		return "no card yet"
	case SelectFailed:
		return "the card could not be selected"
	case Absent:
		return "the card does not hold this"
	}
	return fmt.Sprintf("unknown status %02X", byte(s))
}

// StatusError is an answer that is not success. SW1 and SW2 are the card's own status where the module passes it on
// (31, 41, 47, 81).
type StatusError struct {
	SW1, SW2 byte
	SW3      Status
}

func (e *StatusError) Error() string {
	if e.SW1|e.SW2 != 0 {
		return fmt.Sprintf("%v (card status %02X%02X)", e.SW3.Error(), e.SW1, e.SW2)
	}
	return e.SW3.Error()
}

// Unwrap gives the Status.
func (e *StatusError) Unwrap() error { return e.SW3 }

// explain makes an *Error of cardreader of whatever went wrong with a card on the reader.
func explain(err error) error {
	var known *cardreader.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return cardreader.NewError(codeOf(err), err, argsOf(err))
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return cardreader.CodeCancelled
	case errors.Is(err, ErrSilent), errors.Is(err, context.DeadlineExceeded):
		return cardreader.CodeTimeout
	case errors.Is(err, ErrGone), errors.Is(err, ReadFailed), errors.Is(err, RandomFailed):
		return cardreader.CodePulled
	case errors.Is(err, NoCard):
		return cardreader.CodeNoCard
	case errors.Is(err, SelectFailed):
		return CodeLift
	case errors.Is(err, CardRefuses):
		return CodeCardRefuses
	case errors.Is(err, SAMRefuses), errors.Is(err, WrongMAC):
		return CodeSAMRefuses
	case errors.Is(err, WrongCard):
		return cardreader.CodeOtherKind
	case errors.Is(err, NotAuthorised):
		return CodeNotAuthorised
	case errors.Is(err, SelfTest), errors.Is(err, WrongCommand), errors.Is(err, WrongLength), errors.Is(err, UnknownFault),
		errors.Is(err, ErrPayload):
		return CodeSAMFault
	case errors.Is(err, ErrXOR), errors.Is(err, ErrBounds), errors.Is(err, WrongChecksum):
		return CodeNoisy
	}
	return cardreader.CodeFaulty
}

func argsOf(err error) map[string]string {
	if errors.Is(err, WrongCard) {
		return map[string]string{"Kind": "unknown"}
	}
	return nil
}
