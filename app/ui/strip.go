package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// probes are the parts of the counter on the strip, in order. Parts that are well and rarely looked at are left out.
var probes = [...]struct {
	name  string
	quiet bool // shown only where something is to be said
}{{"reader", false}, {"printer", false}, {"network", false}, {"lists", false}, {"clock", true}, {"disk", true}, {"keys", true}, {"voice", true}, {"program", true}}

// strip is the line at the top: who, how the parts feel, what waits, what time it is.
type strip struct {
	c      *counter
	root   *fyne.Container
	desk   *widget.Text
	parts  []*widget.Text
	unsent *widget.Text
	time   *widget.Text
}

func newStrip(c *counter) *strip {
	s := &strip{c: c}
	text := func(bold bool) *widget.Text { return c.kit.Text(widget.Style{Size: 16, Bold: bold, OneRow: true}, "") }
	s.desk, s.unsent, s.time = text(true), text(false), text(true)
	cells := []fyne.CanvasObject{s.desk}
	for range probes {
		t := text(false)
		s.parts = append(s.parts, t)
		cells = append(cells, t)
	}
	cells = append(cells, s.unsent, s.time)
	s.root = c.kit.Inset(6, c.kit.Wrap(22, cells...))
	return s
}

func (s *strip) refresh() {
	c := s.c
	if c.s.Station.Name == "" { // no counter yet: nothing is wrong with any part of it
		s.desk.Set(c.t("cl.setup.nothing"))
		for _, p := range s.parts {
			p.Hide()
		}
		s.unsent.Hide()
		s.time.Set(c.d.Now().Local().Format("15:04"))
		return
	}
	who := c.t("strip.desk", "Station", c.s.Station.Name)
	if c.s.Step != flow.Locked {
		who += "  " + c.s.Clerk.Name
	}
	s.desk.Set(who)
	for i, p := range probes {
		level, words := s.probe(p.name)
		mark, ink := levelMark(level)
		quiet := (p.quiet || c.kit.Large()) && level <= desk.LevelGood
		visible(s.parts[i], !quiet && !(level == desk.LevelUnknown && words == ""))
		s.parts[i].SetInk(c.t("strip."+p.name)+" ["+mark+words+"]", ink)
	}
	visible(s.unsent, c.d.Queue != nil)
	s.unsent.Set(c.t("strip.unsent.n", "N", strconv.Itoa(c.unsent)))
	s.time.Set(c.d.Now().Local().Format("15:04"))
}

// probe is how one part feels. The readers are asked of the visit itself, which knows sooner.
func (s *strip) probe(name string) (desk.Level, string) {
	c := s.c
	if name == "reader" {
		switch c.s.Cause {
		case cardreader.ServiceOff:
			return desk.LevelStop, c.t("health.service-off")
		case cardreader.NoReader:
			return desk.LevelStop, c.t("health.reader-off")
		case cardreader.Unknown, cardreader.Removed:
			return desk.LevelUnknown, c.t("level.unknown")
		}
		return desk.LevelGood, c.t("level.good")
	}
	p := c.health.Probe(name)
	if p.Code != "" && c.cat.Has("health."+p.Code) {
		return p.Level, c.cat.T("health."+p.Code, p.Args)
	}
	switch p.Level {
	case desk.LevelGood:
		return p.Level, c.t("level.good")
	case desk.LevelWarn:
		return p.Level, c.t("level.warn")
	case desk.LevelStop:
		return p.Level, c.t("level.stop")
	}
	return p.Level, ""
}

func levelMark(l desk.Level) (string, widget.Ink) {
	switch l {
	case desk.LevelWarn:
		return "! ", widget.InkWarning
	case desk.LevelStop:
		return "× ", widget.InkError
	}
	return "", widget.InkText
}

// ageText says how long something has waited, in days: the counter keeps no finer times.
func (c *counter) ageText(d time.Duration) string {
	if d < 24*time.Hour {
		return c.t("age.today")
	}
	return c.t("age.day", "N", strconv.Itoa(int(d.Hours()/24)))
}

func percent(scale float32) string { return strconv.Itoa(int(scale*100 + 0.5)) }
