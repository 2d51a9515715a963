package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// stoppedScreen is a card that was pulled or cannot be used: what was read, what is missing, what happens next, and the
// other ways. The step stays, the work stays.
type stoppedScreen struct {
	c       *counter
	col     *fyne.Container
	head    *widget.Text
	picture *widget.Picture
	act     *canvas.Image
	actBox  *fyne.Container
	facts   *widget.Facts
	what    *widget.Text
	tries   *widget.Text
	ways    *widget.Text
	checks  *checkList
}

func newStopped(c *counter) *stoppedScreen {
	k := c.kit
	s := &stoppedScreen{c: c, head: k.Text(styleHead(), ""), picture: k.Picture(150, 200), act: &canvas.Image{FillMode: canvas.ImageFillContain}, facts: k.Facts(6, styleLabel(), styleBody()),
		what: k.Text(widget.Style{Size: 22, Bold: true}, ""), tries: k.Text(styleMinor(), ""), ways: k.Text(styleBody(), ""), checks: newCheckList(c)}
	right := k.Column(10, s.what, s.facts.Container, s.tries)
	s.actBox = k.Fixed(240, 150, false, s.act)
	s.col = k.Column(14, s.head, k.Beside(18, 2, 220, s.picture.Container, s.actBox, right), s.checks.root, s.ways)
	return s
}

func (s *stoppedScreen) content() *fyne.Container { return s.col }
func (s *stoppedScreen) first() fyne.Focusable    { return nil }

func (s *stoppedScreen) refresh() {
	c := s.c
	pulled := c.s.Step == flow.Pulled
	s.picture.Set(c.s.photo, c.t("f.nophoto"))
	visible(s.picture.Container, pulled || c.s.photo != nil)
	act := s.drawing()
	c.gallery.show(s.act, act, c.kit)
	visible(s.actBox, act != drawNone)
	have, miss := c.parts()
	if pulled {
		s.head.Set(c.t("cl.pulled.title"))
		s.what.Set(c.t("cl.pulled.auto"))
		s.facts.Set([]widget.Fact{{Label: c.t("cl.pulled.have"), Value: have}, {Label: c.t("cl.pulled.miss"), Value: miss}})
	} else {
		s.trouble()
	}
	tries := ""
	if c.s.Tries > 0 {
		tries = c.t("cl.pulled.tries", "N", strconv.Itoa(c.s.Tries), "Max", strconv.Itoa(flow.MaxTries))
	}
	put(s.tries, tries)
	visible(s.checks.root, !pulled && len(c.s.Checks) > 0)
	s.checks.set(c.s.Checks)
	s.ways.Set(s.otherWays(pulled))
}

// drawing pictures what to do with the card where that says it faster than words.
func (s *stoppedScreen) drawing() drawing {
	c := s.c
	if c.s.Step != flow.Trouble || c.s.Problem == nil {
		return drawNone
	}
	switch {
	case c.s.Cause == cardreader.Mute || c.s.Problem.Code == cardreader.CodeFaulty:
		return drawTurn
	case c.s.Problem.Code == "card-needs-sam", c.s.Problem.Code == cardreader.CodeOtherKind:
		return drawTake
	}
	return drawNone
}

func (s *stoppedScreen) trouble() {
	c := s.c
	what, do := c.t("cl.trouble.title"), ""
	if c.s.Problem != nil {
		what, do = c.what(c.s.Problem)
	}
	if c.s.Cause == cardreader.Mute {
		what, do = c.t("cl.mute"), c.t("cl.mute.do")
	}
	s.head.Set(what)
	s.what.Set(do)
	facts := []widget.Fact{{Label: c.t("cl.trouble.saved"), Value: c.t("cl.trouble.kept")}}
	if c.s.Subject != nil && c.s.Subject.Name() != "" {
		facts = append([]widget.Fact{{Label: c.t("f.name"), Value: c.s.Subject.Name()}}, facts...)
	}
	s.facts.Set(facts)
}

// otherWays are the next steps: nobody is left without one.
func (s *stoppedScreen) otherWays(pulled bool) string {
	c := s.c
	ways := []string{c.t("cl.trouble.ways")}
	if pulled || c.canReread() {
		ways = append(ways, c.t("cl.trouble.again"))
	}
	if !pulled {
		ways = append(ways, c.t("cl.trouble.other"))
	}
	ways = append(ways, c.t("cl.trouble.next"), c.t("cl.trouble.back"))
	return strings.Join(ways, "\n")
}

// parts says what of the card has been read and what has not.
func (c *counter) parts() (have, miss string) {
	var h, m []string
	sort := func(ok bool, key string) {
		if ok {
			h = append(h, c.t(key))
		} else {
			m = append(m, c.t(key))
		}
	}
	sort(c.s.Subject != nil, "part.text")
	sort(c.s.hasPhoto || c.s.Progress.Stage > cardreader.Portrait, "part.photo")
	sort(c.s.Proof != check.Indeterminate, "part.proof")
	if len(h) == 0 {
		h = []string{c.t("part.none")}
	}
	return strings.Join(h, c.t("list.sep")), strings.Join(m, c.t("list.sep"))
}
