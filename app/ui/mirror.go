package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// mirror is the place at the right where the clerk always sees what the person sees: the same screen, small.
type mirror struct {
	c       *counter
	root    *fyne.Container
	title   *widget.Text
	small   *citizen
	read    *widget.Text
	card    *widget.Text
	lang    *widget.Text
	code    *widget.Text
	serials *widget.Text
}

func newMirror(c *counter) *mirror {
	k := c.kit
	note := func() *widget.Text { return k.Text(widget.Style{Size: 16, Ink: widget.InkSecondary}, "") }
	m := &mirror{c: c, title: k.Text(widget.Style{Size: 16, Bold: true}, ""), read: note(), card: note(), lang: note(), code: note(), serials: note()}
	m.small = newCitizen(k.At(mirrorFactor), c.gallery, citizenInputs{})
	picture := k.Box(widget.BoxLook{Ground: widget.InkBack, Edge: widget.InkBorder, Line: 2, Pad: 1},
		k.Fixed(citizenW*mirrorFactor, citizenH*mirrorFactor, false, m.small.root))
	m.root = k.Column(8, m.title, k.Wrap(0, picture), m.read, m.card, m.lang, m.code, m.serials)
	return m
}

// fit leaves out what there is no room for: first the least important line.
func (m *mirror) fit(w, h float32) {
	lines := []*widget.Text{m.title, m.read, m.card, m.code, m.lang, m.serials}
	for _, t := range lines {
		visible(t, t.String() != "")
	}
	for i := len(lines) - 1; i >= 0 && widget.HeightFor(m.root, w) > h; i-- {
		visible(lines[i], false)
	}
}

func (m *mirror) refresh(v view) {
	c := m.c
	if c.lost != screenThere {
		m.title.SetInk(c.t("mirror.lost"), widget.InkWarning)
	} else {
		m.title.SetInk(c.t("mirror.title"), widget.InkText)
	}
	m.small.set(v, c.s.Training)
	asked := c.s.Step == flow.Agree || c.s.Step == flow.Spoken
	open := c.s.Step != flow.Locked
	read, card, code := "", "", ""
	if asked {
		read = c.t("mirror.read.n", "N", strconv.Itoa(c.s.ReadAloud))
	}
	if c.s.Step.Rail() > 0 && len(c.s.Readers) > 0 {
		card = c.t("mirror.card.off")
		if c.s.OnReader {
			card = c.t("mirror.card.on")
		}
	}
	if c.s.Problem != nil && open {
		code = c.t("mirror.code", "Code", c.s.Problem.Code)
	}
	put(m.read, read)
	put(m.card, card)
	put(m.code, code)
	lang := ""
	if len(c.d.CitizenLangs) > 1 && open {
		lang = c.t("mirror.lang", "Lang", v.cat.T("lang.self"))
	}
	put(m.lang, lang)
	serials := ""
	if open && c.s.Station.Serials < 50 {
		serials = c.t("note.serials", "N", strconv.FormatUint(c.s.Station.Serials, 10))
	}
	put(m.serials, serials)
}
