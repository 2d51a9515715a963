package ui

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"

	"bangban/app/ui/widget"
	"bangban/locales"
)

// missing lists the characters of s that no face has, among those of the weight.
func missing(t *testing.T, fonts widget.Fonts, bold bool, s string) (out []rune) {
	t.Helper()
	for _, r := range s {
		res := fonts.Regular
		if bold {
			res = fonts.Bold
		}
		for _, more := range fonts.More {
			if more.Has(r) {
				if res = more.Regular; bold && more.Bold != nil {
					res = more.Bold
				}
				break
			}
		}
		if _, ok := face(t, res).NominalGlyph(r); !ok && r != '\n' {
			out = append(out, r)
		}
	}
	return out
}

var parsed = map[fyne.Resource]*font.Face{}

func face(t *testing.T, res fyne.Resource) *font.Face {
	t.Helper()
	if f, ok := parsed[res]; ok {
		return f
	}
	f, err := font.ParseTTF(bytes.NewReader(res.Content()))
	if err != nil {
		t.Fatal(err)
	}
	parsed[res] = f
	return f
}

// Every character of every sentence is in both faces: no box on any screen.
func TestFontsCoverEverySentence(t *testing.T) {
	fonts := testFonts()
	for _, bold := range []bool{false, true} {
		for _, tag := range locales.Tags() {
			cat, err := locales.Open(tag)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range cat.Keys() {
				if gone := missing(t, fonts, bold, cat.Sentence(key)); len(gone) > 0 {
					t.Errorf("bold %v: nothing draws %q of %s %s", bold, gone, tag, key)
				}
			}
		}
		if gone := missing(t, fonts, bold, "✓×▶○♪[]!·"); len(gone) > 0 {
			t.Errorf("bold %v: nothing draws the marks %q", bold, gone)
		}
		if len(missing(t, fonts, bold, "\U0010FFFF")) != 1 {
			t.Error("the control is not found missing")
		}
	}
}

// The screens' own faces are small; a rare character is drawn from the whole font and a common one never is.
func TestRareCharactersHaveTheWholeFont(t *testing.T) {
	fonts := testFonts()
	for _, res := range []fyne.Resource{fonts.Regular, fonts.Bold} {
		if n := len(res.Content()); n > 4<<20 {
			t.Errorf("%s has %d bytes: it was not cut", res.Name(), n)
		}
	}
	rare := fonts.More[len(fonts.More)-1]
	for _, r := range "䶮龑龵" {
		if !rare.Has(r) {
			t.Errorf("%q is not drawn from the whole font", r)
		}
		if _, ok := face(t, rare.Bold).NominalGlyph(r); !ok {
			t.Errorf("the whole font lacks %q", r)
		}
	}
	for _, r := range "张王李赵é✓" {
		if rare.Has(r) {
			t.Errorf("%q has the whole font taken apart", r)
		}
	}
	if rare.Has('\U0010FFFF') {
		t.Error("what no font has is looked for in the whole font")
	}
	// The same letter stands as wide as in the whole font: only what is rare was left out.
	small, whole := face(t, fonts.Regular), face(t, fonts.Whole)
	for _, r := range "国Ag，é" {
		a, _ := small.NominalGlyph(r)
		b, _ := whole.NominalGlyph(r)
		if small.HorizontalAdvance(a) != whole.HorizontalAdvance(b) {
			t.Errorf("%q is as wide as %v, in the whole font %v", r, small.HorizontalAdvance(a), whole.HorizontalAdvance(b))
		}
	}
}
