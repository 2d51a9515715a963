package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// readyScreen is the invitation. What is missing at the readers is told apart: service off, no reader, a card that does
// not answer; an empty reader is no fault.
type readyScreen struct {
	c       *counter
	col     *fyne.Container
	head    *widget.Text
	act     *canvas.Image
	actBox  *fyne.Container
	todo    *widget.Text
	readers *widget.Text
	tray    *trayBox
}

func newReady(c *counter) *readyScreen {
	k := c.kit
	s := &readyScreen{c: c, head: k.Text(widget.Style{Size: 36, Bold: true, Align: fyne.TextAlignCenter}, ""),
		act:     &canvas.Image{FillMode: canvas.ImageFillContain},
		todo:    k.Text(widget.Style{Size: 22, Align: fyne.TextAlignCenter}, ""),
		readers: k.Text(widget.Style{Size: 16, Ink: widget.InkSecondary, Align: fyne.TextAlignCenter}, "")}
	s.actBox = k.Fixed(1000, 210, false, s.act)
	s.tray = newTrayBox(c)
	s.col = k.Column(14, s.head, s.actBox, s.todo, s.readers, s.tray.root)
	return s
}

func (s *readyScreen) content() *fyne.Container { return s.col }

func (s *readyScreen) first() fyne.Focusable {
	if len(s.tray.names) > 0 {
		return s.tray.list
	}
	return nil
}

// places says of each reader what lies there, where there are several; which is the person's.
func (s *readyScreen) places() string {
	c := s.c
	if len(c.s.Places) < 2 {
		if len(c.s.Readers) > 0 && len(s.tray.names) == 0 {
			return c.t("cl.readers", "Names", strings.Join(c.s.Readers, c.t("list.sep")))
		}
		return ""
	}
	lines := []string{c.t("cl.places")}
	for _, p := range c.s.Places {
		what := c.t("place.empty")
		switch {
		case p.Kind == cardreader.Mute:
			what = c.t("place.mute")
		case p.Card != "" && c.cat.Has("kind."+p.Card):
			what = c.t("kind." + p.Card)
		case p.Kind == cardreader.Present:
			what = c.t("place.card")
		}
		line := "• " + p.Reader + c.t("say.colon") + what
		if p.Reader == c.s.Citizen {
			line += "  ◀ " + c.t("place.citizen")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (s *readyScreen) refresh() {
	c := s.c
	head, todo, act := c.t("cl.ready"), c.t("cl.ready.sub"), drawPlace
	switch c.s.Cause {
	case cardreader.ServiceOff:
		head, act = c.t("cl.noservice"), drawNone
		todo = c.t("cl.noservice.admin")
		if c.d.StartService != nil {
			todo = c.t("cl.noservice.do")
		}
	case cardreader.NoReader, cardreader.Unknown, cardreader.Removed:
		head, todo, act = c.t("cl.noreader"), c.t("cl.noreader.do"), drawNone
	case cardreader.Mute:
		head, todo, act = c.t("cl.mute"), c.t("cl.mute.do"), drawTurn
	case cardreader.Present:
		if c.s.Note != "" {
			head, todo, act = c.t("cl.still"), c.t("cl.still.do"), drawTake
		}
	}
	s.head.Set(head)
	put(s.todo, todo)
	put(s.readers, s.places())
	s.tray.refresh()
	if len(s.tray.names) > 0 { // the list takes its place
		act = drawNone
	}
	visible(s.actBox, act != drawNone)
	c.gallery.show(s.act, act, c.kit)
}
