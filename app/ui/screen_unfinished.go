package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// unfinishedScreen lists vouchers that were signed but never ended, after a power cut or a crash. Each is either in the
// person's hand or spoiled; both take two presses.
type unfinishedScreen struct {
	c    *counter
	col  *fyne.Container
	head *widget.Text
	sub  *widget.Text
	list *widget.Choice
	keys *widget.Text
	at   int
}

func newUnfinished(c *counter) *unfinishedScreen {
	k := c.kit
	s := &unfinishedScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), keys: k.Text(styleBody(), "")}
	s.list = k.Choice("", func(i int) {
		s.at = i
		c.armed, c.note = "", ""
		c.refresh()
	})
	s.col = k.Column(12, s.head, s.sub, s.list, s.keys)
	return s
}

func (s *unfinishedScreen) content() *fyne.Container { return s.col }
func (s *unfinishedScreen) first() fyne.Focusable    { return s.list }

func (s *unfinishedScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.unfinished"))
	s.sub.Set(c.t("cl.unfinished.sub"))
	var rows []string
	for _, r := range c.s.Unfinished {
		rows = append(rows, c.t("cl.unfinished.row", "Serial", r.Serial, "Day", r.Day, "State", c.stateName(r.State))+"   "+c.fateWords(r.Serial))
	}
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.unfinished"), rows, s.at)
	s.keys.Set(strings.Join([]string{c.t("cl.unfinished.handed"), c.t("cl.unfinished.spoiled"), c.t("cl.unfinished.later")}, "\n"))
}

// fateWords says what became of the paper, as far as the printer tells.
func (c *counter) fateWords(serial string) string {
	switch c.s.Fates[serial] {
	case flow.FateAsking:
		return c.t("fate.asking")
	case flow.FateOut:
		return c.t("fate.out")
	case flow.FateUnderWay:
		return c.t("fate.way")
	case flow.FateNone:
		return c.t("fate.none")
	case flow.FateUnsure:
		return c.t("fate.unsure")
	}
	return ""
}

func (c *counter) stateName(st desk.State) string {
	if c.cat.Has("state." + string(st)) {
		return c.t("state." + string(st))
	}
	return c.t("state.unknown")
}

func (s *unfinishedScreen) handed() { s.resolve("handed", "cl.unfinished.confirm", true) }

func (s *unfinishedScreen) spoiled() {
	if !s.c.shift() {
		s.c.say(s.c.t("cl.unfinished.spoiled"))
		return
	}
	sentence := "cl.spoil.confirm"
	if s.at < len(s.c.s.Unfinished) {
		switch s.c.s.Fates[s.c.s.Unfinished[s.at].Serial] {
		case flow.FateOut:
			sentence = "cl.void.confirm"
		case flow.FateUnderWay:
			sentence = "cl.void.way"
		}
	}
	s.resolve("spoiled", sentence, false)
}

func (s *unfinishedScreen) resolve(key, sentence string, printed bool) {
	if s.at >= len(s.c.s.Unfinished) {
		return
	}
	serial := s.c.s.Unfinished[s.at].Serial
	if s.c.arm(key+serial, s.c.t(sentence)) {
		s.c.do("visit.resolve", func() error { return s.c.d.Visit.ResolveUnfinished(serial, printed) })
	}
}
