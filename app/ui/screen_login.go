package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
)

// Text styles of the tasks.
func styleHead() widget.Style  { return widget.Style{Size: 26, Bold: true} }
func styleBody() widget.Style  { return widget.Style{Size: 18} }
func styleMinor() widget.Style { return widget.Style{Size: 18, Ink: widget.InkSecondary} }
func styleLabel() widget.Style { return widget.Style{Size: 16, Ink: widget.InkSecondary} }
func styleValue() widget.Style { return widget.Style{Size: 22, Bold: true} }

// loginScreen opens the counter: who, and the PIN that opens the voucher key.
type loginScreen struct {
	c        *counter
	col      *fyne.Container
	head     *widget.Text
	whoLabel *widget.Text
	who      *widget.Choice
	pinLabel *widget.Text
	pin      *widget.Entry
	training *widget.Text
	chosen   int
}

func newLogin(c *counter) *loginScreen {
	k := c.kit
	s := &loginScreen{c: c, head: k.Text(styleHead(), ""), whoLabel: k.Text(styleLabel(), ""), pinLabel: k.Text(styleLabel(), ""),
		pin: k.PIN(""), training: k.Text(styleValue(), "")}
	s.who = k.Choice("", func(i int) { s.chosen = i })
	s.col = k.Column(10, s.head, s.whoLabel, s.who, s.pinLabel, s.training, s.pin.Framed())
	return s
}

func (s *loginScreen) content() *fyne.Container { return s.col }

func (s *loginScreen) refresh() {
	c := s.c
	head := c.t("cl.login")
	if c.s.Clerk.ID != "" {
		head = c.t("cl.login.again")
	}
	s.head.Set(head)
	s.whoLabel.Set(c.t("cl.login.who"))
	s.pinLabel.Set(c.t("cl.login.pin"))
	s.pin.Name(c.t("cl.login.pin"))
	var rows []string
	for _, p := range c.d.Staff.Clerks() {
		row := p.ID + "  " + p.Name
		for _, r := range p.Roles {
			row += "  ·  " + c.t("role."+string(r))
		}
		rows = append(rows, row)
	}
	s.chosen = max(min(s.chosen, len(rows)-1), 0)
	s.who.Set(c.t("cl.login.who"), rows, s.chosen)
	pin := ""
	if c.s.Training && c.d.Status.TrainingPIN != "" {
		pin = c.t("cl.login.training", "PIN", c.d.Status.TrainingPIN)
	}
	put(s.training, pin)
}

func (s *loginScreen) first() fyne.Focusable { return s.pin }

// submit takes the PIN out of the field before it is checked.
func (s *loginScreen) submit() {
	clerks := s.c.d.Staff.Clerks()
	if s.chosen >= len(clerks) || s.c.busy {
		return
	}
	s.c.login(clerks[s.chosen].ID, s.pin.Take())
}
