package print

import (
	"math"
	"slices"
)

// ShapedGlyphs shapes one word with a font: glyph, and its place in units of the font, in the order of the line. plain is
// the glyphs of its runes in that order, without shaping.
func ShapedGlyphs(src []byte, text string) (out [][3]int, plain []int, err error) {
	f, err := openFace("test", false, src)
	if err != nil {
		return nil, nil, err
	}
	ws := slices.Collect(words([]rune(text)))
	if len(ws) != 1 {
		return nil, nil, errShaper
	}
	gs, err := f.shapeWord(ws[0])
	if err != nil {
		return nil, nil, err
	}
	for _, r := range ws[0].runes {
		plain = append(plain, int(f.index(r)))
	}
	if ws[0].script.rtl {
		slices.Reverse(plain)
	}
	s := &Sheet{lang: "en"}
	s.place(gs)
	units := func(em float64) int { return int(math.Round(em * float64(f.font.UnitsPerEm()))) }
	for _, i := range s.visual(gs) {
		for _, p := range gs[i].cluster.parts {
			out = append(out, [3]int{int(p.index), units(gs[i].x + p.dx), units(p.dy)})
		}
	}
	return out, plain, nil
}
