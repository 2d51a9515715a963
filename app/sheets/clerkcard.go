package sheets

import (
	"fmt"
	"strconv"

	"bangban/app/desk"
	"bangban/print"
)

// ClerkCardData is what stands on the clerk's page beside the sentences of the program itself.
type ClerkCardData struct {
	Hotline string
	Hall    desk.Text
	Version string

	Training bool
}

// Sentences of the program that the page is made of: it says what the screens say, in their words.
var (
	cardSteps = [...]string{"help.1", "help.2", "help.3", "help.4", "help.5", "help.6", "help.7", "help.8", "help.9", "help.10"}
	cardKeys  = [...]string{"Enter", "Esc", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"}
	// what is seen, what to do
	cardTrouble = [...][2]string{
		{"error.card-service-off", "hint.card-service-off"}, {"error.card-no-reader", "hint.card-no-reader"}, {"error.card-pulled", "hint.card-pulled"},
		{"error.card-faulty", "hint.card-faulty"}, {"health.printer-off", "hint.printer-off"}, {"health.net-none", "hint.net-none"},
		{"paper.card.power", "paper.card.power.do"}, {"paper.card.other", "paper.card.other.do"},
	}
)

// ClerkCard lays the page out that lies beside the keyboard: one visit, the keys, what to do when something is wrong. It is
// A4, one side, in one language, that of the clerk.
func ClerkCard(fonts *print.Fonts, d ClerkCardData, lang Language) (*print.Sheet, error) {
	if lang.none() {
		return nil, ErrData
	}
	size := print.A4()
	for _, scale := range cardScales {
		p := &page{sheet: print.NewSheet(fonts, size, lang.Tag), first: lang, scale: scale, gap: tight}
		bottom := p.clerkCard(&d)
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

// cardScales makes the body 16 points down to 9.6: a clerk reads it where papers for the public keep to 16.
var cardScales = [...]float64{1, 0.9, 0.8, 0.75, 0.7, 0.65, 0.6}

func (p *page) clerkCard(d *ClerkCardData) float64 {
	c := p.sheet.Column(p.left(), p.head("paper.card.title", d.Training), p.width())
	c.Text(p.first.say("paper.card.visit"), p.bold(sizeKey))
	for i, key := range cardSteps {
		p.numbered(c, strconv.Itoa(i+1), p.first.say(key))
	}
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("paper.card.keys"), p.bold(sizeKey))
	p.keyTable(c)
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("paper.card.trouble"), p.bold(sizeKey))
	for _, t := range cardTrouble {
		c.Text(p.first.say(t[0]), p.bold(sizeBody))
		in := p.sheet.Column(c.X+6, c.Y, c.W-6)
		in.Text("→ "+p.first.say(t[1]), p.style(sizeBody))
		c.Y = in.Y + 0.5
	}
	c.Space(p.gap * p.scale)
	p.sheet.Line(c.X, c.Y, c.X+p.width(), c.Y, 0.3, print.Ink{})
	c.Space(p.gap * p.scale)
	p.labelled(c, "paper.card.it", "____________________", p.style(sizeBody))
	if d.Hotline != "" {
		p.labelled(c, "paper.card.hotline", d.Hotline, p.bold(sizeBody))
	}
	c.Text(p.first.in(d.Hall)+"   "+p.first.say("paper.card.version", "Version", d.Version), p.style(sizeBody))
	return c.Y
}

// numbered draws a sentence behind its number.
func (p *page) numbered(c *print.Column, n, words string) {
	st := p.style(sizeBody)
	indent := p.sheet.Width("00", st) + 2
	p.sheet.Text(c.X, c.Y+st.Baseline(), n, st)
	in := p.sheet.Column(c.X+indent, c.Y, c.W-indent)
	in.Text(words, st)
	c.Y = in.Y
}

// keyTable draws the keys in two columns, read downwards.
func (p *page) keyTable(c *print.Column) {
	const between = 6.0
	half := (c.W - between) / 2
	name := p.sheet.Width("Enter", p.bold(sizeBody)) + 4
	bottom := c.Y
	for side := range 2 {
		x, y := c.X+float64(side)*(half+between), c.Y
		for i := side * len(cardKeys) / 2; i < (side+1)*len(cardKeys)/2; i++ {
			st := p.bold(sizeBody)
			p.sheet.Text(x, y+st.Baseline(), cardKeys[i], st)
			in := p.sheet.Column(x+name, y, half-name)
			in.Text(p.first.say("key."+cardKeys[i]), p.style(sizeBody))
			y = in.Y
		}
		bottom = max(bottom, y)
	}
	c.Y = bottom
}
