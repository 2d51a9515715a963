package photo

import "errors"

// Why there is no picture.
var (
	ErrCoding    = errors.New("photo: neither JPEG nor JPEG 2000")
	ErrTooLarge  = errors.New("photo: larger than a portrait may be")
	ErrTooCostly = errors.New("photo: more work than a portrait may be")
	ErrBroken    = errors.New("photo: broken picture")
)
