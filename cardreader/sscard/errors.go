package sscard

import (
	"context"
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

// fault makes an *Error of cardreader out of whatever stopped a reading.
func fault(err error) error {
	var known *cardreader.Error
	var need *cardreader.NeedError
	switch {
	case errors.As(err, &need):
		return need
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return cardreader.NewError(cardreader.CodeCancelled, err, nil)
	case errors.Is(err, context.DeadlineExceeded):
		return cardreader.NewError(cardreader.CodeTimeout, err, nil)
	case errors.Is(err, apdu.ErrNoStatus): // an empty answer without an error is a pulled card
		return cardreader.NewError(cardreader.CodePulled, err, nil)
	case errors.Is(err, ErrTries), errors.Is(err, apdu.ErrBlocked):
		return cardreader.NewError(CodePINBlocked, err, nil)
	case errors.Is(err, ErrKey):
		return cardreader.NewError(cardreader.CodeUnsupported, err, nil)
	}
	return cardreader.NewError(cardreader.CodeFaulty, err, nil)
}
