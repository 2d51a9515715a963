package mykad

import (
	"context"
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// What can be wrong with the answer of a card.
var (
	ErrField    = errors.New("mykad: a field is not what it should be")
	ErrShort    = errors.New("mykad: the card gave another length than was asked for")
	ErrDate     = errors.New("mykad: no date")
	ErrEncoding = errors.New("mykad: a byte that stands for no character")
)

// fault makes an *Error of cardreader out of whatever stopped a reading.
func fault(err error) error {
	var known *cardreader.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return cardreader.NewError(cardreader.CodeCancelled, err, nil)
	case errors.Is(err, context.DeadlineExceeded):
		return cardreader.NewError(cardreader.CodeTimeout, err, nil)
	case errors.Is(err, apdu.ErrNoStatus): // an empty answer without an error is a pulled card
		return cardreader.NewError(cardreader.CodePulled, err, nil)
	}
	return cardreader.NewError(cardreader.CodeFaulty, err, nil)
}
