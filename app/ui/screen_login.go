package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
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

	letter    *widget.Text // the first login of a clerk: the code of the letter, the PIN twice
	codeLabel *widget.Text
	code      *widget.Entry
	codeBox   *fyne.Container
	agLabel   *widget.Text
	again     *widget.Entry
	agBox     *fyne.Container
}

func newLogin(c *counter) *loginScreen {
	k := c.kit
	s := &loginScreen{c: c, head: k.Text(styleHead(), ""), whoLabel: k.Text(styleLabel(), ""), pinLabel: k.Text(styleLabel(), ""),
		pin: k.PIN(""), training: k.Text(styleValue(), "")}
	s.who = k.Choice("", func(i int) {
		s.chosen = i
		s.forget()
		s.refresh()
		c.frame.draw()
	})
	s.letter, s.codeLabel, s.agLabel = k.Text(styleBody(), ""), k.Text(styleLabel(), ""), k.Text(styleLabel(), "")
	s.code, s.again = k.Lines("", 1), k.PIN("")
	s.codeBox, s.agBox = s.code.Framed(), s.again.Framed()
	s.col = k.Column(10, s.head, s.whoLabel, s.who, s.letter, s.codeLabel, s.codeBox, s.pinLabel, s.training, s.pin.Framed(), s.agLabel, s.agBox)
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
	s.letterFields()
}

// letterFields shows what a first login asks for where the clerk comes with a letter.
func (s *loginScreen) letterFields() {
	c, awaits := s.c, s.awaits()
	say := func(key string) string {
		if awaits {
			return c.t(key)
		}
		return ""
	}
	put(s.letter, say("cl.letter"))
	put(s.codeLabel, say("cl.letter.code"))
	put(s.agLabel, say("cl.letter.again"))
	visible(s.codeBox, awaits)
	visible(s.agBox, awaits)
	s.code.Name(c.t("cl.letter.code"))
	s.again.Name(c.t("cl.letter.again"))
	if awaits {
		s.pinLabel.Set(c.t("cl.letter.pin"))
		s.pin.Name(c.t("cl.letter.pin"))
	}
}

// awaits tells whether the chosen clerk comes with a letter: the first time, or because the PIN was forgotten.
func (s *loginScreen) awaits() bool {
	e, ok := s.c.d.Staff.(Enrolling)
	clerks := s.c.d.Staff.Clerks()
	return ok && s.chosen < len(clerks) && e.Awaits(clerks[s.chosen].ID)
}

// forget empties the fields.
func (s *loginScreen) forget() {
	for _, e := range []*widget.Entry{s.code, s.pin, s.again} {
		if e.Text != "" {
			e.Take()
		}
	}
}

func (s *loginScreen) first() fyne.Focusable {
	if s.awaits() {
		return s.code
	}
	return s.pin
}

// submit takes the PIN out of the field before it is checked.
func (s *loginScreen) submit() {
	clerks := s.c.d.Staff.Clerks()
	if s.chosen >= len(clerks) || s.c.busy {
		return
	}
	if s.awaits() {
		for _, e := range []*widget.Entry{s.code, s.pin, s.again} { // Return goes on to what is still empty
			if e.Text == "" {
				s.c.window.Canvas().Focus(e)
				return
			}
		}
		s.enrol(clerks[s.chosen].ID)
		return
	}
	s.c.login(clerks[s.chosen].ID, s.pin.Take())
}

// enrol sets the PIN with the code of the letter, then logs in with it. The two PINs must be the same: nobody sees what was
// typed. A field is left as it is only where it was not what was wrong.
func (s *loginScreen) enrol(id string) {
	c := s.c
	code, pin, again := strings.TrimSpace(s.code.Text), s.pin.Take(), s.again.Take()
	if pin != again || pin == "" {
		c.fault = &desk.Error{Op: "login.enrol", Code: "pin-differs"}
		c.refresh()
		c.window.Canvas().Focus(s.pin)
		return
	}
	c.busy, c.fault, c.note = true, nil, ""
	c.refresh()
	c.spawn(func() {
		err := c.d.Staff.(Enrolling).Enrol(c.ctx, id, code, pin)
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("login.enrol", err)
				c.refresh()
				c.frame.focusFirst()
				return
			}
			s.code.Take()
			c.login(id, pin)
		})
	})
}
