package print_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/print"
)

// shapedNames are texts of nobody in scripts whose letters change, stack, carry marks or run from right to left.
var shapedNames = map[string][]string{
	"NotoSansArabic-Regular.ttf":     {"ئايگۈل", "ئەخمەت", "ئالىم", "سالام", "مۇھەممەت", "ھاجىيەۋا", "محمد", "عبد الله"},
	"NotoSerifTibetan-Regular.ttf":   {"བཀྲ་ཤིས་སྒྲོལ་མ", "མེ་ཏོག", "སྟག", "རྡོ་རྗེ", "ཚེ་རིང་"},
	"NotoSansThai-Regular.ttf":       {"สมชาย", "น้ำผึ้ง", "ที่นี่", "ปิ่นแก้ว", "ตัวอย่าง"},
	"NotoSansDevanagari-Regular.ttf": {"प्रकाश", "श्रीकृष्ण"},
	"NotoSansHebrew-Regular.ttf":     {"שלום", "לוי"},
}

// scriptFonts gives what this machine has for other scripts, by name; the test is skipped, saying so, where it has none.
func scriptFonts(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name := range shapedNames {
		for _, dir := range []string{"/usr/share/fonts/truetype/noto", "/usr/share/fonts/noto", "/usr/share/fonts/google-noto"} {
			if path := filepath.Join(dir, name); exists(path) {
				found[name] = path
			}
		}
	}
	if len(found) == 0 {
		t.Skip("no fonts for other scripts are installed (fonts-noto-core): nothing was shaped")
	}
	return found
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestShapedTextIsReadBack prints words of other scripts, alone and beside Latin, and wants them back from pdftotext as they
// were written.
func TestShapedTextIsReadBack(t *testing.T) {
	found := scriptFonts(t)
	fonts, err := print.StandardFonts(rareFonts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	for name := range found {
		for _, text := range shapedNames[name] {
			if err := fonts.CheckRunes(text); err != nil {
				t.Errorf("%+q: %v", text, err)
				continue
			}
			sheet := print.NewSheet(fonts, print.A5(), "zh-Hans")
			c := sheet.Column(10, 10, 120)
			c.Text(text, print.Style{Size: 24, Uniform: true})
			c.Space(5)
			c.Text("SPECIMEN 样本 "+text, print.Style{Size: 16})
			var said []string
			for s := range sheet.Texts() {
				said = append(said, s)
			}
			if len(said) != 2 || said[0] != text || said[1] != "SPECIMEN 样本 "+text {
				t.Errorf("the sheet says %+q", said)
			}
			_, out := tool(t, build(t, sheet), "pdftotext", "-layout", "in.pdf", "-")
			if lines := readLines(out); len(lines) != 2 || lines[0] != text || !strings.Contains(lines[1], text) || !strings.Contains(lines[1], "SPECIMEN 样本") {
				t.Errorf("printed %+q, read %+q", text, lines)
			}
		}
	}
}

// readLines takes away what pdftotext puts round text from right to left, and empty lines.
func readLines(out string) (lines []string) {
	for _, l := range strings.FieldsFunc(out, func(r rune) bool { return r == '\n' || r == '\f' }) {
		l = strings.Map(func(r rune) rune {
			if r == '\u202A' || r == '\u202B' || r == '\u202C' {
				return -1
			}
			return r
		}, l)
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// TestShapedAsHarfBuzzDoes compares glyphs and their places with those of HarfBuzz itself. The control: without shaping the
// glyphs would be others.
func TestShapedAsHarfBuzzDoes(t *testing.T) {
	if _, err := exec.LookPath("hb-shape"); err != nil {
		t.Skip("hb-shape (libharfbuzz-bin) is not installed: the shaping was not looked at from outside")
	}
	for name, path := range scriptFonts(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range shapedNames[name] {
			for _, word := range strings.Fields(text) {
				out, err := exec.Command("hb-shape", "--output-format=json", "--no-glyph-names", path, word).Output()
				if err != nil {
					t.Fatal(err)
				}
				var theirs []struct{ G, Ax, Dx, Dy int }
				if err := json.Unmarshal(out, &theirs); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				ours, plain, err := print.ShapedGlyphs(src, word)
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(name, "NotoSansArabic") && slices.EqualFunc(ours, plain, func(a [3]int, b int) bool { return a[0] == b }) {
					t.Errorf("%+q: nothing was shaped", word)
				}
				if len(ours) != len(theirs) {
					t.Errorf("%+q: %d glyphs, HarfBuzz has %d", word, len(ours), len(theirs))
					continue
				}
				pen := 0
				for i, g := range theirs {
					// HarfBuzz 6 kerns the tsheg of some Tibetan syllables, later ones do not: places may be 0.06 em apart.
					if near := ours[i][1] - pen - g.Dx; ours[i][0] != g.G || ours[i][2] != g.Dy || max(near, -near) > 60 {
						t.Errorf("%+q: glyph %d is %v, HarfBuzz has %v at %d", word, i, ours[i], g, pen)
					}
					pen += g.Ax
				}
			}
		}
	}
}

// TestShapingRefuses: a word that no font can write whole names the code point.
func TestShapingRefuses(t *testing.T) {
	scriptFonts(t)
	fonts, err := print.StandardFonts(rareFonts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"ᠮᠣᠩᠭᠣᠯ":         "U+182E", // written downwards
		"\u064Bا":        "U+064B", // a mark without a letter
		"ئايگۈل\u202Eab": "U+202E",
		"ئا\u200Cي":      "U+200C",
	} {
		var g *print.GlyphError
		if err := fonts.CheckRunes(text); !errors.As(err, &g) || g.Args()["CodePoint"] != want {
			t.Errorf("%+q: %v, want %s", text, err, want)
		}
	}
}

// TestBothBackendsShapeTheSame compares the two on a page of such words.
func TestBothBackendsShapeTheSame(t *testing.T) {
	found := scriptFonts(t)
	fonts, err := print.StandardFonts(rareFonts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh-Hans", "ug"} {
		draw := func() *print.Sheet {
			s := print.NewSheet(fonts, print.A5(), lang)
			c := s.Column(10, 10, 128)
			for name := range shapedNames {
				if found[name] != "" {
					for _, text := range shapedNames[name] {
						c.Text(text+" (12) SPECIMEN", print.Style{Size: 16})
					}
				}
				c.Y = max(c.Y, 10)
			}
			return s
		}
		s := draw()
		_, theirs := pageImage(t, build(t, s), "200")
		ours, err := s.Raster(0, 200)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(t, ours, theirs); d > 0.02 {
			t.Errorf("%s: the backends differ by %.4f", lang, d)
		}
	}
}
