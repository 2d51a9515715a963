package trust

import "errors"

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnknownFile = errors.New("trust: not a kind of file that can be trusted in")
	ErrStructure   = errors.New("trust: broken structure")
	ErrUnknown     = errors.New("trust: signed by nobody known here")
	ErrSignature   = errors.New("trust: wrong signature")
	ErrNotInForce  = errors.New("trust: signed with a certificate that was not in force")
	ErrName        = errors.New("trust: another institution of this name is held")
	ErrOlder       = errors.New("trust: a newer list is held already")
	ErrKey         = errors.New("trust: not a key that can be used")
	ErrBits        = errors.New("trust: status lists have 1, 2, 4 or 8 bits")
	ErrTooLarge    = errors.New("trust: larger than such a file can be")
)
