package shc

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("shc: not a health card")
	ErrStructure  = errors.New("shc: broken structure")
	ErrTooLarge   = errors.New("shc: larger than a card can be")
	ErrChunks     = errors.New("shc: one code of several")
)

// ReasonType is the reason where the credential is no health card.
const ReasonType check.Reason = "wrong-type"
