package station

import (
	"fmt"
	"slices"

	"bangban/app/scan"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// CheckCodes says that there was more than one credential to judge, and ReasonSeveral that only one of them is shown.
const (
	CheckCodes                 = "codes"
	ReasonSeveral check.Reason = "several-codes"
)

// codes are the credentials on one page. The worst counts, the first of several that are as bad: else somebody puts a code
// that is good beside the one that is to be believed.
type codes struct {
	count int
	res   *verify.Result
	found scan.Found
}

func (c *codes) take(res *verify.Result, f scan.Found) {
	rank := func(r *verify.Result) int {
		return slices.Index([]check.Verdict{check.Passed, check.Indeterminate, check.Failed}, r.Verdict)
	}
	if c.count++; c.count == 1 || rank(res) > rank(c.res) {
		c.res, c.found = res, f
	}
}

func (c *codes) worst() *verify.Result {
	if c.count > 1 {
		note := check.Unsure(CheckCodes, ReasonSeveral, fmt.Sprintf("%d in one picture, %s is shown", c.count, c.found.Where))
		note.Optional = true
		c.res.Checks = append(c.res.Checks, note)
	}
	return c.res
}
