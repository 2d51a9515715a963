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
