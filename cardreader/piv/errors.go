package piv

import (
	"errors"
	"fmt"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// Sentinels of this package; compare with errors.Is. What happens at the reader is an *Error of cardreader.
var (
	ErrNotPIV      = errors.New("piv: no such application on this card")
	ErrNoKey       = errors.New("piv: no certificate for the key management key")
	ErrCertificate = errors.New("piv: not a certificate")
	ErrAlgorithm   = errors.New("piv: not a key on P-256")
	ErrPIN         = errors.New("piv: a PIN has 6 to 8 characters")
	ErrBlocked     = errors.New("piv: the PIN is blocked")
	ErrAnswer      = errors.New("piv: an answer that is not of the standard")
)

// WrongPIN says that the PIN was not right, and how many tries the card leaves.
type WrongPIN struct{ Left int }

func (e *WrongPIN) Error() string { return fmt.Sprintf("piv: wrong PIN, %d tries left", e.Left) }

// own tells whether an error is of this package.
func own(err error) bool {
	var wrong *WrongPIN
	if errors.As(err, &wrong) {
		return true
	}
	for _, e := range []error{ErrNotPIV, ErrNoKey, ErrCertificate, ErrAlgorithm, ErrPIN, ErrBlocked, ErrAnswer} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// fault keeps what this package says, and makes an *Error of cardreader of whatever else stopped it.
func fault(err error) error {
	if err == nil || own(err) {
		return err
	}
	return cardreader.Fault(err, cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled})
}
