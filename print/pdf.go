package print

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/jung-kurt/gofpdf"
	"golang.org/x/image/font/sfnt"
)

// Meta is what a PDF says of itself.
type Meta struct {
	Title   string    // the serial; never a name
	Created time.Time // written in UTC
}

// stand is the invisible character behind an outline: U+3013, as wide as an ideograph.
const stand = '〓'

// PDF draws the sheet as a PDF 1.3 document. The bytes are the caller's to wipe.
func (s *Sheet) PDF(meta Meta) (out []byte, err error) {
	if s.err != nil {
		return nil, s.err
	}
	// gofpdf panics where it should fail. Whatever it does, the counter goes on; the message could quote text and is dropped.
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("%w: the writer panicked", ErrPDF)
		}
	}()
	doc := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: s.size.W, Ht: s.size.H}})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(meta.Created.UTC())
	doc.SetModificationDate(meta.Created.UTC())
	doc.SetTitle(meta.Title, true)
	doc.SetProducer("bangban", true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	w := &pdfWriter{doc: doc, height: s.size.H}
	if err := w.fonts(s); err != nil {
		return nil, err
	}
	for _, items := range s.pages {
		doc.AddPage()
		for _, it := range items {
			if err := w.draw(it); err != nil {
				return nil, err
			}
		}
	}
	var buf bytes.Buffer
	if err := doc.Output(&buf); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrPDF, err)
	}
	return buf.Bytes(), nil
}

type pdfWriter struct {
	doc      *gofpdf.Fpdf
	height   float64 // of the page in mm
	pictures int
	helper   *face // that the invisible character stands in
}

// outlined tells whether gofpdf cannot set the glyph as text.
func (g *glyph) outlined() bool { return g.r > 0xFFFF || !g.face.plain || g.cluster != nil || g.turned }

// fonts cuts each font in use down to its runes and hands it to gofpdf, in the order in which they are met.
func (w *pdfWriter) fonts(s *Sheet) error {
	type use struct {
		face  *face
		runes []rune
	}
	var uses []*use
	at := func(f *face) *use {
		for _, u := range uses {
			if u.face == f {
				return u
			}
		}
		uses = append(uses, &use{face: f})
		return uses[len(uses)-1]
	}
	for _, items := range s.pages {
		for _, it := range items {
			t, ok := it.(*text)
			if !ok || t.mark {
				continue
			}
			for _, r := range t.runs {
				for _, g := range r.glyphs {
					if g.outlined() {
						w.helper = s.fonts.regular.han
						u := at(w.helper)
						u.runes = append(u.runes, stand)
						continue
					}
					u := at(r.face)
					u.runes = append(u.runes, g.r)
				}
			}
		}
	}
	for _, u := range uses {
		small, err := u.face.subset(u.runes)
		if err != nil {
			return err
		}
		clear(u.runes)
		w.doc.AddUTF8FontFromBytes(u.face.name, u.face.style(), small)
	}
	return nil
}

func (f *face) style() string {
	if f.bold {
		return "B"
	}
	return ""
}

func (w *pdfWriter) draw(it item) error {
	switch it := it.(type) {
	case *text:
		return w.text(it)
	case *line:
		w.doc.SetDrawColor(int(it.ink.R), int(it.ink.G), int(it.ink.B))
		w.doc.SetLineWidth(it.width)
		w.doc.Line(it.x1, it.y1, it.x2, it.y2)
	case *box:
		w.doc.SetFillColor(int(it.ink.R), int(it.ink.G), int(it.ink.B))
		w.doc.Rect(it.area.X, it.area.Y, it.area.W, it.area.H, "F")
	case *picture:
		jpg, err := it.jpeg()
		if err != nil {
			return err
		}
		defer clear(jpg)
		w.pictures++
		name := fmt.Sprintf("picture%d", w.pictures)
		opt := gofpdf.ImageOptions{ImageType: "JPG"}
		w.doc.RegisterImageOptionsReader(name, opt, bytes.NewReader(jpg))
		w.doc.ImageOptions(name, it.area.X, it.area.Y, it.area.W, it.area.H, false, opt, 0, "")
	case *code:
		w.code(it)
	}
	return nil
}

func (w *pdfWriter) code(c *code) {
	w.doc.SetFillColor(255, 255, 255)
	w.doc.Rect(c.area.X, c.area.Y, c.area.W, c.area.H, "F")
	w.doc.SetFillColor(0, 0, 0)
	var b strings.Builder
	c.bars(func(r Rect) {
		fmt.Fprintf(&b, "%.4f %.4f %.4f %.4f re\n", r.X/mmPerPoint, (w.height-r.Y-r.H)/mmPerPoint, r.W/mmPerPoint, r.H/mmPerPoint)
	})
	b.WriteString("f")
	w.doc.RawWriteStr(b.String())
}

func (w *pdfWriter) text(t *text) error {
	w.doc.SetTextColor(int(t.ink.R), int(t.ink.G), int(t.ink.B))
	w.doc.SetFillColor(int(t.ink.R), int(t.ink.G), int(t.ink.B))
	if t.angle != 0 {
		w.doc.TransformBegin()
		w.doc.TransformRotate(t.angle, t.x, t.y)
		defer w.doc.TransformEnd()
	}
	for _, r := range t.runs {
		for from := 0; from < len(r.glyphs); {
			first, to := r.glyphs[from], from+1
			if t.mark || first.outlined() {
				if err := w.outlines(t, first); err != nil {
					return err
				}
				from = to
				continue
			}
			for to < len(r.glyphs) && !r.glyphs[to].outlined() && follows(r.glyphs[to-1], r.glyphs[to]) {
				to++
			}
			w.doc.SetFont(r.face.name, r.face.style(), t.size)
			w.doc.Text(t.x+first.x*t.size*mmPerPoint, t.y, runes(r.glyphs[from:to]))
			from = to
		}
	}
	return nil
}

// follows tells whether b stands where a ends.
func follows(a, b glyph) bool { return math.Abs(a.x+a.em-b.x) < 1e-6 }

func runes(gs []glyph) string {
	var rs []rune
	for _, g := range gs {
		rs = g.append(rs)
	}
	defer clear(rs)
	return string(rs)
}

// outlines draws a glyph as a filled path and puts the invisible character with the real text behind it, but for marks.
func (w *pdfWriter) outlines(t *text, g glyph) error {
	if g.r == ' ' { // a gap says it: readers drop a space that is drawn
		return nil
	}
	path, err := g.outline()
	if err != nil {
		return err
	}
	x := t.x + g.x*t.size*mmPerPoint
	var b strings.Builder
	b.WriteString("/Artifact BMC\n")
	pathOperators(&b, path, x/mmPerPoint, (w.height-t.y)/mmPerPoint, t.size)
	b.WriteString("f\nEMC\n")
	if t.mark {
		w.doc.RawWriteStr(b.String())
		return nil
	}
	w.doc.RawWriteStr(b.String())
	said := g.append(nil)
	defer clear(said)
	if g.cluster == nil || !g.cluster.rtl {
		w.hidden(said, x, t, g.em)
		return nil
	}
	// Readers turn text from right to left round by the place of each piece, not inside a piece: so one for each rune.
	each := g.em / float64(len(said))
	for i := range said {
		w.hidden(said[i:i+1], x+float64(len(said)-1-i)*each*t.size*mmPerPoint, t, each)
	}
	return nil
}

// hidden puts the invisible character at x, as wide as what it stands for, so that readers see the gaps between words, and
// says what it stands for.
func (w *pdfWriter) hidden(said []rune, x float64, t *text, em float64) {
	var b strings.Builder
	b.WriteString("/Span <</ActualText <FEFF")
	for _, u := range utf16.Encode(said) {
		fmt.Fprintf(&b, "%04X", u)
	}
	fmt.Fprintf(&b, ">>> BDC\n%.3f Tz", max(100*em, 1))
	w.doc.RawWriteStr(b.String())
	w.doc.SetFont(w.helper.name, w.helper.style(), t.size)
	w.doc.SetTextRenderingMode(3)
	w.doc.Text(x, t.y, string(stand))
	w.doc.SetTextRenderingMode(0)
	w.doc.RawWriteStr("100 Tz\nEMC")
}

// pathOperators writes contours as PDF path operators (ISO 32000-1 §8.5.2). Quadratic curves become cubic ones by the
// two-thirds rule. x, y is the origin in points, y upwards.
func pathOperators(b *strings.Builder, path []segment, x, y, size float64) {
	var pen point
	at := func(p point) point { return point{x + p.x*size, y - p.y*size} }
	open := false
	for _, s := range path {
		switch s.op {
		case sfnt.SegmentOpMoveTo:
			if open {
				b.WriteString("h\n")
			}
			open, pen = true, at(s.at[0])
			fmt.Fprintf(b, "%.3f %.3f m\n", pen.x, pen.y)
		case sfnt.SegmentOpLineTo:
			pen = at(s.at[0])
			fmt.Fprintf(b, "%.3f %.3f l\n", pen.x, pen.y)
		case sfnt.SegmentOpQuadTo:
			c, end := at(s.at[0]), at(s.at[1])
			fmt.Fprintf(b, "%.3f %.3f %.3f %.3f %.3f %.3f c\n", pen.x+(c.x-pen.x)*2/3, pen.y+(c.y-pen.y)*2/3,
				end.x+(c.x-end.x)*2/3, end.y+(c.y-end.y)*2/3, end.x, end.y)
			pen = end
		case sfnt.SegmentOpCubeTo:
			c1, c2, end := at(s.at[0]), at(s.at[1]), at(s.at[2])
			fmt.Fprintf(b, "%.3f %.3f %.3f %.3f %.3f %.3f c\n", c1.x, c1.y, c2.x, c2.y, end.x, end.y)
			pen = end
		}
	}
	if open {
		b.WriteString("h\n")
	}
}
