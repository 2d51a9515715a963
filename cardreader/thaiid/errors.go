package thaiid

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// What can be wrong with the answer of a card.
var (
	ErrField    = errors.New("thaiid: a field is not what it should be")
	ErrShort    = errors.New("thaiid: the card gave another length than was asked for")
	ErrDate     = errors.New("thaiid: no date")
	ErrEncoding = errors.New("thaiid: a byte that stands for no character")
)

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err, cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled})
}
