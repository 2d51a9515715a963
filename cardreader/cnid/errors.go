package cnid

import "errors"

// Errors of this package. What a reader or a card did is a *cardreader.Error.
var (
	ErrText = errors.New("cnid: the text of the card does not hold a person")
	ErrType = errors.New("cnid: a type of card that is not known")
)
