package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
)

// Slips are papers that help where nothing can be done now. They name nobody and nothing is kept.
type Slips interface {
	// Refer prints how the thing can be done another day.
	Refer(ctx context.Context, reason, lang string) error
	// Checklist prints whether this counter can do a service, and what must be brought.
	Checklist(ctx context.Context, purpose, lang string) error
}

// referReasons are the steps that end with a slip, and the neutral reason on it.
func referReason(s flow.Step) (reason string, ok bool) {
	switch s {
	case flow.Trouble:
		return "card", true
	case flow.Unproven:
		return "unproven", true
	case flow.Evidence:
		return "evidence", true
	case flow.NotToday, flow.NeedSecret, flow.HelperCard, flow.HelperFace, flow.GrantScan, flow.GrantCard:
		return "", true
	}
	return "", false
}

// restSlip prints the way on for somebody for whom nothing can be begun (Shift+F8 at rest).
func (c *counter) restSlip() {
	lang := c.catalog(c.s.Lang).Tag()
	c.slip("note.refer.printed", func() error { return c.d.Slips.Refer(c.ctx, "evidence", lang) })
}

// slipActions is F8 wherever a visit cannot go on.
func (c *counter) slipActions(m map[fyne.KeyName]action) {
	reason, ok := referReason(c.s.Step)
	if c.d.Slips == nil || !ok {
		return
	}
	lang := c.catalog(c.s.Lang).Tag()
	m[fyne.KeyF8] = action{"key.F8.refer", true, func() {
		c.slip("note.refer.printed", func() error { return c.d.Slips.Refer(c.ctx, reason, lang) })
	}}
}

// checklist prints the list of the purpose under the hand (Shift+F8 on the choice).
func (c *counter) checklist() {
	p, ok := c.frame.choose().chosen()
	lang := c.catalog(c.s.Lang).Tag()
	if !ok {
		return
	}
	c.slip("note.checklist.printed", func() error { return c.d.Slips.Checklist(c.ctx, p.Code, lang) })
}

// slip prints beside the screens and says what came of it.
func (c *counter) slip(done string, print func() error) {
	if c.busy {
		return
	}
	c.busy = true
	c.say(c.t("note.slip.printing"))
	c.spawn(func() {
		err := print()
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("paper.slip", err)
				c.refresh()
				return
			}
			c.say(c.t(done))
		})
	})
}
