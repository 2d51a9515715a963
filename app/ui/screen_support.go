package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// Support makes the file that somebody far away needs to help. It names nobody.
type Support interface {
	SupportText(ctx context.Context) (string, error)
	SaveSupport(text string) (path string, err error)
}

// supportScreen is how every part feels with what to do about it, and below it the support file to the last line, before it
// is saved.
type supportScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	facts *widget.Facts
	sub   *widget.Text
	text  *widget.Text
	got   string
}

func newSupport(c *counter) *supportScreen {
	k := c.kit
	s := &supportScreen{c: c, head: k.Text(styleHead(), ""), facts: k.Facts(6, styleLabel(), styleBody()), sub: k.Text(styleBody(), ""),
		text: k.Text(widget.Style{Size: 16, Ink: widget.InkSecondary}, "")}
	s.col = k.Column(10, s.head, s.facts.Container, s.sub, s.text)
	return s
}

func (s *supportScreen) content() *fyne.Container { return s.col }
func (s *supportScreen) first() fyne.Focusable    { return nil }

func (s *supportScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.support"))
	var facts []widget.Fact
	if c.layer == layerSupport {
		for _, p := range c.health.Probes {
			if p.Level != desk.LevelUnknown {
				facts = append(facts, c.probeFact(p))
			}
		}
	}
	s.facts.Set(facts)
	put(s.sub, c.t("cl.support.sub"))
	put(s.text, s.got)
}

// openSupport makes the file beside the screens.
func (c *counter) openSupport() {
	c.layer, c.fault, c.note, c.armed = layerSupport, nil, "", ""
	c.frame.support().got = ""
	c.shown()
	c.spawn(func() {
		text, err := c.d.Support.SupportText(c.ctx)
		c.post(func() {
			if err != nil {
				c.fault = desk.Explain("support", err)
			}
			c.frame.support().got = strings.TrimSpace(text)
			c.refresh()
		})
	})
}

// saveSupport writes what is shown, and says where it lies.
func (c *counter) saveSupport() {
	text := c.frame.support().got
	if text == "" {
		return
	}
	c.spawn(func() {
		path, err := c.d.Support.SaveSupport(text + "\n")
		c.post(func() {
			if err != nil {
				c.fault = desk.Explain("support", err)
				c.refresh()
				return
			}
			c.say(c.t("cl.support.saved", "File", path))
		})
	})
}
