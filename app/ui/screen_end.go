package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// endScreen closes a visit, in calm words whether a paper was made or not.
type endScreen struct {
	c    *counter
	col  *fyne.Container
	head *widget.Text
	sub  *widget.Text
	next *widget.Text
}

func newEnd(c *counter) *endScreen {
	k := c.kit
	s := &endScreen{c: c, head: k.Text(widget.Style{Size: 36, Bold: true, Align: fyne.TextAlignCenter}, ""),
		sub: k.Text(widget.Style{Size: 22, Align: fyne.TextAlignCenter}, ""), next: k.Text(widget.Style{Size: 18, Ink: widget.InkSecondary,
			Align: fyne.TextAlignCenter}, "")}
	s.col = k.Column(24, s.head, s.sub, s.next)
	return s
}

func (s *endScreen) content() *fyne.Container { return s.col }
func (s *endScreen) first() fyne.Focusable    { return nil }

func (s *endScreen) refresh() {
	c := s.c
	s.next.Set(c.t("cl.farewell.go"))
	if c.s.Step == flow.Farewell {
		s.head.Set(c.t("cl.farewell"))
		s.sub.Set(c.t("cl.farewell.take"))
		return
	}
	s.head.Set(c.t("cl.nottoday"))
	s.sub.Set(c.t("cl.nottoday.sub"))
}

// blankScreen hides a person from whoever passes by.
type blankScreen struct {
	c    *counter
	col  *fyne.Container
	head *widget.Text
}

func newBlank(c *counter) *blankScreen {
	s := &blankScreen{c: c, head: c.kit.Text(widget.Style{Size: 36, Bold: true, Align: fyne.TextAlignCenter}, "")}
	s.col = c.kit.Column(24, s.head)
	return s
}

func (s *blankScreen) content() *fyne.Container { return s.col }
func (s *blankScreen) first() fyne.Focusable    { return nil }
func (s *blankScreen) refresh()                 { s.head.Set(s.c.t("cl.blank")) }
