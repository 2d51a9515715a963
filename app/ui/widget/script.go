package widget

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"golang.org/x/text/unicode/bidi"
)

// Script is a pair of faces for characters that the kit's own faces lack. Nothing of it is parsed until one is shown.
type Script struct {
	Has           func(r rune) bool // the characters that it is for
	Regular, Bold fyne.Resource
}

// span is a piece of a row that is drawn with one face and in one direction. A nil face is the theme's.
type span struct {
	text string
	face fyne.Resource
}

// SetDirection has a view made by At read from right to left, or not.
func (k *Kit) SetDirection(rightToLeft bool) { k.rtl = rightToLeft }

// RightToLeft tells in which direction the view is read.
func (k *Kit) RightToLeft() bool { return k.rtl }

// start is where a row begins: at the left, or at the right.
func (k *Kit) start() fyne.TextAlign {
	if k.rtl {
		return fyne.TextAlignTrailing
	}
	return fyne.TextAlignLeading
}

// face picks the face for a character; -1 is the theme's.
func (k *Kit) face(r rune) int {
	if r < 0x250 { // Latin, which the theme's face has
		return -1
	}
	for i, s := range k.shared.fonts.More {
		if s.Has(r) {
			return i
		}
	}
	return -1
}

// plain tells whether the whole string is drawn with the theme's face from left to right, as nearly all are.
func (k *Kit) plain(s string) bool {
	for _, r := range s {
		if r >= 0x250 && (k.face(r) >= 0 || k.rtl || rightToLeft(r)) {
			return false
		}
	}
	return !k.rtl || strings.TrimFunc(s, neutral) == ""
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Thaana, unicode.Syriac)
}

// neutral characters go with the text around them.
func neutral(r rune) bool {
	return r == ' ' || r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Mn, r)
}

// spans cuts a row into what stands beside each other, from left to right. Fyne shapes a run but does not order the runs
// of a mixed row (Unicode Standard Annex 9, rule L2), nor does it know more than one face of a program.
func (k *Kit) spans(row string, bold bool) (out []span) {
	for _, r := range k.order(row) {
		parts := k.faces(r.text, bold)
		if r.rtl {
			for i := len(parts) - 1; i >= 0; i-- { // between marks, or Fyne would take a space or a stop at an end for left to right
				out = append(out, span{rlm + parts[i].text + rlm, parts[i].face})
			}
			continue
		}
		out = append(out, parts...)
	}
	return out
}

// rlm is the right-to-left mark, which nobody sees.
const rlm = "\u200f"

type directed struct {
	text string
	rtl  bool
}

// order puts the runs of a row in the order in which they are seen.
func (k *Kit) order(row string) []directed {
	base := bidi.LeftToRight
	if k.rtl {
		base = bidi.RightToLeft
	}
	var p bidi.Paragraph
	if _, err := p.SetString(row, bidi.DefaultDirection(base)); err != nil {
		return []directed{{text: row}}
	}
	o, err := p.Order()
	if err != nil {
		return []directed{{text: row}}
	}
	runs := make([]directed, o.NumRuns())
	for i := range runs {
		r := o.Run(i)
		runs[i] = directed{r.String(), r.Direction() == bidi.RightToLeft}
	}
	if k.rtl {
		reverse(runs)
		return runs
	}
	// In a row from left to right, what lies between two runs from right to left and has no letters is theirs.
	for i := 0; i < len(runs); i++ {
		if !runs[i].rtl {
			continue
		}
		end := i + 1
		for j := i + 1; j < len(runs) && (runs[j].rtl || !letters(runs[j].text)); j++ {
			if runs[j].rtl {
				end = j + 1
			}
		}
		reverse(runs[i:end])
		i = end - 1
	}
	return runs
}

func letters(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

func reverse(runs []directed) {
	for i, j := 0, len(runs)-1; i < j; i, j = i+1, j-1 {
		runs[i], runs[j] = runs[j], runs[i]
	}
}

// faces cuts a run where the face changes.
func (k *Kit) faces(s string, bold bool) (out []span) {
	at, from := -2, 0
	emit := func(to int) {
		if at != -2 && to > from {
			out = append(out, span{s[from:to], k.resource(at, bold)})
		}
	}
	for i, r := range s {
		f := k.face(r)
		if neutral(r) && at != -2 { // stays with what it follows
			f = at
		}
		if f != at {
			emit(i)
			at, from = f, i
		}
	}
	emit(len(s))
	return out
}

func (k *Kit) resource(face int, bold bool) fyne.Resource {
	if face < 0 {
		return nil
	}
	s := k.shared.fonts.More[face]
	if bold && s.Bold != nil {
		return s.Bold
	}
	return s.Regular
}

// tallest is how high a row may be, in parts of the text size. Noto Serif Tibetan asks for 2.8 so that any stack of
// letters fits; what is written today stays within this.
const tallest = 1.55

// measure is how wide and high a span stands in its row, where its base line is, and by how much its own box is higher.
func (s span) measure(px float32, bold bool) (size fyne.Size, line, over float32) {
	size, line = fyne.CurrentApp().Driver().RenderedTextSize(s.text, px, fyne.TextStyle{Bold: bold}, s.face)
	if over = size.Height - px*tallest; over > 0 {
		return fyne.NewSize(size.Width, px*tallest), line - over/2, over
	}
	return size, line, 0
}
