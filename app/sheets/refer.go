package sheets

import (
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// ReferData is what stands on a refer-out slip: how the thing can be done another day, when it could not be done today.
// It names nobody.
type ReferData struct {
	Paper   string
	Purpose desk.Text // what the person came for; may be empty
	Reason  desk.Text // why it was not done today, without blame; may be empty
	Bring   []desk.Text
	Where   desk.Text
	When    desk.Text // opening hours; may be empty
	Hotline string
	Number  string // of a call-back task; empty: nothing was kept
	Hall    desk.Text
	At      time.Time

	Training bool
}

// maxBring is how many things one is asked to bring. More than that nobody keeps in mind.
const maxBring = 6

// ReferOut lays a refer-out slip out. second may be none.
func ReferOut(fonts *print.Fonts, r ReferData, first, second Language) (*print.Sheet, error) {
	if len(r.Where) == 0 || len(r.Bring) == 0 || len(r.Bring) > maxBring || r.At.IsZero() {
		return nil, ErrData
	}
	return slip(fonts, r.Paper, first, second, func(p *page) float64 { return p.refer(&r) })
}

// refer draws the slip and says where it ends.
func (p *page) refer(r *ReferData) float64 {
	c := p.sheet.Column(p.left(), p.head("paper.refer.title", r.Training), p.width())
	p.block(c, "paper.purpose", r.Purpose)
	p.block(c, "paper.refer.reason", r.Reason)
	c.Text(p.first.say("paper.refer.bring"), p.style(sizeBody))
	p.under(c, p.secondSays("paper.refer.bring"))
	for i, thing := range r.Bring {
		st := p.bold(sizeKey)
		indent := p.sheet.Width("0", st) + 4 // the widest digit, so that all begin alike
		p.sheet.Text(c.X, c.Y+st.Baseline(), strconv.Itoa(i+1), st)
		in := p.sheet.Column(c.X+indent, c.Y, c.W-indent)
		in.Text(p.first.in(thing), st)
		p.under(in, p.other(thing))
		c.Y = in.Y
	}
	c.Space(p.gap * p.scale)
	p.block(c, "paper.refer.where", r.Where)
	p.block(c, "paper.refer.when", r.When)
	if r.Hotline != "" {
		p.labelled(c, "paper.refer.call", r.Hotline, p.bold(sizeName))
		p.under(c, p.secondSays("paper.refer.call"))
		c.Space(p.gap * p.scale)
	}
	p.sheet.Line(c.X, c.Y, c.X+p.width(), c.Y, 0.3, print.Ink{})
	c.Space(p.gap * p.scale)
	if r.Number == "" {
		c.Text(p.first.say("paper.refer.kept"), p.style(sizeBody))
		p.under(c, p.secondSays("paper.refer.kept"))
	} else {
		p.labelled(c, "paper.refer.number", r.Number, p.bold(sizeBody))
	}
	c.Text(p.first.in(r.Hall), p.style(sizeBody))
	p.labelled(c, "paper.refer.date", p.first.date(r.At), p.style(sizeBody))
	return c.Y
}

// block draws a label and below it what it is about; nothing where that is empty.
func (p *page) block(c *print.Column, key string, value desk.Text) {
	if len(value) == 0 {
		return
	}
	c.Text(p.first.say(key), p.style(sizeBody))
	c.Text(p.first.in(value), p.bold(sizeKey))
	p.under(c, p.other(value))
	c.Space(p.gap * p.scale)
}

// under adds a line of the second language; an empty one adds nothing.
func (p *page) under(c *print.Column, words string) {
	if words != "" && !p.second.none() {
		c.Text(words, p.below())
	}
}

// secondSays is a sentence of the second language where sentences have room.
func (p *page) secondSays(key string) string {
	if p.second.none() || !p.phrases {
		return ""
	}
	return p.second.say(key)
}
