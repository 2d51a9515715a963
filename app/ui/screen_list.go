package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// listScreen answers "can this counter do it, and what must they bring" before anybody has laid a card: one service under the
// hand, what this counter says about it now, and the list to take home.
type listScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	sub   *widget.Text
	list  *widget.Choice
	facts *widget.Facts
	at    int
}

func newList(c *counter) *listScreen {
	k := c.kit
	s := &listScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), facts: k.Facts(6, styleLabel(), styleValue())}
	s.list = k.Choice("", func(i int) {
		s.at = i
		s.fill()
		c.frame.draw()
	})
	s.col = k.Column(10, s.head, s.sub, s.list, s.facts.Container)
	return s
}

func (s *listScreen) content() *fyne.Container { return s.col }
func (s *listScreen) first() fyne.Focusable    { return s.list }

// services are the purposes of the bundle in force.
func (c *counter) services() []desk.Purpose {
	if c.d.Purposes == nil {
		return nil
	}
	return c.d.Purposes()
}

func (s *listScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.list"))
	s.sub.Set(c.t("cl.list.sub"))
	s.fill()
}

func (s *listScreen) fill() {
	c := s.c
	all := c.services()
	var rows []string
	for _, p := range all {
		rows = append(rows, p.Title.In(c.cat.Tag()))
	}
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.list"), rows, s.at)
	if s.at >= len(all) {
		s.facts.Set(nil)
		return
	}
	s.facts.Set(c.serviceFacts(all[s.at]))
}

// serviceFacts say what a service takes here: who must come, with what, and which other ways there are.
func (c *counter) serviceFacts(p desk.Purpose) []widget.Fact {
	here := "✓  " + c.t("paper.check.here")
	if st := c.s.Station; st.Stop != "" || st.Serials == 0 || !st.KeyEnds.After(c.d.Now()) {
		here = "×  " + c.t("paper.check.elsewhere")
	}
	own := "check.bring.document"
	if p.Binding == desk.BindFace {
		own = "check.bring.photo-document"
	}
	facts := []widget.Fact{{Label: c.t("cl.list.here"), Value: here}, {Label: c.t("cl.list.bring"), Value: c.t(own)}}
	if p.Evidence != nil && p.Binding != desk.BindFace {
		facts = append(facts, widget.Fact{Label: c.t("cl.list.nocard"), Value: c.t("check.bring.papers")})
	}
	if p.Binding != desk.BindFace {
		facts = append(facts, widget.Fact{Label: c.t("cl.list.helper"), Value: c.t("check.bring.mandate")})
	}
	return facts
}

// print prints the list of the service under the hand.
func (s *listScreen) print() {
	c := s.c
	all := c.services()
	if s.at >= len(all) {
		return
	}
	code, lang := all[s.at].Code, c.catalog(c.s.Lang).Tag()
	c.slip("note.checklist.printed", func() error { return c.d.Slips.Checklist(c.ctx, code, lang) })
}
