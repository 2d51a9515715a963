package flow

import (
	"context"

	"bangban/app/desk"
	"bangban/cardreader"
)

// Request is one service that is done without screens: training on the command line.
type Request struct {
	Document  *cardreader.Document // its checks are judged as in a visit; none at all is allowed in training only
	Clerk     desk.Clerk
	Purpose   string
	Recipient string
	Lang      string // of the paper
}

// Issue does what a visit does after the Yes, for a training station: the answer is recorded as YesTraining and nobody's
// comparison is claimed. The paper goes to out between T1 and T2; where out fails the voucher stays unfinished and the
// next start says so. The paper is wiped before Issue returns.
func Issue(ctx context.Context, p Ports, o Options, r Request, out func(*Paper) error) error {
	m := New(p, o)
	if !m.in.Training {
		return &desk.Error{Op: "voucher.issue", Code: CodeRole}
	}
	d := r.Document
	if e := m.judgeDirect(d, r.Purpose); e != nil {
		return e
	}
	m.visit = &visit{doc: d, lower: lowerable(d)}
	m.clerk, m.in.Lang, m.in.Subject = r.Clerk, r.Lang, &d.Subject
	m.offer()
	purpose, recipient, ok := m.allowed(r.Purpose, r.Recipient)
	if !ok {
		return &desk.Error{Op: "voucher.issue", Code: CodeChoice}
	}
	if e := m.limits(); e != nil {
		return e
	}
	if m.ask(purpose, recipient); m.in.Step == Second {
		return &desk.Error{Op: "voucher.issue", Code: CodeSecondNeeded}
	}
	now, os, _ := p.Now()
	ord := m.order(desk.YesTraining, now, os)
	ord.before.Identified.Compare = "training"
	var made drafted
	_, err := p.Commit.Issue(ctx, func(slot Slot) (Signed, error) {
		made.wipe()
		var err error
		made, err = m.draft(ctx, ord, slot)
		return made.signed, err
	})
	defer made.wipe()
	if err != nil {
		return desk.Explain("voucher.issue", err)
	}
	serial := made.paper.Serial
	if err := p.Commit.Mark(ctx, serial, desk.StatePrinting, 0); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	if err := out(made.paper); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	if err := p.Commit.Mark(ctx, serial, desk.StatePrinted, 1); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	after := desk.After{Serial: serial, Hash: made.before, State: desk.StateHandedOver, Printed: true, Copies: 1,
		Clerk: r.Clerk.ID, At: now}
	if err := p.Commit.Finish(ctx, after); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	return nil
}

// judgeDirect is judge, but a subject that was typed or came from a file without checks is allowed in training.
func (m *Machine) judgeDirect(d *cardreader.Document, purpose string) *desk.Error {
	if len(d.Checks) == 0 {
		now, _, _ := m.p.Now()
		if expired(d.Subject.Expires, now) {
			return problem(CodeExpired)
		}
		return nil
	}
	lower, why := m.weigh(d)
	for _, p := range m.p.Rules.Purposes() {
		if _, taken := p.For(d.Kind); lower && taken && p.Code == purpose {
			return nil
		}
	}
	return why
}
