package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// scanScreen is the clerk's side of a credential before it is read: what is asked, who holds it, where to scan.
type scanScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	facts *widget.Facts
	words *widget.Text
	box   *widget.Box
	note  *widget.Text
}

func newScan(c *counter) *scanScreen {
	k := c.kit
	s := &scanScreen{c: c, head: k.Text(styleHead(), ""), facts: k.Facts(8, styleLabel(), styleValue()),
		words: k.Text(widget.Style{Size: 20}, ""), note: k.Text(styleMinor(), "")}
	s.box = k.Box(widget.BoxLook{Ground: widget.InkPanel, Edge: widget.InkBorder, Line: 2, Pad: 12}, s.words)
	s.col = k.Column(18, s.head, s.facts.Container, s.box, s.note)
	return s
}

func (s *scanScreen) content() *fyne.Container { return s.col }
func (s *scanScreen) first() fyne.Focusable    { return nil }

func (s *scanScreen) refresh() {
	c := s.c
	w := c.showing
	s.facts.Set([]widget.Fact{{Label: c.t("f.show.want"), Value: c.t("show.want." + w.Want.String())},
		{Label: c.t("f.show.bearer"), Value: c.t("show.bearer." + w.Bearer.String())},
		{Label: c.t("cz.agree.who"), Value: c.askedBy(c.cat.Tag())}})
	s.box.Look(widget.InkPanel, widget.InkBorder)
	note := ""
	if w.Want != flow.WantValid && w.Bearer != flow.OwnPaper {
		note = c.t("cl.show.bearer." + w.Bearer.String())
	}
	put(s.note, note)
	switch w.Step {
	case flow.ShowAsk:
		s.head.Set(c.t("cl.wait.agree"))
		s.words.Set(c.t("cl.show.ask"))
	case flow.ShowSpoken:
		s.head.Set(c.t("cl.spoken.title"))
		s.words.Set(c.t("cl.spoken.confirm", "N", strconv.Itoa(w.ReadAloud)))
		s.box.Look(widget.InkPanel, widget.InkWarning)
	case flow.ShowWait:
		s.head.Set(c.t("cl.show.now"))
		how := c.t("cl.show.how")
		if c.d.Folder != nil {
			how += "\n" + c.t("cl.show.folder")
		}
		s.words.Set(how)
	default:
		s.head.Set(c.t("cz.show.judging"))
		s.words.Set(c.t("cl.show.how"))
	}
}
