package vcjose

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("vcjose: not a verifiable credential")
	ErrStructure  = errors.New("vcjose: broken structure")
)

// Reasons of this package.
const (
	ReasonType      check.Reason = "wrong-type"
	ReasonIssuer    check.Reason = "issuer-mismatch"
	ReasonNoBinding check.Reason = "no-key-binding"
	ReasonModel     check.Reason = "not-the-data-model" // breaks a rule of the data model
)

// Names of checks of this package.
const (
	CheckType    = "type"
	CheckModel   = "data-model"
	CheckIssuer  = "issuer-name"
	CheckBinding = "key-binding"
)
