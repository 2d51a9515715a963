package pdfsig

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("pdfsig: not a PDF file")
	ErrStructure  = errors.New("pdfsig: broken structure")
	ErrEncrypted  = errors.New("pdfsig: encrypted")
	ErrHybrid     = errors.New("pdfsig: cross-references of two kinds at once")
)

// Reasons of this package.
const (
	ReasonNotSigned check.Reason = "not-signed"
	ReasonRange     check.Reason = "wrong-byte-range"
	ReasonChanged   check.Reason = "changed-after-signing"
	ReasonShown     check.Reason = "shown-since" // shows on the page, and no signature that passes here covers it
	ReasonNoESS     check.Reason = "no-signing-certificate"
	ReasonOpen      check.Reason = "not-covered" // bytes at the end that no signature is over
)

// Names of checks of this package.
const (
	CheckRange    = "byte-range"
	CheckESS      = "signing-certificate"
	CheckStamp    = "time-stamp"
	CheckChanges  = "changes"
	CheckCoverage = "coverage"

	CheckSM2       = "sm2-signature" // over a file inside the document
	CheckSM2Issuer = "sm2-issuer"
)
