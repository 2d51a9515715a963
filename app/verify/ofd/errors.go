package ofd

import (
	"errors"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrUnreadable = errors.New("ofd: not an OFD document")
	ErrStructure  = errors.New("ofd: broken structure")
	ErrArchive    = errors.New("ofd: an archive that no honest program writes")
	ErrTooLarge   = errors.New("ofd: too large")
	ErrXML        = errors.New("ofd: XML that is not allowed")
	ErrMissing    = errors.New("ofd: a file that is named is not there")
	ErrSeal       = errors.New("ofd: broken seal structure")
	ErrEncrypted  = errors.New("ofd: encrypted")
)

// Reasons of this package.
const (
	ReasonNotSigned    check.Reason = "not-signed"
	ReasonNotCovered   check.Reason = "not-covered"    // files that no signature is over
	ReasonListExtended check.Reason = "list-extended"  // signed earlier; others have signed since
	ReasonSealDiffers  check.Reason = "seal-differs"   // Seal.esl is another seal than the one signed with
	ReasonNotOfSeal    check.Reason = "not-authorised" // the seal does not name who used it
)

// Names of checks of this package.
const (
	CheckReferences    = "references"
	CheckSignedValue   = "signed-value"
	CheckDataHash      = "data-hash"
	CheckSealSignature = "seal-signature"
	CheckSealIssuer    = "seal-issuer"
	CheckSealSigner    = "seal-signer"
	CheckSealLife      = "seal-life"
	CheckSealFile      = "seal-file"
	CheckCoverage      = "coverage"
)
