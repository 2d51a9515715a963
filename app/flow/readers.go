package flow

import (
	"bangban/app/desk"
	"bangban/cardreader"
)

// seat is one reader and what lies on it.
type seat struct {
	reader string
	kind   cardreader.EventKind // Empty, Present, Mute
	count  uint32
	fresh  bool   // no visit has taken this card yet
	barred uint64 // the visit that found it to be another card
	card   string // what it is, once known
}

func (m *Machine) seat(reader string) *seat {
	for _, s := range m.seats {
		if s.reader == reader {
			return s
		}
	}
	return nil
}

// cause is what is so at all readers together, best news first.
func (m *Machine) cause() (cardreader.EventKind, []string) {
	if len(m.seats) == 0 {
		return m.none, nil
	}
	names, cause := make([]string, 0, len(m.seats)), cardreader.Empty
	for _, s := range m.seats {
		names = append(names, s.reader)
		switch {
		case token(s.card): // no card to anybody
		case s.kind == cardreader.Present:
			cause = cardreader.Present
		case s.kind == cardreader.Mute && cause == cardreader.Empty:
			cause = cardreader.Mute
		}
	}
	return cause, names
}

// causeProblem names what stops a visit from beginning. An empty reader is an invitation, not a problem.
func causeProblem(k cardreader.EventKind) *desk.Error {
	switch k {
	case cardreader.ServiceOff:
		return problem(cardreader.CodeServiceOff)
	case cardreader.NoReader:
		return problem(cardreader.CodeNoReader)
	}
	return nil
}

// onReader tells whether a card lies on the visit's reader, or on any where no visit is open.
func (m *Machine) onReader() bool {
	for _, s := range m.seats {
		if s.kind == cardreader.Present && !token(s.card) && (m.visit == nil || s.reader == m.visit.reader) {
			return true
		}
	}
	return false
}

// event takes what a reader reports.
func (m *Machine) event(ev cardreader.Event) {
	m.dirty = true
	if m.in.Step == Ready {
		m.in.Problem = nil // what stopped the last reading; what is so now says cause
	}
	switch {
	case ev.Reader == "":
		m.log.Info("readers", "cause", ev.Kind.String(), "err", ev.Err)
		gone := m.seats
		m.seats, m.none = nil, ev.Kind
		for _, s := range gone {
			m.lifted(s)
		}
	case ev.Kind == cardreader.Removed:
		if s := m.seat(ev.Reader); s != nil {
			m.unseat(s)
			m.lifted(s)
		}
	default:
		m.seated(ev)
	}
	m.look()
}

func (m *Machine) unseat(gone *seat) {
	var left []*seat
	for _, s := range m.seats {
		if s != gone {
			left = append(left, s)
		}
	}
	m.seats = left
	if len(left) == 0 {
		m.none = cardreader.NoReader
	}
}

// seated takes what lies on one reader now. A count that has grown between two looks at a card is another laying-on.
func (m *Machine) seated(ev cardreader.Event) {
	s := m.seat(ev.Reader)
	if s == nil {
		s = &seat{reader: ev.Reader, kind: cardreader.Empty}
		m.seats = append(m.seats, s)
	}
	before, swapped := s.kind, ev.Count != s.count
	s.kind, s.count = ev.Kind, ev.Count
	lies := ev.Kind == cardreader.Present || ev.Kind == cardreader.Mute
	if before != cardreader.Empty && (!lies || swapped) {
		s.fresh, s.barred, s.card = false, 0, ""
		m.lifted(s)
	}
	// A card that falls silent while it lies there is no new card; one that begins to answer is.
	if lies && (before == cardreader.Empty || swapped || before == cardreader.Mute && ev.Kind == cardreader.Present) {
		s.fresh, s.barred, s.card = true, 0, ""
	}
}

// lifted is told that no card lies at s any more.
func (m *Machine) lifted(s *seat) {
	v := m.visit
	if m.in.Note == NoteCardStill || m.in.Note == NoteToken {
		m.in.Note = ""
	}
	if v == nil || v.reader != s.reader {
		return
	}
	switch m.in.Step {
	case Trouble:
		if v.passing && m.in.Tries < MaxTries {
			m.again()
		} else if m.p.Rules.Policy().WipeOnRemoval {
			m.scrub()
		}
	case Unproven, Compare, Choose, Second, Agree, Spoken, Reprint, Sanction:
		if v.helper == nil && m.p.Rules.Policy().WipeOnRemoval {
			m.close(Ready, NoteCardRemoved)
		}
	}
}

// look takes a card that nobody has taken yet, where the step waits for one.
func (m *Machine) look() {
	if m.locked || m.ctx == nil {
		return
	}
	s := m.waiting()
	if s == nil {
		return
	}
	switch m.in.Step {
	case Ready, Farewell, NotToday:
		m.open(s)
	case Trouble:
		if m.visit.doc == nil {
			m.open(s)
		} else {
			m.note(NoteCardWaits)
		}
	case Pulled, GrantCard:
		m.take(s, false)
	case NeedSecret:
		if s.reader != m.visit.reader && m.holds() { // another card, while the visit's own one still lies there
			m.note(NoteCardWaits)
			return
		}
		m.take(s, len(m.visit.secrets) == 0)
	case Unproven:
		if len(m.in.Purposes) == 0 { // the next document of this person, or the next person
			m.open(s)
			return
		}
		m.note(NoteCardWaits)
	case HelperCard:
		m.readHelper(s)
	case Evidence, Compare, Choose, Second, Agree, Spoken, Reprint, Sanction, HelperFace, HelperTerms, Aside:
		m.note(NoteCardWaits)
	}
}

// waiting is the first card that lies somewhere and that no visit has taken.
func (m *Machine) waiting() *seat {
	for _, s := range m.seats {
		if s.fresh && m.persons(s) && s.kind != cardreader.Empty && (m.visit == nil || s.barred != m.visit.id) {
			return s
		}
	}
	return nil
}

// take has the visit read the card at s. A quiet reading shows nothing before the card answers with more than a question.
func (m *Machine) take(s *seat, quiet bool) {
	s.fresh = false
	m.visit.reader = s.reader
	if s.kind == cardreader.Mute {
		m.failed(cardreader.NewError(cardreader.CodeFaulty, nil, nil))
		return
	}
	m.read(s.reader, quiet)
}
