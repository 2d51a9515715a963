package print

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
)

// mmPerPoint is one PostScript point in millimetres.
const mmPerPoint = 25.4 / 72

// Align is where a line of text stands in its column.
type Align uint8

// The alignments. Large print is left aligned.
const (
	Left Align = iota
	Centre
	Right
)

// Style is how a text looks.
type Style struct {
	Size    float64 // points
	Bold    bool
	Uniform bool    // all runes in one font, for names
	Leading float64 // distance of lines in sizes; 0 is 1.3
	Align   Align
	Ink     Ink
	Mark    bool // decoration (a watermark): drawn as outlines, no part of the text that is searched or read aloud
}

// Line is the distance of two lines in mm.
func (st Style) Line() float64 {
	if st.Leading > 0 {
		return st.Leading * st.Size * mmPerPoint
	}
	return 1.3 * st.Size * mmPerPoint
}

// Baseline is how far below the top of its line a text stands: the em box of an ideograph, 0.88 above the baseline and
// 0.12 below, in the middle of the line.
func (st Style) Baseline() float64 {
	em := st.Size * mmPerPoint
	return (st.Line()-em)/2 + 0.88*em
}

// glyph is one rune, or a cluster of them, with its font and its advance.
type glyph struct {
	r       rune // the first one of a cluster
	face    *face
	index   sfnt.GlyphIndex
	em      float64
	x       float64  // em from the left end of its line; set when the line is put on the page
	turned  bool     // index is of another rune: a bracket in text from right to left
	cluster *cluster // nil: one rune that stands by itself
}

// append adds what the glyph says.
func (g *glyph) append(to []rune) []rune {
	if g.cluster != nil {
		return append(to, g.cluster.runes...)
	}
	return append(to, g.r)
}

// shape looks every rune of a text up, and has the words of scripts that need it shaped. The order is that of reading.
func (s *Sheet) shape(str string, st Style) ([]glyph, error) {
	if !(st.Size > 0 && st.Size <= maxFontSize) {
		return nil, fmt.Errorf("%w: no such font size", ErrLayout)
	}
	if n := utf8.RuneCountInString(str); n > maxText {
		return nil, fmt.Errorf("%w: text of %d characters", ErrLayout, n)
	}
	weight := &s.fonts.regular
	if st.Bold {
		weight = &s.fonts.bold
	}
	all := []rune(str)
	defer clear(all)
	var one *face
	if st.Uniform {
		one = weight.uniform(all)
	}
	latin := !strings.HasPrefix(s.lang, "zh") && !strings.HasPrefix(s.lang, "ja")
	out := make([]glyph, 0, len(str))
	for w := range words(all) {
		r := w.runes[0]
		if r == '\n' {
			out = append(out, glyph{r: r})
			continue
		}
		if w.shaped {
			gs, err := weight.shapeWord(w)
			if err != nil {
				return nil, err
			}
			out = append(out, gs...)
			continue
		}
		f, g := one, sfnt.GlyphIndex(0)
		if f != nil {
			g = f.index(r)
		} else {
			f, g = weight.pick(r, latin)
		}
		if f == nil || g == 0 {
			return nil, &GlyphError{CodePoint: r}
		}
		out = append(out, glyph{r: r, face: f, index: g, em: f.width(g)})
	}
	return out, nil
}

func width(gs []glyph, st Style) float64 {
	em := 0.0
	for _, g := range gs {
		em += g.em
	}
	return em * st.Size * mmPerPoint
}

// Width measures one line of text in mm.
func (s *Sheet) Width(str string, st Style) float64 {
	gs, err := s.shape(str, st)
	if err != nil {
		s.fail(err)
		return 0
	}
	return width(gs, st)
}

// Height measures a text broken into lines of width w.
func (s *Sheet) Height(str string, w float64, st Style) float64 {
	gs, err := s.shape(str, st)
	if err != nil {
		s.fail(err)
		return 0
	}
	return float64(len(paragraph(gs, w, st))) * st.Line()
}

// Text draws one line with its baseline beginning at x, y. Align tells what x is: the left end, the middle, the right end.
func (s *Sheet) Text(x, y float64, str string, st Style) { s.Slanted(x, y, 0, str, st) }

// Slanted draws one line turned by angle degrees counter-clockwise round x, y.
func (s *Sheet) Slanted(x, y, angle float64, str string, st Style) {
	gs, err := s.shape(strings.ReplaceAll(str, "\n", " "), st)
	if err != nil {
		s.fail(err)
		return
	}
	back := 0.0
	switch st.Align {
	case Centre:
		back = width(gs, st) / 2
	case Right:
		back = width(gs, st)
	}
	sin, cos := math.Sincos(angle * math.Pi / 180)
	s.put(x-back*cos, y+back*sin, angle, gs, st)
}

// put adds one line that was shaped before.
func (s *Sheet) put(x, y, angle float64, gs []glyph, st Style) {
	if len(gs) == 0 || !s.finite(x, y, angle) {
		return
	}
	s.place(gs)
	t := &text{x: x, y: y, size: st.Size, angle: angle, ink: st.Ink, mark: st.Mark}
	for from := 0; from < len(gs); {
		to := from + 1
		for to < len(gs) && gs[to].face == gs[from].face {
			to++
		}
		t.runs = append(t.runs, run{gs[from].face, gs[from:to:to]})
		from = to
	}
	s.add(t)
}

// Column is a place where paragraphs follow each other downwards.
type Column struct {
	sheet *Sheet
	X, W  float64
	Y     float64 // where the next line begins
}

// Column starts a column of width w.
func (s *Sheet) Column(x, y, w float64) *Column { return &Column{sheet: s, X: x, W: w, Y: y} }

// Text adds a paragraph broken into lines of the column's width. Nothing is added for an empty one.
func (c *Column) Text(str string, st Style) {
	if str == "" {
		return
	}
	gs, err := c.sheet.shape(str, st)
	if err != nil {
		c.sheet.fail(err)
		return
	}
	for _, l := range paragraph(gs, c.W, st) {
		x, align := c.X, st.Align
		if align == Left && RTL(c.sheet.lang) { // where its lines begin
			align = Right
		}
		switch align {
		case Centre:
			x += (c.W - width(l, st)) / 2
		case Right:
			x += c.W - width(l, st)
		}
		c.sheet.put(x, c.Y+st.Baseline(), 0, l, st)
		c.Y += st.Line()
	}
}

// Space moves down.
func (c *Column) Space(mm float64) { c.Y += mm }
