package mdoc

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrStructure  = errors.New("mdoc: broken structure")
	ErrUnreadable = errors.New("mdoc: not a device response")
	ErrSession    = errors.New("mdoc: session message does not decrypt")
	ErrRefused    = errors.New("mdoc: the wallet gave nothing")
)

// Reasons of this package.
const (
	ReasonDocType       check.Reason = "wrong-doc-type"
	ReasonSignedOutside check.Reason = "signed-outside-life" // signed when its signer's certificate was not in force
	ReasonEngagement    check.Reason = "only-engagement"     // the telephone waits to be asked by radio, which there is none for
	ReasonNotAuthorised check.Reason = "not-authorised"      // the device signed elements that the issuer did not let it
)

// Names of checks of this package.
const (
	CheckDocType         = "doc-type"
	CheckDigests         = "digests"
	CheckDeviceSignature = "device-signature"
	CheckDeviceMAC       = "device-mac"
	CheckDeviceElements  = "device-elements"
)
