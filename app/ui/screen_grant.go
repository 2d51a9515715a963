package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
)

// grantScreen is the way of a helper who comes alone with a mandate: the mandate is scanned, then the helper's own card is
// laid on. What it allows is shown as soon as it was found good.
type grantScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	sub   *widget.Text
	facts *widget.Facts
	tray  *trayBox
}

func newGrant(c *counter) *grantScreen {
	k := c.kit
	s := &grantScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), facts: k.Facts(6, styleLabel(), styleValue())}
	s.tray = newTrayBox(c)
	s.col = k.Column(12, s.head, s.sub, s.facts.Container, s.tray.root)
	return s
}

func (s *grantScreen) content() *fyne.Container { return s.col }

func (s *grantScreen) first() fyne.Focusable {
	if s.tray.there() {
		return s.tray.list
	}
	return nil
}

func (s *grantScreen) refresh() {
	key := "cl.grant.scan"
	if s.c.s.Step == flow.GrantCard {
		key = "cl.grant.card"
	}
	s.head.Set(s.c.t(key))
	s.sub.Set(s.c.t(key + ".sub"))
	s.facts.Set(s.c.grantFacts())
	s.tray.refresh()
}

// grantFacts say what the mandate of this visit allows; none where there is none.
func (c *counter) grantFacts() []widget.Fact {
	if c.s.Grant == nil || c.s.Grant.Mandate == nil {
		return nil
	}
	g, m := c.s.Grant, c.s.Grant.Mandate
	var names []string
	for _, code := range m.Scopes {
		names = append(names, c.purposeText(code))
	}
	relation := m.Relation
	if c.cat.Has("relation." + relation) {
		relation = c.t("relation." + relation)
	}
	facts := []widget.Fact{{Label: c.t("cl.grant.from"), Value: m.Principal.Name}, {Label: c.t("cl.grant.to"), Value: m.Helper.Name + "  ·  " + relation},
		{Label: c.t("cl.grant.what"), Value: strings.Join(names, c.t("list.sep"))},
		{Label: c.t("cl.choose.until"), Value: dayText(c.cat, m.Expires)},
		{Label: c.t("cl.grant.left"), Value: c.t("cl.grant.left.of", "N", strconv.FormatUint(g.Left(), 10), "Of", strconv.FormatUint(m.Uses, 10))}}
	if c.d.Purposes != nil && slices.ContainsFunc(c.d.Purposes(), func(p desk.Purpose) bool { return p.Money && slices.Contains(m.Scopes, p.Code) }) {
		facts = append(facts, widget.Fact{Label: c.t("cz.mandate.mind"), Value: c.t("cl.grant.money"), Missing: true})
	}
	return facts
}

// grantActions is F3 at rest: somebody comes with a mandate.
func (c *counter) grantActions(m map[fyne.KeyName]action) {
	switch c.s.Step {
	case flow.Ready, flow.Farewell, flow.NotToday:
		if c.layer == layerNone {
			m[fyne.KeyF3] = action{"key.F3.grant", true, c.findOrReader}
		}
	case flow.GrantScan:
		m[fyne.KeyF5] = action{works: true, do: func() { c.say(c.t("note.scan.now")) }}
	case flow.GrantCard:
		m[fyne.KeyF4] = action{works: true, do: func() { c.do("visit.reread", c.d.Visit.Reread) }}
		if c.canLay() {
			m[fyne.KeyF4] = action{"key.F4.lay", true, c.reread}
		}
	}
}

// findOrReader begins with a mandate; with Shift the reader of the person's cards is chosen, where there are several.
func (c *counter) findOrReader() {
	if c.shift() && c.s.Step == flow.Ready && len(c.s.Places) > 1 {
		c.pickReader()
		return
	}
	c.do("visit.grant", c.d.Visit.Grant)
}

// grantScan takes what was scanned where the mandate is waited for.
func (c *counter) grantScan(text string) {
	switch scan.Explain(text) {
	case scan.Method:
		c.do("scan", func() error { return &desk.Error{Op: "scan", Code: "scan-ime"} })
		return
	case scan.Layout:
		c.do("scan", func() error { return &desk.Error{Op: "scan", Code: "scan-layout"} })
		return
	}
	c.do("scan", func() error { return c.d.Visit.Scanned(scan.Mend(text)) })
}

// grantView is what the helper reads meanwhile.
func (c *counter) grantView(v *view) {
	t := v.cat.T
	v.leave = true
	v.title, v.sub = t("cz.grant.scan"), t("cz.grant.scan.sub")
	if c.s.Step == flow.GrantCard {
		v.title, v.sub, v.drawing = t("cz.grant.card"), t("cz.place.sub"), drawPlace
	}
}

// grantQuestion is what a helper says yes or no to: for whom, and what the paper is.
func (c *counter) grantQuestion(v *view) {
	t := v.cat.T
	v.title, v.ask = t("cz.grant.what"), t("cz.grant.ask")
	v.facts = append([]widget.Fact{{Label: t("cz.grant.for"), Value: desk.MaskName(c.s.Grant.Mandate.Principal.Name)}}, v.facts...)
}
