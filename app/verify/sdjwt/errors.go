package sdjwt

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable   = errors.New("sdjwt: not an SD-JWT")
	ErrStructure    = errors.New("sdjwt: broken structure")
	ErrUnreferenced = errors.New("sdjwt: disclosure that no digest refers to")
	ErrDuplicate    = errors.New("sdjwt: the same digest twice")
	ErrHash         = errors.New("sdjwt: unknown digest algorithm")
)

// Reasons of this package.
const (
	ReasonType         check.Reason = "wrong-type"
	ReasonUnreferenced check.Reason = "unreferenced-disclosure"
	ReasonDuplicate    check.Reason = "duplicate-digest"
	ReasonNoBinding    check.Reason = "no-key-binding"
	ReasonNotFresh     check.Reason = "not-fresh"
	ReasonNonce        check.Reason = "wrong-nonce"
)

// Names of checks of this package.
const (
	CheckType        = "type"
	CheckDisclosures = "disclosures"
	CheckBinding     = "key-binding"
	CheckHolder      = "holder-signature"
	CheckFresh       = "freshness"
	CheckIssuerName  = "issuer-name"
)
