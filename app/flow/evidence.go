package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// Codes of errors about somebody without a card.
const (
	CodeEvidenceLow    = "evidence-low"    // the papers are not enough for anything; Args Points, Least
	CodeEvidenceNone   = "evidence-none"   // no purpose is done without a card here
	CodeEvidenceName   = "evidence-name"   // the name is missing, or holds what no name holds
	CodeEvidenceBirth  = "evidence-birth"  // not a day, or one on which nobody here was born
	CodeEvidenceNumber = "evidence-number" // missing where the paper is bound to it, or too short to be told from others
)

// Flags of papers that were made without a card.
const (
	FlagEvidence = "evidence"
	FlagAttach   = "attach-open" // who vouches must sign by the end of the day
)

// Bounds of what is typed.
const (
	maxTypedName   = 50 // characters: what the name fields of public systems hold at least
	minTypedNumber = 4
	maxTypedNumber = 32
)

// EvidenceState is what the clerk's screen shows while papers are laid on the desk. Nothing of them is copied.
type EvidenceState struct {
	Pieces []string // codes that are there
	Points int
	Least  int // the fewest points with which anything is done here
	Enough bool
}

// Typed is what the clerk copies from the papers. It prints as nothing.
type Typed struct {
	Name   string
	Birth  string // 1940-01-01, 19400101
	Number string // of the first paper that has one; empty: none
}

// String says that something was typed, never what.
func (Typed) String() string { return "typed" }

// Format implements fmt.Formatter so that no verb prints a field.
func (t Typed) Format(f fmt.State, _ rune) { fmt.Fprint(f, t.String()) }

// NoCard begins a visit of somebody who has no card, or whose card nobody can read.
func (m *Machine) NoCard() error {
	return m.input("no-card", func() *desk.Error {
		switch m.in.Step {
		case Ready, Farewell, NotToday, Trouble, NeedSecret:
		default:
			return notNow()
		}
		if m.visit != nil && m.visit.grant != nil { // a helper is known by a card
			return notNow()
		}
		least := m.leastEvidence()
		if least == 0 {
			e := problem(CodeEvidenceNone)
			m.tell(e)
			return e
		}
		if e := m.limits(); e != nil {
			m.tell(e)
			return e
		}
		lang := m.in.Lang
		m.wipe()
		v, err := m.newVisit()
		if err != nil {
			return desk.Explain("visit.no-card", err)
		}
		m.visit = v
		m.in = State{Step: m.in.Step, Lang: lang, Unfinished: m.in.Unfinished, Fates: m.in.Fates, Evidence: &EvidenceState{Least: least}}
		m.refresh()
		m.step(Evidence)
		return nil
	})
}

// leastEvidence is the fewest points with which anything is done here; 0: nothing is.
func (m *Machine) leastEvidence() (least int) {
	for _, p := range m.p.Rules.Purposes() {
		if p.Evidence == nil || p.Binding == desk.BindFace {
			continue
		}
		if n := max(p.Evidence.Least, desk.LeastEvidence); least == 0 || n < least {
			least = n
		}
	}
	return least
}

// evidencePurposes are what can be done with these papers.
func (m *Machine) evidencePurposes(codes []string) (list []desk.Purpose) {
	for _, p := range m.p.Rules.Purposes() {
		if q, ok := p.OnEvidence(codes); ok {
			list = append(list, q)
		}
	}
	return list
}

// Piece lays a paper on the desk, or takes it away. Of two words of people the last one stands.
func (m *Machine) Piece(code string) error {
	return m.input("piece", func() *desk.Error {
		p, ok := desk.PieceOf(code)
		if m.in.Step != Evidence || !ok {
			return notNow()
		}
		e := *m.in.Evidence
		e.Pieces = slices.Clone(e.Pieces)
		if i := slices.Index(e.Pieces, code); i >= 0 {
			e.Pieces = slices.Delete(e.Pieces, i, i+1)
		} else {
			if p.Vouch {
				e.Pieces = slices.DeleteFunc(e.Pieces, func(c string) bool { other, _ := desk.PieceOf(c); return other.Vouch })
			}
			e.Pieces = append(e.Pieces, code)
		}
		e.Points, _ = desk.Score(e.Pieces)
		e.Enough = len(m.evidencePurposes(e.Pieces)) > 0
		m.in.Evidence, m.in.Problem, m.dirty = &e, nil, true
		return nil
	})
}

// Papers takes what was copied from the papers. The clerk then compares person and papers, a colleague does the same.
func (m *Machine) Papers(t Typed) error {
	return m.input("papers", func() *desk.Error {
		if m.in.Step != Evidence {
			return notNow()
		}
		e := *m.in.Evidence
		if !e.Enough {
			return &desk.Error{Code: CodeEvidenceLow, Args: map[string]string{"Points": fmt.Sprint(e.Points), "Least": fmt.Sprint(e.Least)}}
		}
		now, _, _ := m.p.Now()
		subject, why := t.subject(now)
		if why != nil {
			return why
		}
		needsNumber := !slices.ContainsFunc(m.evidencePurposes(e.Pieces), func(p desk.Purpose) bool { return p.Binding != desk.BindDocument })
		if needsNumber && subject.Number == "" {
			return problem(CodeEvidenceNumber)
		}
		kind := desk.KindEvidence
		for _, c := range e.Pieces {
			if p, _ := desk.PieceOf(c); p.Number && subject.Number != "" {
				kind = c
				break
			}
		}
		if kind == desk.KindEvidence {
			subject.Number = "" // a number of nothing
		}
		v := m.visit
		v.evidence, v.lower, v.accepted, v.kind = true, true, true, kind
		v.doc = &cardreader.Document{Kind: kind, Subject: *subject, ReadAt: now,
			Checks: []check.Check{check.Unsure("issuer", check.NotSupported, "papers, no card")}}
		m.in.Subject, m.in.DocKind, m.in.Checks, m.in.Proof, m.in.Lower = subject, kind, v.doc.Checks, v.doc.Verdict(), true
		m.in.Signed, m.in.Proofs, m.in.Doubts, m.in.ReadAt, m.in.Second = v.doc.Signed(), v.doc.Proofs(), doubtsOf(v.doc), now, ""
		m.step(Compare)
		return nil
	})
}

// subject checks what was typed.
func (t Typed) subject(now time.Time) (*cardreader.Subject, *desk.Error) {
	name := strings.TrimSpace(t.Name)
	if n := len([]rune(name)); n < 2 || n > maxTypedName || strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune(" ·-'.’", r)
	}) {
		return nil, problem(CodeEvidenceName)
	}
	birth := strings.NewReplacer("-", "", "/", "", ".", "", " ", "", "年", "", "月", "", "日", "").Replace(t.Birth)
	day, err := time.Parse("20060102", birth)
	if err != nil || day.Year() < 1900 || day.After(now) {
		return nil, problem(CodeEvidenceBirth)
	}
	number := strings.ToUpper(strings.Join(strings.Fields(t.Number), ""))
	if n := len([]rune(number)); number != "" && (n < minTypedNumber || n > maxTypedNumber) || strings.ContainsFunc(number, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	}) {
		return nil, problem(CodeEvidenceNumber)
	}
	return &cardreader.Subject{FullName: name, BirthDate: day.Format(time.DateOnly), Number: number}, nil
}

// evidenceBack returns to the papers; what lies there still lies there.
func (m *Machine) evidenceBack() {
	m.scrub()
	v := m.visit
	v.evidence, v.lower, v.accepted, v.compared = false, false, false, false
	e := m.in.Evidence
	m.in = State{Step: m.in.Step, Lang: m.in.Lang, Unfinished: m.in.Unfinished, Fates: m.in.Fates, Evidence: e}
	m.refresh()
	m.step(Evidence)
}

// evidenceOrder is what papers change about an order.
func (m *Machine) evidenceOrder(o *order) {
	if !m.visit.evidence {
		return
	}
	e := m.in.Evidence
	o.before.Identified.Compare = "papers"
	o.before.Evidence = &desk.Shown{Pieces: e.Pieces, Points: e.Points, Attach: slices.Contains(e.Pieces, desk.PieceVouchLater)}
}

// Outstanding counts the papers of a day for which somebody still has to sign.
func (r *DayReport) Outstanding() (n int) {
	for _, it := range r.Items {
		if slices.Contains(it.Flags, FlagAttach) && (it.Word == Unreviewed || it.Word == HeldOver) && it.State != desk.StateVoid && it.State != desk.StateSpoiled {
			n++
		}
	}
	return n
}
