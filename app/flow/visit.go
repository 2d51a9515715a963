package flow

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// visit is what one person's visit holds. It lives from the first card to the end and is wiped then.
type visit struct {
	id      uint64
	salt    [16]byte // of mark
	reader  string
	secrets cardreader.Secrets
	left    map[cardreader.SecretKind]int // tries, where the card counts
	sure    []byte                        // mark of the secret that the clerk was warned about
	asked   bool                          // the card has asked for a secret
	reading uint64                        // number of the reading under way; 0: none
	quiet   bool                          // it shows nothing yet
	cancel  func()

	mark []byte // which card it is, once known: never the number itself
	kind string
	doc  *cardreader.Document

	passing  bool // the trouble is the card's on the reader and goes away with it
	lower    bool // the document is an unproven one
	accepted bool // the clerk goes on with it all the same
	compared bool // the clerk said: the same person
	working  bool // an effect of the hand-over is under way
	paper    *Paper
	job      Job      // what the paper was drawn from
	hash     [32]byte // of Before
	old      *old     // the paper that a copy is printed of; nil: a new one

	helper  *cardreader.Document // of a mandate
	helping helping

	grant *Grant // the mandate that the visit rests on; nil: the person is here
	use   uint64 // number of its use, once it was counted

	evidence bool // the document is made of other papers

	order  *order      // what the paper was made of, without the card's own bytes
	record desk.Before // as it was sealed
}

// same remembers the card at first and compares it later.
func (v *visit) same(s *cardreader.Subject, kind string) bool {
	h := sha256.New()
	h.Write(v.salt[:])
	id := s.Number
	if id == "" {
		id = s.Name()
	}
	io.WriteString(h, id)
	h.Write([]byte{0})
	io.WriteString(h, s.BirthDate)
	mark := h.Sum(nil)
	if v.mark == nil {
		v.mark = mark
	}
	sameKind := v.kind == "" || kind == "" || v.kind == kind
	if v.kind == "" {
		v.kind = kind
	}
	return subtle.ConstantTimeCompare(mark, v.mark) == 1 && sameKind
}

// open begins a visit with the card at s.
func (m *Machine) open(s *seat) {
	tries, lang := 0, m.o.Lang
	if m.in.Step == Ready || m.in.Step == Trouble && m.visit.passing {
		tries, lang = m.in.Tries, m.in.Lang
	}
	var grant *Grant // another card of a helper whose mandate was found good
	if m.visit != nil {
		grant = m.visit.grant
	}
	m.wipe()
	v, err := m.newVisit()
	v.grant = grant
	m.visit = v
	m.in = State{Step: m.in.Step, Lang: lang, Tries: tries, Grant: grant, Unfinished: m.in.Unfinished, Fates: m.in.Fates}
	m.refresh()
	if err != nil {
		s.fresh, v.reader = false, s.reader
		m.trouble(desk.Explain("visit.open", err), true)
		return
	}
	m.take(s, false)
}

// close ends the visit and wipes it. The language stays for the farewell.
func (m *Machine) close(to Step, note string) {
	m.wipe()
	lang := m.in.Lang
	if to == Ready {
		lang = m.o.Lang
	}
	m.in = State{Step: m.in.Step, Lang: lang, Station: m.in.Station, Training: m.in.Training, Unfinished: m.in.Unfinished,
		Fates: m.in.Fates}
	m.step(to)
	m.in.Note = note
	if to != Ready {
		return
	}
	if note == "" && m.onReader() {
		m.in.Note = NoteCardStill
	}
	m.look()
}

// again ends a visit in which nothing was read and keeps count of the tries and the language.
func (m *Machine) again() {
	if m.visit != nil && m.visit.grant != nil {
		m.grantWaits()
		return
	}
	tries, lang := m.in.Tries, m.in.Lang
	m.wipe()
	m.in = State{Step: m.in.Step, Lang: lang, Tries: tries, Station: m.in.Station, Training: m.in.Training,
		Unfinished: m.in.Unfinished, Fates: m.in.Fates}
	m.step(Ready)
}

// wipe ends the visit's readings and puts its bytes on the list of what is overwritten after the next delivery.
func (m *Machine) wipe() {
	v := m.visit
	if v == nil {
		return
	}
	m.visit = nil
	v.stop()
	clear(v.secrets)
	clear(v.sure)
	clear(v.helping.secrets)
	m.trash = append(m.trash, v.doc.Wipe, v.paper.Wipe, v.helper.Wipe)
	v.job, v.grant, v.order, v.record = Job{}, nil, nil, desk.Before{}
	m.dirty = true
}

// scrub takes the document out of a visit that goes on without it.
func (m *Machine) scrub() {
	m.trash = append(m.trash, m.visit.doc.Wipe)
	m.visit.doc = nil
	m.noHelper()
	m.in.Photo = nil
	m.dirty = true
}

func (v *visit) stop() {
	if v.cancel != nil {
		v.cancel()
	}
	v.cancel, v.reading = nil, 0
	if v.helping.cancel != nil {
		v.helping.cancel()
	}
}

// trouble stops this card. passing: the cause goes away with the card.
func (m *Machine) trouble(e *desk.Error, passing bool) {
	m.visit.passing = passing
	m.step(Trouble)
	m.tell(e)
}

// judge says why a document cannot be used; nil where it can.
func (m *Machine) judge(d *cardreader.Document) *desk.Error {
	switch d.Verdict() {
	case check.Failed:
		c := failed(d.Checks)
		if c.Reason == check.Expired {
			return problem(CodeExpired)
		}
		return &desk.Error{Code: CodeNotProven, Args: checkArgs(c)}
	case check.Indeterminate:
		return undecided(d.Checks)
	}
	now, _, _ := m.p.Now()
	if expired(d.Subject.Expires, now) {
		return problem(CodeExpired)
	}
	return nil
}

// failed gives the first check that failed for another reason than age. A document is called expired only where
// nothing worse is wrong with it.
func failed(checks []check.Check) (found check.Check) {
	for _, c := range checks {
		if c.Verdict != check.Failed {
			continue
		}
		if c.Reason != check.Expired {
			return c
		}
		found = c
	}
	return found
}

func undecided(checks []check.Check) *desk.Error {
	found := check.Unsure("checks", check.NotChecked, "")
	for _, c := range checks {
		if c.Verdict == check.Indeterminate && !c.Optional {
			found = c
			break
		}
	}
	code := CodeUnsure
	if found.Reason == check.UnknownIssuer {
		code = CodeIssuerUnknown
	}
	return &desk.Error{Code: code, Args: checkArgs(found)}
}

func checkArgs(c check.Check) map[string]string {
	return map[string]string{"Check": c.Name, "Reason": string(c.Reason)}
}

// expired tells whether a document is over on now's day. The last day still counts, a part that the document leaves open
// ("00") counts to its end, and a date that is not known is no reason.
func expired(date string, now time.Time) bool {
	if len(date) != len(time.DateOnly) {
		return false
	}
	last := strings.ReplaceAll(strings.ReplaceAll(date, "-00", "-99"), "0000", "9999")
	return now.Format(time.DateOnly) > last
}
