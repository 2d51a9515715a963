package sscard

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// CodePINBlocked is the code of the error that says: no more tries. The desk that issued the card can help.
const CodePINBlocked = "card-pin-blocked"

// What can be wrong with the answers of a card.
var (
	ErrRecord   = errors.New("sscard: a record is not what it should be")
	ErrMissing  = errors.New("sscard: a record is not there")
	ErrDate     = errors.New("sscard: no date")
	ErrEncoding = errors.New("sscard: a byte that stands for no character")
	ErrTries    = errors.New("sscard: too few tries left for the PIN")
	ErrKey      = errors.New("sscard: the card wants a key of its issuer")
)

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err,
		cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled},
		cardreader.Told{Err: ErrTries, Code: CodePINBlocked},
		cardreader.Told{Err: apdu.ErrBlocked, Code: CodePINBlocked},
		cardreader.Told{Err: ErrKey, Code: cardreader.CodeUnsupported})
}
