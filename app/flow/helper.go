package flow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Codes of errors about helpers.
const (
	CodeHelperSame  = "helper-same"  // that is the person's own card
	CodeHelperCap   = "helper-cap"   // the helper has as many mandates as policy allows; Args N
	CodeHelperProof = "helper-proof" // only a proven document names a helper
	CodeTerms       = "mandate-terms"
)

// Helper is who is to get a mandate, as the clerk's screen shows it. Photo aliases the visit's memory like State.Photo.
type Helper struct {
	Busy    bool
	Kind    string
	Subject *cardreader.Subject // nil until the card was read
	Photo   []byte
	Proof   check.Verdict
	Live    int // mandates of this counter that name the helper
	Cap     int
	Asks    bool // the card wants a secret: Needs says which
}

// String says that there is a helper, never who.
func (Helper) String() string { return "helper" }

// Format implements fmt.Formatter so that no verb prints a field.
func (h Helper) Format(f fmt.State, _ rune) { fmt.Fprint(f, h.String()) }

// helping is what a visit holds while the helper's card is read.
type helping struct {
	turn    uint64
	cancel  func()
	secrets cardreader.Secrets
	checks  []check.Check
	aside   bool
}

// HelpOnly notes, or takes back, that somebody beside the person helps with the device only. The person decides; nobody is
// represented.
func (m *Machine) HelpOnly() error {
	return m.input("help-only", func() *desk.Error {
		if m.in.Step != Choose || m.visit.grant != nil {
			return notNow()
		}
		m.in.HelpOnly, m.dirty = !m.in.HelpOnly, true
		return nil
	})
}

// mode is how somebody beside the person took part.
func (m *Machine) mode() string {
	switch {
	case m.in.Mandate != nil:
		return desk.ModeHelper
	case m.in.HelpOnly:
		return desk.ModeHelpOnly
	}
	return desk.ModeInPerson
}

// Helper begins a mandate: the person was identified, now the helper's card is laid on.
func (m *Machine) Helper() error {
	return m.input("helper", func() *desk.Error {
		switch {
		case m.in.Step != Choose || m.p.Mandates == nil || m.visit.doc == nil || m.in.Subject.Number == "":
			return notNow()
		case m.visit.evidence:
			return problem(CodeHelperProof)
		case m.visit.grant != nil: // nobody passes a mandate on
			return notNow()
		case m.visit.lower:
			return problem(CodeHelperProof)
		}
		if e := m.limits(); e != nil {
			m.tell(e)
			return e
		}
		m.noHelper()
		m.visit.helping.secrets = cardreader.Secrets{}
		m.in.HelpOnly, m.in.Mandate = false, nil
		m.in.Helper = &Helper{Cap: m.helperCap()}
		m.in.Need, m.in.Needs, m.in.Refused, m.in.LastTry = nil, nil, 0, false
		m.step(HelperCard)
		m.look()
		return nil
	})
}

func (m *Machine) helperCap() int {
	if n := m.p.Rules.Policy().HelperCap; n > 0 {
		return n
	}
	return desk.DefaultHelperCap
}

// HelperRead reads the card that lies there, with a secret where it wants one.
func (m *Machine) HelperRead(kind cardreader.SecretKind, value string) error {
	return m.input("helper-read", func() *desk.Error {
		if m.in.Step != HelperCard {
			return notNow()
		}
		if kind != "" {
			wanted, ok := m.wanted(kind)
			if !ok || len(value) > maxSecret {
				return notNow()
			}
			if err := m.p.Cards.Vet(wanted, value); err != nil {
				return desk.Explain("visit.helper", err)
			}
			m.visit.helping.secrets[kind] = value
		}
		s := m.helpersSeat()
		if s == nil {
			return problem(cardreader.CodeNoCard)
		}
		m.readHelper(s)
		return nil
	})
}

// helpersSeat is a card on another reader than the person's, else the one there.
func (m *Machine) helpersSeat() (found *seat) {
	for _, s := range m.seats {
		if s.kind == cardreader.Empty || token(s.card) {
			continue
		}
		if s.reader != m.visit.reader {
			return s
		}
		found = s
	}
	return found
}

// readHelper reads the helper's card beside the machine, after whatever is being read now.
func (m *Machine) readHelper(s *seat) {
	v := m.visit
	if m.ctx == nil {
		return
	}
	s.fresh = false
	if v.helping.cancel != nil {
		v.helping.cancel()
	}
	v.helping.turn++
	turn := v.helping.turn
	ctx, cancel := context.WithCancel(m.ctx)
	before, done := m.busy, make(chan struct{})
	secrets := maps.Clone(v.helping.secrets)
	delete(v.helping.secrets, cardreader.PIN)
	started := m.effect(func(context.Context) {
		defer close(done)
		defer cancel()
		if before != nil {
			<-before
		}
		doc, err := m.p.Cards.Read(ctx, s.reader, secrets, func(cardreader.Progress) {})
		clear(secrets)
		m.do(func() { m.helperRead(v, turn, doc, err) })
	})
	if !started {
		cancel()
		return
	}
	m.busy, v.helping.cancel = done, cancel
	h := *m.in.Helper
	h.Busy = true
	m.in.Helper, m.in.Problem, m.dirty = &h, nil, true
}

// helperRead takes what the reading brought. What cannot be used is wiped at once.
func (m *Machine) helperRead(v *visit, turn uint64, d *cardreader.Document, err error) {
	if m.visit != v || m.in.Step != HelperCard || v.helping.turn != turn {
		d.Wipe()
		return
	}
	h := *m.in.Helper
	h.Busy = false
	m.in.Helper, m.dirty = &h, true
	if err == nil && d == nil {
		err = errNoDocument
	}
	if err != nil {
		d.Wipe()
		m.helperFailed(&h, err)
		m.look()
		return
	}
	if e := m.judgeHelper(d); e != nil {
		d.Wipe()
		m.tell(e)
		m.look()
		return
	}
	m.helperShown(d, h)
}

// judgeHelper says why a document does not name a helper of this visit's person.
func (m *Machine) judgeHelper(d *cardreader.Document) *desk.Error {
	e, v, s := m.judge(d), m.visit, d.Subject
	switch {
	case e == nil && v.doc != nil && d.Kind == v.doc.Kind && s.Number == v.doc.Subject.Number,
		e == nil && m.in.Subject != nil && s.Name() == m.in.Subject.Name() && s.BirthDate == m.in.Subject.BirthDate:
		return problem(CodeHelperSame)
	case e == nil && (s.Name() == "" || s.Number == ""):
		return problem(CodeHelperProof)
	case e != nil && e.Code != CodeExpired && e.Code != CodeNotProven:
		return &desk.Error{Code: CodeHelperProof, Args: e.Args}
	}
	return e
}

func (m *Machine) helperFailed(h *Helper, err error) {
	need, e := needOf(err)
	if need == nil {
		m.tell(e)
		return
	}
	wasWrong := need.Wrong
	if wasWrong {
		delete(m.visit.helping.secrets, need.Secret.Kind)
		m.in.Refused++
	}
	m.in.Need, h.Asks = need, true
	m.in.Needs = need.Any
	if len(m.in.Needs) == 0 {
		m.in.Needs = []cardreader.Secret{need.Secret}
	}
	if wasWrong {
		m.tell(e)
	}
}

// helperShown shows the helper's card and asks how many mandates name the helper already.
func (m *Machine) helperShown(d *cardreader.Document, h Helper) {
	v := m.visit
	v.helper, v.helping.checks = d, d.Checks
	subject := d.Subject
	h.Kind, h.Subject, h.Photo, h.Proof, h.Asks = d.Kind, &subject, d.Photo, d.Verdict(), false
	h.Busy = true
	m.in.Helper = &h
	m.in.Need, m.in.Needs = nil, nil
	m.step(HelperFace)
	kind, number := d.Kind, subject.Number
	m.effect(func(ctx context.Context) {
		live, err := m.p.Mandates.Live(ctx, kind, number)
		m.do(func() {
			if m.visit != v || m.in.Helper == nil {
				return
			}
			h := *m.in.Helper
			h.Live, h.Busy = live, false
			if err != nil {
				m.tell(desk.Explain("visit.helper", err))
			}
			m.in.Helper, m.dirty = &h, true
		})
	})
}

// HelperSame is the clerk's word that the helper is the person of the card.
func (m *Machine) HelperSame() error {
	return m.input("helper-same", func() *desk.Error {
		if m.in.Step != HelperFace || m.visit.helper == nil || m.in.Helper.Busy {
			return notNow()
		}
		if h := m.in.Helper; h.Live >= h.Cap {
			e := &desk.Error{Code: CodeHelperCap, Args: map[string]string{"N": strconv.Itoa(h.Live)}}
			m.tell(e)
			return e
		}
		m.step(HelperTerms)
		return nil
	})
}

// Mandate takes what the helper is to be allowed. The person has not been asked yet.
func (m *Machine) Mandate(t desk.MandateTerms) error {
	return m.input("mandate", func() *desk.Error {
		if m.in.Step != HelperTerms {
			return notNow()
		}
		if !m.canGive(t) {
			return problem(CodeTerms)
		}
		t.Scopes = slices.Compact(slices.Sorted(slices.Values(t.Scopes)))
		m.in.Mandate, m.in.Purpose, m.in.Recipient = &t, nil, nil
		now, _, _ := m.p.Now()
		m.in.Expires = mandateEnd(now, t.Days)
		m.step(Aside)
		return nil
	})
}

// canGive tells whether such a mandate can be given here.
func (m *Machine) canGive(t desk.MandateTerms) bool {
	unknown := func(code string) bool {
		return !slices.ContainsFunc(m.in.Purposes, func(p desk.Purpose) bool { return p.Code == code })
	}
	return len(t.Scopes) > 0 && len(t.Scopes) <= desk.MaxScopes && !slices.ContainsFunc(t.Scopes, unknown) &&
		slices.Contains(desk.MandateDays(), t.Days) && t.Uses > 0 && t.Uses <= 99 && slices.Contains(desk.Relations(), t.Relation)
}

// SteppedAside is the clerk's word that the helper stands back. Only now the person is asked, alone.
func (m *Machine) SteppedAside() error {
	return m.input("aside", func() *desk.Error {
		if m.in.Step != Aside {
			return notNow()
		}
		m.visit.helping.aside = true
		m.in.Answer, m.in.ReadAloud = desk.Unanswered, 0
		m.step(Agree)
		return nil
	})
}

// helperBack is one step back among the steps of a mandate.
func (m *Machine) helperBack() {
	switch m.in.Step {
	case Aside:
		m.in.Mandate = nil
		m.step(HelperTerms)
	case HelperTerms:
		m.step(HelperFace)
	default:
		m.noHelper()
		m.in.Mandate = nil
		m.in.Need, m.in.Needs = nil, nil
		m.step(Choose)
	}
}

// noHelper wipes the helper's card.
func (m *Machine) noHelper() {
	v := m.visit
	if v.helping.cancel != nil {
		v.helping.cancel()
	}
	if v.helper != nil {
		m.trash = append(m.trash, v.helper.Wipe)
	}
	clear(v.helping.secrets)
	turn := v.helping.turn + 1
	v.helper, v.helping = nil, helping{turn: turn}
	m.in.Helper, m.dirty = nil, true
}

// Money tells whether one of the purposes that the helper may ask for moves money.
func (s State) Money() bool {
	return s.Mandate != nil && slices.ContainsFunc(s.Purposes, func(p desk.Purpose) bool {
		return p.Money && slices.Contains(s.Mandate.Scopes, p.Code)
	})
}
