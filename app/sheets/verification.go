package sheets

import (
	"fmt"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// VerificationData is what stands on the receipt of a credential that was shown: the result, never what it says.
type VerificationData struct {
	Paper   string
	Outcome string // valid, valid-old, valid-no-list, not-valid, cannot-tell
	Days    int    // age of the oldest list
	Want    string // valid, who, all
	Reason  string // code of the check's reason that decided; empty where the result is valid
	Format  string
	Number  string // of the sealed record
	Hall    desk.Text
	Hotline string
	At      time.Time

	Training bool
}

// Verification lays the receipt out. second may be none.
func Verification(fonts *print.Fonts, v VerificationData, first, second Language) (*print.Sheet, error) {
	if v.Outcome == "" || v.At.IsZero() {
		return nil, ErrData
	}
	size, err := Size(v.Paper)
	if err != nil {
		return nil, err
	}
	if isRoll(size) {
		return onRoll(fonts, size, first, second, func(p *page) float64 { return p.verification(&v) })
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
		bottom := p.verification(&v)
		if err := p.sheet.Err(); err != nil {
			return nil, err
		}
		if bottom <= size.H-margin {
			return p.sheet, nil
		}
	}
	return nil, fmt.Errorf("%w: text far too long", print.ErrLayout)
}

// verification draws the receipt and says where it ends.
func (p *page) verification(v *VerificationData) float64 {
	c := p.sheet.Column(p.left(), p.head("paper.verification.title", v.Training), p.width())
	days := strconv.Itoa(v.Days)
	c.Text(p.first.say("show.outcome."+v.Outcome, "N", days), p.bold(sizeName))
	p.under(c, p.secondAlways("show.outcome."+v.Outcome, "N", days))
	if v.Reason != "" {
		c.Text(p.first.say("reason."+v.Reason), p.style(sizeBody))
		p.under(c, p.secondAlways("reason."+v.Reason))
	}
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("f.show.want"), p.style(sizeBody))
	c.Text(p.first.say("show.want."+v.Want), p.bold(sizeKey))
	p.under(c, p.secondAlways("show.want."+v.Want))
	c.Space(p.gap * p.scale)
	p.labelled(c, "paper.verification.format", v.Format, p.style(sizeBody))
	c.Space(p.gap * p.scale)
	p.note(c, "paper.verification.kept")
	c.Space(p.gap * p.scale)
	if v.Number != "" {
		p.labelled(c, "paper.refer.number", v.Number, p.style(sizeBody))
	}
	if v.Hotline != "" {
		p.labelled(c, "paper.refer.call", v.Hotline, p.bold(sizeKey))
	}
	c.Text(p.first.in(v.Hall), p.style(sizeBody))
	p.labelled(c, "paper.refer.date", p.first.moment(v.At), p.style(sizeBody))
	return c.Y
}

// secondAlways is a short phrase of the second language.
func (p *page) secondAlways(key string, pairs ...string) string {
	if p.second.none() {
		return ""
	}
	return p.second.say(key, pairs...)
}
