package cnid

import (
	"fmt"
	"time"

	"bangban/cardreader/check"
)

// Names of the checks.
const (
	checkSAM      = "sam"
	checkNumber   = "number"
	checkBirth    = "number-birth"
	checkSex      = "number-sex"
	checkName     = "name"
	checkValidity = "validity"
)

// Reasons that only this package has.
const (
	ReasonCheckDigit check.Reason = "check-digit"     // the last digit of the number is not what the others make it
	ReasonMismatch   check.Reason = "mismatch"        // the number says something else than the field beside it
	ReasonPrivate    check.Reason = "private-use"     // characters without a code point of their own
	ReasonRepaired   check.Reason = "name-repaired"   // characters that have one now were read as that
	ReasonDamaged    check.Reason = "name-unreadable" // bytes that are no character
)

// warning is an Indeterminate that does not lower the whole.
func warning(name string, reason check.Reason, detail string) check.Check {
	c := check.Unsure(name, reason, detail)
	c.Optional = true
	return c
}

func (c content) checks(module string, now time.Time) []check.Check {
	all := []check.Check{vouched(module)}
	all = append(all, c.numberChecks()...)
	return append(all, c.nameCheck(), c.valid(now))
}

// vouched says which module has proven the card.
func vouched(module string) check.Check {
	if module == "" {
		return check.Unsure(checkSAM, check.NotChecked, "")
	}
	return check.Pass(checkSAM, module)
}

func (c content) numberChecks() []check.Check {
	number, s := c.subject.Number, c.subject
	if c.form == formI { // no public rule for the digits of the 2017 form
		return []check.Check{warning(checkNumber, check.NotSupported, "15 characters")}
	}
	if !wellFormed(number) || !begins(c.form, number) {
		return []check.Check{warning(checkNumber, check.Structure, "")}
	}
	all := []check.Check{check.Pass(checkNumber, "MOD 11-2")}
	if !checkDigit(number) {
		all[0] = warning(checkNumber, ReasonCheckDigit, "MOD 11-2")
	}
	all = append(all, same(checkBirth, s.BirthDate, birthOf(number)))
	if s.Sex == "X" { // the card does not state it: nothing to compare
		return append(all, warning(checkSex, check.NotChecked, ""))
	}
	return append(all, same(checkSex, s.Sex, sexOf(number)))
}

func same(name, a, b string) check.Check {
	if a == "" || a != b {
		return warning(name, ReasonMismatch, "")
	}
	return check.Pass(name, "")
}

// nameCheck names counts only: a character of a name is personal.
func (c content) nameCheck() check.Check {
	unknown := 0
	for _, r := range c.repairs {
		if r.To == 0 {
			unknown++
		}
	}
	switch {
	case c.bad > 0:
		return warning(checkName, ReasonDamaged, fmt.Sprintf("%d", c.bad))
	case unknown > 0:
		return warning(checkName, ReasonPrivate, fmt.Sprintf("%d", unknown))
	case len(c.repairs) > 0:
		return warning(checkName, ReasonRepaired, fmt.Sprintf("%d, GB 18030-2022", len(c.repairs)))
	}
	return check.Pass(checkName, "")
}

// valid holds the dates against today; the last day counts.
func (c content) valid(now time.Time) check.Check {
	today := now.Format(time.DateOnly)
	switch s := c.subject; {
	case !c.dates && (s.Expires == "" || s.Issued == ""):
		return check.Unsure(checkValidity, check.Unreadable, "")
	case now.IsZero():
		return check.Unsure(checkValidity, check.ClockUnsure, "")
	case s.Expires < today:
		return check.Fail(checkValidity, check.Expired, "")
	case s.Issued > today:
		return check.Fail(checkValidity, check.NotYetValid, "")
	}
	return check.Pass(checkValidity, "")
}
