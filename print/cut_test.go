package print

import (
	"testing"

	"golang.org/x/image/font/sfnt"

	"bangban/assets"
)

// A font that was cut has the characters asked for, those above U+FFFF too, as wide as they were, and no others.
func TestCut(t *testing.T) {
	whole, err := openFace("whole", false, assets.NotoSansSC())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"国Ag，é", "国🄀🅐", "🄀", ""} {
		small, err := Cut(assets.NotoSansSC(), append([]rune(want), '\U0010FFFD'))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sfnt.Parse(small); err != nil {
			t.Fatalf("%q: %v", want, err)
		}
		cut, err := openFace("cut", false, small)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range want {
			if g := cut.index(r); g == 0 || cut.width(g) != whole.width(whole.index(r)) {
				t.Errorf("%q of %q: glyph %d", r, want, g)
			}
		}
		if cut.index('龍') != 0 || cut.index('\U0010FFFD') != 0 {
			t.Errorf("%q: something that nobody asked for is there", want)
		}
	}
}

// The common characters of a paper are drawn from the small face and a rare one from the whole, which is as wide; without a
// whole face it is missing.
func TestRareCharacterComesFromTheWholeFace(t *testing.T) {
	fs, err := StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*ranking{&fs.regular, &fs.bold} {
		if f, _ := k.pick('国', false); f != k.han || len(f.src) > 2<<20 {
			t.Errorf("a common character is drawn from %s, %d bytes", f.name, len(f.src))
		}
		for _, r := range "鑫睿䶮龑龵" {
			if f, g := k.pick(r, false); f == nil || f != k.whole() || f.width(g) != 1 {
				t.Errorf("%q is drawn from another face: %v", r, f)
			}
		}
		if f := k.uniform([]rune("王鑫")); f != k.whole() {
			t.Error("a name with a rare character is drawn from two faces")
		}
		if f := k.uniform([]rune("王力")); f != k.han {
			t.Error("a common name is not drawn from the common face")
		}
	}
	small, err := OpenFonts(FontFiles{Han: assets.NotoSansSCCommon(), HanBold: assets.NotoSansSCBoldCommon(), Latin: assets.Atkinson(), LatinBold: assets.AtkinsonBold()})
	if err != nil {
		t.Fatal(err)
	}
	if err := small.CheckRunes("国"); err != nil {
		t.Error(err)
	}
	if err := small.CheckRunes("鑫"); err == nil {
		t.Error("the control, a rare character without a whole face, is drawn")
	}
}
