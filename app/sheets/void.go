package sheets

import (
	"fmt"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// VoidData is what stands on the slip of a voucher that was taken back. It names nobody.
type VoidData struct {
	Paper   string
	Serial  string
	Reason  string // code
	Number  string // of the sealed record; empty: none
	Hall    desk.Text
	Hotline string
	At      time.Time

	Training bool
}

// Void lays the slip out. second may be none.
func Void(fonts *print.Fonts, v VoidData, first, second Language) (*print.Sheet, error) {
	if v.Serial == "" || v.Reason == "" || v.At.IsZero() {
		return nil, ErrData
	}
	return slip(fonts, v.Paper, first, second, func(p *page) float64 { return p.void(&v) })
}

// slip lays a sheet of one page out, as large as it fits.
func slip(fonts *print.Fonts, paper string, first, second Language, draw func(*page) float64) (*print.Sheet, error) {
	size, err := Size(paper)
	if err != nil {
		return nil, err
	}
	if isRoll(size) {
		return onRoll(fonts, size, first, second, draw)
	}
	for _, a := range ladder(size, !second.none()) {
		if a.twoPages {
			break
		}
		p := &page{sheet: print.NewSheet(fonts, size, first.Tag), first: first, second: second,
			scale: a.scale, small: a.small, phrases: a.phrases, gap: a.gap, inline: a.inline}
		if a.small == 0 {
			p.second = Language{}
		}
		bottom := draw(p)
		if err := p.sheet.Err(); err != nil {
			return nil, err
		}
		if bottom <= size.H-margin {
			return p.sheet, nil
		}
		p.sheet.Wipe()
	}
	return nil, fmt.Errorf("%w: text far too long", print.ErrLayout)
}

// void draws the slip and says where it ends.
func (p *page) void(v *VoidData) float64 {
	c := p.sheet.Column(p.left(), p.head("paper.void.title", v.Training), p.width())
	c.Text(v.Serial, p.bold(sizeName))
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("paper.void.now"), p.bold(sizeKey))
	p.under(c, p.secondAlways("paper.void.now"))
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("paper.void.reason"), p.style(sizeBody))
	c.Text(p.first.say("take.reason."+v.Reason), p.bold(sizeKey))
	p.under(c, p.secondAlways("take.reason."+v.Reason))
	c.Space(p.gap * p.scale)
	p.note(c, "paper.void.elsewhere")
	c.Space(p.gap * p.scale)
	return p.end(c, v.Number, v.Hotline, v.Hall, v.At)
}

// end closes a receipt: the number of the record, whom to call, where and when. It says where the receipt ends.
func (p *page) end(c *print.Column, number, hotline string, hall desk.Text, at time.Time) float64 {
	if number != "" {
		p.labelled(c, "paper.refer.number", number, p.style(sizeBody))
	}
	if hotline != "" {
		p.labelled(c, "paper.refer.call", hotline, p.bold(sizeKey))
	}
	c.Text(p.first.in(hall), p.style(sizeBody))
	p.labelled(c, "paper.refer.date", p.first.moment(at), p.style(sizeBody))
	return c.Y
}
