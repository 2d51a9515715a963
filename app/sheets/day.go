package sheets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bangban/app/desk"
	"bangban/print"
)

// DayLine is one block of serials on the report of a day.
type DayLine struct {
	From, To                             uint64
	Issued, Printed, Spoiled, Void, Gaps int
}

// DayTotal is how many papers one purpose had.
type DayTotal struct {
	Purpose desk.Text
	N       int
}

// DayData is what stands on the report of a closed day (Z-report): numbers, nobody's name.
type DayData struct {
	Paper      string // empty: A4
	Station    string
	Day        time.Time
	Supervisor string
	Blocks     []DayLine
	Totals     []DayTotal
	Copies     int
	Earlier    int // papers of earlier days taken back on this one
	Approved   int
	Rejected   []string // serials
	Held       []string
	Checkpoint string // signed note of the journal, for the code
	Hall       desk.Text
	At         time.Time

	Training bool
}

// Day lays the report out, in the language of the hall.
func Day(fonts *print.Fonts, d DayData, first Language) (*print.Sheet, error) {
	if d.Station == "" || d.Day.IsZero() || d.Checkpoint == "" || d.At.IsZero() {
		return nil, ErrData
	}
	if d.Paper == "" {
		d.Paper = PaperA4
	}
	code, err := print.Encode(d.Checkpoint)
	if err != nil {
		return nil, err
	}
	defer code.Wipe()
	return slip(fonts, d.Paper, first, Language{}, func(p *page) float64 {
		p.code = code
		return p.day(&d)
	})
}

// day draws the report and says where it ends.
func (p *page) day(d *DayData) float64 {
	c := p.sheet.Column(p.left(), p.head("paper.day.title", d.Training), p.width())
	p.labelled(c, "paper.day.of", p.first.date(d.Day), p.bold(sizeName))
	p.labelled(c, "paper.day.station", d.Station, p.bold(sizeKey))
	c.Space(p.gap * p.scale)
	for _, b := range d.Blocks {
		c.Text(p.first.say("paper.day.block", "From", serialOf(d.Station, b.From), "To", serialOf(d.Station, b.To)), p.style(sizeBody))
		c.Text(p.first.say("paper.day.sum", "Issued", strconv.Itoa(b.Issued), "Printed", strconv.Itoa(b.Printed),
			"Spoiled", strconv.Itoa(b.Spoiled), "Void", strconv.Itoa(b.Void)), p.bold(sizeKey))
		if b.Gaps > 0 {
			c.Text(p.first.say("paper.day.gaps", "N", strconv.Itoa(b.Gaps)), p.bold(sizeKey))
		}
	}
	c.Space(p.gap * p.scale)
	for _, t := range d.Totals {
		c.Text(p.first.in(t.Purpose)+p.first.say("say.colon")+strconv.Itoa(t.N), p.style(sizeBody))
	}
	for _, n := range []struct {
		key string
		n   int
	}{{"paper.day.copies", d.Copies}, {"paper.day.earlier", d.Earlier}, {"paper.day.approved", d.Approved},
		{"paper.day.rejected", len(d.Rejected)}, {"paper.day.held", len(d.Held)}} {
		c.Text(p.first.say(n.key, "N", strconv.Itoa(n.n)), p.style(sizeBody))
	}
	if again := append(slices.Clone(d.Rejected), d.Held...); len(again) > 0 {
		c.Text(p.first.say("paper.day.call", "Serials", strings.Join(again, "  ")), p.style(sizeBody))
	}
	c.Space(p.gap * p.scale)
	p.labelled(c, "paper.day.by", d.Supervisor, p.bold(sizeKey))
	c.Text(p.first.in(d.Hall), p.style(sizeBody))
	p.labelled(c, "paper.refer.date", p.first.moment(d.At), p.style(sizeBody))
	c.Space(p.gap * p.scale)
	c.Text(p.first.say("paper.day.checkpoint"), p.style(sizeBody))
	p.sheet.Code(c.X, c.Y, p.code)
	return c.Y + p.code.Side()
}

func serialOf(station string, n uint64) string { return fmt.Sprintf("%s-%06d", station, n) }
