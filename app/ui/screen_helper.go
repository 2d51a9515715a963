package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// helperScreen is the way from a helper's card to a question that the person answers alone: the card, the face, the terms,
// and the helper asked to step back.
type helperScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sub    *widget.Text
	label  *widget.Text
	secret *widget.Entry
	box    *fyne.Container
	tray   *trayBox

	face    *fyne.Container
	picture *widget.Picture
	facts   *widget.Facts

	terms  *fyne.Container
	labels [4]*widget.Text
	lists  [4]*widget.Choice // purposes, relation, days, uses
	at     [4]int
	scopes []string // codes that were put on the list
	warn   *widget.Text
}

func newHelper(c *counter) *helperScreen {
	k := c.kit
	s := &helperScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), label: k.Text(styleLabel(), ""), secret: k.Entry(""),
		picture: k.Picture(240, 320), facts: k.Facts(6, styleLabel(), styleValue()),
		warn: k.Text(widget.Style{Size: 18, Bold: true, Ink: widget.InkWarning}, ""), at: [4]int{0, 0, 1, 0}}
	s.box = s.secret.Framed()
	s.face = k.Beside(18, 1, 220, s.picture.Container, s.facts.Container)
	for i := range s.lists {
		s.labels[i] = k.Text(styleLabel(), "")
		s.lists[i] = k.Choice("", func(at int) {
			s.at[i] = at
			s.fill()
		})
	}
	left := k.Column(6, s.labels[0], s.lists[0], s.labels[1], s.lists[1])
	right := k.Column(6, s.labels[2], s.lists[2], s.labels[3], s.lists[3])
	s.terms = k.Halves(18, 300, left, right)
	s.tray = newTrayBox(c)
	s.col = k.Column(12, s.head, s.sub, s.label, s.box, s.tray.root, s.face, s.warn, s.terms)
	return s
}

func (s *helperScreen) content() *fyne.Container { return s.col }

func (s *helperScreen) first() fyne.Focusable {
	switch {
	case s.c.s.Step == flow.HelperCard && s.asks():
		return s.secret
	case s.c.s.Step == flow.HelperTerms:
		return s.lists[0]
	case s.tray.there():
		return s.tray.list
	}
	return nil
}

func (s *helperScreen) asks() bool { return s.c.s.Helper != nil && s.c.s.Helper.Asks }

func (s *helperScreen) kind() cardreader.SecretKind {
	if len(s.c.s.Needs) > 0 {
		return s.c.s.Needs[0].Kind
	}
	return ""
}

func (s *helperScreen) refresh() {
	c, step := s.c, s.c.s.Step
	key := map[flow.Step]string{flow.HelperFace: "cl.helper.face", flow.HelperTerms: "cl.helper.terms", flow.Aside: "cl.helper.aside"}[step]
	if key == "" {
		key = "cl.helper.card"
	}
	s.head.Set(c.t(key))
	s.sub.Set(c.t(key + ".sub"))
	asks := step == flow.HelperCard && s.asks()
	visible(s.box, asks)
	label := ""
	if asks && s.kind() != "" {
		label = c.t("cl.secret." + string(s.kind()))
		s.secret.Name(label)
	}
	put(s.label, label)
	visible(s.face, step == flow.HelperFace)
	s.picture.Set(c.s.helperPhoto, c.t("f.nophoto"))
	s.facts.Set(c.helperFacts())
	visible(s.terms, step == flow.HelperTerms)
	s.tray.refresh()
	if asks {
		s.tray.root.Hide()
	}
	s.fillLists()
}

// helperFacts are the helper's details, and how many people the helper acts for already.
func (c *counter) helperFacts() []widget.Fact {
	h := c.s.Helper
	if h == nil || h.Subject == nil {
		return nil
	}
	kind := c.t("kind.unknown")
	if c.cat.Has("kind." + h.Kind) {
		kind = c.t("kind." + h.Kind)
	}
	return []widget.Fact{{Label: c.t("f.name"), Value: h.Subject.Name()}, {Label: c.t("f.number"), Value: groupNumber(h.Subject.Number)},
		{Label: c.t("f.birth"), Value: h.Subject.BirthDate}, {Label: c.t("cl.helper.document"), Value: kind},
		{Label: c.t("cl.helper.live"), Value: c.t("cl.helper.live.of", "N", strconv.Itoa(h.Live), "Cap", strconv.Itoa(h.Cap))}}
}

func (s *helperScreen) fill() {
	s.fillLists()
	s.c.frame.draw()
}

// fillLists shows the four lists; what is on the mandate has a mark before it.
func (s *helperScreen) fillLists() {
	c, lang := s.c, s.c.cat.Tag()
	var rows [4][]string
	for _, p := range c.s.Purposes {
		mark := "○  "
		if slices.Contains(s.scopes, p.Code) {
			mark = "●  "
		}
		rows[0] = append(rows[0], mark+p.Title.In(lang))
	}
	for _, r := range desk.Relations() {
		rows[1] = append(rows[1], c.t("relation."+r))
	}
	for _, d := range desk.MandateDays() {
		rows[2] = append(rows[2], c.t("cl.helper.days", "N", strconv.Itoa(d)))
	}
	for _, n := range desk.MandateUses() {
		rows[3] = append(rows[3], c.t("cl.helper.uses", "N", strconv.FormatUint(n, 10)))
	}
	for i, key := range []string{"cl.helper.what", "cl.helper.relation", "cl.helper.long", "cl.helper.often"} {
		s.labels[i].Set(c.t(key))
		s.at[i] = max(min(s.at[i], len(rows[i])-1), 0)
		s.lists[i].Set(c.t(key), rows[i], s.at[i])
	}
	warn := ""
	if c.s.Step == flow.HelperTerms && c.moves(s.chosen()) || c.s.Step == flow.Aside && c.s.Money() {
		warn = c.t("cl.helper.money")
	}
	put(s.warn, warn)
}

// moves tells whether one of the purposes moves money.
func (c *counter) moves(codes []string) bool {
	return slices.ContainsFunc(c.s.Purposes, func(p desk.Purpose) bool { return p.Money && slices.Contains(codes, p.Code) })
}

// chosen are the purposes on the list; where none was put there, the one under the hand.
func (s *helperScreen) chosen() []string {
	if len(s.scopes) > 0 || s.at[0] >= len(s.c.s.Purposes) {
		return s.scopes
	}
	return []string{s.c.s.Purposes[s.at[0]].Code}
}

// toggle puts the purpose under the hand on the mandate, or takes it off.
func (s *helperScreen) toggle() {
	if s.at[0] >= len(s.c.s.Purposes) {
		return
	}
	code := s.c.s.Purposes[s.at[0]].Code
	if i := slices.Index(s.scopes, code); i >= 0 {
		s.scopes = slices.Delete(slices.Clone(s.scopes), i, i+1)
	} else {
		s.scopes = append(slices.Clone(s.scopes), code)
	}
	s.fill()
}

// submit is what Return does.
func (s *helperScreen) submit() {
	c := s.c
	switch c.s.Step {
	case flow.HelperCard:
		kind, value := cardreader.SecretKind(""), ""
		if s.asks() {
			kind, value = s.kind(), strings.TrimSpace(s.secret.Text)
			if kind == cardreader.MRZ {
				value = zoneLines(value)
			}
			s.secret.Take()
		}
		c.do("visit.helper", func() error { return c.d.Visit.HelperRead(kind, value) })
	case flow.HelperFace:
		c.do("visit.helper", c.d.Visit.HelperSame)
	case flow.HelperTerms:
		t := desk.MandateTerms{Scopes: s.chosen(), Days: desk.MandateDays()[s.at[2]], Uses: desk.MandateUses()[s.at[3]], Relation: desk.Relations()[s.at[1]]}
		c.do("visit.mandate", func() error { return c.d.Visit.Mandate(t) })
	case flow.Aside:
		c.do("visit.aside", c.d.Visit.SteppedAside)
	}
}

// forget drops what was chosen for the last person.
func (s *helperScreen) forget() {
	s.scopes, s.at = nil, [4]int{0, 0, 1, 0}
	if s.secret.Text != "" {
		s.secret.Take()
	}
}

// helperMain is the big button on the steps of a mandate.
func (c *counter) helperMain() mainAction {
	if c.s.Helper != nil && c.s.Helper.Busy {
		return mainAction{"main.wait", nil}
	}
	word := map[flow.Step]string{flow.HelperCard: "main.helper.card", flow.HelperFace: "main.helper.face", flow.HelperTerms: "main.helper.terms",
		flow.Aside: "main.helper.aside"}[c.s.Step]
	return mainAction{word, c.frame.helper().submit}
}

// helperActions are the keys around helpers while purpose and recipient are chosen, and on the terms.
func (c *counter) helperActions(m map[fyne.KeyName]action) {
	switch c.s.Step {
	case flow.Choose:
		m[fyne.KeyF4] = action{"key.F4.helper", true, func() { c.do("visit.helper", c.d.Visit.Helper) }}
		word := "key.F3.help"
		if c.s.HelpOnly {
			word = "key.F3.help.off"
		}
		m[fyne.KeyF3] = action{word, true, func() { c.do("visit.help-only", c.d.Visit.HelpOnly) }}
	case flow.HelperCard:
		m[fyne.KeyF4] = action{works: true, do: c.frame.helper().submit}
		if c.canLay() && !c.frame.helper().asks() {
			m[fyne.KeyF4] = action{"key.F4.lay", true, c.reread}
		}
	case flow.HelperTerms:
		m[fyne.KeyF3] = action{"key.F3.scope", true, c.frame.helper().toggle}
	}
}

// helperView is what the person sees meanwhile. On the question it is about the helper, and says that only they decide.
func (c *counter) helperView(v *view) {
	t := v.cat.T
	v.leave = true
	switch c.s.Step {
	case flow.Aside:
		v.title, v.sub = t("cz.helper.aside"), t("cz.helper.aside.sub")
	default:
		v.title, v.sub = t("cz.helper.wait"), t("cz.helper.wait.sub")
	}
}

// mandateQuestion is what the person says yes or no to.
func (c *counter) mandateQuestion(v *view) {
	t, lang, m := v.cat.T, v.cat.Tag(), c.s.Mandate
	v.title, v.ask = t("cz.mandate.what"), t("cz.mandate.ask")
	if c.s.Helper != nil && c.s.Helper.Subject != nil {
		v.facts = append(v.facts, widget.Fact{Label: t("cz.mandate.who"), Value: desk.MaskName(c.s.Helper.Subject.Name())})
	}
	var names []string
	for _, p := range c.s.Purposes {
		if slices.Contains(m.Scopes, p.Code) {
			names = append(names, p.Title.In(lang))
		}
	}
	v.facts = append(v.facts, widget.Fact{Label: t("cz.mandate.for"), Value: strings.Join(names, t("list.sep"))},
		widget.Fact{Label: t("cz.agree.until"), Value: dayText(v.cat, c.s.Expires)},
		widget.Fact{Label: t("cz.mandate.times"), Value: t("cz.mandate.uses", map[string]string{"N": strconv.FormatUint(m.Uses, 10)})})
	if c.s.Money() {
		v.facts = append(v.facts, widget.Fact{Label: t("cz.mandate.mind"), Value: t("cz.mandate.money")})
	}
}
