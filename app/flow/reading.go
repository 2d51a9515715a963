package flow

import (
	"context"
	"errors"
	"maps"
	"time"

	"bangban/app/desk"
	"bangban/cardreader"
)

var errNoDocument = errors.New("flow: the reader gave neither a document nor an error")

// read starts to read the card at reader. One reading runs at a time: a new one waits until the one before, which is
// cancelled, has let go of the card.
func (m *Machine) read(reader string, quiet bool) {
	v := m.visit
	v.stop()
	if m.ctx == nil {
		return
	}
	m.reads++
	n := m.reads
	ctx, cancel := context.WithCancel(m.ctx)
	before, done := m.busy, make(chan struct{})
	secrets := maps.Clone(v.secrets)
	delete(v.secrets, cardreader.PIN) // a PIN is never tried twice by itself: a card counts
	started := m.effect(func(context.Context) {
		defer close(done)
		defer cancel()
		if before != nil {
			<-before
		}
		_, begun, _ := m.p.Now()
		doc, err := m.p.Cards.Read(ctx, reader, secrets, func(p cardreader.Progress) {
			m.do(func() { m.progress(n, p) })
		})
		clear(secrets)
		_, ended, _ := m.p.Now()
		m.do(func() { m.ended(n, doc, err, ended.Sub(begun)) })
	})
	if !started {
		cancel()
		return
	}
	m.busy = done
	v.reading, v.quiet, v.cancel = n, quiet, cancel
	m.in.Progress = cardreader.Progress{}
	if quiet {
		m.dirty = true
		return
	}
	m.step(Reading)
}

// progress shows how far a reading has come.
func (m *Machine) progress(n uint64, p cardreader.Progress) {
	v := m.visit
	if v == nil || v.reading != n {
		return
	}
	if v.quiet && p.Subject == nil && p.Stage < cardreader.Details {
		return
	}
	if v.quiet {
		v.quiet = false
		m.step(Reading)
	}
	if p.Subject != nil {
		s := *p.Subject
		if !v.same(&s, "") {
			m.other()
			return
		}
		if v.doc == nil {
			m.in.Subject = &s
		}
	}
	p.Subject = nil
	m.in.Progress = p
	m.dirty = true
}

// ended takes what a reading brought.
func (m *Machine) ended(n uint64, d *cardreader.Document, err error, took time.Duration) {
	v := m.visit
	if v == nil || v.reading != n {
		d.Wipe()
		return
	}
	v.stop()
	switch {
	case err != nil:
		d.Wipe()
		m.failed(err)
	case d == nil:
		m.failed(errNoDocument)
	case !v.same(&d.Subject, d.Kind):
		d.Wipe()
		m.other()
	case m.p.Rules.Policy().WipeOnRemoval && !m.onReader():
		d.Wipe()
		m.close(Ready, NoteCardRemoved)
	default:
		m.show(d, took)
	}
}

// show takes a whole document into the visit, or says why it cannot be used. What cannot be used is wiped at once.
func (m *Machine) show(d *cardreader.Document, took time.Duration) {
	v := m.visit
	if v.doc != nil {
		m.scrub()
	}
	v.doc, v.compared, v.lower, v.accepted = d, false, false, false
	subject := d.Subject
	m.in.Subject, m.in.Photo, m.in.DocKind = &subject, d.Photo, d.Kind
	m.in.Checks, m.in.Proof = d.Checks, d.Verdict()
	m.in.Signed, m.in.Proofs, m.in.Doubts = d.Signed(), d.Proofs(), doubtsOf(d)
	m.in.ReadAt = d.ReadAt
	m.in.ReadTime, m.in.Tries, m.in.Need, m.in.Needs, m.in.Refused, m.in.Second = took, 0, nil, nil, 0, ""
	m.strange(d.Kind)
	lower, why := m.weigh(d)
	if e := m.grantCard(d, lower); e != nil && (why == nil || lower) {
		lower, why = false, e
	}
	v.lower, m.in.Lower = lower, lower
	switch {
	case lower:
		m.unproven(why)
		m.look()
		return
	case why != nil:
		m.scrub()
		m.trouble(why, false)
		m.look()
		return
	}
	m.step(Compare)
	m.look()
}

// other is told that another card lies there than the one that the visit began with.
func (m *Machine) other() {
	v := m.visit
	v.stop()
	if s := m.seat(v.reader); s != nil {
		s.fresh, s.barred = true, v.id
	}
	if v.doc != nil {
		m.settled()
	} else {
		m.step(Pulled)
	}
	m.note(NoteOtherCard)
	m.look()
}

// failed is told why a card could not be read.
func (m *Machine) failed(err error) {
	v := m.visit
	e := desk.Explain("card.read", err)
	var need *cardreader.NeedError
	switch {
	case errors.As(err, &need):
		m.need(need, e)
	case e.Code == cardreader.CodeOtherKind && token(e.Args["Kind"]):
		m.leaveAlone(e.Args["Kind"])
	case v.doc != nil: // a second reading; the first one stays good
		m.settled()
		m.tell(e)
	case e.Code == cardreader.CodeNoCard && v.mark == nil:
		m.again()
	case e.Code == cardreader.CodePulled || e.Code == cardreader.CodeNoCard:
		m.pulled()
	case e.Code == cardreader.CodeServiceOff || e.Code == cardreader.CodeNoReader:
		m.again()
		m.tell(e)
	default:
		m.in.Tries = min(m.in.Tries+1, MaxTries)
		m.in.Subject = nil
		m.strange(e.Args["Kind"])
		m.trouble(e, true)
	}
	m.look()
}

// pulled keeps what was read for display until the same card comes back; after MaxTries other ways are offered.
func (m *Machine) pulled() {
	m.in.Tries = min(m.in.Tries+1, MaxTries)
	if m.p.Rules.Policy().WipeOnRemoval {
		m.in.Subject = nil
	}
	if m.in.Tries >= MaxTries {
		m.in.Subject = nil
		m.trouble(problem(cardreader.CodeFaulty), true)
		return
	}
	m.step(Pulled)
	m.tell(problem(cardreader.CodePulled))
}
