package sheets

import (
	"fmt"
	"image"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// VoucherData is what stands on one voucher. Times are printed as the clock of their Location reads; station hands them
// over in local time. It prints as nothing.
type VoucherData struct {
	Serial   string
	CodeText string // of the QR code
	Paper    string // PaperA5, PaperA4; empty: A5

	Purpose   desk.Text
	Allows    desk.Text // what the holder may do with it, a whole sentence
	Recipient desk.Text
	MaxUses   uint64 // 0: any number

	Name         string
	BirthDate    string // YYYY-MM-DD; empty: not among the fields
	Binding      desk.Binding
	MaskedNumber string // ****1234
	Last4        string // of the number, for Binding document
	DocumentKind string // "emrtd"

	From, Until time.Time
	IssuedAt    time.Time
	Portrait    image.Image // for Binding face
	Hall        desk.Text
	Hotline     string // the route of withdrawal; empty: any hall
	Answer      desk.Answer

	Training    bool
	SoftwareKey bool
	Copy        int  // 0 and 1: the first
	Unproven    bool // nobody could prove at the counter that the state issued the document
	Second      bool // a second clerk has looked at it
}

// unproven is the key of the sentence about an unproven document, empty where it was proven.
func (v *VoucherData) unproven() string {
	switch {
	case v.Unproven && v.Second:
		return "paper.unproven"
	case v.Unproven:
		return "paper.unproven.one"
	}
	return ""
}

// String says that there is a voucher, never whose.
func (VoucherData) String() string { return "voucher data" }

// Format implements fmt.Formatter so that no verb prints a field.
func (v VoucherData) Format(f fmt.State, _ rune) { fmt.Fprint(f, v.String()) }

func (v *VoucherData) check() error {
	if v.Serial == "" || v.CodeText == "" || v.Name == "" || v.From.IsZero() || v.Until.IsZero() || v.IssuedAt.IsZero() ||
		len(v.Purpose) == 0 || len(v.Recipient) == 0 || v.Binding == desk.BindDocument && v.Last4 == "" ||
		v.Binding == desk.BindFace && v.Portrait == nil {
		return ErrData
	}
	return nil
}

// attempt is one rung of the ladder of the package comment.
type attempt struct {
	scale    float64
	small    float64 // points of the second language; 0: it is left out
	phrases  bool
	twoPages bool
	gap      float64
	inline   bool // lines are close, the second language stands beside a value where there is room
}

// Distances between two facts or sentences in mm.
const (
	wide  = 1.8
	tight = 0.8
)

func ladder(size print.Size, twoLanguages bool) (all []attempt) {
	scales := []float64{1}
	if size.W >= print.A4().W {
		scales = []float64{1.25, 1}
	}
	for _, s := range scales {
		if twoLanguages {
			all = append(all, attempt{s, 16, true, false, wide, false}, attempt{s, 14, true, false, wide, false},
				attempt{s, 14, false, false, wide, false}, attempt{s, sizeSecond, false, false, wide, false},
				attempt{s, sizeSecond, false, false, tight, false}, attempt{scale: s, small: sizeSecond, gap: tight, inline: true})
		}
		all = append(all, attempt{scale: s, gap: wide}, attempt{scale: s, gap: tight})
	}
	return append(all, attempt{scale: 1, gap: wide, twoPages: true})
}

// Voucher lays a voucher out. second may be none.
func Voucher(fonts *print.Fonts, v VoucherData, first, second Language) (*print.Sheet, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	size, err := Size(v.Paper)
	if err != nil {
		return nil, err
	}
	if isRoll(size) {
		return rollVoucher(fonts, &v, first, second)
	}
	code, err := print.Encode(v.CodeText)
	if err != nil {
		return nil, err
	}
	defer code.Wipe()
	for _, a := range ladder(size, !second.none()) {
		if a.inline && print.RTL(first.Tag) {
			continue // where the second language would stand the labels are
		}
		p := &page{sheet: print.NewSheet(fonts, size, first.Tag), first: first, second: second, code: code,
			scale: a.scale, small: a.small, phrases: a.phrases, gap: a.gap, inline: a.inline}
		if a.small == 0 {
			p.second = Language{}
		}
		fits := p.voucher(&v, a.twoPages)
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

// voucher draws everything and says whether it found its place.
func (p *page) voucher(v *VoucherData, twoPages bool) bool {
	c := p.sheet.Column(margin, p.head("paper.title", v.Training), p.width())
	floor := p.foot(v)
	p.facts(c, v)
	if !twoPages {
		p.phrasesOf(c, v.sentences())
		return c.Y-p.gap*p.scale <= floor // the last gap may fall away
	}
	more := p.first.say("paper.more")
	here, there := p.divide(c, v.sentences(), floor-p.sheet.Height(more, c.W, p.bold(sizeBody)))
	p.phrasesOf(c, here)
	c.Text(more, p.bold(sizeBody))
	ok := c.Y <= floor
	p.sheet.AddPage()
	c = p.sheet.Column(margin, p.head("paper.title", v.Training), p.width())
	c.Text(v.Serial, p.bold(sizeKey))
	c.Text(p.first.say("paper.page", "N", "2", "Of", "2"), p.style(sizeBody))
	c.Space(3)
	p.phrasesOf(c, there)
	return ok && c.Y <= p.sheet.Size().H-margin
}

type fact struct {
	key    string
	value  string
	second string // the same in the second language, empty where it is the same
	style  print.Style
}

// rows are the facts of the table.
func (p *page) rows(v *VoucherData) []fact {
	// A voucher that is valid from now on says only until when: the time of issue stands beside the code.
	span := func(l Language) string {
		if !v.From.After(v.IssuedAt) {
			return l.say("paper.valid.until", "Until", l.moment(v.Until))
		}
		return l.say("paper.valid.range", "From", l.moment(v.From), "Until", l.moment(v.Until))
	}
	rows := []fact{
		{"paper.name", v.Name, "", p.name(sizeName)},
		{"paper.purpose", p.first.in(v.Purpose), p.other(v.Purpose), p.bold(sizeKey)},
		{"paper.recipient", p.first.in(v.Recipient), p.other(v.Recipient), p.bold(sizeKey)},
		{"paper.valid", span(p.first), "", p.bold(sizeKey)},
	}
	if !p.second.none() {
		rows[3].second = strings.ReplaceAll(span(p.second), "\n", " ")
	}
	if v.BirthDate != "" {
		born := fact{"paper.born", p.first.birth(v.BirthDate), "", p.style(sizeKey)}
		rows = append(rows[:1], append([]fact{born}, rows[1:]...)...)
	}
	return rows
}

// facts draws the table: label on the left, value beside it, the second language below each.
func (p *page) facts(c *print.Column, v *VoucherData) {
	rows := p.rows(v)
	if p.roll {
		p.stacked(c, rows)
		return
	}
	p.portrait(c, v)
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
	label += 3.5
	for _, r := range rows {
		p.row(c, r, label)
		c.Space(p.gap * p.scale)
	}
	c.Y = max(c.Y, p.face+1)
}

// row draws one fact. Label and value stand on the same baseline.
func (p *page) row(c *print.Column, r fact, label float64) {
	left, right := p.sheet.Column(c.X, c.Y, label), p.sheet.Column(c.X+label, c.Y, p.room(c)-label)
	if p.rtl() {
		left.X, right.X = c.X+p.room(c)-label, c.X
		right.W -= 2
	}
	left.Space(0.74 * (r.style.Line() - p.style(sizeBody).Line()))
	left.Text(p.first.say(r.key), p.style(sizeBody))
	right.Text(r.value, r.style)
	if !p.second.none() {
		other := p.second.say(r.key)
		if p.inline {
			p.sheet.Text(right.X-3.5-p.sheet.Width(other, p.below()), c.Y+r.style.Baseline(), other, p.below())
		} else {
			left.Text(other, p.below())
		}
		used := p.sheet.Width(r.value, r.style) + 3
		if !p.inline || used+p.sheet.Width(r.second, p.below()) > right.W {
			right.Text(r.second, p.below())
		} else if r.second != "" {
			p.sheet.Text(right.X+used, c.Y+r.style.Baseline(), r.second, p.below())
		}
	}
	c.Y = max(left.Y, right.Y)
}

// sentence is one of those below the table.
type sentence struct {
	say  func(Language) string
	bold bool
}

// sentences are what the holder may do, what it is bound to, how to take it back, how the person said yes.
func (v *VoucherData) sentences() []sentence {
	return []sentence{{v.allows, false}, {v.bound, true}, {v.revoke, false}, {v.said, false}}
}

func (p *page) sentenceStyle(s sentence) print.Style {
	if s.bold {
		return p.bold(sizeBody)
	}
	return p.style(sizeBody)
}

// divide finds how many sentences have room above floor; the others go to the next page.
func (p *page) divide(c *print.Column, all []sentence, floor float64) (here, there []sentence) {
	y := c.Y + rule
	for i, s := range all {
		if y += p.sheet.Height(s.say(p.first), c.W, p.sentenceStyle(s)) + p.gap*p.scale; y > floor {
			return all[:i], all[i:]
		}
	}
	return all, nil
}

// rule is the room below the line that separates table and sentences, in mm.
const rule = 1.5

// phrasesOf draws sentences below a line.
func (p *page) phrasesOf(c *print.Column, all []sentence) {
	p.sheet.Line(c.X, c.Y, c.X+p.width(), c.Y, 0.3, print.Ink{})
	c.Space(rule)
	for _, s := range all {
		if s.say(p.first) == "" {
			continue
		}
		c.Text(s.say(p.first), p.sentenceStyle(s))
		if p.phrases && !p.second.none() {
			c.Text(s.say(p.second), p.below())
		}
		c.Space(p.gap * p.scale)
	}
}

func (v *VoucherData) allows(l Language) string {
	if len(v.Allows) == 0 {
		return ""
	}
	out := l.in(v.Allows)
	switch {
	case v.MaxUses == 1:
		out += sentenceGap(l) + l.say("paper.uses.one")
	case v.MaxUses > 1:
		out += sentenceGap(l) + l.say("paper.uses", "N", strconv.FormatUint(v.MaxUses, 10))
	}
	return out
}

func (v *VoucherData) bound(l Language) string {
	switch v.Binding {
	case desk.BindDocument:
		return l.say("paper.bound.document", "Last4", v.Last4, "Document", l.document(v.DocumentKind))
	case desk.BindFace:
		return l.say("paper.bound.face")
	}
	return ""
}

func (v *VoucherData) revoke(l Language) string {
	if v.Hotline == "" {
		return l.say("paper.revoke.hall")
	}
	return l.say("paper.revoke", "Hotline", v.Hotline)
}

// said prints every yes that did not come from the person's own hand.
func (v *VoucherData) said(l Language) string {
	switch v.Answer {
	case desk.YesSpoken:
		return l.say("paper.spoken")
	case desk.YesTraining:
		return l.say("paper.answer.training")
	}
	return ""
}
