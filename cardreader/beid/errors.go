package beid

import (
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

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err, cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled})
}
