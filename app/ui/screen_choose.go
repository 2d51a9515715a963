package ui

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// chooseScreen is purpose and recipient as two lists. The last used ones are chosen beforehand.
type chooseScreen struct {
	c          *counter
	col        *fyne.Container
	head       *widget.Text
	purposeL   *widget.Text
	purpose    *widget.Choice
	recipientL *widget.Text
	recipient  *widget.Choice
	facts      *widget.Facts

	code, id string // chosen, kept by code where the lists change
}

func newChoose(c *counter) *chooseScreen {
	k := c.kit
	s := &chooseScreen{c: c, head: k.Text(styleHead(), ""), purposeL: k.Text(styleLabel(), ""), recipientL: k.Text(styleLabel(), ""),
		facts: k.Facts(6, styleLabel(), styleBody())}
	s.purpose = k.Choice("", func(i int) {
		s.code = c.s.Purposes[i].Code
		s.fill()
	})
	s.recipient = k.Choice("", func(i int) {
		s.id = s.recipients()[i].ID
		s.fill()
	})
	left := k.Column(6, s.purposeL, s.purpose)
	right := k.Column(6, s.recipientL, s.recipient)
	s.col = k.Column(14, s.head, k.Halves(18, 300, left, right), s.facts.Container)
	return s
}

func (s *chooseScreen) content() *fyne.Container { return s.col }
func (s *chooseScreen) first() fyne.Focusable    { return s.purpose }

func (s *chooseScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.choose"))
	s.purposeL.Set(c.t("cl.choose.purpose"))
	s.recipientL.Set(c.t("cl.choose.recipient"))
	if c.s.Purpose != nil && s.code == "" {
		s.code = c.s.Purpose.Code
	}
	if c.s.Recipient != nil && s.id == "" {
		s.id = c.s.Recipient.ID
	}
	s.lists()
}

func (s *chooseScreen) fill() {
	s.lists()
	s.c.frame.draw()
}

// lists shows what is offered and keeps what is chosen, by code, where it is still offered.
func (s *chooseScreen) lists() {
	c, lang := s.c, s.c.cat.Tag()
	var titles []string
	for _, p := range c.s.Purposes {
		titles = append(titles, p.Title.In(lang))
	}
	i := max(slices.IndexFunc(c.s.Purposes, func(p desk.Purpose) bool { return p.Code == s.code }), 0)
	if i < len(c.s.Purposes) {
		s.code = c.s.Purposes[i].Code
	}
	s.purpose.Set(c.t("cl.choose.purpose"), titles, i)

	var names []string
	list := s.recipients()
	for _, r := range list {
		names = append(names, r.Name.In(lang))
	}
	j := max(slices.IndexFunc(list, func(r desk.Recipient) bool { return r.ID == s.id }), 0)
	if j < len(list) {
		s.id = list[j].ID
	}
	s.recipient.Set(c.t("cl.choose.recipient"), names, j)
	s.summary()
}

// chosen is the purpose in force on the screen.
func (s *chooseScreen) chosen() (desk.Purpose, bool) {
	i := slices.IndexFunc(s.c.s.Purposes, func(p desk.Purpose) bool { return p.Code == s.code })
	if i < 0 {
		return desk.Purpose{}, false
	}
	return s.c.s.Purposes[i], true
}

func (s *chooseScreen) recipients() []desk.Recipient {
	p, ok := s.chosen()
	if !ok {
		return nil
	}
	return s.c.s.RecipientsFor(p)
}

func (s *chooseScreen) summary() {
	c := s.c
	p, ok := s.chosen()
	if !ok {
		s.facts.Set([]widget.Fact{{Label: c.t("cl.choose.purpose"), Value: c.t("cl.choose.none"), Missing: true}})
		return
	}
	uses := c.t("cl.choose.uses.any")
	if p.MaxUses > 0 {
		uses = c.t("cl.choose.uses", "N", strconv.FormatUint(p.MaxUses, 10))
	}
	until := "–"
	if life := s.life(p); life > 0 {
		until = dayText(c.cat, c.d.Now().Add(life))
	}
	s.facts.Set([]widget.Fact{
		{Label: c.t("cl.choose.sees"), Value: fieldsText(c.cat, p)},
		{Label: c.t("cl.choose.until"), Value: until},
		{Label: c.t("cl.choose.times"), Value: uses},
	})
}

// life is what the purpose asks for, at most what the delegation allows.
func (s *chooseScreen) life(p desk.Purpose) time.Duration {
	life := p.Life
	if most := s.c.s.Station.MaxLife; most > 0 && (life <= 0 || life > most) {
		life = most
	}
	return life
}

func (s *chooseScreen) submit() {
	code, id := s.code, s.id
	s.c.do("visit.choose", func() error { return s.c.d.Visit.Choose(code, id) })
}

// forget drops what was chosen for the last person; the machine remembers what may be remembered.
func (s *chooseScreen) forget() { s.code, s.id = "", "" }
