package flow

import (
	"context"
	"crypto/subtle"
	"strings"

	"bangban/app/desk"
)

// Proofs of After: how it was made sure that the paper is the right one.
const (
	provedScan   = "scanned"
	provedSerial = "serial-seen"
)

// print puts the paper of the visit on paper once more. It runs beside the machine, on Issuing, where nothing can end
// the visit: paper stays what it is.
func (m *Machine) print(ctx context.Context, paper *Paper, copyNo int) {
	m.mu.Lock()
	serial := m.in.Serial
	m.mu.Unlock()
	keep := context.WithoutCancel(ctx)
	err := m.p.Commit.Mark(keep, serial, desk.StatePrinting, copyNo-1)
	if err == nil {
		err = m.p.Press.Print(ctx, paper, copyNo)
	}
	if err != nil {
		m.do(func() {
			m.step(PrintFault)
			m.tell(desk.Explain("paper.print", err))
		})
		return
	}
	err = m.p.Commit.Mark(keep, serial, desk.StatePrinted, copyNo)
	m.do(func() {
		m.in.Printed, m.in.Copies = true, copyNo
		m.step(HandOver)
		if err != nil { // the paper is out all the same; its end is written later
			m.tell(desk.Explain("voucher.mark", err))
		}
	})
}

// withPaper tells whether something can be done about the paper now.
func (m *Machine) withPaper() bool {
	return (m.in.Step == PrintFault || m.in.Step == HandOver) && !m.visit.working
}

// printAgain prints a paper that did not come out as it is. A second one says that it is a copy, and which: it is drawn
// anew from the same voucher.
func (m *Machine) printAgain(ctx context.Context, paper *Paper, job Job) {
	if job.Copy > 1 {
		drawn, err := m.p.Press.Compose(ctx, job)
		if err != nil {
			m.do(func() {
				m.step(PrintFault)
				m.tell(desk.Explain("paper.print", err))
			})
			return
		}
		m.do(func() {
			m.trash = append(m.trash, paper.Wipe)
			m.visit.paper, m.in.Preview, m.dirty = drawn, drawn.Preview, true
		})
		paper = drawn
	}
	m.print(ctx, paper, job.Copy)
}

// PrintAgain prints the same voucher once more: same serial, same code. Where one came out already it says "copy n".
func (m *Machine) PrintAgain() error {
	return m.input("print-again", func() *desk.Error {
		if !m.withPaper() {
			return notNow()
		}
		paper, copyNo := m.visit.paper, m.in.Copies+1
		job := m.visit.job
		job.Copy = copyNo
		if !m.effect(func(ctx context.Context) { m.printAgain(ctx, paper, job) }) {
			return notNow()
		}
		m.step(Issuing)
		return nil
	})
}

// Spoil ends a voucher whose paper did not come out or came out wrong. reason is a code, never a sentence about a person.
func (m *Machine) Spoil(reason string) error {
	return m.input("spoil", func() *desk.Error {
		if !m.withPaper() || reason == "" || len(reason) > maxReason {
			return notNow()
		}
		a, note := m.after(desk.StateSpoiled), NoteSpoiled
		a.Reason = reason
		if m.visit.old != nil { // only the copy is
			a.State, a.Reason, note = desk.StateHandedOver, reasonCopy, NoteCopySpoiled
		}
		return m.finish(a, func() {
			serial := m.in.Serial
			m.close(NotToday, note)
			m.in.NoteArgs = map[string]string{"Serial": serial}
		})
	})
}

// Scanned takes what a scanner read. On HandOver the code of the fresh paper proves it and hands it over; any other text
// is noted. Everywhere else it does nothing.
func (m *Machine) Scanned(text string) error {
	return m.input("scanned", func() *desk.Error {
		switch m.in.Step {
		case Reprint:
			return m.oldPaper(text)
		case GrantScan:
			return m.grantText(strings.Trim(text, "\r\n "))
		}
		if m.in.Step != HandOver || m.visit.working {
			return notNow()
		}
		want := m.visit.paper.Text
		if want == "" || subtle.ConstantTimeCompare([]byte(strings.Trim(text, "\r\n")), []byte(want)) != 1 {
			m.note(NoteOtherPaper)
			return nil
		}
		m.in.Proved, m.in.Problem, m.in.Note, m.dirty = true, nil, "", true
		return m.handOver(provedScan)
	})
}

// HandedOver is the clerk's word that the person holds the paper, its number seen.
func (m *Machine) HandedOver() error {
	return m.input("handed-over", func() *desk.Error {
		if m.in.Step != HandOver || m.visit.working {
			return notNow()
		}
		return m.handOver(provedSerial)
	})
}

func (m *Machine) handOver(how string) *desk.Error {
	if m.in.Proved {
		how = provedScan
	}
	a := m.after(desk.StateHandedOver)
	a.Proved = how
	return m.finish(a, func() {
		serial := m.in.Serial
		m.close(Farewell, "")
		m.in.Serial = serial
		m.look()
	})
}

// after begins the record of what became of the paper.
func (m *Machine) after(end desk.State) desk.After {
	now, _, _ := m.p.Now()
	a := desk.After{Serial: m.in.Serial, Hash: m.visit.hash, State: end, Printed: m.in.Printed, Copies: m.in.Copies,
		Clerk: m.clerk.ID, At: now}
	if o := m.visit.old; o != nil {
		a.Reason, a.Approver = m.in.Reason, o.approver
	}
	return a
}

// finish is T2. Where it fails the paper stays open and the same key tries again.
func (m *Machine) finish(a desk.After, done func()) *desk.Error {
	v := m.visit
	ok := m.effect(func(ctx context.Context) {
		keep := context.WithoutCancel(ctx)
		var err error
		if a.Proved == provedScan {
			err = m.p.Commit.Mark(keep, a.Serial, desk.StateProved, a.Copies)
		}
		switch {
		case err != nil:
		case v.old != nil:
			err = m.p.Papers.Reprinted(keep, a)
		default:
			err = m.p.Commit.Finish(keep, a)
		}
		m.do(func() {
			v.working, m.dirty = false, true
			if err != nil {
				m.tell(desk.Explain("voucher.finish", err))
				return
			}
			m.log.Info("visit", "ended", a.Serial, "state", string(a.State))
			m.changes++
			done()
		})
	})
	if !ok {
		return notNow()
	}
	v.working, m.dirty = true, true
	return nil
}

// ResolveUnfinished says of a voucher that a power cut left open whether its paper is in the person's hands. One that is
// not is void where a paper came out or may come out, else spoiled.
func (m *Machine) ResolveUnfinished(serial string, printed bool) error {
	return m.input("resolve", func() *desk.Error {
		row, ok := m.unfinished(serial)
		if !ok {
			return notNow()
		}
		a := m.lost(row, printed)
		if !m.effect(func(ctx context.Context) { m.resolve(ctx, a) }) {
			return notNow()
		}
		return nil
	})
}

func (m *Machine) unfinished(serial string) (desk.LedgerRow, bool) {
	for _, r := range m.in.Unfinished {
		if r.Serial == serial {
			return r, true
		}
	}
	return desk.LedgerRow{}, false
}

func (m *Machine) resolve(ctx context.Context, a desk.After) {
	err := m.p.Commit.Finish(context.WithoutCancel(ctx), a)
	m.do(func() {
		if err != nil {
			m.tell(desk.Explain("voucher.resolve", err))
			return
		}
		m.log.Info("visit", "resolved", a.Serial, "state", string(a.State))
		m.changes++
		m.without(a.Serial)
	})
}

// without takes one voucher off the list.
func (m *Machine) without(serial string) {
	var left []desk.LedgerRow
	for _, r := range m.in.Unfinished {
		if r.Serial != serial {
			left = append(left, r)
		}
	}
	m.in.Unfinished, m.dirty = left, true
}

// loadUnfinished asks the store which vouchers never ended. The one in hand is not among them. An answer that was
// overtaken by the beginning or end of a voucher is asked for again.
func (m *Machine) loadUnfinished() {
	asked := m.changes
	m.effect(func(ctx context.Context) {
		rows, err := m.p.Commit.Unfinished(ctx)
		m.do(func() {
			if err != nil {
				m.log.Warn("visit", "unfinished", err)
				return
			}
			if asked != m.changes {
				m.loadUnfinished()
				return
			}
			m.in.Unfinished, m.dirty = rows, true
			if m.visit != nil && m.in.Serial != "" {
				m.without(m.in.Serial)
			}
			m.askFates()
		})
	})
}
