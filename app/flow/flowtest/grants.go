package flowtest

import (
	"context"
	"sync"
	"time"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/voucher"
)

// GrantText is a text that Grants knows as a good mandate: Passport's person lets OtherPassport's act, for train tickets and
// a hotel, twice.
const GrantText = "FLOWTEST GRANT"

// Grants knows one mandate. It implements flow.Grants.
type Grants struct {
	f    *Fakes
	mu   sync.Mutex
	err  error
	used uint64
}

// Fail makes every text be refused; nil: only those that are not known.
func (w *Grants) Fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

// Used is how many uses were counted.
func (w *Grants) Used() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used
}

// Open implements flow.Grants.
func (w *Grants) Open(_ context.Context, text string) (flow.Grant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return flow.Grant{}, w.err
	}
	if text != GrantText {
		return flow.Grant{}, &desk.Error{Code: flow.CodeGrantNone}
	}
	a, b := Passport(), OtherPassport()
	return flow.Grant{Used: w.used, Mandate: &voucher.Mandate{Issuer: "urn:bangban:training:flowtest", IssuedAt: w.f.Clock.Now(), Expires: w.f.Clock.Now().Add(31 * 24 * time.Hour),
		ID: [16]byte{9}, Serial: 900, Scopes: []string{"train-ticket", "hotel"}, Uses: 2, Relation: "child", Before: [32]byte{1},
		Principal: voucher.Party{Name: a.Subject.Name(), Binding: voucher.BindDocument([16]byte{1}, a.Kind, a.Subject.Number)},
		Helper:    voucher.Party{Name: b.Subject.Name(), Binding: voucher.BindDocument([16]byte{2}, b.Kind, b.Subject.Number)}}}, nil
}

// Use implements flow.Grants.
func (w *Grants) Use(_ context.Context, g flow.Grant) (uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.used >= g.Mandate.Uses {
		w.f.note("used-up")
		return 0, &desk.Error{Code: flow.CodeGrantUsed}
	}
	w.used++
	w.f.note("use")
	return w.used, nil
}
