package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// secondScreen takes the word of a second clerk, by PIN or card, where the bundle asks for one.
type secondScreen struct {
	c        *counter
	col      *fyne.Container
	head     *widget.Text
	sub      *widget.Text
	facts    *widget.Facts
	who      *widget.Choice
	pinLabel *widget.Text
	pin      *widget.Entry
	training *widget.Text
	news     *widget.Text // of a card that lies on a reader
	chosen   int
	turn     int
}

func newSecond(c *counter) *secondScreen {
	k := c.kit
	s := &secondScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), facts: k.Facts(6, styleLabel(), styleValue()),
		pinLabel: k.Text(styleLabel(), ""), pin: k.PIN(""), training: k.Text(styleValue(), ""), news: k.Text(styleBody(), "")}
	s.who = k.Choice("", func(i int) {
		s.chosen = i
		s.refresh()
	})
	s.col = k.Column(10, s.head, s.sub, s.facts.Container, s.who, s.news, s.pinLabel, s.training, s.pin.Framed())
	return s
}

func (s *secondScreen) content() *fyne.Container { return s.col }
func (s *secondScreen) first() fyne.Focusable    { return s.pin }

// others are who may give the second word.
func (s *secondScreen) others() (all []desk.Clerk) {
	for _, p := range s.c.d.Staff.Clerks() {
		if p.ID != s.c.s.Clerk.ID {
			all = append(all, p)
		}
	}
	return all
}

func (s *secondScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.second"))
	s.sub.Set(c.t("cl.second.sub"))
	facts := c.subjectFacts(true)
	if c.s.Purpose != nil {
		facts = append(facts, widget.Fact{Label: c.t("cl.choose.purpose"), Value: c.s.Purpose.Title.In(c.cat.Tag())})
	}
	s.facts.Set(facts)
	var rows []string
	others := s.others()
	for _, p := range others {
		rows = append(rows, p.ID+"  "+p.Name)
	}
	s.chosen = max(min(c.holder(others, s.chosen, &s.turn), len(rows)-1), 0)
	c.askPIN(others, s.chosen, s.pinLabel, s.pin, s.news)
	s.who.Set(c.t("cl.second"), rows, s.chosen)
	pin := ""
	if c.s.Training && c.d.Status.TrainingPIN != "" {
		pin = c.t("cl.login.training", "PIN", c.d.Status.TrainingPIN)
	}
	put(s.training, pin)
}

// submit takes the PIN out of the field before it is checked, beside the screens.
func (s *secondScreen) submit() {
	c, others := s.c, s.others()
	if s.chosen >= len(others) || c.busy {
		return
	}
	id := others[s.chosen].ID
	p := c.cardProof(id, s.pin.Take())
	c.busy, c.fault, c.note = true, nil, ""
	c.refresh()
	c.spawn(func() {
		err := c.d.Staff.Second(c.ctx, id, p)
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("visit.second", err)
				c.card.seen = ""
			}
			c.refresh()
			c.frame.focusFirst()
		})
	})
}
