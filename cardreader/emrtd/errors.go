package emrtd

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
	"bangban/cardreader/check"
)

// What can be wrong with a machine readable zone. A *CheckDigitError says which field was mistyped.
var (
	ErrMRZLength    = errors.New("emrtd: not the length of a machine readable zone")
	ErrMRZCharacter = errors.New("emrtd: character that no machine readable zone holds")
)

// What can be wrong with the answers of a chip.
var (
	ErrPlainAnswer = errors.New("emrtd: answer in the clear inside a session")
	ErrNoMAC       = errors.New("emrtd: protected answer without a MAC")
	ErrNoStatus    = errors.New("emrtd: protected answer without a status")
	ErrObjects     = errors.New("emrtd: protected answer of the wrong form")
	ErrMAC         = errors.New("emrtd: wrong MAC")
	ErrPadding     = errors.New("emrtd: wrong padding")
	ErrStatus      = errors.New("emrtd: two different status words in one answer")
	ErrSessionOver = errors.New("emrtd: the session has ended")
	ErrBAC         = errors.New("emrtd: access control answered wrongly")
	ErrPACE        = errors.New("emrtd: PACE answered wrongly")
	ErrAgreement   = errors.New("emrtd: no key could be agreed")
	ErrInfos       = errors.New("emrtd: security information is not what it should be")
	ErrFile        = errors.New("emrtd: file is not what it should be")
	ErrFileSize    = errors.New("emrtd: file too large")
	ErrNoProgress  = errors.New("emrtd: reading does not get on")
	ErrFace        = errors.New("emrtd: no portrait in the data group")
	ErrSecurity    = errors.New("emrtd: security object is not what it should be")
	ErrAccess      = errors.New("emrtd: the document offers no access control that is known here")
)

// errExtended marks that a chip refused a length that it had promised.
var errExtended = errors.New("emrtd: extended length refused")

// Reasons beside those of package check.
const (
	ReasonWrongCountry check.Reason = "wrong-country" // the signer is not of the state that the document names
	ReasonClone        check.Reason = "clone"         // the chip does not hold the key that the state signed
	ReasonNoAnswer     check.Reason = "no-answer"     // the chip does not do what its signed files say it does
)

// CheckDigitError says that a field of the machine readable zone does not fit its check digit. It never holds the field.
type CheckDigitError struct {
	Field string // "number", "birth", "expiry", "optional", "composite"
}

// Error names the field.
func (e *CheckDigitError) Error() string { return "emrtd: check digit of the " + e.Field + " is wrong" }

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err,
		cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled},
		cardreader.Told{Err: ErrAccess, Code: cardreader.CodeUnsupported})
}
