package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// takeScreen takes a paper back: find it, say why, and, once a supervisor gave the word, what was done.
type takeScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sub    *widget.Text
	label  *widget.Text
	serial *widget.Entry
	box    *fyne.Container
	facts  *widget.Facts
	why    *widget.Choice
	done   *widget.Text
	at     int
}

func newTake(c *counter) *takeScreen {
	k := c.kit
	s := &takeScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), label: k.Text(styleLabel(), ""), serial: k.Entry(""),
		facts: k.Facts(6, styleLabel(), styleValue()), done: k.Text(styleBody(), "")}
	s.why = k.Choice("", func(i int) { s.at = i })
	s.box = s.serial.Framed()
	s.col = k.Column(10, s.head, s.sub, s.label, s.box, s.facts.Container, s.why, s.done)
	return s
}

func (s *takeScreen) content() *fyne.Container { return s.col }

func (s *takeScreen) first() fyne.Focusable {
	switch s.c.take.Step {
	case flow.TakeFind:
		return s.serial
	case flow.TakeReason:
		return s.why
	}
	return nil
}

func (s *takeScreen) refresh() {
	c, t := s.c, s.c.take
	finding := t.Step == flow.TakeFind
	head := map[flow.TakeStep]string{flow.TakeFind: "cl.take.find", flow.TakeReason: "cl.take.reason", flow.TakeDone: "cl.take.done"}[t.Step]
	if head == "" {
		head = "cl.take.find"
	}
	s.head.Set(c.t(head))
	sub := ""
	if finding {
		sub = c.t("cl.take.find.sub")
	}
	if t.Slip && t.Step == flow.TakeReason {
		sub = c.t("cl.take.slip")
	}
	put(s.sub, sub)
	label := ""
	if finding {
		label = c.t("cl.take.serial")
	}
	put(s.label, label)
	s.serial.Name(c.t("cl.take.serial"))
	visible(s.box, finding)
	var facts []widget.Fact
	if !finding && t.Row.Serial != "" {
		facts = c.paperFacts(t.Row)
	}
	s.facts.Set(facts)
	reasons := flow.TakeReasons()
	var rows []string
	if t.Step == flow.TakeReason {
		for _, r := range reasons {
			rows = append(rows, c.t("take.reason."+r))
		}
	}
	visible(s.why, len(rows) > 0)
	s.at = max(min(s.at, len(reasons)-1), 0)
	s.why.Set(c.t("cl.take.reason"), rows, s.at)
	done := ""
	if t.Step == flow.TakeDone {
		done = c.t("cl.take.done.sub", "Receipt", t.Parcel)
		if t.Printed {
			done += "\n" + c.t("cl.take.printed")
		}
	}
	put(s.done, done)
}

// submit does what Return does on this step.
func (s *takeScreen) submit() {
	c := s.c
	switch c.take.Step {
	case flow.TakeFind:
		what := s.serial.Text
		c.do("void.find", func() error { return c.d.Take.Find(what) })
	case flow.TakeReason:
		reasons := flow.TakeReasons()
		c.do("void.reason", func() error { return c.d.Take.Choose(reasons[s.at]) })
	}
}

// forget empties the field.
func (s *takeScreen) forget() {
	s.at = 0
	if s.serial.Text != "" {
		s.serial.SetText("")
	}
}

// flagsText says what is special about a paper.
func (c *counter) flagsText(flags []string) string {
	text := ""
	for _, f := range flags {
		if f == flow.FlagSoftware {
			continue
		}
		if text != "" {
			text += c.t("list.sep")
		}
		text += c.t("flag." + f)
	}
	return text
}

// purposeText is the bundle's wording of a purpose, else its code.
func (c *counter) purposeText(code string) string {
	if code == desk.PurposeMandate {
		return c.t("purpose.mandate")
	}
	all := c.s.Purposes
	if c.d.Purposes != nil {
		all = c.d.Purposes()
	}
	for _, p := range all {
		if p.Code == code {
			return p.Title.In(c.cat.Tag())
		}
	}
	return code
}
