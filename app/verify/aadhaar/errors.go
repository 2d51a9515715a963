package aadhaar

import "errors"

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("aadhaar: not a Secure QR code")
	ErrStructure  = errors.New("aadhaar: broken structure")
)
