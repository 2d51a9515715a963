package hcert

import (
	"errors"

	"bangban/cardreader/check"
)

// CheckIssuerName is the check that claim 1 and the signer's certificate name the same state, ReasonCountry that they do not.
const (
	CheckIssuerName              = "issuer-name"
	ReasonCountry   check.Reason = "wrong-country"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("hcert: not a health certificate")
	ErrStructure  = errors.New("hcert: broken structure")
	ErrTooLarge   = errors.New("hcert: larger than a code can be")
)
