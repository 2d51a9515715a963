package flow

import (
	"context"
	"strconv"
	"time"

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
	Mandate   string // text of the mandate that the document's holder acts on; empty: the holder is the person
	Second    desk.Clerk
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
	if r.Mandate != "" {
		g, err := p.Grants.Open(ctx, r.Mandate)
		if err != nil {
			return desk.Explain("voucher.issue", err)
		}
		m.visit.grant, m.in.Grant, m.in.Second = &g, &g, r.Second.ID
		if e := m.grantCard(d, m.visit.lower); e != nil {
			return e
		}
	}
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
	if err := m.useGrant(ctx, ord); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	return deliver(ctx, p, r.Clerk, now, func(slot Slot) (drafted, error) { return m.draft(ctx, ord, slot) }, out)
}

// deliver is T1, the paper to out, T2.
func deliver(ctx context.Context, p Ports, clerk desk.Clerk, now time.Time, draft func(Slot) (drafted, error), out func(*Paper) error) error {
	var made drafted
	_, err := p.Commit.Issue(ctx, func(slot Slot) (Signed, error) {
		made.wipe()
		var err error
		made, err = draft(slot)
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
		Clerk: clerk.ID, At: now}
	if err := p.Commit.Finish(ctx, after); err != nil {
		return desk.Explain("voucher.issue", err)
	}
	return nil
}

// Giving is one mandate that is given without screens: training on the command line.
type Giving struct {
	Principal, Helper *cardreader.Document
	Clerk             desk.Clerk
	Terms             desk.MandateTerms
	Lang              string
}

// Give does what a visit does after the Yes about a helper. Nobody's comparison is claimed, nor that the helper stood aside.
func Give(ctx context.Context, p Ports, o Options, g Giving, out func(*Paper) error) error {
	m := New(p, o)
	if !m.in.Training || p.Mandates == nil {
		return &desk.Error{Op: "mandate.give", Code: CodeRole}
	}
	if e := m.judge(g.Principal); e != nil {
		return e
	}
	m.visit = &visit{doc: g.Principal, helper: g.Helper}
	m.clerk, m.in.Lang, m.in.Subject = g.Clerk, g.Lang, &g.Principal.Subject
	if e := m.judgeHelper(g.Helper); e != nil {
		return e
	}
	m.visit.helping.checks = g.Helper.Checks
	live, err := p.Mandates.Live(ctx, g.Helper.Kind, g.Helper.Subject.Number)
	if err != nil {
		return desk.Explain("mandate.give", err)
	}
	m.offer()
	switch e := m.limits(); {
	case e != nil:
		return e
	case live >= m.helperCap():
		return &desk.Error{Op: "mandate.give", Code: CodeHelperCap, Args: map[string]string{"N": strconv.Itoa(live)}}
	case !m.canGive(g.Terms):
		return &desk.Error{Op: "mandate.give", Code: CodeTerms}
	}
	now, os, _ := p.Now()
	m.in.Mandate, m.in.Helper, m.in.Expires = &g.Terms, &Helper{Live: live}, mandateEnd(now, g.Terms.Days)
	ord := m.mandateOrder(desk.YesTraining, now, os)
	ord.before.Identified.Compare, ord.before.Mandate.Identified.Compare = "training", "training"
	return deliver(ctx, p, g.Clerk, now, func(slot Slot) (drafted, error) { return m.draftMandate(ctx, ord, slot) }, func(paper *Paper) error {
		m.noteHelper(ctx, ord, paper.Serial)
		return out(paper)
	})
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
