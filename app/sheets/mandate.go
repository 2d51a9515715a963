package sheets

import (
	"fmt"
	"strconv"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// MandateData is what stands on a mandate: two copies and the slip that takes it back, three pages of one sheet. It prints as
// nothing.
type MandateData struct {
	Serial     string
	CodeText   string // of the QR code of the two copies
	RevokeText string // of the QR code of the slip
	Paper      string // PaperA5, PaperA4; empty: A5

	Principal string // whole names: the paper is for people who know both
	Helper    string
	Relation  string      // code
	Scopes    []desk.Text // what the helper may ask for
	Money     bool        // one of them moves money
	Uses      uint64
	Until     time.Time
	IssuedAt  time.Time
	Hall      desk.Text
	Hotline   string
	Answer    desk.Answer

	Training    bool
	SoftwareKey bool
	Copy        int
}

// String says that there is a mandate, never whose.
func (MandateData) String() string { return "mandate data" }

// Format implements fmt.Formatter so that no verb prints a field.
func (m MandateData) Format(f fmt.State, _ rune) { fmt.Fprint(f, m.String()) }

// maxScopes is how many purposes find room on one page in large print.
const maxScopes = 3

// Mandate lays the three pages out: the person's copy, the helper's copy, the slip. second may be none. A roll has no room
// for it.
func Mandate(fonts *print.Fonts, m MandateData, first, second Language) (*print.Sheet, error) {
	if m.Serial == "" || m.CodeText == "" || m.RevokeText == "" || m.Principal == "" || m.Helper == "" || m.Relation == "" ||
		len(m.Scopes) == 0 || len(m.Scopes) > maxScopes || m.Uses == 0 || m.Until.IsZero() || m.IssuedAt.IsZero() {
		return nil, ErrData
	}
	size, err := Size(m.Paper)
	if err != nil {
		return nil, err
	}
	if isRoll(size) {
		return nil, ErrPaper
	}
	var codes [2]*print.QR
	for i, text := range []string{m.CodeText, m.RevokeText} {
		if codes[i], err = print.Encode(text); err != nil {
			return nil, err
		}
		defer codes[i].Wipe()
	}
	for _, a := range ladder(size, !second.none()) {
		if a.twoPages {
			break
		}
		if a.inline && print.RTL(first.Tag) {
			continue
		}
		p := &page{sheet: print.NewSheet(fonts, size, first.Tag), first: first, second: second,
			scale: a.scale, small: a.small, phrases: a.phrases, gap: a.gap, inline: a.inline}
		if a.small == 0 {
			p.second = Language{}
		}
		fits := p.mandate(&m, "paper.mandate.own", codes[0])
		p.sheet.AddPage()
		fits = p.mandate(&m, "paper.mandate.helper", codes[0]) && fits
		p.sheet.AddPage()
		fits = p.revocation(&m, codes[1]) && fits
		if err := p.sheet.Err(); err != nil {
			p.sheet.Wipe()
			return nil, err
		}
		if fits {
			return p.sheet, nil
		}
		p.sheet.Wipe()
	}
	return nil, fmt.Errorf("%w: text far too long", print.ErrLayout)
}

// mandate draws one copy; whose it is stands under the heading.
func (p *page) mandate(m *MandateData, whose string, code *print.QR) bool {
	c := p.sheet.Column(p.left(), p.head("paper.mandate.title", m.Training), p.width())
	c.Text(p.first.say(whose), p.bold(sizeBody))
	c.Space(p.gap * p.scale)
	p.table(c, m.rows(p))
	if m.Money {
		c.Text(p.first.say("paper.mandate.money"), p.bold(sizeBody))
		p.under(c, p.secondSays("paper.mandate.money"))
		c.Space(p.gap * p.scale)
	}
	c.Text(p.first.say("paper.mandate.bound"), p.style(sizeBody))
	p.under(c, p.secondSays("paper.mandate.bound"))
	if m.Answer == desk.YesSpoken {
		p.note(c, "paper.spoken")
	}
	return c.Y <= p.codeFoot(m, code)
}

func (m *MandateData) rows(p *page) []fact {
	var scopes, others string
	for i, s := range m.Scopes {
		if i > 0 {
			scopes += "\n"
			others += " · "
		}
		scopes += p.first.in(s)
		if !p.second.none() {
			others += p.second.in(s)
		}
	}
	uses := func(l Language) string { return l.say("paper.mandate.uses", "N", strconv.FormatUint(m.Uses, 10)) }
	rows := []fact{
		{"paper.mandate.from", m.Principal, "", p.name(sizeKey)},
		{"paper.mandate.to", m.Helper, "", p.name(sizeKey)},
		{"paper.mandate.relation", p.first.say("relation." + m.Relation), "", p.style(sizeBody)},
		{"paper.mandate.scopes", scopes, others, p.bold(sizeBody)},
		{"paper.mandate.until", p.first.date(m.Until), "", p.bold(sizeBody)},
		{"paper.mandate.times", uses(p.first), "", p.style(sizeBody)},
	}
	return rows
}

// table draws facts with labels of one width.
func (p *page) table(c *print.Column, rows []fact) {
	label := 0.0
	for _, r := range rows {
		own, other := p.sheet.Width(p.first.say(r.key), p.style(sizeBody)), 0.0
		if !p.second.none() {
			other = p.sheet.Width(p.second.say(r.key), p.below())
		}
		if p.inline {
			own, other = own+1.5+other, 0
		}
		label = max(label, own, other)
	}
	for _, r := range rows {
		p.row(c, r, label+3.5)
		c.Space(p.gap * p.scale)
	}
}

// revocation draws the slip: whoever the person lays it before takes the mandate back, on their word alone.
func (p *page) revocation(m *MandateData, code *print.QR) bool {
	c := p.sheet.Column(p.left(), p.head("paper.revocation.title", m.Training), p.width())
	c.Text(p.first.say("paper.revocation.keep"), p.bold(sizeKey))
	p.under(c, p.secondSays("paper.revocation.keep"))
	c.Space(p.gap * p.scale)
	p.table(c, []fact{{"paper.mandate.to", m.Helper, "", p.name(sizeKey)}, {"paper.mandate.until", p.first.date(m.Until), "", p.bold(sizeBody)}})
	for _, key := range []string{"paper.revocation.how", "paper.revocation.alone"} {
		c.Text(p.first.say(key), p.style(sizeBody))
		p.under(c, p.secondSays(key))
		c.Space(p.gap * p.scale)
	}
	if m.Hotline != "" {
		p.labelled(c, "paper.refer.call", m.Hotline, p.bold(sizeKey))
	}
	return c.Y <= p.codeFoot(m, code)
}

// codeFoot draws the code at its place with the number beside it, and says where the rest must end.
func (p *page) codeFoot(m *MandateData, code *print.QR) float64 {
	size, side := p.sheet.Size(), code.Side()
	top := size.H - codeMargin - side
	x := codeMargin + side + 2
	c := p.sheet.Column(x, top, size.W-margin-x)
	p.labelled(c, "paper.serial", m.Serial, p.bold(sizeKey))
	if m.Copy > 1 {
		p.note(c, "paper.copy", "N", strconv.Itoa(m.Copy))
	}
	c.Text(p.first.in(m.Hall), p.style(sizeBody))
	p.labelled(c, "paper.issued", m.IssuedAt.Format("2006-01-02 15:04"), p.style(sizeBody))
	if m.SoftwareKey {
		p.note(c, "paper.software")
	}
	p.sheet.Code(codeMargin, top, code)
	return top
}
