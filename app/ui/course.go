package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// Exercises of a training counter. They are begun from the help page and follow the visit; nothing of a visit changes.

// canCourse tells whether there are exercises here.
func (c *counter) canCourse() bool {
	return c.s.Training && c.d.Tray != nil && c.s.Step == flow.Ready
}

// beginCourse starts at the first exercise.
func (c *counter) beginCourse() {
	c.course.Begin(c.d.Now)
	c.closeLayer()
	c.offerCard()
	c.say(c.t("course.begin", "N", strconv.Itoa(len(flow.Exercises()))))
}

// watchCourse follows the visit, and says what came of an exercise that has ended.
func (c *counter) watchCourse(s flow.State) {
	r, ended := c.course.Watch(s)
	if !ended {
		return
	}
	key := "course.wrong"
	if r.Right {
		key = "course.right"
	}
	c.note = c.t(key, "Points", strconv.Itoa(r.Points())) + c.t("list.stop") + c.t("course.why."+r.ID)
	if c.course.Done() {
		c.layer = layerScore
		c.frame.stepped()
		return
	}
	c.offerCard()
}

// offerCard puts the hand on the card of the exercise.
func (c *counter) offerCard() {
	e, due := c.course.Exercise()
	if !due {
		return
	}
	b := c.frame.ready().tray
	for i, n := range b.names {
		if n == e.Card {
			b.list.Pick(i)
		}
	}
}

// task is the sentence of the exercise that is due; empty: nobody is on one.
func (c *counter) task() string {
	e, due := c.course.Exercise()
	if !due {
		return ""
	}
	return c.t("course.task", "At", strconv.Itoa(c.course.At+1), "Of", strconv.Itoa(len(flow.Exercises()))) + c.t("say.colon") + c.t("course.do."+e.ID)
}

// scoreScreen is what a course came to.
type scoreScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	sum   *widget.Text
	facts *widget.Facts
	sub   *widget.Text
}

func newScore(c *counter) *scoreScreen {
	k := c.kit
	s := &scoreScreen{c: c, head: k.Text(styleHead(), ""), sum: k.Text(widget.Style{Size: 26, Bold: true}, ""), facts: k.Facts(6, styleLabel(), styleBody()),
		sub: k.Text(styleMinor(), "")}
	s.col = k.Column(12, s.head, s.sum, s.facts.Container, s.sub)
	return s
}

func (s *scoreScreen) content() *fyne.Container { return s.col }
func (s *scoreScreen) first() fyne.Focusable    { return nil }

func (s *scoreScreen) refresh() {
	c := s.c
	points, of := c.course.Score()
	s.head.Set(c.t("course.score"))
	s.sum.Set(c.t("course.sum", "N", strconv.Itoa(points), "Of", strconv.Itoa(of)))
	var facts []widget.Fact
	for _, r := range c.course.Results {
		mark := "× "
		if r.Right {
			mark = "✓ "
		}
		facts = append(facts, widget.Fact{Label: c.t("course.name." + r.ID), Value: mark + c.t("course.points", "N", strconv.Itoa(r.Points())) + c.t("list.stop") + c.t("course.why."+r.ID)})
	}
	s.facts.Set(facts)
	s.sub.Set(c.t("course.sub"))
}
