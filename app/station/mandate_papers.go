package station

import (
	"context"
	"crypto/subtle"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/store"
	"bangban/app/verify"
	"bangban/app/voucher"
)

var _ flow.Neighbours = papers{}

// mandate finds a mandate by one of its copies or by its slip. Only the slip reaches mandates of other counters of the
// institution: it is signed, so it says all that is needed.
func (p papers) mandate(ctx context.Context, text string, slip bool, keys voucher.Keys) (flow.Lookup, error) {
	m, err := voucher.OpenMandateText(text, keys)
	if err != nil {
		return flow.Lookup{}, paperError(flow.CodePaperOther, "", err)
	}
	l := flow.Lookup{Mandate: m, Slip: slip}
	if m.Station() != p.s.store.Station() {
		if !slip {
			return flow.Lookup{}, paperError(flow.CodePaperOther, m.SerialText(), nil)
		}
		return p.other(ctx, l)
	}
	if l.Row, err = p.row(ctx, m.SerialText()); err != nil {
		return flow.Lookup{}, err
	}
	sum := m.Hash()
	if subtle.ConstantTimeCompare(sum[:], l.Row.Hash[:]) != 1 {
		return flow.Lookup{}, paperError(flow.CodePaperChanged, l.Row.Serial, nil)
	}
	return l, nil
}

func (p papers) other(ctx context.Context, l flow.Lookup) (flow.Lookup, error) {
	m := l.Mandate
	l.Other = true
	l.Row = desk.LedgerRow{Serial: m.SerialText(), State: desk.StateHandedOver, Day: m.IssuedAt.Format(time.DateOnly),
		ExpiryDay: m.Expires.Format(time.DateOnly), Purpose: desk.PurposeMandate, Flags: []string{flow.FlagMandate}, Copies: 1}
	back, err := p.s.store.TakenBack(ctx, verify.Series(m.Issuer, m.Station()), m.Serial, false)
	if back {
		l.Row.State = desk.StateVoid
	}
	return l, err
}

// TakeBackOther implements flow.Neighbours.
func (p papers) TakeBackOther(ctx context.Context, m *voucher.Mandate, a desk.After) (string, error) {
	return p.s.store.WithdrawHere(ctx, verify.Series(m.Issuer, m.Station()), m.Station(),
		store.Withdrawn{Serial: m.Serial, ID: m.ID, Expiry: m.Expires.Format(time.DateOnly)}, a)
}
