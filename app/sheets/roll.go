package sheets

import (
	"bangban/app/desk"
	"bangban/print"
)

// Measures of a sheet on a roll.
const (
	rollMargin = 4.0 // mm; print heads leave that much white on either side
	rollCut    = 12.0
	rollSecond = 14 // points of the second language: length is no matter
	rollTail   = 4.0
)

func isRoll(size print.Size) bool { return size.W < print.A5().W }

// onRoll draws a sheet once, on as long a piece of roll as may be, and cuts it where draw says that it ends.
func onRoll(fonts *print.Fonts, size print.Size, first, second Language, draw func(*page) float64) (*print.Sheet, error) {
	p := &page{sheet: print.NewSheet(fonts, size, first.Tag), first: first, second: second, scale: 1, small: rollSecond,
		phrases: true, gap: wide, roll: true}
	if bottom := draw(p); p.sheet.Err() == nil {
		p.sheet.CutAt(bottom + rollTail)
	}
	if err := p.sheet.Err(); err != nil {
		p.sheet.Wipe()
		return nil, err
	}
	return p.sheet, nil
}

// rollVoucher lays a voucher out on 80 mm paper. One bound to a face needs a portrait and a larger code than there is
// room for: it is refused as one whose code is too large.
func rollVoucher(fonts *print.Fonts, v *VoucherData, first, second Language) (*print.Sheet, error) {
	if v.Paper != Paper80 {
		return nil, ErrPaper
	}
	if v.Binding == desk.BindFace {
		return nil, print.NewError(print.CodeCodeTooLarge, nil, nil)
	}
	code, err := print.EncodeThermal(v.CodeText)
	if err != nil {
		return nil, err
	}
	defer code.Wipe()
	return onRoll(fonts, print.Roll80(), first, second, func(p *page) float64 {
		p.code = code
		c := p.sheet.Column(p.left(), p.head("paper.title", v.Training), p.width())
		p.facts(c, v)
		p.phrasesOf(c, v.sentences())
		p.sheet.Line(c.X, c.Y, c.X+c.W, c.Y, 0.3, print.Ink{})
		c.Space(1.5)
		p.beside(c, v)
		p.note(c, "paper.roll.keep")
		// The code comes last: a paper that tears or runs out before its end carries none.
		p.sheet.Code((p.sheet.Size().W-code.Side())/2, c.Y, code)
		c.Space(code.Side())
		if v.Training {
			c.Y = p.rollBand(c.Y)
		}
		return c.Y
	})
}

// rollHead draws band, corner and heading of a sheet on a roll and says where the rest begins. There is no watermark:
// these printers have no grey.
func (p *page) rollHead(key string, training bool) float64 {
	w := p.sheet.Size().W
	p.sheet.Dashed(w-rollCut, 0, w, rollCut, 0.5, 1.6, print.Ink{})
	c := p.sheet.Column(p.left(), 2, p.width()-rollCut+p.left())
	if training {
		c.Y = p.band(print.Rect{X: 0, Y: 0, W: p.left() + c.W - 4}) + 2
	}
	c.Text(p.first.say(key), p.bold(sizeHeading))
	c.W = p.width()
	if !p.second.none() {
		c.Text(p.second.say(key), p.bold(sizeBody))
	}
	p.sheet.Line(c.X, c.Y+0.5, c.X+c.W, c.Y+0.5, 0.6, print.Ink{})
	return c.Y + 2.5
}

func (p *page) rollBand(y float64) float64 {
	return p.band(print.Rect{X: 0, Y: y, W: p.sheet.Size().W})
}

// band draws the training words white on black and says where it ends.
func (p *page) band(at print.Rect) float64 {
	st := p.bold(sizeBody)
	st.Ink = print.Grey(255)
	words, room := p.first.say("paper.training.band"), at.W-2*rollMargin
	at.H = p.sheet.Height(words, room, st) + 3
	p.sheet.Box(at, print.Ink{})
	p.sheet.Column(rollMargin, at.Y+1.5, room).Text(words, st)
	return at.Y + at.H
}

// stacked draws facts one below the other: label, value, the second language.
func (p *page) stacked(c *print.Column, rows []fact) {
	for _, r := range rows {
		label := p.first.say(r.key)
		if !p.second.none() {
			used := p.sheet.Width(label, p.style(sizeBody)) + 2.5
			p.sheet.Text(c.X+used, c.Y+p.style(sizeBody).Baseline(), p.second.say(r.key), p.below())
		}
		c.Text(label, p.style(sizeBody))
		c.Text(r.value, r.style)
		if !p.second.none() {
			c.Text(r.second, p.below())
		}
		c.Space(p.gap)
	}
}
