package tlv

import "errors"

// What can be wrong. Errors carry tags and lengths, never values.
var (
	ErrTruncated  = errors.New("tlv: ends inside a data object")
	ErrTag        = errors.New("tlv: malformed tag")
	ErrLength     = errors.New("tlv: malformed length")
	ErrIndefinite = errors.New("tlv: indefinite length")
	ErrTooLarge   = errors.New("tlv: too large")
	ErrTooMany    = errors.New("tlv: too many data objects")
	ErrTooDeep    = errors.New("tlv: nested too deep")
	ErrPrimitive  = errors.New("tlv: data object holds no others")
	ErrMissing    = errors.New("tlv: data object missing")
	ErrDuplicate  = errors.New("tlv: data object twice")
	ErrTrailing   = errors.New("tlv: bytes after the data object")
)
