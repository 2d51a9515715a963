package voucher

import (
	"errors"
	"fmt"

	"bangban/cardreader/check"
)

// Sentinels of this package; compare with errors.Is.
var (
	ErrAlphabet = errors.New("voucher: character outside the Base45 alphabet")
	ErrBase45   = errors.New("voucher: not Base45")
	ErrDeflate  = errors.New("voucher: not a zlib stream")
	// ErrNotCanonical: the text holds the bytes of a voucher in another way than its counter wrote them.
	ErrNotCanonical = errors.New("voucher: not the text that a counter writes")
	ErrTooLong      = errors.New("voucher: longer than a voucher can be")
	ErrStructure    = errors.New("voucher: broken structure")
	ErrIncomplete   = errors.New("voucher: a required field is not set")
	ErrOutside      = errors.New("voucher: outside the delegation")
	ErrKey          = errors.New("voucher: not a P-256 key")
	ErrWrongKey     = errors.New("voucher: the key is not the delegated one")
	ErrSigner       = errors.New("voucher: the signer made no valid signature")
	ErrInstitution  = errors.New("voucher: not an institution file")
	ErrSerial       = errors.New("voucher: not a serial")
	ErrNotAccepted  = errors.New("voucher: not accepted")
	ErrFace         = errors.New("voucher: not a portrait")
)

// Reasons that only a voucher has. The shared ones are in package check.
const (
	ReasonIssuerMismatch    check.Reason = "issuer-mismatch"    // voucher, delegation and certificate name different issuers
	ReasonSerialOutside     check.Reason = "serial-outside"     // the serial is not in the delegation's block
	ReasonOutsideDelegation check.Reason = "outside-delegation" // issued before the delegation began or after it ended
	ReasonLifeTooLong       check.Reason = "life-too-long"      // lives longer than the delegation allows
	ReasonWrongNonce        check.Reason = "wrong-nonce"        // not made for this request
	ReasonSuspended         check.Reason = "suspended"          // the status list says suspended
	ReasonNotListed         check.Reason = "not-listed"         // the status list is too short for the index
)

// OpenError is why bytes did not become a Voucher. Checks holds every check of Open in order; those that came after
// the one that decided are Indeterminate with reason not-checked, so that a skipped signature is visible.
type OpenError struct {
	Checks []check.Check
	Err    error
}

// Verdict is the whole of the checks: Failed or Indeterminate.
func (e *OpenError) Verdict() check.Verdict {
	if v := check.Overall(e.Checks); v == check.Failed {
		return v
	}
	return check.Indeterminate
}

// Error names the check that decided and its reason.
func (e *OpenError) Error() string {
	for _, c := range e.Checks {
		if c.Verdict != check.Passed && !c.Optional {
			return fmt.Sprintf("%v: %s is %v: %s", ErrNotAccepted, c.Name, c.Verdict, c.Reason)
		}
	}
	return ErrNotAccepted.Error()
}

// Unwrap gives ErrNotAccepted and the cause, where there is one.
func (e *OpenError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrNotAccepted}
	}
	return []error{ErrNotAccepted, e.Err}
}
