package claim169

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bangban/app/trust"
	"bangban/app/verify"
	"bangban/app/voucher"
	"bangban/cardreader/check"
)

// own judges a voucher.
func own(ctx context.Context, cose []byte, req verify.Request) *verify.Result {
	if voucher.IsMandate(cose) {
		return mandate(ctx, cose, req)
	}
	w := &witness{store: req.Anchors, at: req.At}
	keys := w.keys(req.Own)
	v, err := voucher.Open(cose, keys)
	if err != nil {
		var oe *voucher.OpenError
		if !errors.As(err, &oe) {
			return verify.NewResult(FormatVoucher, req.At, []check.Check{check.Unsure(voucher.CheckStructure, check.NotSupported, "")})
		}
		r := verify.NewResult(FormatVoucher, req.At, oe.Checks)
		r.Trust = w.rests
		return r
	}
	c := voucher.Context{At: req.At, ClockUnsure: req.ClockUnsure, Audience: req.Audience, Status: w, Training: req.Training, Own: req.Own}
	if req.Nonce != "" {
		c.Nonce = []byte(req.Nonce)
	}
	if req.Ledger != nil {
		c.Used = func(issuer string, serial uint64) (voucher.Use, error) {
			u, err := req.Ledger.Uses(ctx, verify.Series(issuer, v.Station()), serial)
			return voucher.Use(u), err
		}
	}
	r := verify.NewResult(FormatVoucher, req.At, append(v.Checks(), v.Judge(c)...))
	r.Claims = Claims(v)
	w.institution(v.Issuer)
	r.Trust = w.rests
	r.Seen = &verify.Seen{Issuer: v.Issuer, Station: v.Station(), Serial: v.Terms.Serial, ID: v.ID, MaxUses: v.Terms.Uses(), Expires: v.Expires}
	return r
}

// Keys gives what voucher.Open rests on, from the anchors and lists of a store.
func Keys(store *trust.Store, at time.Time, own string) voucher.Keys {
	return (&witness{store: store, at: at}).keys(own)
}

// Status answers voucher.Judge from the status lists of a store.
func Status(store *trust.Store, at time.Time) voucher.StatusLister {
	return &witness{store: store, at: at}
}

// witness answers from a store and remembers what it answered from.
type witness struct {
	store *trust.Store
	at    time.Time
	rests []verify.Freshness
}

var _ voucher.StatusLister = (*witness)(nil)

func (w *witness) keys(own string) voucher.Keys {
	k := voucher.Keys{Own: own, RevokedDelegation: w.delegation}
	if w.store == nil {
		return k
	}
	for _, i := range w.store.Institutions() {
		if parsed, ok := i.Derive(institution).(*voucher.Institution); ok {
			k.Institutions = append(k.Institutions, parsed)
		}
	}
	return k
}

// institution reads an institution file as vouchers need it. What trust takes and voucher does not is an institution that can
// issue no vouchers: unknown here.
func institution(pem []byte) any {
	if parsed, err := voucher.ParseInstitution(pem); err == nil {
		return parsed
	}
	return nil
}

func (w *witness) delegation(issuer, station string, keyID []byte) (check.Check, bool) {
	if w.store == nil {
		return check.Check{}, false
	}
	a := w.store.Delegation(issuer, station, keyID, w.at)
	if !a.Held {
		return check.Check{}, false
	}
	w.note(a.Snapshot)
	switch {
	case a.Listed: // also in an old list: a withdrawn key stays withdrawn
		return check.Fail("", check.Revoked, "delegations of "+a.Snapshot.Label()), true
	case a.TooOld:
		return check.Unsure("", check.ListTooOld, "delegations of "+a.Snapshot.Label()), true
	}
	return check.Pass("", "delegations of "+a.Snapshot.Label()), true
}

// Status implements voucher.StatusLister.
func (w *witness) Status(issuer, uri string, index uint64) voucher.StatusAnswer {
	if w.store == nil {
		return voucher.StatusAnswer{}
	}
	a := w.store.Status(issuer, uri, index, w.at)
	if a.Held {
		w.note(a.Snapshot)
	}
	return voucher.StatusAnswer{Held: a.Held, TooOld: a.TooOld, Listed: a.Listed, Value: a.Value, List: a.Snapshot.Label()}
}

func (w *witness) note(s trust.Snapshot) { w.rests = append(w.rests, s.Freshness(w.at)) }

// institution notes the snapshot that the issuer's certificates came in.
func (w *witness) institution(name string) {
	if w.store == nil {
		return
	}
	for _, s := range w.store.Snapshots() {
		if s.Kind == trust.KindInstitution && s.Name == name {
			w.rests = append([]verify.Freshness{s.Freshness(w.at)}, w.rests...)
			return
		}
	}
}

// Claims gives what a voucher says, under the names of the command line. What is not set is left out.
func Claims(v *voucher.Voucher) verify.Claims {
	h, t := v.Holder, v.Terms
	c := verify.Claims{
		"full_name": h.FullName, "birth_date": h.BirthDate, "sex": sex(int64(h.Sex)), "nationality": h.Nationality,
		"address": h.Address, "second_name": h.SecondName,
		"issuer": v.Issuer, "audience": v.Audience, "serial": v.Serial(), "station": v.Station(),
		"issued": date(v.IssuedAt), "not_before": date(v.NotBefore), "expires": date(v.Expires),
		"purpose": t.PurposeCode, "purpose_text": t.PurposeText, "operations": strings.Join(t.Operations, ","),
		"represented_by": t.RepresentedBy, "max_uses": strconv.FormatUint(t.Uses(), 10), "binding": "none",
	}
	switch {
	case t.Binding != nil:
		c["binding"] = "document"
	case h.Face != nil:
		c["binding"], c["faces"] = "face", "1"
	}
	if v.Status != nil {
		c["status"] = fmt.Sprintf("%s#%d", v.Status.URI, v.Status.Index)
	}
	for k, s := range c {
		if s == "" {
			delete(c, k)
		}
	}
	return c
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// sex gives field 9 as travel documents write it.
func sex(n int64) string {
	switch n {
	case voucher.Male:
		return "M"
	case voucher.Female:
		return "F"
	case voucher.Other:
		return "X"
	}
	return ""
}
