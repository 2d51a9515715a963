package print

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"bangban/assets"
)

// shapeWide makes glyphs of one em, without any font.
func shapeWide(text string) (gs []glyph) {
	for _, r := range text {
		gs = append(gs, glyph{r: r, em: 1})
	}
	return gs
}

func TestLineBreaks(t *testing.T) {
	for what, c := range map[string]struct {
		text  string
		width float64 // em
		want  string  // lines separated by |
	}{
		"ideographs":       {"一二三四五六", 4, "一二三四|五六"},
		"no stop first":    {"一二三四。五六", 4, "一二三|四。五六"},
		"two stops":        {"一二三”。四", 3, "一二|三”。|四"},
		"no bracket last":  {"一二三（四五）", 4, "一二三|（四五）"},
		"no number apart":  {"到2026年", 5, "到|2026年"},
		"words":            {"ask for the paper", 8, "ask for|the|paper"},
		"long word":        {"abcdefghij", 4, "abcd|efgh|ij"},
		"long word inside": {"a bcdefghij", 4, "a|bcde|fghi|j"},
		"mixed":            {"请打12345电话", 5, "请打|12345|电话"},
		"line feed":        {"ab\ncd", 9, "ab|cd"},
		"two line feeds":   {"ab\n\ncd", 9, "ab||cd"},
		"hyphen":           {"self-made", 6, "self-|made"},
		"no-break space":   {"ab cd\u00A0ef", 6, "ab|cd\u00A0ef"},
		"spaces at end":    {"abc    ", 4, "abc"},
		"narrow":           {"一二", 0, "一|二"},
		"negative":         {"ab", -3, "a|b"},
		"empty":            {"", 5, ""},
	} {
		st := Style{Size: 1 / mmPerPoint} // an em is a millimetre
		var lines []string
		for _, l := range breakLines(shapeWide(c.text), c.width, st) {
			lines = append(lines, runes(l))
		}
		if got := strings.Join(lines, "|"); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestParagraphHasNoLoneEnd(t *testing.T) {
	st := Style{Size: 1 / mmPerPoint}
	if day := paragraph(shapeWide("2026-11-26 20:25"), 11, st); len(day) != 2 || runes(day[1]) != "20:25" {
		t.Errorf("a date was cut: %d lines, the last %q", len(day), runes(day[1]))
	}
	lines := paragraph(shapeWide("一二三四五六七八九十一。"), 11, st)
	if len(lines) != 2 || len(lines[1]) < shortest {
		t.Errorf("%d lines, the last of %d characters", len(lines), len(lines[len(lines)-1]))
	}
}

// TestSubsetKeepsGlyphs opens the cut-down font again and compares outline and advance of each glyph with the original.
func TestSubsetKeepsGlyphs(t *testing.T) {
	for name, src := range map[string][]byte{"noto": assets.NotoSansSCBold(), "atkinson": assets.Atkinson()} {
		f, err := openFace(name, false, src)
		if err != nil {
			t.Fatal(err)
		}
		wanted := []rune("éÄ ñZ0O1lÅ½ﬁ")
		if name == "noto" {
			wanted = []rune("身份凭证，。0é龘䶮〓 ")
		}
		wanted = slices.DeleteFunc(wanted, func(r rune) bool { return f.index(r) == 0 })
		small, err := f.subset(wanted)
		if err != nil {
			t.Fatal(err)
		}
		if len(small) > len(src)/10 && len(small) > 12_000 {
			t.Errorf("%s: %d of %d bytes left", name, len(small), len(src))
		}
		cut, err := openFace("cut", false, small)
		if err != nil || !cut.plain {
			t.Fatalf("%s: the cut font does not open: %v", name, err)
		}
		for _, r := range wanted {
			a, errA := f.outline(f.index(r))
			b, errB := cut.outline(cut.index(r))
			if errA != nil || errB != nil || !slices.Equal(a, b) || f.width(f.index(r)) != cut.width(cut.index(r)) {
				t.Errorf("%s: %q changed (%v, %v)", name, r, errA, errB)
			}
		}
		if cut.index('%') != 0 {
			t.Errorf("%s: a glyph that nobody asked for is there", name)
		}
		back := slices.Clone(wanted)
		slices.Reverse(back)
		if again, err := f.subset(append(back, wanted...)); err != nil || !slices.Equal(small, again) {
			t.Errorf("%s: the order of the runes changes the font: %v", name, err)
		}
	}
}

func TestSubsetRefusesTooMuch(t *testing.T) {
	f, err := openFace("noto", false, assets.NotoSansSC())
	if err != nil {
		t.Fatal(err)
	}
	var all []rune
	for r := rune(0x4E00); r < 0x4E00+maxSubset+1; r++ {
		all = append(all, r)
	}
	if _, err := f.subset(all); !errors.Is(err, ErrFont) {
		t.Errorf("%v", err)
	}
}

func FuzzTables(f *testing.F) {
	whole, err := openFace("latin", false, assets.Atkinson())
	if err != nil {
		f.Fatal(err)
	}
	small, err := whole.subset([]rune("aé"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add(small[:60])
	f.Fuzz(func(t *testing.T, src []byte) {
		opened, err := openFace("fuzz", false, src)
		if err != nil || !opened.plain {
			return
		}
		if _, err := opened.subset([]rune("aé")); err != nil && !errors.Is(err, ErrFont) {
			t.Fatal(err)
		}
		_, _ = opened.outline(sfnt.GlyphIndex(1))
	})
}

// TestLineOrder: a line with letters that run from right to left is ordered, a number on a sheet of such a language is not.
func TestLineOrder(t *testing.T) {
	one := func(rs ...rune) (gs []glyph) {
		for _, r := range rs {
			g := glyph{r: r, em: 1, face: &face{font: nil}}
			if r >= 0x590 && r < 0x700 {
				g.cluster = &cluster{runes: []rune{r}, rtl: true}
			}
			gs = append(gs, g)
		}
		return gs
	}
	for text, want := range map[string][]int{
		"**12":      {0, 1, 2, 3},
		"اب12":      {2, 3, 1, 0},
		"اب ab":     {3, 4, 2, 1, 0},
		"12-01 10:": {0, 1, 2, 3, 4, 5, 6, 7, 8},
	} {
		s := &Sheet{lang: "ug"}
		if got := s.visual(one([]rune(text)...)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got := (&Sheet{lang: "zh-Hans"}).visual(one('ا', 'ب', ' ', 'a')); !slices.Equal(got, []int{1, 0, 2, 3}) {
		t.Errorf("in a sheet from left to right: %v", got)
	}
	for r, want := range map[rune]rune{'(': ')', '》': '《', '»': '«'} {
		if m, ok := mirrored(r); !ok || m != want {
			t.Errorf("%q turns into %q", r, m)
		}
	}
	if _, ok := mirrored('a'); ok {
		t.Error("a letter turns round")
	}
}
