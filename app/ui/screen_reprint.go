package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// reprintScreen waits for the paper that the person holds from an earlier visit, and takes the reason of the copy.
type reprintScreen struct {
	c    *counter
	col  *fyne.Container
	head *widget.Text
	sub  *widget.Text
	list *widget.Choice
}

func newReprint(c *counter) *reprintScreen {
	k := c.kit
	s := &reprintScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), "")}
	s.list = k.Choice("", func(i int) {
		c.do("visit.reprint", func() error { return c.d.Visit.Reprint(flow.ReprintReasons()[i]) })
	})
	s.col = k.Column(12, s.head, s.sub, s.list)
	return s
}

func (s *reprintScreen) content() *fyne.Container { return s.col }

// first is nothing: a scanner's digits would choose rows of a list that has the focus.
func (s *reprintScreen) first() fyne.Focusable { return nil }

func (s *reprintScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.reprint"))
	s.sub.Set(c.t("cl.reprint.sub"))
	var rows []string
	at := 0
	for i, r := range flow.ReprintReasons() {
		rows = append(rows, c.t("reprint.reason."+r))
		if r == c.s.Reason {
			at = i
		}
	}
	s.list.Set(c.t("cl.reprint"), rows, at)
}

// nextReason names the next reason of a copy.
func (c *counter) nextReason() {
	all := flow.ReprintReasons()
	at := slices.Index(all, c.s.Reason)
	c.do("visit.reprint", func() error { return c.d.Visit.Reprint(all[(at+1)%len(all)]) })
}

// reprintAction is F8 while a proven person stands at the counter.
func (c *counter) reprintAction(m map[fyne.KeyName]action) {
	if c.d.Approver == nil {
		return
	}
	m[fyne.KeyF8] = action{"key.F8.reprint", true, func() {
		if c.shift() && c.s.Step == flow.Choose && c.d.Slips != nil {
			c.checklist()
			return
		}
		c.do("visit.reprint", func() error { return c.d.Visit.Reprint(flow.ReprintReasons()[0]) })
	}}
}
