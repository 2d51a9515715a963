// Package check is the one definition of a verdict in this module.
//
// A verdict is never a bool. It is three-valued, after the status indications of ETSI EN 319 102-1 §5.1.3:
// what was proven, what was disproven, and what cannot be told here. The zero value is Indeterminate, so that
// a check nobody made can never read as a pass.
//
// Checks are recorded in the order in which they were taken. Each one names the key or the list that it rests on
// (Detail), so that a skipped signature is visible. No field ever holds personal data.
package check

import "fmt"

// Verdict is the outcome of one check or of a whole examination.
type Verdict uint8

// The three outcomes. Indeterminate is the zero value on purpose.
const (
	Indeterminate Verdict = iota // could not be decided here: unknown issuer, list too old, not readable
	Passed                       // shown to be so
	Failed                       // shown not to be so
)

var names = [...]string{Indeterminate: "indeterminate", Passed: "passed", Failed: "failed"}

// String gives "indeterminate", "passed" or "failed".
func (v Verdict) String() string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("verdict(%d)", uint8(v))
}

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, n := range names {
		if n == string(text) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("check: unknown verdict %q", text)
}

// Reason is a short lower-case code with hyphens ("expired", "wrong-signature"). Screens translate it as
// reason.<code>; the codes are part of the command line's contract.
type Reason string

// Reasons shared by more than one package. A package may add its own.
const (
	OK             Reason = ""
	Unreadable     Reason = "unreadable"
	Structure      Reason = "broken-structure"
	UnknownIssuer  Reason = "unknown-issuer"
	WrongSignature Reason = "wrong-signature"
	WrongDigest    Reason = "wrong-digest"
	Expired        Reason = "expired"
	NotYetValid    Reason = "not-yet-valid"
	WrongAudience  Reason = "wrong-audience"
	WrongKeyUsage  Reason = "wrong-key-usage"
	Revoked        Reason = "revoked"
	Used           Reason = "used"
	SerialReused   Reason = "serial-reused"
	NoList         Reason = "no-list"
	ListTooOld     Reason = "list-too-old"
	TrainingPaper  Reason = "training-paper"
	NotChecked     Reason = "not-checked"
	NotSupported   Reason = "not-supported"
	ClockUnsure    Reason = "clock-unsure"
)

// Check is one question that was asked and how it came out.
type Check struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Reason  Reason  `json:"reason,omitempty"`
	Detail  string  `json:"detail,omitempty"` // the key or list it rests on; never personal data
	// Optional marks a check whose Indeterminate does not lower the whole (design §5: a list never held,
	// where policy does not demand it). A Failed one still fails the whole.
	Optional bool `json:"-"`
}

// Pass, Fail and Unsure build one Check.
func Pass(name, detail string) Check { return Check{Name: name, Verdict: Passed, Detail: detail} }

// Fail records that name was disproven for reason.
func Fail(name string, reason Reason, detail string) Check {
	return Check{Name: name, Verdict: Failed, Reason: reason, Detail: detail}
}

// Unsure records that name could not be decided here for reason.
func Unsure(name string, reason Reason, detail string) Check {
	return Check{Name: name, Verdict: Indeterminate, Reason: reason, Detail: detail}
}

// Overall is Failed if any check failed, Passed if there is at least one check and every one that counts passed,
// else Indeterminate. No checks at all is Indeterminate.
func Overall(checks []Check) Verdict {
	whole, counted := Passed, false
	for _, c := range checks {
		switch {
		case c.Verdict == Failed:
			return Failed
		case c.Verdict == Passed:
			counted = true
		case !c.Optional:
			whole = Indeterminate
		}
	}
	if !counted {
		return Indeterminate
	}
	return whole
}

// First returns the first check that has verdict v, and whether there is one.
func First(checks []Check, v Verdict) (Check, bool) {
	for _, c := range checks {
		if c.Verdict == v {
			return c, true
		}
	}
	return Check{}, false
}
