package sheets

import (
	"time"

	"bangban/print"
)

// TestData is what stands on the page that tries a printer, and with its code the scanner.
type TestData struct {
	Paper    string
	Code     string
	Printer  string
	At       time.Time
	Training bool
}

// TestPage lays the page out. It names nobody.
func TestPage(fonts *print.Fonts, d TestData, first, second Language) (*print.Sheet, error) {
	if d.Code == "" || d.At.IsZero() {
		return nil, ErrData
	}
	code, err := print.Encode(d.Code)
	if err != nil {
		return nil, err
	}
	defer code.Wipe()
	return slip(fonts, d.Paper, first, second, func(p *page) float64 {
		c := p.sheet.Column(p.left(), p.head("paper.testpage.title", d.Training), p.width())
		for _, key := range []string{"paper.testpage.read", "paper.testpage.scan"} {
			c.Text(p.first.say(key), p.bold(sizeKey))
			p.under(c, p.secondSays(key))
			c.Space(p.gap * p.scale)
		}
		c.Text(d.Printer, p.style(sizeBody))
		p.labelled(c, "paper.refer.date", p.first.date(d.At), p.style(sizeBody))
		c.Space(p.gap * p.scale)
		p.sheet.Code(p.left(), c.Y, code)
		return c.Y + code.Side()
	})
}
