package bundle

import (
	"fmt"
	"time"
)

// Conditions is what the counter knows when somebody hands it a bundle.
type Conditions struct {
	At       time.Time // station time
	Training bool      // of the data folder, for life
	Highest  uint64    // highest version ever seen, from the store and from the journal
}

// Bootstrap accepts the first bundle of a data folder by the fingerprint that came by another road.
func Bootstrap(file []byte, fingerprint string, c Conditions) (*Opened, error) {
	next, err := Open(file, Anchor{Fingerprint: fingerprint})
	if err != nil {
		return nil, err
	}
	if err := c.allow(next); err != nil {
		return nil, err
	}
	return next, nil
}

// Accept accepts a bundle in the place of current. Errors are those of Open and ErrInForce (the
// very same), ErrDiffers (the same version with another content: somebody signed twice), ErrOlder, ErrExpired,
// ErrTrainingMismatch; nothing changes where there is one.
func Accept(current *Opened, file []byte, c Conditions) (*Opened, error) {
	next, err := Open(file, Anchor{Root: current.Root.Raw})
	if err != nil {
		return nil, err
	}
	if next.Version == current.Version {
		if next.Sum == current.Sum {
			return nil, ErrInForce
		}
		return nil, fmt.Errorf("%w: version %d", ErrDiffers, next.Version)
	}
	if next.Version < current.Version {
		return nil, fmt.Errorf("%w: version %d after %d", ErrOlder, next.Version, current.Version)
	}
	// A stolen bundle key that has ended can only sign for the days before it ended.
	if next.MadeAt.Before(current.MadeAt) {
		return nil, fmt.Errorf("%w: made before the one in force", ErrOlder)
	}
	if err := c.allow(next); err != nil {
		return nil, err
	}
	return next, nil
}

// allow applies what holds the first time and later.
func (c Conditions) allow(next *Opened) error {
	switch {
	case next.Training != c.Training:
		return ErrTrainingMismatch
	case next.Version <= c.Highest:
		return fmt.Errorf("%w: version %d, %d was seen", ErrOlder, next.Version, c.Highest)
	case c.At.After(next.NotAfter):
		return ErrExpired
	}
	return nil
}
