package flow

import (
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/verify"
	"bangban/cardreader/check"
)

// ShowStep is where the visit of somebody who shows a credential stands (journey d). The zero value is that nobody does.
//
//	ShowNothing → ShowAsk ⇄ ShowSpoken → ShowWait → ShowJudging → ShowVerdict → ShowBlank → ShowNothing
//
// Nothing is read before the person's own Yes. A scan before it is refused and forgotten.
type ShowStep uint8

// The steps.
const (
	ShowNothing ShowStep = iota
	ShowAsk              // the person is told what is asked for and by whom, and answers
	ShowSpoken           // the clerk records a spoken yes: shown, and recorded by the same key again
	ShowWait             // scan, or a file
	ShowJudging
	ShowVerdict // result and reasons; what was asked for, for ShowFor
	ShowBlank   // the result stands, nothing of the person does
)

var showNames = [...]string{"nothing", "ask", "spoken", "wait", "judging", "verdict", "blank"}

// String gives the name used in tests and logs.
func (s ShowStep) String() string { return showNames[min(int(s), len(showNames)-1)] }

// ShowFor is how long what the credential says stays on the screen.
const ShowFor = time.Minute

// Wanted is what the person is asked to show.
type Wanted uint8

// The questions, each larger than the one before.
const (
	WantValid Wanted = iota // whether it is valid; nothing of what it says is shown
	WantWho                 // name and date of birth: who this is
	WantAll                 // also number and address
	wanted
)

// String gives the name used in locale keys and records.
func (w Wanted) String() string { return [...]string{"valid", "who", "all"}[min(w, WantAll)] }

// Fields are the names of the fields shown, as purposes name them.
func (w Wanted) Fields() []string {
	return [...][]string{nil, {"full_name", "birth_date"}, {"full_name", "birth_date", "number", "address"}}[min(w, WantAll)]
}

// Bearer is who holds the credential, as the clerk sees it.
type Bearer uint8

// The bearers.
const (
	OwnPaper Bearer = iota // the person, on paper
	OwnPhone               // the person, on a telephone: what was copied from elsewhere proves nothing about who holds it
	ByHelper               // somebody else shows it
	bearers
)

// String gives the name used in locale keys and records.
func (b Bearer) String() string { return [...]string{"paper", "phone", "helper"}[min(b, ByHelper)] }

// Reasons and checks that the counter adds to a format's own.
const (
	CheckBearer = verify.CheckBearer
	CheckFresh  = verify.CheckFresh
	WrongHolder = verify.WrongHolder
	NotFresh    = verify.NotFresh

	represented = verify.RepresentedBy
)

// Codes of desk errors of this visit.
const (
	CodeShowFirst = "show-ask-first" // something was scanned before the person agreed
	CodeShowBusy  = "show-busy"
)

// Outcome is what the screens say: four words and, for one of them, how old the oldest list is.
type Outcome uint8

// The outcomes. The zero value is the careful one.
const (
	CannotTell Outcome = iota
	Valid
	ValidOldLists
	ValidNoList // its issuer's withdrawal list was never held here
	NotValid
)

// String gives the name used in locale keys and records.
func (o Outcome) String() string {
	return [...]string{"cannot-tell", "valid", "valid-old", "valid-no-list", "not-valid"}[min(o, NotValid)]
}

// Shown is a judgement as far as the counter shows it.
type Shown struct {
	Outcome Outcome
	Days    int // age of the oldest list
	Format  string
	Checks  []check.Check
	Why     *check.Check // what decided, where it is not Valid
	Trust   []verify.Freshness
	Claims  verify.Claims // those asked for; nil when blank
	At      time.Time
}

// ShowState is everything that the screens show of this visit.
type ShowState struct {
	Step      ShowStep
	Lang      string
	Want      Wanted
	Bearer    Bearer
	ReadAloud int
	Answer    desk.Answer
	Shown     *Shown
	Until     time.Time // when the claims go
	Parcel    string    // receipt number of the sealed record
	Printed   bool
	Problem   *desk.Error
}

func checkLine(c check.Check) string {
	line := c.Name + "=" + c.Verdict.String()
	if c.Reason != check.OK {
		line += ":" + string(c.Reason)
	}
	return line
}

// weigh adds what the counter knows of the bearer and says what the screens say.
func (w *Showing) weigh(res *verify.Result) *Shown {
	checks := slices.Clone(res.Checks)
	if w.s.Want != WantValid {
		switch {
		case w.s.Bearer == ByHelper && res.Claims[represented] != "": // the issuer or the office names who may come instead
			checks = append(checks, check.Pass(CheckBearer, represented))
		case w.s.Bearer == ByHelper:
			checks = append(checks, check.Fail(CheckBearer, WrongHolder, ""))
		case w.s.Bearer == OwnPhone && !verify.Fresh(checks):
			checks = append(checks, check.Unsure(CheckFresh, NotFresh, ""))
		}
	}
	s := &Shown{Format: res.Format, Checks: checks, Trust: res.Trust, At: res.At, Claims: asked(res.Claims, w.s.Want)}
	if by := res.Claims[represented]; by != "" && w.s.Bearer == ByHelper && w.s.Want != WantValid { // for the clerk to compare
		s.Claims[represented] = by
	}
	for _, t := range res.Trust {
		s.Days = max(s.Days, t.AgeDays)
	}
	verdict := check.Overall(checks)
	if res.Verdict != check.Passed && verdict == check.Passed {
		verdict = res.Verdict
	}
	s.Outcome = outcome(verdict, s)
	s.Why = why(verdict, checks)
	if verdict == check.Failed {
		s.Claims = nil // nothing of it may be relied on
	}
	return s
}

func outcome(v check.Verdict, s *Shown) Outcome {
	noList := slices.ContainsFunc(s.Checks, func(c check.Check) bool { return c.Reason == check.NoList })
	switch {
	case v == check.Failed:
		return NotValid
	case v != check.Passed:
		return CannotTell
	case noList:
		return ValidNoList
	case s.Days > 0:
		return ValidOldLists
	}
	return Valid
}

func why(v check.Verdict, checks []check.Check) *check.Check {
	if v == check.Passed {
		return nil
	}
	for _, optional := range [2]bool{false, true} {
		for _, c := range checks {
			if c.Verdict == v && c.Optional == optional {
				return &c
			}
		}
	}
	return nil
}

// claimNames are the names that formats give to a field.
var claimNames = map[string][]string{
	"full_name":  {"full_name", "name", "family_name", "given_name", "surname", "given_names", "fn", "gn"},
	"birth_date": {"birth_date", "birthdate", "date_of_birth", "dob"},
	"number":     {"document_number", "number", "id", "personal_administrative_number"},
	"address":    {"address", "resident_address"},
}

// asked keeps the claims that were asked for.
func asked(all verify.Claims, want Wanted) verify.Claims {
	out := verify.Claims{}
	for _, field := range want.Fields() {
		for _, name := range claimNames[field] {
			for k, v := range all {
				if k == name || strings.HasSuffix(k, "."+name) || strings.HasSuffix(k, "/"+name) {
					out[field] = strings.TrimSpace(out[field] + " " + v)
				}
			}
			if out[field] != "" && name != "family_name" && name != "surname" && name != "fn" {
				break
			}
		}
	}
	return out
}
