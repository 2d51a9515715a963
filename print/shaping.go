package print

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// script is one whose letters change with their neighbours, stack, carry marks, or run from right to left.
type script struct {
	table *unicode.RangeTable
	tag   language.Script
	rtl   bool
}

// scripts lists those that are shaped. Mongolian is not among them: it is written downwards.
func scripts() [8]script {
	return [...]script{
		{unicode.Arabic, language.Arabic, true}, {unicode.Hebrew, language.Hebrew, true}, {unicode.Tibetan, language.Tibetan, false},
		{unicode.Thai, language.Thai, false}, {unicode.Lao, language.Lao, false}, {unicode.Devanagari, language.Devanagari, false},
		{unicode.Khmer, language.Khmer, false}, {unicode.Myanmar, language.Myanmar, false},
	}
}

// scriptOf finds the script that a rune begins a word of; ok is false for a rune that stands by itself. Digits do: they
// run from left to right in every script.
func scriptOf(r rune) (s script, ok bool) {
	if r < 0x590 || r >= 0x2E80 && r < 0xA8E0 || unicode.IsDigit(r) || !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && !unicode.Is(unicode.Tibetan, r) {
		return s, false
	}
	for _, s := range scripts() {
		if unicode.Is(s.table, r) {
			return s, true
		}
	}
	return s, false
}

// continues tells whether r belongs to the word of a script that has begun: a letter or mark of it, or a mark or the
// tatweel, which belong to no script.
func (s script) continues(r rune) bool {
	return !unicode.IsDigit(r) && (unicode.Is(s.table, r) && (unicode.IsLetter(r) || unicode.Is(unicode.M, r) || s.tag == language.Tibetan) ||
		r == 0x0640 && s.tag == language.Arabic || unicode.Is(unicode.Inherited, r) && unicode.Is(unicode.M, r))
}

// word is a piece of text that is shaped as one, or, with no script, one rune that stands by itself.
type word struct {
	script script
	shaped bool
	runes  []rune
}

// words cuts text up.
func words(text []rune) iter.Seq[word] {
	return func(yield func(word) bool) {
		for i := 0; i < len(text); {
			s, ok := scriptOf(text[i])
			end := i + 1
			for ok && end < len(text) && s.continues(text[end]) {
				end++
			}
			if !yield(word{s, ok, text[i:end]}) {
				return
			}
			i = end
		}
	}
}

// cluster is what a few runes have become together: a letter with its marks, a stack, a ligature.
type cluster struct {
	runes []rune
	rtl   bool
	parts []part // in the order in which they are drawn
}

// part is one glyph of a cluster, in em from the cluster's left end on the baseline, y upwards.
type part struct {
	index  sfnt.GlyphIndex
	dx, dy float64
}

var errShaper = errors.New("print: shaping failed")

// shaper opens the font a second time, for the tables that tell how its glyphs go together. Fonts of the program are
// opened by those who have them; what is opened remembers no text.
func (f *face) shaper() (*font.Font, error) {
	f.shaperOnce.Do(func() {
		if f.reader == nil {
			f.shaperErr = errShaper
			return
		}
		opened, err := font.ParseTTF(io.NewSectionReader(f.reader, 0, math.MaxInt64))
		if err != nil {
			f.shaperErr = fmt.Errorf("%w: %s", ErrFont, f.name)
			return
		}
		f.shaperFont = opened.Font
	})
	return f.shaperFont, f.shaperErr
}

// shapeWord finds the first font that has every rune of a word and shapes the word with it. A word that no font can write
// whole fails with the first rune that is missing, by all of them or by the one that came furthest.
func (k *ranking) shapeWord(w word) (out []glyph, err error) {
	missing, best := w.runes[0], -1
	for f := range k.moreFirst {
		has := slices.IndexFunc(w.runes, func(r rune) bool { return f.index(r) == 0 })
		if has >= 0 {
			if has > best {
				missing, best = w.runes[has], has
			}
			continue
		}
		out, err := f.shapeWord(w)
		var g *GlyphError
		if err == nil || !errors.As(err, &g) && !errors.Is(err, errShaper) {
			return out, err
		}
		if g != nil {
			missing, best = g.CodePoint, len(w.runes)
		}
	}
	return nil, &GlyphError{CodePoint: missing}
}

// shapeWord shapes with one font. The shaper is made for one call: what it remembers would be letters of somebody's name.
func (f *face) shapeWord(w word) (out []glyph, err error) {
	opened, err := f.shaper()
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil { // a font with broken tables must not bring the counter down
			out, err = nil, fmt.Errorf("%w: %s", ErrFont, f.name)
		}
	}()
	in := shaping.Input{Text: w.runes, RunEnd: len(w.runes), Face: font.NewFace(opened), Size: fixed.I(f.upem.Ceil()), Script: w.script.tag,
		Direction: di.DirectionLTR}
	if w.script.rtl {
		in.Direction = di.DirectionRTL
	}
	var h shaping.HarfbuzzShaper
	shaped := h.ShapeNoExtents(in).Glyphs
	em := func(v fixed.Int26_6) float64 { return float64(v) / float64(f.upem) }
	dotted := f.index('◌') // what a shaper puts under a mark that has no letter
	for i := 0; i < len(shaped); {
		first := shaped[i].TextIndex()
		count := shaped[i].RunesCount()
		if first < 0 || count < 1 || first+count > len(w.runes) {
			return nil, fmt.Errorf("%w: %s", ErrFont, f.name)
		}
		c := &cluster{runes: slices.Clone(w.runes[first : first+count]), rtl: w.script.rtl}
		pen := 0.0
		for ; i < len(shaped) && shaped[i].TextIndex() == first; i++ {
			g := shaped[i]
			if g.GlyphID == 0 || g.GlyphID > 0xFFFF || dotted != 0 && sfnt.GlyphIndex(g.GlyphID) == dotted {
				return nil, &GlyphError{CodePoint: w.runes[first]}
			}
			c.parts = append(c.parts, part{sfnt.GlyphIndex(g.GlyphID), pen + em(g.XOffset), em(g.YOffset)})
			pen += em(g.Advance)
		}
		out = append(out, glyph{r: c.runes[0], face: f, em: pen, cluster: c})
	}
	if w.script.rtl { // the shaper gives them as they stand on the line
		slices.Reverse(out)
	}
	return out, nil
}

// RTL tells whether a language is written from right to left.
func RTL(lang string) bool {
	for _, l := range [...]string{"ug", "ar", "fa", "ur", "he", "ckb", "ps", "sd", "yi", "dv"} {
		if lang == l || len(lang) > len(l) && lang[:len(l)] == l && lang[len(l)] == '-' {
			return true
		}
	}
	return false
}

// place gives every glyph of a line its distance in em from the line's left end. Where anything runs from right to left,
// that is by the bidirectional algorithm (UAX #9), the line being a paragraph of its own in the direction of the sheet's
// language; brackets there turn round. A line without a letter that runs so is a number or a foreign name: it stands as it is.
func (s *Sheet) place(gs []glyph) {
	x := 0.0
	for _, i := range s.visual(gs) {
		gs[i].x = x
		x += gs[i].em
	}
}

// visual gives the order in which glyphs stand on the line.
func (s *Sheet) visual(gs []glyph) []int {
	order := make([]int, len(gs))
	for i := range order {
		order[i] = i
	}
	if !slices.ContainsFunc(gs, func(g glyph) bool { return g.cluster != nil && g.cluster.rtl }) {
		return order
	}
	var text []rune
	at := make([]int, len(gs)) // of a glyph's first rune
	for i, g := range gs {
		at[i] = len(text)
		text = g.append(text)
	}
	defer clear(text)
	base := bidi.LeftToRight
	if RTL(s.lang) {
		base = bidi.RightToLeft
	}
	var p bidi.Paragraph
	runs := p.Segment(text, base)
	levels := make([]bidi.Level, len(text))
	for n := range runs.NumRuns() {
		r := runs.Run(n)
		for i := r.Start; i < r.End; i++ {
			levels[i] = r.Level
		}
	}
	level := func(i int) bidi.Level { return levels[at[i]] }
	var top bidi.Level
	for i := range gs {
		top = max(top, level(i))
		if m, ok := mirrored(gs[i].r); ok && level(i)%2 == 1 && gs[i].cluster == nil {
			if g := gs[i].face.index(m); g != 0 {
				gs[i].index, gs[i].turned = g, true
			}
		}
	}
	for l := top; l > 0; l-- { // rule L2
		for from := 0; from < len(order); {
			to := from
			for to < len(order) && level(order[to]) >= l {
				to++
			}
			slices.Reverse(order[from:to])
			from = max(to, from+1)
		}
	}
	return order
}

// mirrored gives the bracket that stands for r in text from right to left (UAX #9, rule L4).
func mirrored(r rune) (rune, bool) {
	const pairs = "()[]{}<>«»‹›（）《》〈〉【】「」『』〔〕"
	prev, odd := rune(0), false
	for _, c := range pairs {
		if odd && (r == prev || r == c) {
			return prev + c - r, true
		}
		prev, odd = c, !odd
	}
	return 0, false
}
