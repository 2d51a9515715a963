package flow

import (
	"context"
	"slices"
	"strings"

	"bangban/app/desk"
	"bangban/app/voucher"
)

// Codes of errors about a copy of a paper of an earlier visit. What cannot be copied is taken back and made anew.
const (
	CodeReprintScan    = "reprint-scan"    // only the code on the person's own paper says what stood there
	CodeReprintPerson  = "reprint-person"  // the paper is not of the person whose card was read
	CodeReprintExpired = "reprint-expired" // it is over: a new one is what helps
	CodeReprintState   = "reprint-state"   // it is void, or was made on terms that a copy cannot state
)

// Notes of a copy.
const (
	NoteCopySpoiled = "copy-spoiled" // NoteArgs Serial: the copy was spoiled, the paper stays what it is
	reasonCopy      = "copy-spoiled"
)

// ReprintReasons are why a copy is printed: codes, with a sentence each.
func ReprintReasons() []string { return []string{"worn", "print-bad", "second-office"} }

// old is the paper of an earlier visit that a copy is printed of.
type old struct {
	Lookup
	text     string
	approver string
}

// Reprint begins a copy of a paper that the person holds from an earlier visit: the card was read again and the face
// compared, now the paper is scanned. Called again, it names another reason.
func (m *Machine) Reprint(reason string) error {
	return m.input("reprint", func() *desk.Error {
		if m.p.Papers == nil || !slices.Contains(ReprintReasons(), reason) {
			return notNow()
		}
		switch m.in.Step {
		case Choose, Agree:
			if m.visit.doc == nil {
				return notNow()
			}
			if m.visit.lower || m.in.Mandate != nil || m.visit.grant != nil {
				return problem(CodeReprintState)
			}
			m.step(Reprint)
		case Reprint:
		default:
			return notNow()
		}
		m.in.Reason, m.dirty = reason, true
		return nil
	})
}

// oldPaper takes what was scanned on Reprint.
func (m *Machine) oldPaper(text string) *desk.Error {
	v := m.visit
	text = strings.Trim(text, "\r\n")
	if v.working || text == "" || len(text) > maxCode {
		return notNow()
	}
	if !m.effect(func(ctx context.Context) {
		found, err := m.p.Papers.Find(ctx, text)
		m.do(func() {
			v.working = false
			if m.visit != v || m.in.Step != Reprint {
				return
			}
			e := desk.Explain("visit.reprint", err)
			if e == nil {
				e = m.copyable(found)
			}
			if e != nil {
				m.tell(e)
				return
			}
			v.old = &old{Lookup: found, text: text}
			m.step(Sanction)
			m.in.Serial = found.Row.Serial
		})
	}) {
		return notNow()
	}
	v.working, m.in.Problem, m.dirty = true, nil, true
	return nil
}

// copyable says why no copy of a paper may be printed for the person of this visit.
func (m *Machine) copyable(l Lookup) *desk.Error {
	args := map[string]string{"Serial": l.Row.Serial}
	v, d := l.Voucher, m.visit.doc
	now, _, _ := m.p.Now()
	_, _, offered := m.termsOf(v)
	switch {
	case v == nil:
		return &desk.Error{Code: CodeReprintScan, Args: args}
	case l.Row.State != desk.StateHandedOver || slices.Contains(l.Row.Flags, FlagUnproven) || !offered:
		return &desk.Error{Code: CodeReprintState, Args: args}
	case !now.Before(v.Expires):
		return &desk.Error{Code: CodeReprintExpired, Args: args}
	case !samePerson(v, d.Kind, d.Subject.Name(), d.Subject.BirthDate, d.Subject.Number):
		return &desk.Error{Code: CodeReprintPerson, Args: args}
	}
	return nil
}

// termsOf finds the purpose and recipient of a paper among those in force.
func (m *Machine) termsOf(v *voucher.Voucher) (p desk.Purpose, r desk.Recipient, ok bool) {
	if v == nil {
		return p, r, false
	}
	purposes, recipients := m.p.Rules.Purposes(), m.p.Rules.Recipients()
	i := slices.IndexFunc(purposes, func(p desk.Purpose) bool { return p.Code == v.Terms.PurposeCode })
	j := slices.IndexFunc(recipients, func(r desk.Recipient) bool { return r.ID == v.Audience })
	if i < 0 || j < 0 {
		return p, r, false
	}
	return purposes[i], recipients[j], true
}

// samePerson compares what a paper says with the card: by the document that it is bound to, else by name and birth date.
// A paper that says neither is nobody's.
func samePerson(v *voucher.Voucher, kind, name, born, number string) bool {
	if v.Terms.Binding != nil {
		return v.MatchesDocument(kind, number)
	}
	h := v.Holder
	return h.FullName != "" && h.FullName == name && (h.BirthDate == "" || h.BirthDate == born)
}

// Sanctioned is the word of a supervisor, who has proved by PIN who it is: the copy is printed.
func (m *Machine) Sanctioned(c desk.Clerk) error {
	return m.input("sanction", func() *desk.Error {
		switch {
		case m.in.Step != Sanction || m.visit.old == nil:
			return notNow()
		case c.ID == "" || !c.Has(desk.RoleSupervisor):
			return problem(CodeSupervisor)
		}
		v := m.visit
		p, r, ok := m.termsOf(v.old.Voucher)
		if !ok {
			return problem(CodeReprintState)
		}
		v.old.approver = c.ID
		job := m.copyJob(p, r)
		if !m.effect(func(ctx context.Context) { m.reprint(ctx, v, job) }) {
			return notNow()
		}
		m.log.Info("visit", "reprint", job.Serial, "by", c.ID)
		m.step(Issuing)
		m.in.Serial, m.in.Copies, m.in.Expires = job.Serial, v.old.Row.Copies, v.old.Voucher.Expires
		m.in.Purpose, m.in.Recipient = &p, &r
		return nil
	})
}

// copyJob is the paper once more, drawn from its own code and the card that was read again.
func (m *Machine) copyJob(p desk.Purpose, r desk.Recipient) Job {
	v, s, l := m.visit, m.visit.doc.Subject, m.visit.old
	j := Job{Voucher: l.Voucher, Text: l.text, Serial: l.Row.Serial, Kind: v.doc.Kind, Purpose: p, Recipient: r, Lang: m.in.Lang,
		Person: desk.Person{Name: s.Name(), Number: s.Number, BirthDate: s.BirthDate}, Answer: desk.YesOwn, Paper: m.o.Paper, Copy: l.Row.Copies + 1}
	if l.Voucher.Holder.FullName != "" {
		j.Person.Name = l.Voucher.Holder.FullName
	}
	if slices.Contains(l.Row.Flags, FlagSpoken) {
		j.Answer = desk.YesSpoken
	}
	if j.Second = m.o.Lang; m.in.Lang == m.o.Lang {
		j.Second = m.o.Second
	}
	return j
}

// reprint draws and prints the copy. The document has done its work once it is drawn.
func (m *Machine) reprint(ctx context.Context, v *visit, job Job) {
	drawn, err := m.p.Press.Compose(ctx, job)
	if err != nil {
		m.do(func() {
			m.step(Sanction)
			m.tell(desk.Explain("paper.print", err))
		})
		return
	}
	m.do(func() {
		v.paper, v.job, v.hash = drawn, job, job.Voucher.Terms.Before
		m.in.Preview = drawn.Preview
		m.scrub()
	})
	m.print(ctx, drawn, job.Copy)
}

// takeOver is told that another clerk has logged in over an open visit. Who issues has compared the face: the comparison
// is the new clerk's own, and what the person said is asked again. A paper that is out must be handed over all the same.
func (m *Machine) takeOver(from desk.Clerk) {
	switch m.in.Step {
	case Issuing, PrintFault, HandOver:
	case Choose, Second, Agree, Spoken, Reprint, Sanction, HelperCard, HelperFace, HelperTerms, Aside:
		if m.p.Rules.Policy().WipeOnHandOver {
			m.close(Ready, NoteHandedOn)
			break
		}
		m.noHelper()
		m.in.Mandate, m.in.HelpOnly = nil, false
		m.visit.compared, m.in.Second, m.in.ReadAloud, m.in.Serial, m.visit.old = false, "", 0, "", nil
		m.settled()
		m.note(NoteTakenOver)
	default:
		if m.p.Rules.Policy().WipeOnHandOver && m.in.Step != Farewell && m.in.Step != NotToday {
			m.close(Ready, NoteHandedOn)
		}
	}
	m.in.NoteArgs = map[string]string{"Clerk": from.ID}
}

// Notes of a visit that another clerk goes on with.
const (
	NoteTakenOver = "taken-over" // NoteArgs Clerk: who began it
	NoteHandedOn  = "handed-on"  // it was wiped, as policy says
)
