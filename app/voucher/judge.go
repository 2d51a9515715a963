package voucher

import (
	"bytes"
	"fmt"
	"time"

	"bangban/cardreader/check"
)

// Skew is how far ahead of the reader's clock a voucher's begin may lie: two honest clocks differ by that much, and the
// paper is carried from one counter to the next. Its end has no such grace.
const Skew = 5 * time.Minute

// Context is the moment and the place at which a voucher is judged.
type Context struct {
	At          time.Time
	ClockUnsure bool         // the clock runs behind signed times: dates cannot be told
	Audience    string       // who asks; empty: the audience is shown, not judged
	Nonce       []byte       // what was asked for; nil: nothing
	Status      StatusLister // nil: no status list was ever held
	// Used answers from the recipient's own ledger; nil: there is none.
	Used     func(issuer string, serial uint64) (Use, error)
	Training bool   // this is a training station
	Own      string // name of this station's own institution: its status list is demanded
}

// StatusLister answers from status lists held here (Token Status List).
type StatusLister interface {
	Status(issuer, uri string, index uint64) StatusAnswer
}

// StatusAnswer is what the newest status list that an issuer signed for a URI says about one index.
type StatusAnswer struct {
	Held   bool   // such a list is or was held here
	TooOld bool   // it is over-age, or gone
	Listed bool   // the index is inside the list
	Value  uint8  // 0 valid, 1 invalid, 2 suspended (draft-ietf-oauth-status-list-21 §7.1)
	List   string // names the list and its day
}

// Use is what a ledger knows about a serial.
type Use struct {
	Seen  bool
	ID    [16]byte // cti it was seen with
	Count uint64   // how often it was redeemed
}

// Judge answers the questions of the moment: time, audience, nonce where one was asked for, status, uses, training or
// real, in that order. The verdict is check.Overall over Checks followed by these.
func (v *Voucher) Judge(c Context) []check.Check {
	var checks []check.Check
	if v.proof == nil {
		checks = append(checks, check.Unsure(CheckSignature, check.NotChecked, "not opened"))
	}
	checks = append(checks, v.judgeTime(c), v.judgeAudience(c))
	if c.Nonce != nil {
		checks = append(checks, v.judgeNonce(c))
	}
	return append(checks, v.judgeStatus(c), v.judgeUses(c), v.judgeTraining(c))
}

func (v *Voucher) judgeTime(c Context) check.Check {
	switch {
	case c.ClockUnsure || c.At.IsZero():
		return check.Unsure(CheckTime, check.ClockUnsure, "")
	case !c.At.Before(v.Expires):
		return check.Fail(CheckTime, check.Expired, v.Expires.Format(time.RFC3339))
	case c.At.Add(Skew).Before(v.NotBefore):
		return check.Fail(CheckTime, check.NotYetValid, v.NotBefore.Format(time.RFC3339))
	}
	return check.Pass(CheckTime, v.Expires.Format(time.RFC3339))
}

func (v *Voucher) judgeAudience(c Context) check.Check {
	switch c.Audience {
	case "":
		return optional(check.Unsure(CheckAudience, check.NotChecked, v.Audience))
	case v.Audience:
		return check.Pass(CheckAudience, v.Audience)
	}
	return check.Fail(CheckAudience, check.WrongAudience, v.Audience)
}

func (v *Voucher) judgeNonce(c Context) check.Check {
	if !bytes.Equal(c.Nonce, v.Nonce) {
		return check.Fail(CheckNonce, ReasonWrongNonce, "")
	}
	return check.Pass(CheckNonce, "")
}

func (v *Voucher) judgeStatus(c Context) check.Check {
	var a StatusAnswer
	if v.Status != nil && c.Status != nil {
		a = c.Status.Status(v.Issuer, v.Status.URI, v.Status.Index)
	}
	switch {
	case !a.Held:
		none := check.Unsure(CheckStatus, check.NoList, "")
		none.Optional = v.Issuer != c.Own
		if v.Status != nil {
			none.Detail = v.Status.URI
		}
		return none
	case a.Listed && a.Value == 1: // also in an old list: invalid is for good (§7.1)
		return check.Fail(CheckStatus, check.Revoked, a.List)
	case a.TooOld:
		return check.Unsure(CheckStatus, check.ListTooOld, a.List)
	case !a.Listed:
		return check.Unsure(CheckStatus, ReasonNotListed, a.List)
	case a.Value == 0:
		return check.Pass(CheckStatus, a.List)
	case a.Value == 2:
		return check.Fail(CheckStatus, ReasonSuspended, a.List)
	}
	return check.Unsure(CheckStatus, check.NotSupported, fmt.Sprintf("%s, value %d", a.List, a.Value))
}

// judgeUses asks the ledger. A serial that was met with another cti has been signed twice: somebody holds the key.
func (v *Voucher) judgeUses(c Context) check.Check {
	if c.Used == nil {
		return optional(check.Unsure(CheckUses, check.NotChecked, "no ledger"))
	}
	u, err := c.Used(v.Issuer, v.Terms.Serial)
	switch {
	case err != nil:
		return check.Unsure(CheckUses, check.Unreadable, "the ledger cannot be read")
	case u.Seen && u.ID != v.ID:
		return check.Fail(CheckUses, check.SerialReused, v.Serial())
	case u.Count >= v.Terms.Uses():
		return check.Fail(CheckUses, check.Used, fmt.Sprintf("%d of %d", u.Count, v.Terms.Uses()))
	}
	return check.Pass(CheckUses, fmt.Sprintf("%d of %d", u.Count, v.Terms.Uses()))
}

func (v *Voucher) judgeTraining(c Context) check.Check {
	switch {
	case !IsTraining(v.Issuer):
		return check.Pass(CheckTraining, "real")
	case !c.Training:
		return check.Fail(CheckTraining, check.TrainingPaper, v.Issuer)
	}
	return check.Pass(CheckTraining, "training")
}

func optional(c check.Check) check.Check {
	c.Optional = true
	return c
}
