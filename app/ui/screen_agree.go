package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// agreeScreen waits for the person. The clerk's keys are only for an answer that is spoken.
type agreeScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	facts *widget.Facts
	spoke *widget.Text
	box   *widget.Box
	again *widget.Text
}

func newAgree(c *counter) *agreeScreen {
	k := c.kit
	s := &agreeScreen{c: c, head: k.Text(styleHead(), ""), facts: k.Facts(8, styleLabel(), styleValue()),
		spoke: k.Text(widget.Style{Size: 20}, ""), again: k.Text(styleMinor(), "")}
	s.box = k.Box(widget.BoxLook{Ground: widget.InkPanel, Edge: widget.InkBorder, Line: 2, Pad: 12}, s.spoke)
	s.col = k.Column(18, s.head, s.facts.Container, s.box, s.again)
	return s
}

func (s *agreeScreen) content() *fyne.Container { return s.col }
func (s *agreeScreen) first() fyne.Focusable    { return nil }

func (s *agreeScreen) refresh() {
	c := s.c
	own := view{cat: c.cat}
	c.question(&own)
	s.facts.Set(own.facts)
	again := ""
	if c.s.Remembered {
		again = c.t("cl.choose.remembered")
	}
	put(s.again, again)
	if c.s.Step == flow.Spoken {
		s.head.Set(c.t("cl.spoken.title"))
		s.spoke.Set(c.t("cl.spoken.confirm", "N", strconv.Itoa(c.s.ReadAloud)))
		s.box.Look(widget.InkPanel, widget.InkWarning)
		return
	}
	s.head.Set(c.t("cl.wait.agree"))
	s.spoke.Set(c.t("cl.wait.spoken"))
	s.box.Look(widget.InkPanel, widget.InkBorder)
}
