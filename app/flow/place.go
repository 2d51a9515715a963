package flow

import (
	"slices"

	"bangban/app/desk"
	"bangban/cardreader"
)

// Names of cards that are a clerk's, not a person's document: they are left alone.
const (
	kindToken = "clerk-token"
	kindKey   = "security-key"
)

// token tells whether a card is a clerk's.
func token(kind string) bool { return kind == kindToken || kind == kindKey }

// places is what lies at each reader.
func (m *Machine) places() []Place {
	all := make([]Place, 0, len(m.seats))
	for _, s := range m.seats {
		p := Place{Reader: s.reader, Kind: s.kind, Card: s.card, Mine: m.visit != nil && m.visit.reader == s.reader}
		if m.locked { // behind the lock it only matters what is attached
			p.Card, p.Mine = "", false
		}
		all = append(all, p)
	}
	return all
}

// persons tells whether a card on this reader is a person's: every one is, unless the clerk has named one reader that is
// attached.
func (m *Machine) persons(s *seat) bool {
	return m.citizen == "" || s.reader == m.citizen || m.seat(m.citizen) == nil
}

// PickReader names the reader where the person's card lies; empty is any. A clerk's token and other cards may lie on the
// others.
func (m *Machine) PickReader(name string) error {
	return m.input("reader", func() *desk.Error {
		if m.in.Step != Ready || name != "" && m.seat(name) == nil {
			return notNow()
		}
		m.citizen, m.dirty = name, true
		m.in.Note, m.in.NoteArgs = NoteReaderAny, nil
		if name != "" {
			m.in.Note, m.in.NoteArgs = NoteReader, map[string]string{"Reader": name}
		}
		if m.o.Reader != nil {
			m.o.Reader(name)
		}
		m.look()
		return nil
	})
}

// strange remembers what another card turned out to be.
func (m *Machine) strange(kind string) {
	if s := m.seat(m.visit.reader); s != nil {
		s.card = kind
	}
}

// leaveAlone is told that a clerk's token lies where a card was looked for. The visit stands where it stood.
func (m *Machine) leaveAlone(kind string) {
	v := m.visit
	m.strange(kind)
	reader := v.reader
	switch {
	case v.doc != nil:
		m.settled()
	case v.asked:
		m.step(NeedSecret)
	case v.mark != nil:
		m.step(Pulled)
	default:
		m.again()
	}
	m.in.Note, m.in.NoteArgs = NoteToken, map[string]string{"Reader": reader}
}

// StaffCard is told that a clerk's card lies at a reader, which was found out otherwise: it is left alone, and nobody is told
// that a card waits.
func (m *Machine) StaffCard(reader string) {
	m.do(func() {
		s := m.seat(reader)
		if s == nil || s.kind != cardreader.Present {
			return
		}
		s.fresh, s.card, m.dirty = false, kindToken, true
		if m.in.Note == NoteCardWaits && m.waiting() == nil {
			m.in.Note, m.in.NoteArgs = "", nil
		}
	})
}

// Holds names the reader on which the card of the visit lies, also behind the lock; empty: none.
func (m *Machine) Holds() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.visit == nil {
		return ""
	}
	if s := m.seat(m.visit.reader); s == nil || s.kind != cardreader.Present || s.fresh || token(s.card) {
		return ""
	}
	return m.visit.reader
}

// holds tells whether the visit's own card lies on its reader.
func (m *Machine) holds() bool {
	return m.visit != nil && slices.ContainsFunc(m.seats, func(s *seat) bool {
		return s.reader == m.visit.reader && s.kind == cardreader.Present && !token(s.card)
	})
}
