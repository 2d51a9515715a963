package rsid

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// What can be wrong with the answer of a card.
var (
	ErrFile     = errors.New("rsid: a file is not what it should be")
	ErrSize     = errors.New("rsid: a file too large")
	ErrShort    = errors.New("rsid: the card gave another length than was asked for")
	ErrMissing  = errors.New("rsid: a field is not there")
	ErrDate     = errors.New("rsid: no date")
	ErrEncoding = errors.New("rsid: text that is not UTF-8")
)

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err, cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled})
}
