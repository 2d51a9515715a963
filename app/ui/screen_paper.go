package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// paperScreen is everything from the Yes to the paper in the hand: issuing, a printer that failed, handing over.
type paperScreen struct {
	c       *counter
	col     *fyne.Container
	head    *widget.Text
	picture *widget.Picture
	facts   *widget.Facts
	what    *widget.Text
	bar     *bar
}

func newPaper(c *counter) *paperScreen {
	k := c.kit
	s := &paperScreen{c: c, head: k.Text(styleHead(), ""), picture: k.Picture(230, 320), facts: k.Facts(8, styleLabel(), styleValue()),
		what: k.Text(styleBody(), ""), bar: newBar(k)}
	right := k.Column(12, s.facts.Container, s.bar.root, s.what)
	s.col = k.Column(14, s.head, k.Beside(18, 1, 220, s.picture.Container, right))
	return s
}

func (s *paperScreen) content() *fyne.Container { return s.col }
func (s *paperScreen) first() fyne.Focusable    { return nil }

func (s *paperScreen) refresh() {
	c := s.c
	s.picture.Set(c.s.preview, c.t("a11y.paper"))
	visible(s.bar.root, c.s.Step == flow.Issuing)
	s.facts.Set(s.list())
	switch c.s.Step {
	case flow.Issuing:
		s.head.Set(c.t("cl.issuing"))
		s.bar.set(s.done())
		s.what.Set(c.t("cl.issuing.steps"))
	case flow.PrintFault:
		s.head.Set(c.t("cl.fault"))
		s.what.Set(strings.Join([]string{c.t("cl.fault.print"), c.t("cl.fault.spoil")}, "\n"))
	default:
		s.head.Set(c.t("cl.handover"))
		s.what.Set(strings.Join([]string{c.t("cl.handover.name"), c.t("cl.handover.noscanner", "Tail", tail(c.s.Serial)),
			c.t("cl.handover.again")}, "\n"))
	}
}

// done is how far issuing has come, by what is there: a serial, a page.
func (s *paperScreen) done() float32 {
	switch {
	case s.c.s.preview != nil:
		return 0.8
	case s.c.s.Serial != "":
		return 0.5
	}
	return 0.2
}

func (s *paperScreen) list() []widget.Fact {
	c := s.c
	serial, copyNo := c.s.Serial, ""
	if c.s.Copies > 0 {
		copyNo = "   " + c.t("cl.handover.copy", "N", strconv.Itoa(c.s.Copies))
	}
	printed, proof := c.t("state."+string(desk.StateSigned)), c.t("cl.handover.unproved")
	if c.s.Printed {
		printed = c.t("cl.handover.printed")
	}
	if c.s.Proved {
		proof = c.t("cl.handover.proved")
	}
	if serial == "" {
		serial, printed = "…", "…"
	}
	facts := []widget.Fact{{Label: c.t("cl.handover.serial"), Value: serial + copyNo}, {Label: c.t("cl.handover.print"), Value: printed}}
	if c.s.Step == flow.HandOver {
		facts = append(facts, widget.Fact{Label: c.t("cl.handover.proof"), Value: proof})
	}
	return facts
}

// tail is the last three digits of a serial, which the clerk looks for on the paper.
func tail(serial string) string {
	return serial[max(len(serial)-3, 0):]
}
