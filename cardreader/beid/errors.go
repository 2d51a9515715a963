package beid

import (
	"context"
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// What can be wrong with the answer of a card.
var (
	ErrFile     = errors.New("beid: a file is not what it should be")
	ErrSize     = errors.New("beid: a file too large")
	ErrLength   = errors.New("beid: the card gave another length than was asked for")
	ErrMissing  = errors.New("beid: a field is not there")
	ErrDate     = errors.New("beid: no date")
	ErrEncoding = errors.New("beid: text that is not UTF-8")
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
