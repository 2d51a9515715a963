package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/queue"
	"bangban/app/sheets"
	"bangban/app/store"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// grants implements flow.Grants: a mandate is judged as any paper is, and its uses are counted in this counter's ledger.
// Across counters the back office sees every use.
type grants struct{ s *Station }

// Open implements flow.Grants.
func (w grants) Open(ctx context.Context, text string) (g flow.Grant, err error) {
	text = strings.TrimSpace(text)
	refuse := func(code string, c check.Check, err error) (flow.Grant, error) {
		e := &desk.Error{Op: "mandate.open", Code: code, Err: err}
		if c.Name != "" {
			e.Args = map[string]string{"Check": c.Name, "Reason": string(c.Reason)}
		}
		return flow.Grant{}, e
	}
	if strings.HasPrefix(text, voucher.RevocationPrefix) {
		return refuse(flow.CodeGrantSlip, check.Check{}, nil)
	}
	cose, err := voucher.Decode(text)
	if err != nil || !voucher.IsMandate(cose) {
		return refuse(flow.CodeGrantNone, check.Check{}, err)
	}
	res, err := w.s.verify(ctx, Presented{Input: []byte(text), Format: "claim169"})
	if err != nil {
		return g, err
	}
	if res.Verdict != check.Passed {
		c := decisive(res.Checks)
		return refuse(grantCode(c), c, nil)
	}
	inst, err := voucher.ParseInstitution(w.s.bundle.Institution)
	if err != nil {
		return refuse(flow.CodeGrantUnsure, check.Check{}, err)
	}
	// Only this institution's own: nobody else's clerks have identified the two people.
	if g.Mandate, err = voucher.OpenMandate(cose, voucher.Keys{Institutions: []*voucher.Institution{inst}}); err != nil {
		return refuse(flow.CodeGrantUnsure, check.Unsure(voucher.CheckIssuer, check.UnknownIssuer, ""), err)
	}
	u, err := w.s.store.Used(ctx, verify.Series(g.Mandate.Issuer, g.Mandate.Station()), g.Mandate.Serial)
	g.Used = u.Count
	return g, err
}

// decisive is the check that a refusal is about: the first that failed, else the first that could not be decided.
func decisive(checks []check.Check) check.Check {
	for _, v := range []check.Verdict{check.Failed, check.Indeterminate} {
		i := slices.IndexFunc(checks, func(c check.Check) bool { return c.Verdict == v && (v == check.Failed || !c.Optional) })
		if i >= 0 {
			return checks[i]
		}
	}
	return check.Check{}
}

func grantCode(c check.Check) string {
	switch {
	case c.Verdict != check.Failed:
		return flow.CodeGrantUnsure
	case c.Reason == check.Expired || c.Reason == check.NotYetValid:
		return flow.CodeGrantEnded
	case c.Name == voucher.CheckStatus:
		return flow.CodeGrantRevoked
	case c.Reason == check.Used:
		return flow.CodeGrantUsed
	}
	return flow.CodeGrantFalse
}

// Use implements flow.Grants.
func (w grants) Use(ctx context.Context, g flow.Grant) (uint64, error) {
	m := g.Mandate
	series := verify.Series(m.Issuer, m.Station())
	back, err := w.s.store.TakenBack(ctx, series, m.Serial, m.Station() == w.s.store.Station())
	if err == nil && back { // while the visit stood
		return 0, &desk.Error{Op: "mandate.use", Code: flow.CodeGrantRevoked}
	}
	if err != nil {
		return 0, err
	}
	n, err := w.s.store.Redeem(ctx, store.Redemption{Issuer: series, Serial: m.Serial, ID: m.ID, Audience: w.s.bundle.Issuer, Max: m.Uses,
		Clerk: w.s.redeemer(), Body: func(uses uint64) ([]byte, error) {
			return queue.EncodeBody(map[string]any{"iss": m.Issuer, "serial": m.SerialText(), "cti": m.ID[:], "aud": w.s.bundle.Issuer,
				"uses": uses, "max_uses": m.Uses, "at": w.s.clock.Time().UTC().Format(time.RFC3339)})
		}})
	switch {
	case errors.Is(err, store.ErrUsedUp):
		return 0, &desk.Error{Op: "mandate.use", Code: flow.CodeGrantUsed, Err: err}
	case errors.Is(err, store.ErrReused): // another mandate was signed under this number
		return 0, &desk.Error{Op: "mandate.use", Code: flow.CodeGrantFalse, Err: err}
	}
	return n, err
}

// acting puts who acts for the person on the paper, below what it allows, in each of its languages.
func acting(d *sheets.VoucherData, j flow.Job) {
	who := j.Voucher.Terms.RepresentedBy
	if who == "" {
		return
	}
	allows := desk.Text{}
	for _, tag := range []string{j.Lang, j.Second} {
		l, err := language(tag)
		if tag == "" || err != nil {
			continue
		}
		allows[tag] = strings.TrimSpace(j.Purpose.Allows.In(tag) + " " + l.T("paper.acting", map[string]string{"Name": who}))
	}
	d.Allows = allows
}

var _ flow.Grants = grants{}
