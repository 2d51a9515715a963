package widget

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Style is how a Text looks. Size is in px at 100 %.
type Style struct {
	Size   float32
	Bold   bool
	Ink    Ink
	Align  fyne.TextAlign
	OneRow bool // never wrapped
}

// Text is a paragraph that wraps: between words, and between any two Chinese characters that may part.
type Text struct {
	fynewidget.BaseWidget
	kit   *Kit
	style Style
	text  string
	last  broken
}

// broken is a text as it was broken last. Columns ask for heights again and again while they find their places.
type broken struct {
	text  string
	w, px float32
	rtl   bool
	rows  []string
}

var _ fyne.Accessible = (*Text)(nil)

// Text makes a paragraph.
func (k *Kit) Text(s Style, text string) *Text {
	t := &Text{kit: k, style: s, text: text}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes the words.
func (t *Text) Set(text string) {
	if t.text != text {
		t.text, t.last = text, broken{}
		t.Refresh()
	}
}

// SetInk changes the words and their colour.
func (t *Text) SetInk(text string, i Ink) {
	if t.text == text && t.style.Ink == i {
		return
	}
	t.style.Ink = i
	t.text, t.last = text, broken{}
	t.Refresh()
}

// String gives the words, for tests and speech.
func (t *Text) String() string { return t.text }

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string { return t.text }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (t *Text) px() float32 { return t.kit.Type(t.style.Size) }

func (t *Text) measure(s string) fyne.Size {
	if t.kit.plain(s) {
		size, _ := t.kit.own(t.style.Bold).measure(s, t.px())
		return size
	}
	var width, above, below float32 // faces stand on one base line: the highest and the deepest may be two of them
	for _, p := range t.kit.spans(s, t.style.Bold) {
		st := p.stand(t.px())
		width += st.size.Width
		above = max(above, st.line)
		below = max(below, st.size.Height-st.line)
	}
	return fyne.NewSize(width, above+below)
}

// rowHeight is that of the tallest face in the text, so that rows do not run into each other.
func (t *Text) rowHeight() float32 {
	size, _ := t.kit.own(t.style.Bold).measure("国Ag", t.px())
	if !t.kit.plain(t.text) {
		return max(size.Height, t.measure(t.text).Height)
	}
	return size.Height
}

// NaturalWidth is how wide the text is on one row.
func (t *Text) NaturalWidth() float32 {
	var w float32
	for _, s := range strings.Split(t.text, "\n") {
		w = max(w, t.measure(s).Width)
	}
	return w
}

// HeightFor is how high the text is when it is w wide.
func (t *Text) HeightFor(w float32) float32 {
	return float32(len(t.rows(w))) * t.rowHeight()
}

// rows breaks the text greedily. Nobody may write to them.
func (t *Text) rows(w float32) []string {
	if t.style.OneRow || w <= 0 {
		return strings.Split(t.text, "\n")
	}
	now := broken{text: t.text, w: w, px: t.px(), rtl: t.kit.rtl}
	if l := t.last; l.rows != nil && l.text == now.text && l.w == now.w && l.px == now.px && l.rtl == now.rtl {
		return l.rows
	}
	for _, paragraph := range strings.Split(t.text, "\n") {
		now.rows = append(now.rows, t.breakRows(paragraph, w+0.5)...)
	}
	t.last = now
	return now.rows
}

func (t *Text) breakRows(s string, w float32) (rows []string) {
	if t.measure(s).Width <= w {
		return []string{s}
	}
	row := ""
	for _, piece := range pieces(s) {
		if t.measure(strings.TrimRight(row+piece, " ")).Width <= w {
			row += piece
			continue
		}
		if row != "" {
			rows = append(rows, strings.TrimRight(row, " "))
		}
		row = strings.TrimLeft(piece, " ")
		for t.measure(strings.TrimRight(row, " ")).Width > w { // one word longer than the row
			n := t.fitting(row, w)
			rows = append(rows, string([]rune(row)[:n]))
			row = string([]rune(row)[n:])
		}
	}
	return append(rows, strings.TrimRight(row, " "))
}

// fitting is how many runes of s fit in w, at least one.
func (t *Text) fitting(s string, w float32) int {
	r := []rune(s)
	n := len(r) - 1
	for n > 1 && t.measure(string(r[:n])).Width > w {
		n--
	}
	return max(n, 1)
}

// A Tibetan row may end after a tsheg, and not before a shad (Unicode Standard §13.4).
const (
	tsheg = '\u0f0b'
	shad  = '\u0f0d'
)

const (
	noRowStart = "、，。：；！？）】》”’」』…%)]}!?,.:;×✓"
	noRowEnd   = "（【《“‘「『([{"
)

// pieces cuts s where a row may end: after spaces, and between wide characters except where Chinese typesetting forbids
// a mark at the start or an opening bracket at the end of a row (GB/T 15834—2011 §5.1).
func pieces(s string) (out []string) {
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, string(cur))
			cur = nil
		}
	}
	var last rune
	for _, r := range s {
		switch {
		case last == 0:
		case strings.ContainsRune(noRowStart, r) || strings.ContainsRune(noRowEnd, last):
		case last == ' ' && r != ' ':
			flush()
		case wide(last) && r != ' ', wide(r) && last != ' ', last == tsheg && r != shad:
			flush()
		}
		cur = append(cur, r)
		last = r
	}
	flush()
	return out
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF60
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t}
	r.arrange(t.Size())
	return r
}

type textRenderer struct {
	t    *Text
	rows []fyne.CanvasObject
}

func (r *textRenderer) Destroy()                     {}
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.rows }
func (r *textRenderer) Layout(s fyne.Size)           { r.arrange(s) }

func (r *textRenderer) Refresh() {
	r.arrange(r.t.Size())
	for _, o := range r.rows {
		o.Refresh()
	}
	canvas.Refresh(r.t)
}

// MinSize is one character wide where the text may wrap, so that a window can always be made smaller.
func (r *textRenderer) MinSize() fyne.Size {
	t := r.t
	if t.style.OneRow {
		return fyne.NewSize(t.NaturalWidth(), t.HeightFor(0))
	}
	return fyne.NewSize(min(t.NaturalWidth(), t.px()*4), t.HeightFor(t.Size().Width))
}

func (r *textRenderer) arrange(s fyne.Size) {
	t := r.t
	var drawn []drawnSpan
	h := t.rowHeight()
	for i, row := range t.rows(s.Width) {
		drawn = t.draw(drawn, row, float32(i)*h, s.Width)
	}
	for len(r.rows) < len(drawn) {
		r.rows = append(r.rows, canvas.NewText("", nil))
	}
	for _, gone := range r.rows[len(drawn):] {
		gone.(*canvas.Text).Text = "" // it stays in the array behind the slice
	}
	r.rows = r.rows[:len(drawn)]
	for i, d := range drawn {
		c := r.rows[i].(*canvas.Text)
		c.Text, c.TextSize, c.Color, c.Alignment, c.FontSource = d.text, t.px(), t.kit.Ink(t.style.Ink), d.align, d.face
		c.TextStyle = d.style
		c.Move(d.at)
		c.Resize(d.size)
	}
}

// drawnSpan is a span in its place.
type drawnSpan struct {
	span
	at    fyne.Position
	size  fyne.Size
	align fyne.TextAlign
}

// draw places one row. One of a single face is left to Fyne; the spans of others are put side by side on one base line.
func (t *Text) draw(drawn []drawnSpan, row string, y, w float32) []drawnSpan {
	if t.kit.plain(row) {
		return append(drawn, drawnSpan{span{row, t.kit.own(t.style.Bold)}, fyne.NewPos(0, y), fyne.NewSize(w, t.rowHeight()), t.align()})
	}
	spans := t.kit.spans(row, t.style.Bold)
	stances := make([]stance, len(spans))
	var width, line float32
	for i, p := range spans {
		stances[i] = p.stand(t.px())
		width += stances[i].size.Width
		line = max(line, stances[i].line)
	}
	var x float32
	switch t.align() {
	case fyne.TextAlignTrailing:
		x = w - width
	case fyne.TextAlignCenter:
		x = (w - width) / 2
	}
	for i, p := range spans {
		st := stances[i]
		drawn = append(drawn, drawnSpan{p, fyne.NewPos(x, y+line-st.line-st.cut), fyne.NewSize(st.size.Width, st.full), fyne.TextAlignLeading})
		x += st.size.Width
	}
	return drawn
}

// align is the style's, with the beginning of a row where the view's direction has it.
func (t *Text) align() fyne.TextAlign {
	if t.style.Align == fyne.TextAlignLeading {
		return t.kit.start()
	}
	return t.style.Align
}
