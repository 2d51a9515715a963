package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"golang.org/x/text/unicode/bidi"
)

// Script is a pair of faces for characters that the kit's own faces lack. Nothing of it is parsed until one is shown.
type Script struct {
	Has           func(r rune) bool // the characters that it is for
	Regular, Bold fyne.Resource
	Piece         func(r rune, bold bool) fyne.Resource // instead of the two: the face of r and its neighbours
}

// span is a piece of a row that is drawn with one face and in one direction.
type span struct {
	text string
	typeface
}

// typeface is how Fyne is told what to draw with: a style of the theme, or a face.
type typeface struct {
	style fyne.TextStyle
	face  fyne.Resource
}

// plainStyle is what text and fields are drawn in. To the face of any other style Fyne adds a face of its own and one of the
// system's, and takes both apart for what is never shown; to symbols it adds 9 KB.
func plainStyle() fyne.TextStyle { return fyne.TextStyle{Symbol: true} }

// own is the kit's own face. Bold text is handed its face. Text that is not bold has the theme's, as fields have; they cannot
// be handed one, and so it is taken apart once.
func (k *Kit) own(bold bool) typeface {
	if bold {
		return typeface{fyne.TextStyle{Bold: true}, k.shared.fonts.Bold}
	}
	return typeface{style: plainStyle()}
}

// measure is how wide and high a text is that is drawn with t, and where its base line is.
func (t typeface) measure(text string, px float32) (fyne.Size, float32) {
	return fyne.CurrentApp().Driver().RenderedTextSize(text, px, t.style, t.face)
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

// latinMore is from where on a face of the kit may lack a letter: before it stand those of Western Europe. The letters of the
// others and the marks on them end at marksEnd.
const latinMore, marksEnd = 0x100, 0x370

// face picks the script of a character; -1 is the kit's own face.
func (k *Kit) face(r rune) int {
	if r < latinMore {
		return -1
	}
	for i, s := range k.shared.fonts.More {
		if s.Has(r) {
			return i
		}
	}
	return -1
}

// plain tells whether the whole string is drawn with the kit's own face from left to right, as nearly all are.
func (k *Kit) plain(s string) bool {
	for _, r := range s {
		if r >= latinMore && (k.face(r) >= 0 || k.rtl || rightToLeft(r)) {
			return false
		}
	}
	return !k.rtl || strings.TrimFunc(s, neutral) == ""
}

func rightToLeft(r rune) bool {
	if r < 0x590 || r >= 0x2000 && r < 0xFB1D { // no letter of theirs is here, and nearly all text is
		return false
	}
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
				out = append(out, span{rlm + parts[i].text + rlm, parts[i].typeface})
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
	var now typeface
	from := 0
	for i, r := range s {
		if i == 0 {
			now = k.typeface(marked(s), bold)
		}
		if neutral(r) { // stays with what is before it
			continue
		}
		if f := k.typeface(marked(s[i:]), bold); f != now {
			out = append(out, span{s[from:i], now})
			now, from = f, i
		}
	}
	if from < len(s) {
		out = append(out, span{s[from:], now})
	}
	return out
}

// marked is the character that decides the face of the first of s: a mark on it must be of the same face.
func marked(s string) rune {
	r, size := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[size:]); next >= 0x300 && next < marksEnd {
		return next
	}
	return r
}

// typeface is what a character is drawn with.
func (k *Kit) typeface(r rune, bold bool) typeface {
	at := k.face(r)
	if at < 0 {
		return k.own(bold)
	}
	style := fyne.TextStyle{Bold: bold}
	switch s := k.shared.fonts.More[at]; {
	case s.Piece != nil:
		return typeface{style, s.Piece(r, bold)}
	case bold && s.Bold != nil:
		return typeface{style, s.Bold}
	default:
		return typeface{style, s.Regular}
	}
}

// tallest is how high a row may be, in parts of the text size, and highest how far above the base line. Noto Serif Tibetan
// asks for 2.8 and 1.5 so that any stack of letters fits; what is written today stays within these.
const (
	tallest = 1.55
	highest = 1.08
)

// stance is how a span stands in its row.
type stance struct {
	size fyne.Size
	line float32 // from its top to the base line
	cut  float32 // by how much its own box is higher, above
	full float32 // the height of that box
}

// stand measures a span.
func (s span) stand(px float32) stance {
	size, line := s.measure(s.text, px)
	st := stance{size: size, line: line, full: size.Height}
	if size.Height > px*tallest {
		st.size.Height, st.line = px*tallest, min(line, px*highest)
		st.cut = line - st.line
	}
	return st
}
