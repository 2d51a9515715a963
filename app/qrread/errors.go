package qrread

import "errors"

// Sentinels of this package.
var (
	ErrNoCode   = errors.New("qrread: no code found")
	ErrPart     = errors.New("qrread: only a part of several codes")
	ErrTooLarge = errors.New("qrread: picture too large")
	ErrFormat   = errors.New("qrread: not a readable PNG or JPEG picture")
)
