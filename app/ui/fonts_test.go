package ui

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"

	"bangban/assets"
	"bangban/locales"
)

// missing lists the characters of s that the face lacks.
func missing(f *font.Face, s string) (out []rune) {
	for _, r := range s {
		if _, ok := f.NominalGlyph(r); !ok && r != '\n' {
			out = append(out, r)
		}
	}
	return out
}

// Every character of every sentence is in both faces: no box on any screen.
func TestFontsCoverEverySentence(t *testing.T) {
	for name, data := range map[string][]byte{"regular": assets.NotoSansSC(), "bold": assets.NotoSansSCBold()} {
		f, err := font.ParseTTF(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range locales.Tags() {
			cat, err := locales.Open(tag)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range cat.Keys() {
				if gone := missing(f, cat.Sentence(key)); len(gone) > 0 {
					t.Errorf("%s lacks %q of %s %s", name, gone, tag, key)
				}
			}
		}
		if gone := missing(f, "✓×▶○♪[]!·"); len(gone) > 0 {
			t.Errorf("%s lacks the marks %q", name, gone)
		}
		if len(missing(f, "\U0010FFFF")) != 1 {
			t.Error("the control is not found missing")
		}
	}
}
