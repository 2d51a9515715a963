package flow

import (
	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// lowerable tells whether all that is undecided about a document is who issued it: its kind carries no signature that can
// be verified offline, or its issuer is on no list held here.
func lowerable(d *cardreader.Document) bool {
	if d.Verdict() != check.Indeterminate || len(d.Checks) == 0 {
		return false
	}
	undecided := false
	for _, c := range d.Checks {
		if c.Verdict != check.Indeterminate || c.Optional {
			continue
		}
		switch c.Reason {
		case check.NotSupported, check.UnknownIssuer, check.NoList:
		default:
			return false
		}
		if !cardreader.Origin(c) {
			return false
		}
		undecided = true
	}
	return undecided
}

// weigh says why a document cannot be used; nil where it can, lower where only as an unproven one.
func (m *Machine) weigh(d *cardreader.Document) (lower bool, why *desk.Error) {
	why = m.judge(d)
	if why == nil || !lowerable(d) {
		return false, why
	}
	now, _, _ := m.p.Now()
	if expired(d.Subject.Expires, now) {
		return false, problem(CodeExpired)
	}
	return true, why
}

// unproven shows what an unproven document says and what it is good for here.
func (m *Machine) unproven(why *desk.Error) {
	m.offer()
	m.step(Unproven)
	m.tell(why)
}

// settled is where a visit stands that has a document in hand.
func (m *Machine) settled() {
	if m.visit.lower && !m.visit.accepted {
		_, why := m.weigh(m.visit.doc)
		m.step(Unproven)
		m.in.Problem = why
		return
	}
	m.step(Compare)
}

// Accept goes on with an unproven document, where the bundle has a purpose that takes one.
func (m *Machine) Accept() error {
	return m.input("accept", func() *desk.Error {
		if m.in.Step != Unproven || m.visit.doc == nil {
			return notNow()
		}
		m.offer()
		if len(m.in.Purposes) == 0 {
			return problem(CodeNotForVoucher)
		}
		m.visit.accepted = true
		m.step(Compare)
		return nil
	})
}

// needsSecond tells whether the chosen purpose takes the document only with a second clerk's word, not given yet. A helper
// who acts on a mandate, and somebody without a card, is always looked at by two.
func (m *Machine) needsSecond(p desk.Purpose) bool {
	if m.visit.grant != nil || m.visit.evidence {
		return m.in.Second == ""
	}
	return m.visit.lower && p.Unproven != nil && p.Unproven.Second && m.in.Second == ""
}

// Seconded is the word of a second clerk, who has proved by PIN who it is: document and person were looked at by two.
func (m *Machine) Seconded(c desk.Clerk) error {
	return m.input("second", func() *desk.Error {
		switch {
		case m.in.Step != Second:
			return notNow()
		case c.ID == "" || !c.Has(desk.RoleClerk):
			return problem(CodeRole)
		case c.ID == m.clerk.ID:
			return problem(CodeSecondSelf)
		}
		m.in.Second = c.ID
		m.log.Info("visit", "second", c.ID)
		m.step(Agree)
		return nil
	})
}
