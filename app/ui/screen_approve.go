package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// approveScreen takes a PIN of somebody who stands beside the clerk: a supervisor for a word, an auditor to read. The
// clerk stays logged in.
type approveScreen struct {
	c        *counter
	col      *fyne.Container
	head     *widget.Text
	sub      *widget.Text
	who      *widget.Choice
	pinLabel *widget.Text
	pin      *widget.Entry
	training *widget.Text
	news     *widget.Text // of a card that lies on a reader
	chosen   int
	turn     int
}

func newApprove(c *counter) *approveScreen {
	k := c.kit
	s := &approveScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), pinLabel: k.Text(styleLabel(), ""),
		pin: k.PIN(""), training: k.Text(styleValue(), ""), news: k.Text(styleBody(), "")}
	s.who = k.Choice("", func(i int) {
		s.chosen = i
		s.refresh()
	})
	s.col = k.Column(10, s.head, s.sub, s.who, s.news, s.pinLabel, s.training, s.pin.Framed())
	return s
}

func (s *approveScreen) content() *fyne.Container { return s.col }
func (s *approveScreen) first() fyne.Focusable    { return s.pin }

// staff are who may give the word that is asked for.
func (s *approveScreen) staff() []desk.Clerk {
	c := s.c
	if c.d.Approver == nil {
		return nil
	}
	if c.layer == layerJournal {
		return c.d.Approver.Auditors()
	}
	return c.d.Approver.Supervisors()
}

func (s *approveScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.approve." + c.approving()))
	s.sub.Set(c.t("cl.approve.sub"))
	var rows []string
	staff := s.staff()
	for _, p := range staff {
		rows = append(rows, p.ID+"  "+p.Name)
	}
	s.chosen = max(min(c.holder(staff, s.chosen, &s.turn), len(rows)-1), 0)
	c.askPIN(staff, s.chosen, s.pinLabel, s.pin, s.news)
	s.who.Set(c.t("cl.approve."+c.approving()), rows, s.chosen)
	pin := ""
	if c.s.Training && c.d.Status.TrainingPIN != "" {
		pin = c.t("cl.login.training", "PIN", c.d.Status.TrainingPIN)
	}
	put(s.training, pin)
}

// submit takes the PIN out of the field before it is checked, beside the screens.
func (s *approveScreen) submit() {
	c, staff := s.c, s.staff()
	if s.chosen >= len(staff) || c.busy {
		return
	}
	prove := c.d.Approver.Approve
	if c.layer == layerJournal {
		prove = c.d.Approver.Audit
	}
	id := staff[s.chosen].ID
	c.prove(prove, id, c.cardProof(id, s.pin.Take()))
}

func (c *counter) prove(by func(ctx context.Context, id string, p Proof) (desk.Clerk, error), id string, p Proof) {
	c.busy, c.fault, c.note = true, nil, ""
	c.refresh()
	c.spawn(func() {
		who, err := by(c.ctx, id, p)
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("approve", err)
				c.card.seen = ""
				c.refresh()
				c.frame.focusFirst()
				return
			}
			c.approved(who)
		})
	})
}
