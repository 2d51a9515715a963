package ui

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

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
				switch {
				case more.Piece != nil:
					res = more.Piece(r, bold)
				case bold:
					res = more.Bold
				default:
					res = more.Regular
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
		if gone := missing(t, fonts, bold, "ČapekŁódźŞahinĞİőŠŽĈŋŕƙǻ\u0301\u0328"); len(gone) > 0 {
			t.Errorf("bold %v: nothing draws %q of names", bold, gone)
		}
		if gone := missing(t, fonts, bold, "✓×▶○♪[]!·"); len(gone) > 0 {
			t.Errorf("bold %v: nothing draws the marks %q", bold, gone)
		}
		if len(missing(t, fonts, bold, "\U0010FFFF")) != 1 {
			t.Error("the control is not found missing")
		}
	}
}

// The screens' own faces are small; a rare character is drawn from a small piece of the whole font, where it stands as wide
// as there, and a common one never is.
func TestRareCharactersHaveAPiece(t *testing.T) {
	fonts := testFonts()
	for _, res := range []fyne.Resource{fonts.Regular, fonts.Bold} {
		if n := len(res.Content()); n > 2<<20 {
			t.Errorf("%s has %d bytes: it was not cut", res.Name(), n)
		}
	}
	rare, whole := fonts.More[len(fonts.More)-1], face(t, fonts.Whole)
	for _, r := range "鑫睿䶮龑龵🄀" {
		if !rare.Has(r) {
			t.Errorf("%q is drawn from the common face", r)
			continue
		}
		for _, bold := range []bool{false, true} {
			res := rare.Piece(r, bold)
			if n := len(res.Content()); n > 64<<10 {
				t.Errorf("the piece of %q has %d bytes", r, n)
			}
			g, ok := face(t, res).NominalGlyph(r)
			w, _ := whole.NominalGlyph(r)
			if !ok || !bold && face(t, res).HorizontalAdvance(g) != whole.HorizontalAdvance(w) {
				t.Errorf("the piece of %q, bold %v: there %v", r, bold, ok)
			}
			if rare.Piece(r, bold) != res || rare.Piece(r+pieceSize, bold) == res || rare.Piece(r, !bold) == res {
				t.Errorf("the piece of %q is cut again, or is another's", r)
			}
		}
	}
	for _, r := range "张王李赵é✓◀" {
		if rare.Has(r) {
			t.Errorf("%q has the whole font cut", r)
		}
	}
	if rare.Has('\U0010FFFF') {
		t.Error("what no font has is looked for in the whole font")
	}
	small := face(t, fonts.Regular)
	for _, r := range "国Ag，é" {
		a, _ := small.NominalGlyph(r)
		b, _ := whole.NominalGlyph(r)
		if small.HorizontalAdvance(a) != whole.HorizontalAdvance(b) {
			t.Errorf("%q is as wide as %v, in the whole font %v", r, small.HorizontalAdvance(a), whole.HorizontalAdvance(b))
		}
	}
}

// No sign that the program itself draws is a rare character: it would cost memory at every counter. Ideographs in its tables
// are compared, not drawn.
func TestOwnSignsAreCommon(t *testing.T) {
	fonts := testFonts()
	rare, found := fonts.More[len(fonts.More)-1], 0
	for _, dir := range []string{".", "widget"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING && lit.Kind != token.CHAR {
					return true
				}
				for _, r := range lit.Value {
					if r > 0x7F && !unicode.Is(unicode.Han, r) {
						found++
						if rare.Has(r) {
							t.Errorf("%s writes %q, which the common face lacks", name, r)
						}
					}
				}
				return true
			})
		}
	}
	if found < 20 || !rare.Has('鑫') {
		t.Errorf("%d signs found; the control is rare: %v", found, rare.Has('鑫'))
	}
}
