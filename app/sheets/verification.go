package sheets

import (
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
	return slip(fonts, v.Paper, first, second, func(p *page) float64 { return p.verification(&v) })
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
	return p.end(c, v.Number, v.Hotline, v.Hall, v.At)
}

// secondAlways is a short phrase of the second language.
func (p *page) secondAlways(key string, pairs ...string) string {
	if p.second.none() {
		return ""
	}
	return p.second.say(key, pairs...)
}
