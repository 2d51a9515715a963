package verify

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"bangban/cardreader/check"
)

// Names of the checks about who shows a credential, and their reasons. A format that proves its holder's key has checks of
// its own.
const (
	CheckBearer = "bearer"
	CheckFresh  = "freshness"

	WrongHolder check.Reason = "wrong-holder" // shown by somebody whom it does not name
	NotFresh    check.Reason = "not-fresh"    // a picture of a code: it may have been taken anywhere
)

// RepresentedBy is the claim of a credential that names who may show it in the person's place; claims are given only where
// they are proven.
const RepresentedBy = "represented_by"

// Bearer is what is known of whoever shows a credential.
type Bearer struct {
	Name  string // on their own document; empty: not known, and not judged
	Fresh bool   // the holder's own key must have answered here and now
}

// Judge adds what follows from who shows it: a credential of A shown by B is Failed for identification unless it, or what
// represents it, names B; one that anybody can copy is Indeterminate where freshness is asked for.
func (r *Result) Judge(b Bearer) {
	if b.Name != "" {
		r.Checks = append(r.Checks, r.judgeBearer(b.Name))
	}
	if b.Fresh && !Fresh(r.Checks) {
		r.Checks = append(r.Checks, check.Unsure(CheckFresh, NotFresh, ""))
	}
	if v := check.Overall(r.Checks); r.Verdict == check.Passed || v == check.Failed {
		r.Verdict = v
	}
	if r.Verdict == check.Failed && b.Name != "" {
		r.Claims = nil // nothing of it may be relied on
	}
}

// judgeBearer judges by each of the credentials that were shown at once: somebody else's beside one's own is somebody else's.
func (r *Result) judgeBearer(name string) check.Check {
	if sameName(name, r.Claims[RepresentedBy]) {
		return check.Pass(CheckBearer, RepresentedBy)
	}
	unnamed := false
	for _, prefix := range credentials(r.Claims) {
		switch holder := holderOf(r.Claims, prefix); {
		case holder == "":
			unnamed = true
		case !sameName(name, holder):
			return check.Fail(CheckBearer, WrongHolder, "")
		}
	}
	if unnamed {
		return check.Unsure(CheckBearer, check.NotChecked, "it names nobody")
	}
	return check.Pass(CheckBearer, "holder")
}

// credentials gives what stands before the names of claims of each credential: nothing for the first, "2/" for the second.
func credentials(c Claims) []string {
	all := []string{""}
	for name := range c {
		number, _, ok := strings.Cut(name, "/")
		if n, err := strconv.Atoi(number); ok && err == nil && n > 1 && !slices.Contains(all, number+"/") {
			all = append(all, number+"/")
		}
	}
	return all
}

// Fresh tells whether the holder's own key answered here and now.
func Fresh(checks []check.Check) bool {
	return slices.ContainsFunc(checks, func(c check.Check) bool {
		switch c.Name {
		case "nonce", CheckFresh, "device-signature", "device-mac":
			return c.Verdict == check.Passed
		}
		return false
	})
}

// holderOf puts a holder's name together from the names that formats give to its parts.
func holderOf(c Claims, prefix string) string {
	for _, name := range []string{"full_name", "name", "holder"} {
		if v := c[prefix+name]; v != "" {
			return v
		}
	}
	parts := []string{c[prefix+"given_name"], c[prefix+"given_names"], c[prefix+"family_name"], c[prefix+"surname"]}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// sameName compares names as documents write them: in any order of their parts, any case, with or without marks between.
func sameName(a, b string) bool {
	x, y := partsOf(a), partsOf(b)
	return len(x) > 0 && slices.Equal(x, y)
}

func partsOf(name string) []string {
	parts := strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '·' })
	slices.Sort(parts)
	return parts
}
