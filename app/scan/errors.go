package scan

import "errors"

// Sentinels of this package.
var (
	ErrNothing  = errors.New("scan: no code found")
	ErrTooLarge = errors.New("scan: too large")
	ErrNoCamera = errors.New("scan: no camera")
)
