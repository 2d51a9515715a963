package claim169

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// mandate judges a mandate of this project: who may come to a counter for whom.
func mandate(ctx context.Context, cose []byte, req verify.Request) *verify.Result {
	w := &witness{store: req.Anchors, at: req.At}
	m, err := voucher.OpenMandate(cose, w.keys(req.Own))
	if err != nil {
		checks := []check.Check{check.Unsure(voucher.CheckStructure, check.NotSupported, "")}
		var oe *voucher.OpenError
		if errors.As(err, &oe) {
			checks = oe.Checks
		}
		r := verify.NewResult(FormatMandate, req.At, checks)
		r.Trust = w.rests
		return r
	}
	c := voucher.Context{At: req.At, ClockUnsure: req.ClockUnsure, Status: w, Training: req.Training, Own: req.Own}
	if req.Ledger != nil {
		c.Used = func(issuer string, serial uint64) (voucher.Use, error) {
			u, err := req.Ledger.Uses(ctx, verify.Series(issuer, m.Station()), serial)
			return voucher.Use(u), err
		}
	}
	r := verify.NewResult(FormatMandate, req.At, append(m.Checks(), m.Judge(c)...))
	r.Claims = mandateClaims(m)
	w.institution(m.Issuer)
	r.Trust = w.rests
	r.Seen = &verify.Seen{Issuer: m.Issuer, Station: m.Station(), Serial: m.Serial, ID: m.ID, MaxUses: m.Uses, Expires: m.Expires}
	return r
}

// mandateClaims gives what a mandate says. Its scopes stand under "purpose".
func mandateClaims(m *voucher.Mandate) verify.Claims {
	c := verify.Claims{"full_name": m.Principal.Name, "represented_by": m.Helper.Name, "relation": m.Relation,
		"purpose": strings.Join(m.Scopes, ","), "max_uses": strconv.FormatUint(m.Uses, 10), "issuer": m.Issuer, "serial": m.SerialText(),
		"station": m.Station(), "issued": date(m.IssuedAt), "not_before": date(m.IssuedAt), "expires": date(m.Expires), "binding": "document"}
	if m.Status != nil {
		c["status"] = fmt.Sprintf("%s#%d", m.Status.URI, m.Status.Index)
	}
	return c
}
