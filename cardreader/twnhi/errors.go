package twnhi

import (
	"errors"

	"bangban/cardreader"
	"bangban/cardreader/apdu"
)

// What can be wrong with the answer of a card.
var (
	ErrRecord   = errors.New("twnhi: the record is not what it should be")
	ErrDate     = errors.New("twnhi: no date")
	ErrEncoding = errors.New("twnhi: a byte that stands for no character")
)

// fault makes an *Error of cardreader out of whatever stopped a reading. An empty answer without an error is a pulled card.
func fault(err error) error {
	return cardreader.Fault(err, cardreader.Told{Err: apdu.ErrNoStatus, Code: cardreader.CodePulled})
}
