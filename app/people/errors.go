package people

import (
	"errors"
	"strconv"
	"time"

	"bangban/app/desk"
)

// Codes of the sentences for the clerk.
const (
	CodeWrongPIN  = "login-wrong-pin"  // Args: Left
	CodeLockedOut = "login-locked-out" // Args: Minutes
	CodeUnknown   = "login-unknown"
	CodeRole      = "login-role"
	CodeWrongCode = "letter-wrong"

	CodeCardPIN     = "login-card-pin"     // Args: Left, as the card counts
	CodeCardUnknown = "login-card-unknown" // the card of nobody on the roster
	CodeCardOnly    = "login-card-only"    // policy wants the card
)

// Sentinels of this package, the causes within desk.Error; compare with errors.Is.
var (
	ErrWrongPIN  = errors.New("people: wrong PIN")
	ErrWrongCode = errors.New("people: not the code of the enrolment letter")
	ErrLockedOut = errors.New("people: locked out")
	ErrUnknown   = errors.New("people: not on the roster")
	ErrNoSlot    = errors.New("people: on the roster, but not set up at this counter")
	ErrEnded     = errors.New("people: the roster entry has ended")
	ErrRole      = errors.New("people: not in this role")
	ErrCardOnly  = errors.New("people: policy wants the card")
	ErrSelf      = errors.New("people: nobody lifts their own lockout")
	// ErrRaced is what Attempts.Save returns when the record changed since Load.
	ErrRaced = errors.New("people: another try is under way")
)

func failure(code string, args map[string]string, err error) *desk.Error {
	return &desk.Error{Op: "login", Code: code, Args: args, Err: err}
}

func lockedOut(wait time.Duration) *desk.Error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return failure(CodeLockedOut, map[string]string{"Minutes": strconv.Itoa(max(minutes, 1))}, ErrLockedOut)
}
