package print

import (
	"fmt"
	"image"
	"iter"
	"math"
	"slices"
	"strings"
)

// Size is the size of a page in millimetres.
type Size struct{ W, H float64 }

// A4 is 210 × 297 mm (ISO 216).
func A4() Size { return Size{210, 297} }

// A5 is 148 × 210 mm (ISO 216).
func A5() Size { return Size{148, 210} }

// Rect is an area of a page in millimetres from its top left corner.
type Rect struct{ X, Y, W, H float64 }

// Ink is a colour. The zero value is black.
type Ink struct{ R, G, B uint8 }

// Grey gives an ink that is the lighter the larger level is.
func Grey(level uint8) Ink { return Ink{level, level, level} }

// luma is the grey that an ink becomes (ITU-R BT.601).
func (k Ink) luma() uint8 {
	return uint8((299*uint32(k.R) + 587*uint32(k.G) + 114*uint32(k.B) + 500) / 1000)
}

// Limits of a sheet, so that hostile text cannot fill the memory.
const (
	maxPages    = 8
	maxItems    = 4000
	maxText     = 20000 // runes in one text
	maxFontSize = 400   // points
)

// Sheet is one drawing list. It remembers the first thing that went wrong and refuses to be drawn after it. It is not
// for use by several goroutines.
type Sheet struct {
	size  Size
	lang  string
	fonts *Fonts
	pages [][]item
	items int
	err   error
}

// item is one thing on a page; the backends know every kind.
type item interface{ wipe() }

type text struct {
	x, y, size float64 // baseline of the first rune in mm; size in points
	angle      float64 // degrees, counter-clockwise round x, y
	ink        Ink
	mark       bool
	runs       []run
}

// run is a piece of text in one font, in the order of reading.
type run struct {
	face   *face
	glyphs []glyph
}

type line struct {
	x1, y1, x2, y2, width float64
	ink                   Ink
}

type box struct {
	area Rect
	ink  Ink
}

type picture struct {
	area Rect
	img  *image.RGBA // owned
	grey bool
}

type code struct {
	area   Rect
	module float64
	dpi    int
	rows   [][]bool // with quiet zone
}

func (t *text) string() string {
	var b strings.Builder
	for _, r := range t.runs {
		b.WriteString(runes(r.glyphs))
	}
	return b.String()
}

func (t *text) wipe() {
	for _, r := range t.runs {
		for _, g := range r.glyphs {
			if g.cluster != nil {
				clear(g.cluster.runes)
				clear(g.cluster.parts)
			}
		}
		clear(r.glyphs)
	}
	t.runs = nil
}
func (l *line) wipe()    {}
func (b *box) wipe()     {}
func (p *picture) wipe() { clear(p.img.Pix) }
func (c *code) wipe() {
	for _, r := range c.rows {
		clear(r)
	}
}

// NewSheet starts a sheet with one empty page. lang is the BCP 47 tag of its main language; it decides which hand quotes
// and dashes take.
func NewSheet(fonts *Fonts, size Size, lang string) *Sheet {
	s := &Sheet{size: size, lang: lang, fonts: fonts}
	if fonts == nil || !(size.W >= 20 && size.W <= 1000 && size.H >= 20 && size.H <= 2000) {
		s.fail(fmt.Errorf("%w: no fonts or no such page size", ErrLayout))
	}
	s.AddPage()
	return s
}

// Size is the size of each page.
func (s *Sheet) Size() Size { return s.size }

// Pages is the number of pages.
func (s *Sheet) Pages() int { return len(s.pages) }

// Err is the first thing that went wrong: a *GlyphError, an *Error or an error of this package.
func (s *Sheet) Err() error { return s.err }

func (s *Sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// AddPage starts a new page; what follows is drawn there.
func (s *Sheet) AddPage() {
	if len(s.pages) == maxPages {
		s.fail(fmt.Errorf("%w: more than %d pages", ErrLayout, maxPages))
		return
	}
	s.pages = append(s.pages, nil)
}

func (s *Sheet) add(it item) {
	if s.err != nil {
		return
	}
	if s.items++; s.items > maxItems {
		s.fail(fmt.Errorf("%w: more than %d items", ErrLayout, maxItems))
		return
	}
	last := len(s.pages) - 1
	s.pages[last] = append(s.pages[last], it)
}

// Line draws a line of the given width.
func (s *Sheet) Line(x1, y1, x2, y2, width float64, ink Ink) {
	if s.finite(x1, y1, x2, y2, width) {
		s.add(&line{x1, y1, x2, y2, width, ink})
	}
}

// Dashed draws a line of dashes as long as the gaps between them.
func (s *Sheet) Dashed(x1, y1, x2, y2, width, dash float64, ink Ink) {
	length := math.Hypot(x2-x1, y2-y1)
	if !s.finite(length, dash) || length == 0 || dash < 0.2 {
		return
	}
	n := int(length/dash) | 1 // odd: begins and ends with a dash
	for i := 0; i < n; i += 2 {
		a, b := float64(i)/float64(n), float64(i+1)/float64(n)
		s.Line(x1+a*(x2-x1), y1+a*(y2-y1), x1+b*(x2-x1), y1+b*(y2-y1), width, ink)
	}
}

// Box fills an area.
func (s *Sheet) Box(area Rect, ink Ink) {
	if s.finite(area.X, area.Y, area.W, area.H) {
		s.add(&box{area, ink})
	}
}

// Frame draws the edges of an area, the line inside it.
func (s *Sheet) Frame(area Rect, width float64, ink Ink) {
	s.Box(Rect{area.X, area.Y, area.W, width}, ink)
	s.Box(Rect{area.X, area.Y + area.H - width, area.W, width}, ink)
	s.Box(Rect{area.X, area.Y + width, width, area.H - 2*width}, ink)
	s.Box(Rect{area.X + area.W - width, area.Y + width, width, area.H - 2*width}, ink)
}

// Picture draws an image into an area. The sheet keeps a copy of its own, which Wipe overwrites.
func (s *Sheet) Picture(area Rect, img image.Image) {
	if !s.finite(area.X, area.Y, area.W, area.H) {
		return
	}
	own, grey, err := copyImage(img)
	if err != nil {
		s.fail(err)
		return
	}
	s.add(&picture{area, own, grey})
}

func (s *Sheet) finite(vs ...float64) bool {
	for _, v := range vs {
		if !(math.Abs(v) <= 5000) { // also NaN
			s.fail(fmt.Errorf("%w: a measure is out of range", ErrLayout))
			return false
		}
	}
	return true
}

// CodePlace is where a code lies.
type CodePlace struct {
	Page int
	Area Rect // with the quiet zone
	DPI  int  // of the printer whose dots its modules are
}

// Codes lists the codes of the sheet in the order drawn.
func (s *Sheet) Codes() (places []CodePlace) {
	for p, items := range s.pages {
		for _, it := range items {
			if c, ok := it.(*code); ok {
				places = append(places, CodePlace{p, c.area, c.dpi})
			}
		}
	}
	return places
}

// Texts goes through the lines of text on all pages with their size in points: a plain text twin, and what tests look
// at. The strings are copies that Wipe does not reach.
func (s *Sheet) Texts() iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		for _, items := range s.pages {
			for _, it := range items {
				if t, ok := it.(*text); ok && !yield(t.string(), t.size) {
					return
				}
			}
		}
	}
}

// Wipe overwrites the text, pictures and codes that the sheet owns. The sheet cannot be drawn afterwards.
func (s *Sheet) Wipe() {
	if s == nil {
		return
	}
	for _, items := range s.pages {
		for _, it := range items {
			it.wipe()
		}
	}
	s.pages = slices.Clip(s.pages[:0])
	s.err = fmt.Errorf("%w: wiped", ErrLayout)
}

// Fonts are the fonts that the sheet was made with.
func (s *Sheet) Fonts() *Fonts { return s.fonts }

// Fail makes the sheet fail with err, unless something went wrong before.
func (s *Sheet) Fail(err error) {
	if err != nil {
		s.fail(err)
	}
}
