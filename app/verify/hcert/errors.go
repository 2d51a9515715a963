package hcert

import "errors"

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("hcert: not a health certificate")
	ErrStructure  = errors.New("hcert: broken structure")
	ErrTooLarge   = errors.New("hcert: larger than a code can be")
)
