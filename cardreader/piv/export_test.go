package piv

import "bangban/cardreader"

// At is a card that has been selected, for tests of what comes after.
func At(chip cardreader.APDUer) *Card { return &Card{chip} }
