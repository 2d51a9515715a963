package sheets

import (
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// ChecklistData is what stands on the list of one service: whether this counter can do it, why not, and what must be brought.
type ChecklistData struct {
	Paper   string
	Purpose desk.Text
	Here    bool        // this counter can do it now
	Why     string      // key of a sentence on why not; empty: none
	Bring   []string    // codes: "check.bring.<code>"
	Things  []desk.Text // as the institution wrote them; before the codes
	Helped  bool        // somebody else may come with a mandate
	Hall    desk.Text
	Hotline string
	At      time.Time

	Training bool
}

// Checklist lays the list out. It names nobody.
func Checklist(fonts *print.Fonts, d ChecklistData, first, second Language) (*print.Sheet, error) {
	n := len(d.Bring) + len(d.Things)
	if len(d.Purpose) == 0 || n == 0 || n > maxBring || d.At.IsZero() {
		return nil, ErrData
	}
	return slip(fonts, d.Paper, first, second, func(p *page) float64 {
		c := p.sheet.Column(p.left(), p.head("paper.check.title", d.Training), p.width())
		p.block(c, "paper.purpose", d.Purpose)
		p.can(c, &d)
		c.Text(p.first.say("paper.refer.bring"), p.style(sizeBody))
		p.under(c, p.secondSays("paper.refer.bring"))
		for _, t := range d.Things {
			c.Text("□ "+p.first.in(t), p.bold(sizeKey))
			p.under(c, p.other(t))
		}
		for _, code := range d.Bring {
			c.Text("□ "+p.first.say("check.bring."+code), p.bold(sizeKey))
			p.under(c, p.secondSays("check.bring."+code))
		}
		if d.Helped {
			c.Text(p.first.say("check.bring.mandate"), p.style(sizeBody))
			p.under(c, p.secondSays("check.bring.mandate"))
		}
		c.Space(p.gap * p.scale)
		if d.Hotline != "" {
			p.labelled(c, "paper.refer.call", d.Hotline, p.bold(sizeKey))
		}
		c.Text(p.first.in(d.Hall), p.style(sizeBody))
		p.labelled(c, "paper.refer.date", p.first.date(d.At), p.style(sizeBody))
		return c.Y
	})
}

// can says whether it can be done here, and why not.
func (p *page) can(c *print.Column, d *ChecklistData) {
	keys := []string{"paper.check.here"}
	if !d.Here {
		keys = []string{"paper.check.elsewhere", d.Why}
	}
	for i, key := range keys {
		if key == "" {
			continue
		}
		st := p.style(sizeBody)
		if i == 0 {
			st = p.bold(sizeKey)
		}
		c.Text(p.first.say(key), st)
		p.under(c, p.secondSays(key))
	}
	c.Space(p.gap * p.scale)
}
