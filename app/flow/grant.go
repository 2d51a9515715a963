package flow

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"bangban/app/desk"
	"bangban/app/voucher"
	"bangban/cardreader"
)

// Codes of errors about a mandate that somebody acts on. Each names one cause, so that the helper knows what to do.
const (
	CodeGrantNone    = "grant-none"    // what was scanned is no mandate
	CodeGrantSlip    = "grant-slip"    // it is the slip that takes one back
	CodeGrantFalse   = "grant-false"   // the institution did not sign it so
	CodeGrantEnded   = "grant-ended"   // its last day is over
	CodeGrantRevoked = "grant-revoked" // the person has taken it back
	CodeGrantUsed    = "grant-used"    // it has been used as often as it says
	CodeGrantUnsure  = "grant-unsure"  // nobody can tell here; Args Check, Reason
	CodeGrantHelper  = "grant-helper"  // the card is not that of the helper whom it names
	CodeGrantNothing = "grant-nothing" // this counter makes nothing of what it allows
)

// FlagGrant marks a voucher that a helper got on a mandate, the person not being there.
const FlagGrant = "by-mandate"

// GrantLife bounds a voucher that is made while the person is not there.
const GrantLife = 24 * time.Hour

// GrantText is the key of the question that a helper answers who acts on a mandate.
const GrantText = "cz.grant.ask"

// Grants is what a counter needs beside Mandates to let a helper act on one.
type Grants interface {
	// Open judges the text of a mandate offline: signature, term, uses that are left here, and whether it was taken back.
	// Whatever keeps it from being used is a desk.Error with one of the codes above.
	Open(ctx context.Context, text string) (Grant, error)
	// Use counts one use, durably, before anything is signed. It gives its number, or CodeGrantUsed.
	Use(ctx context.Context, g Grant) (uint64, error)
}

// Grant is a mandate that was found good.
type Grant struct {
	Mandate *voucher.Mandate
	Used    uint64 // how often at this counter
}

// String says that there is a mandate, never whose.
func (Grant) String() string { return "grant" }

// Format implements fmt.Formatter so that no verb prints a field.
func (g Grant) Format(f fmt.State, _ rune) { fmt.Fprint(f, g.String()) }

// Left is how often it can still be used here.
func (g Grant) Left() uint64 {
	if g.Mandate == nil || g.Used >= g.Mandate.Uses {
		return 0
	}
	return g.Mandate.Uses - g.Used
}

// Grant begins a visit of a helper who comes alone with a mandate: it is scanned first, then the helper's own card is read.
func (m *Machine) Grant() error {
	return m.input("grant", func() *desk.Error {
		switch m.in.Step {
		case Ready, Farewell, NotToday:
		default:
			return notNow()
		}
		if m.p.Grants == nil {
			return notNow()
		}
		if e := m.limits(); e != nil {
			m.tell(e)
			return e
		}
		m.close(Ready, "")
		if m.visit != nil { // a card was lying there, and its visit has begun
			return notNow()
		}
		v, err := m.newVisit()
		if err != nil {
			return desk.Explain("visit.grant", err)
		}
		m.visit = v
		m.step(GrantScan)
		return nil
	})
}

// newVisit makes one that nothing has been read for.
func (m *Machine) newVisit() (*visit, error) {
	m.visits++
	v := &visit{id: m.visits, secrets: cardreader.Secrets{}, left: map[cardreader.SecretKind]int{}}
	_, err := io.ReadFull(m.p.Rand, v.salt[:])
	return v, err
}

// grantText takes what was scanned on GrantScan.
func (m *Machine) grantText(text string) *desk.Error {
	v := m.visit
	if v.working || text == "" || len(text) > maxCode {
		return notNow()
	}
	started := m.effect(func(ctx context.Context) {
		g, err := m.p.Grants.Open(ctx, text)
		m.do(func() {
			v.working = false
			if m.visit != v || m.in.Step != GrantScan {
				return
			}
			m.dirty = true
			if err == nil && (g.Mandate == nil || len(m.grantPurposes(g)) == 0) {
				err = problem(CodeGrantNothing)
			}
			if err != nil {
				m.tell(desk.Explain("visit.grant", err))
				return
			}
			v.grant, m.in.Grant = &g, &g
			m.step(GrantCard)
			m.look()
		})
	})
	if !started {
		return notNow()
	}
	v.working, m.in.Problem, m.dirty = true, nil, true
	return nil
}

// grantPurposes are what can be made on a mandate: of its scopes those that need no more of the person than the name, for
// a day at most. The portrait of somebody who is not there cannot be compared.
func (m *Machine) grantPurposes(g Grant) (list []desk.Purpose) {
	for _, p := range m.p.Rules.Purposes() {
		if !slices.Contains(g.Mandate.Scopes, p.Code) || p.Binding == desk.BindFace {
			continue
		}
		p.Fields = slices.DeleteFunc(slices.Clone(p.Fields), func(f string) bool { return f != desk.FieldName })
		if p.Life <= 0 || p.Life > GrantLife {
			p.Life = GrantLife
		}
		list = append(list, p)
	}
	return list
}

// grantCard says why a document does not let its holder act on the mandate of this visit.
func (m *Machine) grantCard(d *cardreader.Document, lower bool) *desk.Error {
	g := m.visit.grant
	switch {
	case g == nil:
		return nil
	case lower:
		return problem(CodeHelperProof)
	case !g.Mandate.Helper.Is(d.Kind, d.Subject.Number):
		return problem(CodeGrantHelper)
	}
	return nil
}

// grantWaits returns to the helper's card, the mandate kept.
func (m *Machine) grantWaits() {
	v := m.visit
	v.stop()
	m.scrub()
	clear(v.secrets)
	v.mark, v.kind, v.asked, v.compared, v.passing = nil, "", false, false, false
	in := State{Step: m.in.Step, Lang: m.in.Lang, Tries: m.in.Tries, Grant: m.in.Grant, Unfinished: m.in.Unfinished, Fates: m.in.Fates}
	m.in = in
	m.refresh()
	m.step(GrantCard)
}

// grantOrder is what a mandate changes about an order: the voucher is the person's, the document that it is bound to the
// helper's, who is named as acting.
func (m *Machine) grantOrder(o *order) {
	g := m.visit.grant
	if g == nil {
		return
	}
	helper := o.before.Person
	o.grant, o.helperName = g, helper.Name
	o.subject = cardreader.Subject{FullName: g.Mandate.Principal.Name}
	o.before.Mode = desk.ModeGrant
	o.before.Consent.TextID = GrantText
	o.before.Person = desk.Person{Name: g.Mandate.Principal.Name}
	o.before.Grant = &desk.Grant{Serial: g.Mandate.SerialText(), ID: g.Mandate.ID[:], Issuer: g.Mandate.Issuer, Helper: helper,
		Relation: g.Mandate.Relation, Uses: g.Mandate.Uses}
}

// useGrant counts the use of a mandate before anything is signed: a power cut may cost one use and never gives one. A second
// try of the same visit does not count again.
func (m *Machine) useGrant(ctx context.Context, o *order) error {
	if o.grant == nil {
		return nil
	}
	m.mu.Lock()
	use := m.visit.use
	m.mu.Unlock()
	if use == 0 {
		var err error
		if use, err = m.p.Grants.Use(context.WithoutCancel(ctx), *o.grant); err != nil {
			return err
		}
		m.mu.Lock()
		m.visit.use = use
		m.mu.Unlock()
	}
	o.before.Grant.Use = use
	return nil
}
