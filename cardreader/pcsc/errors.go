package pcsc

import (
	"errors"
	"time"
)

// Options are the edges of the package; the zero value is right for a counter.
type Options struct {
	Now      func() time.Time // for Event.At; nil: time.Now
	Deadline time.Duration    // for each call but Transmit; 0: 3 s
	Transmit time.Duration    // for one command; 0: 15 s, a slow chip computing an RSA signature behind a slow reader
}

// Causes inside a *cardreader.Error.
var (
	// ErrReset says that another program reset the card: sessions with it are lost.
	ErrReset = errors.New("pcsc: another program reset the card")
	// ErrOccupied says that another program kept a transaction on the card for longer than one waits.
	ErrOccupied = errors.New("pcsc: another program is using the card")
	// ErrDenied says that the card service runs and does not let this user in.
	ErrDenied = errors.New("pcsc: the card service refuses this user")
	// ErrMismatch says that what listens at the service's socket and the library of this program do not understand each other.
	ErrMismatch = errors.New("pcsc: the card service and its library do not understand each other")
	// ErrDeadline says that a call of the card service did not come back in time.
	ErrDeadline = errors.New("pcsc: the card service did not answer in time")
	// ErrNoAnswer says that the reader brought fewer than two bytes.
	ErrNoAnswer = errors.New("pcsc: answer without a status word")
	// ErrBinding says that the PC/SC binding panicked.
	ErrBinding = errors.New("pcsc: the binding failed")
	// ErrClosed says that the connection was closed or given up before.
	ErrClosed = errors.New("pcsc: connection is closed")
	// ErrNotBuilt says that the program was built without PC/SC.
	ErrNotBuilt = errors.New("pcsc: built without cgo")
)
