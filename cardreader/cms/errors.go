package cms

import (
	"errors"
	"fmt"
)

// Reason is why something was refused; the spelling is that of check.Reason.
type Reason string

// The reasons of this package.
const (
	Structure      Reason = "broken-structure"
	UnknownIssuer  Reason = "unknown-issuer"
	WrongSignature Reason = "wrong-signature"
	WrongDigest    Reason = "wrong-digest"
	WrongKeyUsage  Reason = "wrong-key-usage"
	Expired        Reason = "expired"
	NotYetValid    Reason = "not-yet-valid"
	NotSupported   Reason = "not-supported"
	Revoked        Reason = "revoked"
	NoList         Reason = "no-list"
	ListTooOld     Reason = "list-too-old"
	ClockUnsure    Reason = "clock-unsure"
)

// Error is a refusal. Detail never holds personal data: travel document certificates name states.
type Error struct {
	Reason Reason
	Detail string
	Err    error
}

// Error gives reason, detail and cause.
func (e *Error) Error() string {
	s := "cms: " + string(e.Reason)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Reason: r}) compare reasons.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Reason == e.Reason && t.Detail == "" && t.Err == nil
}

// ReasonOf gives the reason of err, Structure where it has none, and "" for nil.
func ReasonOf(err error) Reason {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Reason
	}
	return Structure
}

func refuse(r Reason, format string, args ...any) error {
	return &Error{Reason: r, Detail: fmt.Sprintf(format, args...)}
}

func broken(what string) error { return &Error{Reason: Structure, Detail: what} }
