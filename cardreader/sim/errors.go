package sim

import "errors"

// Errors of this package. What happens at a reader is a *cardreader.Error.
var (
	ErrNoSpecimen = errors.New("sim: no such specimen")
	ErrBroken     = errors.New("sim: broken specimen file")
)
