package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
)

// helpLines is how many sentences the help has: help.1 to help.10.
const helpLines = 10

// helpScreen is one page that fits on one page.
type helpScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	lines [helpLines]*widget.Text
	about *widget.Text
}

func newHelp(c *counter) *helpScreen {
	s := &helpScreen{c: c, head: c.kit.Text(styleHead(), ""), about: c.kit.Text(styleMinor(), "")}
	objects := []fyne.CanvasObject{s.head}
	for i := range s.lines {
		s.lines[i] = c.kit.Text(styleBody(), "")
		objects = append(objects, s.lines[i])
	}
	s.col = c.kit.Column(10, append(objects, s.about)...)
	return s
}

func (s *helpScreen) content() *fyne.Container { return s.col }
func (s *helpScreen) first() fyne.Focusable    { return nil }

func (s *helpScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.help"))
	for i, t := range s.lines {
		t.Set(strconv.Itoa(i+1) + "  " + c.t("help."+strconv.Itoa(i+1)))
	}
	about := c.t("app.title") + " " + c.d.Status.Version
	if c.s.Station.Software {
		about += "   " + c.t("note.key-soft")
	}
	if n := c.s.Station.Serials; n > 0 {
		about += "   " + c.t("note.serials", "N", strconv.FormatUint(n, 10))
	}
	s.about.Set(about)
}
