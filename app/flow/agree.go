package flow

import (
	"slices"
	"time"

	"bangban/app/desk"
)

// ConsentText is the key of the question that the person answers.
const ConsentText = "cz.agree.ask"

// RecipientsFor is who may be chosen for a purpose.
func (s State) RecipientsFor(p desk.Purpose) []desk.Recipient {
	var list []desk.Recipient
	for _, r := range s.Recipients {
		if accepts(p, r.ID) {
			list = append(list, r)
		}
	}
	return list
}

func accepts(p desk.Purpose, recipient string) bool {
	return len(p.Recipients) == 0 || slices.Contains(p.Recipients, recipient)
}

// offer fills in what can be chosen here for this document.
func (m *Machine) offer() {
	m.refresh()
	var purposes []desk.Purpose
	all := m.p.Rules.Purposes()
	if m.visit != nil && m.visit.grant != nil {
		all = m.grantPurposes(*m.visit.grant)
	}
	if m.visit != nil && m.visit.evidence {
		all = m.evidencePurposes(m.in.Evidence.Pieces)
	}
	for _, p := range all {
		if v := m.visit; v != nil && v.lower && !v.evidence {
			var taken bool
			if p, taken = p.For(v.doc.Kind); !taken {
				continue
			}
		}
		if m.offered(p) {
			purposes = append(purposes, p)
		}
	}
	m.in.Purposes, m.in.Recipients = purposes, slices.Clone(m.p.Rules.Recipients())
	m.dirty = true
}

// offered leaves out what cannot be made: a portrait without a picture, a binding to a document without a number, a
// name that the document does not have.
func (m *Machine) offered(p desk.Purpose) bool {
	s := m.in.Subject
	switch {
	case p.Binding == desk.BindFace && (m.o.Portrait == nil || m.visit == nil || m.visit.doc == nil || len(m.visit.doc.Photo) == 0),
		p.Binding == desk.BindDocument && s.Number == "",
		slices.Contains(p.Fields, desk.FieldName) && s.Name() == "":
		return false
	}
	return true
}

// allowed finds purpose and recipient among what is offered.
func (m *Machine) allowed(purpose, recipient string) (p desk.Purpose, r desk.Recipient, ok bool) {
	i := slices.IndexFunc(m.in.Purposes, func(p desk.Purpose) bool { return p.Code == purpose })
	j := slices.IndexFunc(m.in.Recipients, func(r desk.Recipient) bool { return r.ID == recipient })
	if purpose == "" || recipient == "" || i < 0 || j < 0 || !accepts(m.in.Purposes[i], recipient) {
		return p, r, false
	}
	return m.in.Purposes[i], m.in.Recipients[j], true
}

// Choose takes purpose and recipient and asks the person. Where nothing could be signed now it says so first: nobody is
// asked in vain.
func (m *Machine) Choose(purpose, recipient string) error {
	return m.input("choose", func() *desk.Error {
		if m.in.Step != Choose || !m.visit.compared {
			return notNow()
		}
		p, r, ok := m.allowed(purpose, recipient)
		if !ok {
			return problem(CodeChoice)
		}
		if e := m.limits(); e != nil {
			m.tell(e)
			return e
		}
		m.in.Remembered = false
		m.ask(p, r)
		return nil
	})
}

// ask puts the question to the person.
func (m *Machine) ask(p desk.Purpose, r desk.Recipient) {
	m.in.Purpose, m.in.Recipient = &p, &r
	m.in.Answer, m.in.ReadAloud = desk.Unanswered, 0
	m.in.Expires = m.expires(p)
	if m.needsSecond(p) {
		m.step(Second)
		return
	}
	m.step(Agree)
}

// expires is how long the voucher would be good: as long as the purpose needs, never longer than the delegation allows.
func (m *Machine) expires(p desk.Purpose) time.Time {
	now, _, _ := m.p.Now()
	life := p.Life
	if most := m.in.Station.MaxLife; most > 0 && (life <= 0 || life > most) {
		life = most
	}
	return now.Truncate(time.Second).Add(life)
}

// limits says why nothing can be signed now.
func (m *Machine) limits() *desk.Error {
	m.refresh()
	now, _, sure := m.p.Now()
	switch s := m.in.Station; {
	case !sure:
		return problem(CodeClockUnsure)
	case s.Stop != "":
		return problem(s.Stop)
	case s.Serials == 0:
		return problem(CodeSerialsUsedUp)
	case !s.KeyEnds.After(now):
		return problem(CodeKeyEnded)
	}
	return nil
}

// SayYes is the person's own Yes: a touch on their screen or their own key. Nothing else may call it.
func (m *Machine) SayYes() error {
	return m.input("yes", func() *desk.Error {
		if m.in.Step != Agree && m.in.Step != Spoken {
			return notNow()
		}
		return m.agreed(desk.YesOwn)
	})
}

// SayNo is the person's No. It ends the visit and leaves nothing, not even that it was said.
func (m *Machine) SayNo() error {
	return m.input("no", func() *desk.Error {
		if m.in.Step != Agree && m.in.Step != Spoken {
			return notNow()
		}
		m.close(NotToday, "")
		return nil
	})
}

// Spoken shows what would be recorded (F10).
func (m *Machine) Spoken() error {
	return m.input("spoken", func() *desk.Error {
		if m.in.Step != Agree {
			return notNow()
		}
		m.step(Spoken)
		return nil
	})
}

// ConfirmSpoken records that the person said yes (F10 again). It is another value than the person's own Yes.
func (m *Machine) ConfirmSpoken() error {
	return m.input("confirm-spoken", func() *desk.Error {
		if m.in.Step != Spoken {
			return notNow()
		}
		return m.agreed(desk.YesSpoken)
	})
}

// CancelSpoken returns to the question.
func (m *Machine) CancelSpoken() error {
	return m.input("cancel-spoken", func() *desk.Error {
		if m.in.Step != Spoken {
			return notNow()
		}
		m.step(Agree)
		return nil
	})
}

// agreed starts to issue what the person said yes to.
func (m *Machine) agreed(a desk.Answer) *desk.Error {
	if e := m.limits(); e != nil {
		m.step(Agree)
		m.tell(e)
		return e
	}
	now, os, _ := m.p.Now()
	if m.in.Mandate != nil {
		return m.agreedMandate(a, now, os)
	}
	if !m.in.Expires.After(now) { // asked long ago, behind the lock: the date on the screen was another
		m.in.Expires = m.expires(*m.in.Purpose)
		m.step(Agree)
		return notNow()
	}
	return m.begin(m.order(a, now, os), a)
}

// begin starts to make what the person said yes to. Where nothing can be started now, the question stands again.
func (m *Machine) begin(o *order, a desk.Answer) *desk.Error {
	m.step(Issuing)
	m.in.Answer = a
	if !m.start(o) {
		m.in.Answer = desk.Unanswered
		m.step(Agree)
		return notNow()
	}
	return nil
}
