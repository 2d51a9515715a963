package sheets

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// T gives the sentence of a key in one language with its placeholders filled. locales.Catalog.T is one.
type T func(key string, args map[string]string) string

// Paper sizes by the names of the command line. The last two are rolls.
const (
	PaperA5 = "a5"
	PaperA4 = "a4"
	Paper80 = "80mm"
	Paper58 = "58mm" // slips only: it has no room for the code of a voucher
)

// Size gives the page size of a paper name; empty is A5. Rolls have a width and are cut where the text ends.
func Size(paper string) (print.Size, error) {
	switch paper {
	case "", PaperA5:
		return print.A5(), nil
	case PaperA4:
		return print.A4(), nil
	case Paper80:
		return print.Roll80(), nil
	case Paper58:
		return print.Roll58(), nil
	}
	return print.Size{}, fmt.Errorf("%w: %q", ErrPaper, paper)
}

// Language is one language of a sheet. A Language without T is none.
type Language struct {
	Tag string // BCP 47
	T   T
}

func (l Language) none() bool { return l.T == nil }

func (l Language) say(key string, pairs ...string) string {
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return l.T(key, args)
}

// in picks the language's own wording of a text of the bundle; none where it has no other than first's.
func (l Language) in(t desk.Text) string { return t.In(l.Tag) }

// date writes a day as the language does.
func (l Language) date(at time.Time) string {
	return l.say("paper.date", "Year", strconv.Itoa(at.Year()), "Day", strconv.Itoa(at.Day()),
		"Month", l.say("paper.month."+strconv.Itoa(int(at.Month()))))
}

func (l Language) moment(at time.Time) string {
	return l.say("paper.date.time", "Date", l.date(at), "Time", at.Format("15:04"))
}

// birth writes "YYYY-MM-DD" as the language does, and a date with open parts as it is.
func (l Language) birth(s string) string {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return l.date(at)
}

// document names a kind of document; one that the language has no word for is a document.
func (l Language) document(kind string) string {
	key := "paper.document." + kind
	if name := l.say(key); kind != "" && !strings.Contains(name, key) {
		return name
	}
	return l.say("paper.document")
}

// Sizes of print in points; on A4 all are scaled.
const (
	sizeHeading = 28
	sizeName    = 24
	sizeKey     = 20
	sizeBody    = 16
	sizeSecond  = 12 // smallest of the second language
)

// page is one attempt at a sheet: what stands where, and how large.
type page struct {
	sheet   *print.Sheet
	first   Language
	second  Language
	code    *print.QR
	scale   float64
	small   float64 // points of the second language
	phrases bool    // whether the second language also has the sentences, not only the facts
	gap     float64 // mm between two facts or sentences
	inline  bool    // lines are close, the second language stands beside a value where there is room
	face    float64 // mm: where the portrait ends; 0: there is none
	roll    bool    // narrow and as long as need be: values stand below their labels
}

const (
	margin     = 10.0 // mm
	codeMargin = 6.0
	cornerCut  = 18.0
)

func (p *page) left() float64 {
	if p.roll {
		return rollMargin
	}
	return margin
}

// rtl tells whether the person's language is written from right to left: then labels stand on the right of values.
func (p *page) rtl() bool { return print.RTL(p.first.Tag) }

func (p *page) width() float64 { return p.sheet.Size().W - 2*p.left() }

func (p *page) style(points float64) print.Style {
	st := print.Style{Size: points * p.scale, Leading: 1.25}
	if p.inline {
		st.Leading = 1.2
	}
	return st
}

func (p *page) bold(points float64) print.Style {
	st := p.style(points)
	st.Bold = true
	return st
}

func (p *page) name(points float64) print.Style {
	st := p.bold(points)
	st.Uniform = true
	return st
}

func (p *page) below() print.Style { return print.Style{Size: p.small * p.scale, Leading: 1.2} }

// cornerMark draws the line along which the corner is cut off, and nothing else in that corner.
func (p *page) cornerMark() {
	w := p.sheet.Size().W
	p.sheet.Dashed(w-cornerCut, 0, w, cornerCut, 0.5, 1.6, print.Ink{})
	p.sheet.Text(w-cornerCut-5.5, 6.5, "✂", print.Style{Size: 16})
}

// foldMarks shows at both edges where the sheet is to be folded: halfway down, above the code.
func (p *page) foldMarks() {
	size := p.sheet.Size()
	for _, x := range []float64{4, size.W - 8} {
		p.sheet.Line(x, size.H/2, x+4, size.H/2, 0.4, print.Ink{})
	}
}

// training marks every page of a sheet that is worth nothing: a band on top and large words across.
func (p *page) training() (top float64) {
	size := p.sheet.Size()
	mark := print.Style{Bold: true, Ink: print.Grey(222), Mark: true, Align: print.Centre, Size: 10}
	for _, m := range []struct {
		key          string
		span, height float64 // of the page's width and height
	}{{"paper.training.mark", 0.95, 0.35}, {"paper.training.specimen", 0.72, 0.53}} {
		words := p.first.say(m.key)
		mark.Size = 10
		mark.Size *= m.span * size.W / p.sheet.Width(words, mark)
		p.sheet.Slanted(size.W*0.54, size.H*m.height, 45, words, mark)
	}
	words := p.first.say("paper.training.band")
	st := print.Style{Size: 20 * p.scale, Bold: true, Ink: print.Grey(255)}
	room := size.W - margin - cornerCut - 8
	if w := p.sheet.Width(words, st); w > room-4 {
		st.Size *= (room - 4) / w
	}
	band := print.Rect{X: 0, Y: 0, W: margin + room, H: st.Line() + 3}
	p.sheet.Box(band, print.Ink{})
	p.sheet.Column(margin, 1.5, room-4).Text(words, st)
	return band.H
}

// head draws band, corner and heading and says where the rest begins.
func (p *page) head(key string, training bool) float64 {
	if p.roll {
		return p.rollHead(key, training)
	}
	top := 5.0
	if training {
		top = p.training() + 2
	}
	p.cornerMark()
	if p.code != nil {
		p.foldMarks()
	}
	st := p.bold(sizeHeading)
	title := p.first.say(key)
	c := p.sheet.Column(margin, top, p.width())
	c.Text(title, st)
	if !p.second.none() {
		base := c.Y - st.Line() + 0.74*st.Line()
		x := margin + p.sheet.Width(title, st) + 5
		other := print.Style{Size: sizeBody * p.scale, Bold: true}
		if p.rtl() {
			x, other.Align = p.sheet.Size().W-x, print.Right
		}
		p.sheet.Text(x, base, p.second.say(key), other)
	}
	p.sheet.Line(margin, c.Y+0.5, margin+p.width(), c.Y+0.5, 0.6, print.Ink{})
	return c.Y + 2.5
}
