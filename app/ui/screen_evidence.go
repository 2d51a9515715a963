package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// evidenceScreen is somebody without a card: which papers lie there, how much they are worth together, and the few words that
// are copied from them. No picture is taken.
type evidenceScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sub    *widget.Text
	listL  *widget.Text
	list   *widget.Choice
	facts  *widget.Facts
	labels [3]*widget.Text
	fields [3]*widget.Entry // name, day of birth, number
	at     int
}

func newEvidence(c *counter) *evidenceScreen {
	k := c.kit
	s := &evidenceScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), listL: k.Text(styleLabel(), ""),
		facts: k.Facts(6, styleLabel(), styleValue())}
	s.list = k.Choice("", func(i int) { s.at = i })
	right := []fyne.CanvasObject{s.facts.Container}
	for i := range s.fields {
		s.labels[i], s.fields[i] = k.Text(styleLabel(), ""), k.Entry("")
		right = append(right, s.labels[i], s.fields[i].Framed())
	}
	s.col = k.Column(10, s.head, s.sub, k.Halves(18, 300, k.Column(6, s.listL, s.list), k.Column(6, right...)))
	return s
}

func (s *evidenceScreen) content() *fyne.Container { return s.col }
func (s *evidenceScreen) first() fyne.Focusable    { return s.list }

func (s *evidenceScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.evidence"))
	s.sub.Set(c.t("cl.evidence.sub"))
	s.listL.Set(c.t("cl.evidence.pieces"))
	e := flow.EvidenceState{}
	if c.s.Evidence != nil {
		e = *c.s.Evidence
	}
	var rows []string
	for _, p := range desk.Pieces() {
		mark := "○  "
		if slices.Contains(e.Pieces, p.Code) {
			mark = "●  "
		}
		rows = append(rows, mark+c.t("piece."+p.Code)+"  +"+strconv.Itoa(p.Points))
	}
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.evidence.pieces"), rows, s.at)
	words := c.t("cl.evidence.low")
	if e.Enough {
		words = "✓  " + c.t("cl.evidence.enough")
	}
	s.facts.Set([]widget.Fact{{Label: c.t("cl.evidence.points"), Value: c.t("cl.evidence.of", "N", strconv.Itoa(e.Points), "Least", strconv.Itoa(e.Least))},
		{Label: c.t("cl.evidence.state"), Value: words, Missing: !e.Enough}})
	for i, key := range []string{"cl.evidence.name", "cl.evidence.birth", "cl.evidence.number"} {
		s.labels[i].Set(c.t(key))
		s.fields[i].Name(c.t(key))
	}
}

// toggle lays the paper under the hand on the desk, or takes it away.
func (s *evidenceScreen) toggle() {
	code := desk.Pieces()[s.at].Code
	s.c.do("visit.piece", func() error { return s.c.d.Visit.Piece(code) })
}

// submit goes on to what is still empty, then to the comparison.
func (s *evidenceScreen) submit() {
	c := s.c
	if c.s.Evidence != nil && c.s.Evidence.Enough {
		for _, e := range s.fields[:2] { // the number may be missing; where it must not, flow says so
			if strings.TrimSpace(e.Text) == "" {
				c.window.Canvas().Focus(e)
				return
			}
		}
	}
	t := flow.Typed{Name: s.fields[0].Text, Birth: s.fields[1].Text, Number: s.fields[2].Text}
	c.do("visit.papers", func() error { return c.d.Visit.Papers(t) })
}

// forget empties the fields; so it is once the papers were taken, or the person has gone.
func (s *evidenceScreen) forget() {
	s.at = 0
	for _, e := range s.fields {
		if e.Text != "" {
			e.Take()
		}
	}
}

// papers shows what was copied from papers in place of what a card would say: there is no picture and nothing was proven.
func (s *compareScreen) papers() {
	c := s.c
	none := c.s.Evidence == nil
	for _, o := range []fyne.CanvasObject{s.picture.Container, s.proof.Box, s.proven, s.source, s.more} {
		visible(o, none)
	}
	if none || c.s.Subject == nil {
		return
	}
	s.checks.root.Hide()
	if !s.name.open() {
		s.head.Set(c.t("cl.evidence.check"))
	}
	var names []string
	for _, p := range c.s.Evidence.Pieces {
		names = append(names, c.t("piece."+p))
	}
	facts := []widget.Fact{{Label: c.t("f.name"), Value: c.s.Subject.Name()}, {Label: c.t("f.birth"), Value: c.s.Subject.BirthDate}}
	if c.s.Subject.Number != "" {
		facts = append(facts, widget.Fact{Label: c.t("f.number"), Value: c.s.Subject.Number + "  ·  " + c.kindName()})
	}
	s.facts.Set(append(facts, widget.Fact{Label: c.t("cl.evidence.pieces"), Value: strings.Join(names, c.t("list.sep"))}))
}

// evidenceActions are the keys of a visit without a card, and those that lead there.
func (c *counter) evidenceActions(m map[fyne.KeyName]action) {
	begin := action{"key.F2.nocard", true, func() { c.do("visit.no-card", c.d.Visit.NoCard) }}
	switch c.s.Step {
	case flow.Ready:
		if c.layer == layerNone {
			m[fyne.KeyF2] = begin
		}
	case flow.Trouble, flow.NeedSecret:
		begin.word = "key.F10.nocard"
		m[fyne.KeyF10] = begin
	case flow.Compare:
		if c.s.Evidence != nil { // there is no card to read again, and no checks to unfold
			m[fyne.KeyF3], m[fyne.KeyF4] = action{}, action{}
		}
	case flow.Evidence:
		m[fyne.KeyF3] = action{"key.F3.scope", true, c.frame.evidence().toggle}
	}
}
