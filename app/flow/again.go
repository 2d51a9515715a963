package flow

import (
	"context"

	"bangban/app/desk"
)

// reasonAgain is why a paper was spoiled in whose place another was made at once.
const reasonAgain = "made-again"

// Again spoils the paper of this visit and makes another one in its place, under the next serial: what the person said yes to
// a moment ago is neither more nor later than before, so nobody is asked twice and no card is read again. The record is the
// same, so both vouchers carry its hash. A copy and a mandate are not made again.
func (m *Machine) Again() error {
	return m.input("again", func() *desk.Error {
		v := m.visit
		if !m.withPaper() || v.old != nil || v.order == nil || m.in.Mandate != nil {
			return notNow()
		}
		if e := m.limits(); e != nil {
			m.tell(e)
			return e
		}
		o := *v.order
		record := v.record
		o.again, o.face = &record, v.job.Voucher.Holder.Face
		a, back := m.after(desk.StateSpoiled), m.in.Step
		a.Reason = reasonAgain
		if !m.effect(func(ctx context.Context) { m.makeAgain(ctx, &o, a, back) }) {
			return notNow()
		}
		m.step(Issuing)
		return nil
	})
}

// makeAgain ends the first paper durably, then issues the second.
func (m *Machine) makeAgain(ctx context.Context, o *order, a desk.After, back Step) {
	if err := m.p.Commit.Finish(context.WithoutCancel(ctx), a); err != nil {
		m.do(func() {
			m.step(back)
			m.tell(desk.Explain("voucher.finish", err))
		})
		return
	}
	m.do(func() {
		m.log.Info("visit", "ended", a.Serial, "state", string(a.State))
		m.changes++
		v := m.visit
		m.trash = append(m.trash, v.paper.Wipe)
		v.paper = nil
		m.in.Preview, m.in.Serial, m.in.Parcel, m.in.Printed, m.in.Copies, m.in.Proved = nil, "", "", false, 0, false
		m.dirty = true
	})
	m.issue(ctx, o)
}
