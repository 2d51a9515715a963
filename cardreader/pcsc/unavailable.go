//go:build !cgo && !windows

package pcsc

import "bangban/cardreader"

// Available tells whether this build can reach the card service.
func Available() bool { return false }

// Open fails with the code card-unsupported: this build cannot reach the card service.
func Open(Options) (cardreader.System, error) {
	return nil, cardreader.NewError(cardreader.CodeUnsupported, ErrNotBuilt, nil)
}
