package print

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"unicode"

	shaped "github.com/go-text/typesetting/font"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"bangban/assets"
)

// FontFiles are the fonts of a Fonts value, as the bytes of static TrueType files. Whole are the Chinese faces again with the
// characters that Han, where it was cut down to the common ones, lacks; they may be missing. More are fallbacks for other scripts and rare
// characters in the order in which they are asked; they may also have PostScript outlines.
type FontFiles struct {
	Han, HanBold     []byte
	Whole, WholeBold []byte
	Latin, LatinBold []byte
	More             [][]byte
	MoreBold         [][]byte      // bold faces of the first of More; More stands in for those that are not there
	Rare             []io.ReaderAt // large fallbacks that are read where needed, after More: static TrueType or OpenType files
}

// Fonts are opened fonts. They are parsed once and may be used by several goroutines.
type Fonts struct {
	regular, bold ranking
}

// ranking is the faces of one weight. Fallbacks stand in both.
type ranking struct {
	latin, han *face
	whole      func() *face // opened by the first rare character; nil where there is none
	more       []*face
}

// inOrder are the faces, the Chinese first; moreFirst begins with the fallbacks.
func (k *ranking) inOrder(yield func(*face) bool) {
	each(yield, k.chinese, one(k.latin), slices.Values(k.more))
}

func (k *ranking) moreFirst(yield func(*face) bool) {
	each(yield, slices.Values(k.more), k.chinese, one(k.latin))
}

// chinese are the common face and, where it is asked for, the whole one.
func (k *ranking) chinese(yield func(*face) bool) {
	if yield(k.han) {
		if whole := k.whole(); whole != nil {
			yield(whole)
		}
	}
}

func one(f *face) iter.Seq[*face] { return slices.Values([]*face{f}) }

// each yields what all of the lists have, in their order.
func each(yield func(*face) bool, lists ...iter.Seq[*face]) {
	for _, list := range lists {
		for f := range list {
			if !yield(f) {
				return
			}
		}
	}
}

// face is one font file.
type face struct {
	name   string // of the font inside the PDF
	bold   bool   // only told to the PDF
	src    []byte
	font   *sfnt.Font
	upem   fixed.Int26_6
	plain  bool // TrueType outlines: gofpdf can embed it
	tables tables

	reader     io.ReaderAt // the file, for shaper
	shaperOnce sync.Once
	shaperFont *shaped.Font
	shaperErr  error
}

// StandardFonts opens the fonts that are shipped with the program, and behind them rare ones, which are kept open. The
// common characters are taken from a small file: those of one paper lie scattered over all 10 MB of the whole.
func StandardFonts(rare ...io.ReaderAt) (*Fonts, error) {
	return OpenFonts(FontFiles{
		Han: assets.NotoSansSCCommon(), HanBold: assets.NotoSansSCBoldCommon(),
		Whole: assets.NotoSansSC(), WholeBold: assets.NotoSansSCBold(),
		Latin: assets.Atkinson(), LatinBold: assets.AtkinsonBold(), Rare: rare,
		More:     [][]byte{assets.NotoSansArabic(), assets.NotoSerifTibetan()},
		MoreBold: [][]byte{assets.NotoSansArabicBold(), assets.NotoSerifTibetanBold()},
	})
}

// OpenFonts opens fonts. The bytes must not change afterwards.
func OpenFonts(files FontFiles) (*Fonts, error) {
	var fs Fonts
	for _, f := range []struct {
		to   **face
		name string
		bold bool
		src  []byte
	}{
		{&fs.regular.han, "notosanssc", false, files.Han}, {&fs.bold.han, "notosanssc", true, files.HanBold},
		{&fs.regular.latin, "atkinson", false, files.Latin}, {&fs.bold.latin, "atkinson", true, files.LatinBold},
	} {
		opened, err := openFace(f.name, f.bold, f.src)
		if err != nil {
			return nil, err
		}
		if !opened.plain {
			return nil, fmt.Errorf("%w: %s has no TrueType outlines", ErrFont, f.name)
		}
		*f.to = opened
	}
	fs.regular.whole, fs.bold.whole = later(false, files.Whole), later(true, files.WholeBold)
	for i, src := range files.More {
		opened, err := openFace(fmt.Sprintf("more%d", i), false, src)
		if err != nil {
			return nil, err
		}
		fs.regular.more = append(fs.regular.more, opened)
		if i < len(files.MoreBold) {
			if opened, err = openFace(fmt.Sprintf("more%d", i), true, files.MoreBold[i]); err != nil {
				return nil, err
			}
		}
		fs.bold.more = append(fs.bold.more, opened)
	}
	for i, src := range files.Rare {
		f, err := sfnt.ParseReaderAt(src)
		if err != nil {
			return nil, fmt.Errorf("%w: rare font %d: %v", ErrFont, i, err)
		}
		// Never embedded: the glyphs in use are drawn as outlines.
		opened := &face{name: fmt.Sprintf("rare%d", i), font: f, reader: src, upem: fixed.Int26_6(f.UnitsPerEm()) << 6}
		fs.regular.more = append(fs.regular.more, opened)
		fs.bold.more = append(fs.bold.more, opened)
	}
	return &fs, nil
}

// later opens a whole face when it is asked for. One that cannot be used has no characters.
func later(bold bool, src []byte) func() *face {
	return sync.OnceValue(func() *face {
		if src == nil {
			return nil
		}
		f, err := openFace("notosansscwhole", bold, src)
		if err != nil || !f.plain {
			return nil
		}
		return f
	})
}

func openFace(name string, bold bool, src []byte) (*face, error) {
	f, err := sfnt.Parse(src)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrFont, name, err)
	}
	opened := &face{name: name, bold: bold, src: src, font: f, reader: bytes.NewReader(src), upem: fixed.Int26_6(f.UnitsPerEm()) << 6}
	opened.tables, err = readTables(src)
	opened.plain = err == nil
	return opened, nil
}

// index gives the glyph of r, 0 where the font has none. Nothing is remembered between calls: a cache would keep the
// characters of everybody's name.
func (f *face) index(r rune) sfnt.GlyphIndex {
	g, err := f.font.GlyphIndex(nil, r)
	if err != nil {
		return 0
	}
	return g
}

// width gives the advance of a glyph in em.
func (f *face) width(g sfnt.GlyphIndex) float64 {
	a, err := f.font.GlyphAdvance(nil, g, f.upem, font.HintingNone)
	if err != nil {
		return 1
	}
	return float64(a) / float64(f.upem)
}

// outline gives the contours of a glyph in em, y downwards. The result is the caller's.
func (f *face) outline(g sfnt.GlyphIndex) ([]segment, error) {
	segs, err := f.font.LoadGlyph(nil, g, f.upem, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrFont, f.name, err)
	}
	out := make([]segment, len(segs))
	for i, s := range segs {
		out[i].op = s.Op
		for k, a := range s.Args {
			out[i].at[k] = point{float64(a.X) / float64(f.upem), float64(a.Y) / float64(f.upem)}
		}
	}
	return out, nil
}

// outline gives the contours of a glyph, or of all parts of a cluster, in em from the glyph's left end, y downwards.
func (g *glyph) outline() ([]segment, error) {
	if g.cluster == nil {
		return g.face.outline(g.index)
	}
	var all []segment
	for _, p := range g.cluster.parts {
		path, err := g.face.outline(p.index)
		if err != nil {
			return nil, err
		}
		for _, s := range path {
			for i := range s.at {
				s.at[i].x += p.dx
				s.at[i].y -= p.dy
			}
			all = append(all, s)
		}
	}
	return all, nil
}

type point struct{ x, y float64 }

type segment struct {
	op sfnt.SegmentOp
	at [3]point
}

// printable tells whether a rune can stand by itself in its right place. What cannot is treated as missing.
func printable(r rune) bool {
	return r >= ' ' && r != unicode.ReplacementChar && !unicode.In(r, unicode.C, unicode.M, unicode.Zl, unicode.Zp)
}

// pick finds the face for r. latinQuotes tells whether quotes and dashes belong to Latin text.
func (k *ranking) pick(r rune, latinQuotes bool) (*face, sfnt.GlyphIndex) {
	if !printable(r) {
		return nil, 0
	}
	first, second := k.han, k.latin
	if r < 0x250 && r != '·' || latinQuotes && (r >= 0x2010 && r <= 0x2027 || r == '·') {
		first, second = second, first
	}
	for _, f := range [2]*face{first, second} {
		if g := f.index(r); g != 0 {
			return f, g
		}
	}
	if whole := k.whole(); whole != nil {
		if g := whole.index(r); g != 0 {
			return whole, g
		}
	}
	for _, f := range k.more {
		if g := f.index(r); g != 0 {
			return f, g
		}
	}
	return nil, 0
}

// uniform finds the one face that has every rune of text, the Chinese one first. Words that are shaped choose for themselves.
func (k *ranking) uniform(text []rune) *face {
	for f := range k.inOrder {
		all := true
		for w := range words(text) {
			if r := w.runes[0]; !w.shaped && r != '\n' && (!printable(r) || f.index(r) == 0) {
				all = false
				break
			}
		}
		if all {
			return f
		}
	}
	return nil
}

// CheckRunes says whether every rune of text can be printed, in both weights. It fails with *GlyphError. A line feed is
// a line break and passes.
func (fs *Fonts) CheckRunes(text string) error {
	runes := []rune(text)
	defer clear(runes)
	for w := range words(runes) {
		if w.runes[0] == '\n' {
			continue
		}
		for _, k := range []*ranking{&fs.regular, &fs.bold} {
			if w.shaped {
				if _, err := k.shapeWord(w); err != nil {
					return err
				}
			} else if f, _ := k.pick(w.runes[0], false); f == nil {
				return &GlyphError{CodePoint: w.runes[0]}
			}
		}
	}
	return nil
}
