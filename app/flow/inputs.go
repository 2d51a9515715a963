package flow

import (
	"bangban/app/desk"
	"bangban/cardreader"
)

// Login opens the counter for c, who must be a clerk or a supervisor. A visit that waits behind the lock goes on exactly
// where it was; one that another clerk began goes on from the comparison, see takeOver.
func (m *Machine) Login(c desk.Clerk) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.publish()
	switch {
	case !m.locked:
		return &desk.Error{Op: "visit.login", Code: CodeKeyNotNow}
	case c.ID == "" || !c.Has(desk.RoleClerk):
		return &desk.Error{Op: "visit.login", Code: CodeRole}
	}
	before := m.clerk
	m.locked, m.clerk = false, c
	if m.visit != nil && before.ID != "" && before.ID != c.ID {
		m.takeOver(before)
	}
	m.log.Info("visit", "login", c.ID, "step", m.in.Step.String())
	m.refresh()
	m.loadUnfinished()
	m.look()
	return nil
}

// Lock hides everything and keeps it.
func (m *Machine) Lock() error {
	return m.input("lock", func() *desk.Error {
		m.locked, m.dirty = true, true
		m.log.Info("visit", "lock", m.clerk.ID)
		return nil
	})
}

// Next ends this visit and is ready for the next person (F2). Nothing is asked: before the Yes nothing is at stake, and
// after it the paper must be handed over or spoiled first.
func (m *Machine) Next() error {
	return m.input("next", func() *desk.Error {
		if e := m.held(); e != nil {
			return e
		}
		m.close(Ready, "")
		return nil
	})
}

// NotToday is the neutral stop, for the clerk and the person alike.
func (m *Machine) NotToday() error {
	return m.input("not-today", func() *desk.Error {
		if e := m.held(); e != nil {
			return e
		}
		if m.visit == nil {
			return notNow()
		}
		m.close(NotToday, "")
		return nil
	})
}

// held says what keeps the visit from being left.
func (m *Machine) held() *desk.Error {
	switch m.in.Step {
	case Issuing:
		return notNow()
	case PrintFault, HandOver:
		return problem(CodeHandOverOpen)
	}
	return nil
}

// Reread reads the card again (F4). On Compare the document that was read stays until the second reading is whole.
func (m *Machine) Reread() error {
	return m.input("reread", func() *desk.Error {
		switch m.in.Step {
		case Ready, NeedSecret, Pulled, Trouble, Unproven, Compare, GrantCard, Farewell, NotToday:
			if m.visit != nil && m.visit.evidence { // there is no card to read again
				return notNow()
			}
		default:
			return notNow()
		}
		s := m.lying()
		if s == nil {
			return problem(cardreader.CodeNoCard)
		}
		switch {
		case m.visit == nil, m.in.Step == Trouble:
			m.open(s)
		default:
			m.take(s, false)
		}
		return nil
	})
}

// lying is the card of the visit, else any.
func (m *Machine) lying() *seat {
	var found *seat
	for _, s := range m.seats {
		if s.kind == cardreader.Empty {
			continue
		}
		if token(s.card) {
			continue
		}
		if m.visit != nil && s.reader == m.visit.reader {
			return s
		}
		if found == nil && m.persons(s) {
			found = s
		}
	}
	return found
}

// Same is the clerk's word that face and portrait are the same person. Where purpose and recipient are remembered and
// still allowed, the person is asked at once.
func (m *Machine) Same() error {
	return m.input("same", func() *desk.Error {
		if m.in.Step == Trouble && m.in.Problem != nil {
			return problem(m.in.Problem.Code)
		}
		if m.in.Step != Compare || m.visit.doc == nil {
			return notNow()
		}
		if lower, why := m.weigh(m.visit.doc); why != nil && !lower { // it may have expired behind the lock
			m.scrub()
			m.trouble(why, false)
			return why
		}
		if !m.nameSettled() {
			return problem(CodeNameDoubt)
		}
		m.visit.compared = true
		m.offer()
		m.step(Choose)
		if p, r, ok := m.allowed(m.last[0], m.last[1]); ok && m.limits() == nil {
			m.in.Remembered = true
			m.ask(p, r)
		}
		return nil
	})
}

// NotSame is the clerk's doubt. Back returns to the comparison, for a second pair of eyes.
func (m *Machine) NotSame() error {
	return m.input("not-same", func() *desk.Error {
		if m.in.Step != Compare {
			return notNow()
		}
		if m.visit.evidence {
			m.evidenceBack()
			return nil
		}
		m.visit.compared = false
		m.trouble(problem(CodeNotSamePerson), false)
		return nil
	})
}

// Back is one step back. What was read stays. Where nothing lies behind, the visit ends.
func (m *Machine) Back() error {
	return m.input("back", func() *desk.Error {
		switch m.in.Step {
		case Spoken:
			m.step(Agree)
		case Agree, Second:
			if m.in.Mandate != nil {
				m.step(HelperTerms)
				m.in.Mandate = nil
				return nil
			}
			m.step(Choose)
		case HelperCard, HelperFace, HelperTerms, Aside:
			m.helperBack()
		case GrantCard:
			m.visit.stop()
			m.visit.grant, m.in.Grant = nil, nil
			m.step(GrantScan)
		case Reprint:
			if m.visit.working {
				return notNow()
			}
			m.step(Choose)
		case Sanction:
			m.visit.old, m.in.Serial = nil, ""
			m.step(Reprint)
		case Choose:
			m.visit.compared = false
			m.settled()
		case NeedSecret, Reading, Trouble, Pulled:
			m.visit.stop()
			if m.visit.doc != nil {
				m.settled()
				return nil
			}
			if m.visit.grant != nil {
				m.grantWaits()
				return nil
			}
			m.close(Ready, "")
		case GrantScan, Evidence:
			m.close(Ready, "")
		case Unproven:
			m.close(Ready, "")
		case Farewell, NotToday:
			m.close(Ready, "")
		default:
			return notNow()
		}
		return nil
	})
}

// SetLang changes the person's language.
func (m *Machine) SetLang(tag string) error {
	return m.input("lang", func() *desk.Error {
		if tag == "" || len(tag) > 35 { // BCP 47 §4.4.1 recommends room for 35 characters
			return notNow()
		}
		m.in.Lang, m.dirty = tag, true
		return nil
	})
}

// Aloud notes that the sentence was read to the person. Only what was read on the question counts for the record.
func (m *Machine) Aloud() error {
	return m.input("aloud", func() *desk.Error {
		if m.in.Step == Agree || m.in.Step == Spoken {
			m.in.ReadAloud++
			m.dirty = true
		}
		return nil
	})
}
