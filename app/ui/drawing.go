package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
)

// drawing is a picture of the act that is asked for, understood without reading.
type drawing uint8

const (
	drawNone  drawing = iota
	drawPlace         // a card above a reader, an arrow down
	drawLie           // a card lies on the reader
	drawTake          // a card leaves the reader, an arrow up
	drawPaper         // a card and a sheet with a code
)

// svg draws it in the colours in force, 480 × 300.
func (d drawing) svg(p widget.Palette) fyne.Resource {
	if d == drawNone {
		return nil
	}
	s := sketch{ink: rgb(p.Text), ground: rgb(p.Back), accent: rgb(p.Primary)}
	body := ""
	switch d {
	case drawPlace:
		body = s.reader() + s.card(150, 20) + s.arrow(240, 140, 195)
	case drawLie:
		body = s.reader() + s.card(150, 118)
	case drawTake:
		body = s.reader() + s.card(150, 20) + s.arrow(240, 195, 140)
	case drawPaper:
		body = s.card(30, 95) + s.sheet()
	}
	text := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="480" height="300" viewBox="0 0 480 300">%s</svg>`, body)
	return fyne.NewStaticResource(fmt.Sprintf("act-%d-%s.svg", d, p.Name), []byte(text))
}

type sketch struct{ ink, ground, accent string }

func rgb(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func (s sketch) box(x, y, w, h, r int, fill, line string, width int) string {
	return fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s" stroke="%s" stroke-width="%d"/>`,
		x, y, w, h, r, fill, line, width)
}

func (s sketch) reader() string {
	return s.box(90, 205, 300, 70, 14, s.ground, s.ink, 6) + s.box(140, 222, 200, 12, 6, s.ink, s.ink, 1)
}

func (s sketch) card(x, y int) string {
	out := s.box(x, y, 180, 110, 10, s.ground, s.accent, 6)
	out += fmt.Sprintf(`<circle cx="%d" cy="%d" r="17" fill="%s"/>`, x+45, y+42, s.accent)
	out += s.box(x+22, y+64, 46, 26, 10, s.accent, s.accent, 1)
	for i, w := range []int{76, 60, 76} {
		out += s.box(x+86, y+30+i*22, w, 9, 4, s.ink, s.ink, 1)
	}
	return out
}

// arrow points from one height to another.
func (s sketch) arrow(x, from, to int) string {
	tip, head := to, 24
	if to < from {
		head = -24
	}
	return fmt.Sprintf(`<rect x="%d" y="%d" width="14" height="%d" fill="%s"/><polygon points="%d,%d %d,%d %d,%d" fill="%s"/>`,
		x-7, min(from, tip-head), abs(tip-head-from), s.accent, x-26, tip-head, x+26, tip-head, x, tip, s.accent)
}

func (s sketch) sheet() string {
	out := s.box(260, 20, 190, 260, 4, s.ground, s.ink, 6)
	for i, w := range []int{130, 100, 130} {
		out += s.box(290, 50+i*24, w, 9, 4, s.ink, s.ink, 1)
	}
	for y := range 6 {
		for x := range 6 {
			if (x*7+y*11+x*y)%3 != 0 || x < 2 && y < 2 {
				out += s.box(310+x*15, 145+y*15, 15, 15, 0, s.ink, s.ink, 0)
			}
		}
	}
	return out
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
