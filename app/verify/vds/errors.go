package vds

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("vds: not a visible digital seal")
	ErrStructure  = errors.New("vds: broken structure")
	ErrAlgorithm  = errors.New("vds: algorithm not supported")
)

// ReasonCountry is the reason where the signer is of another state than the seal says.
const ReasonCountry check.Reason = "wrong-country"

// CheckIssuerName is the check that signer and seal name the same state.
const CheckIssuerName = "issuer-name"
