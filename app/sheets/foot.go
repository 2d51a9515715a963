package sheets

import (
	"strconv"
	"strings"

	"bangban/app/desk"
	"bangban/print"
)

// foot draws the code and what stands beside it, and says where the rest must end.
func (p *page) foot(v *VoucherData) (top float64) {
	size := p.sheet.Size()
	side := p.code.Side()
	x := codeMargin + side + 2
	beside := func(y float64) *print.Column { return p.sheet.Column(x, y, size.W-margin-x) }
	// How high the facts are is measured on a sheet that is thrown away.
	trial := *p
	trial.sheet = print.NewSheet(p.sheet.Fonts(), size, p.first.Tag)
	c := trial.sheet.Column(x, 0, size.W-margin-x)
	trial.beside(c, v)
	if err := trial.sheet.Err(); err != nil {
		p.sheet.Fail(err)
		return 0
	}
	height := max(side, c.Y)
	trial.sheet.Wipe()
	top = size.H - codeMargin - height
	p.beside(beside(top), v)
	p.sheet.Code(codeMargin, size.H-codeMargin-side, p.code)
	return top
}

func (p *page) beside(c *print.Column, v *VoucherData) {
	p.labelled(c, "paper.serial", v.Serial, p.bold(sizeKey))
	if v.Copy > 1 {
		p.note(c, "paper.copy", "N", strconv.Itoa(v.Copy))
	}
	if v.MaskedNumber != "" {
		p.labelled(c, "paper.number", v.MaskedNumber, p.style(sizeBody))
	}
	c.Text(p.first.in(v.Hall), p.style(sizeBody))
	if p.phrases {
		c.Text(p.other(v.Hall), p.below())
	}
	p.labelled(c, "paper.issued", v.IssuedAt.Format("2006-01-02 15:04"), p.style(sizeBody))
	if key := v.unproven(); key != "" {
		p.note(c, key)
	}
	if v.SoftwareKey {
		p.note(c, "paper.software")
	}
}

// labelled draws a label and its value, on one line where both find room.
func (p *page) labelled(c *print.Column, key, value string, st print.Style) {
	label, body := p.first.say(key), p.style(sizeBody)
	used := p.sheet.Width(label, body) + 2.5
	if used+p.sheet.Width(value, st) > c.W {
		c.Text(label, body)
		c.Text(value, st)
		return
	}
	if p.rtl() {
		body.Align, st.Align = print.Right, print.Right
		p.sheet.Text(c.X+c.W, c.Y+st.Baseline(), label, body)
		p.sheet.Text(c.X+c.W-used, c.Y+st.Baseline(), value, st)
	} else {
		p.sheet.Text(c.X, c.Y+st.Baseline(), label, body)
		p.sheet.Text(c.X+used, c.Y+st.Baseline(), value, st)
	}
	c.Space(st.Line())
}

// note draws a short sentence and below it the second language's.
func (p *page) note(c *print.Column, key string, pairs ...string) {
	c.Text(p.first.say(key, pairs...), p.style(sizeBody))
	if !p.second.none() && p.phrases {
		c.Text(p.second.say(key, pairs...), p.below())
	}
}

// other is a bundle text in the second language, empty where that says the same.
func (p *page) other(t desk.Text) string {
	if p.second.none() {
		return ""
	}
	if s := p.second.in(t); s != p.first.in(t) {
		return s
	}
	return ""
}

// sentenceGap is what stands between two sentences.
func sentenceGap(l Language) string {
	if strings.HasPrefix(l.Tag, "zh") {
		return ""
	}
	return " "
}
