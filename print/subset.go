package print

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/image/font/sfnt"
)

// tables are the tables of a TrueType file that a cut-down font is made of.
type tables struct {
	glyf, loca, hmtx, head, hhea, maxp, os2, post []byte
	longLoca                                      bool
	glyphs, metrics                               int
}

// readTables finds the tables of a static TrueType file with glyf outlines (OpenType 1.9, "Organization of an OpenType
// Font"). Fonts come from the program or the administrator, but a broken one must not bring the counter down.
func readTables(src []byte) (t tables, err error) {
	bad := func(why string) (tables, error) { return tables{}, fmt.Errorf("%w: %s", ErrFont, why) }
	if len(src) < 12 || binary.BigEndian.Uint32(src) != 0x00010000 {
		return bad("not a TrueType file")
	}
	n := int(binary.BigEndian.Uint16(src[4:]))
	if len(src) < 12+16*n {
		return bad("table directory cut short")
	}
	want := map[string]*[]byte{"glyf": &t.glyf, "loca": &t.loca, "hmtx": &t.hmtx, "head": &t.head, "hhea": &t.hhea,
		"maxp": &t.maxp, "OS/2": &t.os2, "post": &t.post}
	for i := range n {
		rec := src[12+16*i:]
		at, size := uint64(binary.BigEndian.Uint32(rec[8:])), uint64(binary.BigEndian.Uint32(rec[12:]))
		if to := want[string(rec[:4])]; to != nil {
			if at+size > uint64(len(src)) {
				return bad("table outside the file")
			}
			*to = src[at : at+size : at+size]
		}
	}
	if len(t.head) < 54 || len(t.hhea) < 36 || len(t.maxp) < 32 || len(t.os2) < 78 || len(t.post) < 32 {
		return bad("a table is missing or short")
	}
	t.longLoca = binary.BigEndian.Uint16(t.head[50:]) == 1
	t.glyphs = int(binary.BigEndian.Uint16(t.maxp[4:]))
	t.metrics = int(binary.BigEndian.Uint16(t.hhea[34:]))
	unit := 2
	if t.longLoca {
		unit = 4
	}
	if len(t.loca) < unit*(t.glyphs+1) || t.metrics < 1 || t.metrics > t.glyphs ||
		len(t.hmtx) < 4*t.metrics+2*(t.glyphs-t.metrics) {
		return bad("glyph tables do not fit each other")
	}
	return t, nil
}

// glyph gives the bytes of one glyph description.
func (t *tables) glyph(g sfnt.GlyphIndex) ([]byte, error) {
	i := int(g)
	if i >= t.glyphs {
		return nil, fmt.Errorf("%w: glyph outside the font", ErrFont)
	}
	var from, to uint64
	if t.longLoca {
		from, to = uint64(binary.BigEndian.Uint32(t.loca[4*i:])), uint64(binary.BigEndian.Uint32(t.loca[4*i+4:]))
	} else {
		from, to = 2*uint64(binary.BigEndian.Uint16(t.loca[2*i:])), 2*uint64(binary.BigEndian.Uint16(t.loca[2*i+2:]))
	}
	if from > to || to > uint64(len(t.glyf)) {
		return nil, fmt.Errorf("%w: glyph outside its table", ErrFont)
	}
	return t.glyf[from:to], nil
}

// metric gives advance and left side bearing as they stand in hmtx.
func (t *tables) metric(g sfnt.GlyphIndex) [4]byte {
	i, last := int(g), 4*(t.metrics-1)
	if i < t.metrics {
		return [4]byte(t.hmtx[4*i:])
	}
	side := t.hmtx[4*t.metrics+2*(i-t.metrics):]
	return [4]byte{t.hmtx[last], t.hmtx[last+1], side[0], side[1]}
}

// Flags of a component of a composite glyph (OpenType 1.9, "glyf", Composite Glyph Description).
const (
	argsAreWords = 0x0001
	haveScale    = 0x0008
	moreFollow   = 0x0020
	haveXYScale  = 0x0040
	haveTwoByTwo = 0x0080
)

// components calls f with the place of each component's glyph index inside a composite glyph. A simple glyph has none.
func components(g []byte, f func(at int)) error {
	if len(g) < 10 || int16(binary.BigEndian.Uint16(g)) >= 0 {
		return nil
	}
	for at := 10; ; {
		if len(g) < at+4 {
			return fmt.Errorf("%w: composite glyph cut short", ErrFont)
		}
		flags := binary.BigEndian.Uint16(g[at:])
		f(at + 2)
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&haveScale != 0:
			at += 2
		case flags&haveXYScale != 0:
			at += 4
		case flags&haveTwoByTwo != 0:
			at += 8
		}
		if flags&moreFollow == 0 {
			return nil
		}
	}
}

// closure gives the glyphs of runes and all they are composed of, .notdef first, each once, and the place of each in
// that order. Composites nest; a glyph is looked at once, so a font that refers to itself ends too.
func (t *tables) closure(f *face, runes []rune) (order []sfnt.GlyphIndex, place map[sfnt.GlyphIndex]int, err error) {
	place = map[sfnt.GlyphIndex]int{}
	add := func(g sfnt.GlyphIndex) {
		if _, ok := place[g]; !ok {
			place[g] = len(order)
			order = append(order, g)
		}
	}
	add(0)
	for _, r := range runes {
		add(f.index(r))
	}
	for i := 0; i < len(order); i++ {
		body, err := t.glyph(order[i])
		if err != nil {
			return nil, nil, err
		}
		if err := components(body, func(at int) { add(sfnt.GlyphIndex(binary.BigEndian.Uint16(body[at:]))) }); err != nil {
			return nil, nil, err
		}
	}
	return order, place, nil
}

// maxSubset keeps the length of the character map, 16 bits, from overflowing.
const maxSubset = 8000

// subset makes a TrueType file that holds only what runes need. All runes must be in the font; those of a document are at
// most U+FFFF. The same runes in any order give the same bytes.
func (f *face) subset(runes []rune) ([]byte, error) {
	runes = slices.Clone(runes)
	slices.Sort(runes)
	runes = slices.Compact(runes)
	if len(runes) > maxSubset {
		return nil, fmt.Errorf("%w: %d different characters on one sheet", ErrFont, len(runes))
	}
	t := &f.tables
	order, place, err := t.closure(f, runes)
	if err != nil {
		return nil, err
	}
	var glyf, loca, hmtx []byte
	for _, g := range order {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		body, err := t.glyph(g)
		if err != nil {
			return nil, err
		}
		start := len(glyf)
		glyf = append(glyf, body...)
		own := glyf[start:]
		if err := components(body, func(at int) {
			to := place[sfnt.GlyphIndex(binary.BigEndian.Uint16(body[at:]))]
			binary.BigEndian.PutUint16(own[at:], uint16(to))
		}); err != nil {
			return nil, err
		}
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		m := t.metric(g)
		hmtx = append(hmtx, m[:]...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := slices.Clone(t.head), slices.Clone(t.hhea), slices.Clone(t.maxp)
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(order)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(order)))
	post := slices.Clone(t.post[:32])
	binary.BigEndian.PutUint32(post, 0x00030000) // no glyph names
	return assemble([]table{
		{"OS/2", t.os2}, {"cmap", cmap(f, runes, place)}, {"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx},
		{"loca", loca}, {"maxp", maxp}, {"name", []byte{0, 0, 0, 0, 0, 6}}, {"post", post},
	}), nil
}

// cmap makes a character map with one subtable for Windows, one segment a rune: of format 4, Unicode BMP, or of format 12,
// all of Unicode, where a rune needs it.
func cmap(f *face, runes []rune, place map[sfnt.GlyphIndex]int) []byte {
	if n := len(runes); n > 0 && runes[n-1] > 0xFFFF {
		return cmapAll(f, runes, place)
	}
	var ends, starts, deltas []uint16
	for _, r := range runes {
		if r == 0xFFFF {
			continue
		}
		ends, starts = append(ends, uint16(r)), append(starts, uint16(r))
		deltas = append(deltas, uint16(place[f.index(r)])-uint16(r))
	}
	ends, starts, deltas = append(ends, 0xFFFF), append(starts, 0xFFFF), append(deltas, 1)
	n := len(ends)
	search, selector := 1, 0
	for search*2 <= n {
		search, selector = search*2, selector+1
	}
	words := []uint16{0, 1, 3, 1, 0, 12, // header: version, one subtable, platform 3, encoding 1, offset
		4, uint16(16 + 8*n), 0, uint16(2 * n), uint16(2 * search), uint16(selector), uint16(2 * (n - search))}
	words = append(words, ends...)
	words = append(words, 0)
	words = append(words, starts...)
	words = append(words, deltas...)
	words = append(words, make([]uint16, n)...)
	var out []byte
	for _, w := range words {
		out = binary.BigEndian.AppendUint16(out, w)
	}
	return out
}

// cmapAll is a character map of format 12 (OpenType 1.9, "cmap", Format 12: Segmented coverage).
func cmapAll(f *face, runes []rune, place map[sfnt.GlyphIndex]int) []byte {
	out := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, // header: version, one subtable, platform 3, encoding 10, offset
		0, 12, 0, 0}
	for _, v := range []int{16 + 12*len(runes), 0, len(runes)} {
		out = binary.BigEndian.AppendUint32(out, uint32(v))
	}
	for _, r := range runes {
		for _, v := range []int{int(r), int(r), place[f.index(r)]} {
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		}
	}
	return out
}

type table struct {
	tag  string
	data []byte
}

// assemble writes a TrueType file. The tables must come in the order of their tags.
func assemble(ts []table) []byte {
	search, selector := 1, 0
	for search*2 <= len(ts) {
		search, selector = search*2, selector+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(ts), 16 * search, selector, 16 * (len(ts) - search)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*len(ts)
	for _, t := range ts {
		out = append(out, t.tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(t.data))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range ts {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func checksum(data []byte) (sum uint32) {
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	var last [4]byte
	copy(last[:], data)
	return sum + binary.BigEndian.Uint32(last[:])
}
