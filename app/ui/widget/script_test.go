package widget

import (
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"bangban/assets"
)

// scripts is a kit that knows Arabic and Tibetan.
func scripts(t *testing.T) *Kit {
	t.Helper()
	test.NewTempApp(t)
	res := func(name string, b []byte) fyne.Resource { return fyne.NewStaticResource(name, b) }
	k := NewKit(Fonts{Regular: res("a", assets.NotoSansSC()), Bold: res("b", assets.NotoSansSCBold()), More: []Script{
		{Has: func(r rune) bool { return unicode.Is(unicode.Arabic, r) }, Regular: res("c", assets.NotoSansArabic()), Bold: res("d", assets.NotoSansArabicBold())},
		{Has: func(r rune) bool { return unicode.Is(unicode.Tibetan, r) }, Regular: res("e", assets.NotoSerifTibetan())},
	}}, Light())
	fyne.CurrentApp().Settings().SetTheme(k)
	return k
}

// seen is a row as the eye meets it: its spans from left to right, neighbours from right to left as one.
func seen(spans []span) string {
	var out []string
	before := false
	for _, s := range spans {
		text := strings.ReplaceAll(s.text, rlm, "")
		rtl := text != s.text
		switch {
		case rtl && before:
			out[len(out)-1] = text + out[len(out)-1]
		default:
			out = append(out, text)
		}
		before = rtl
	}
	return strings.Join(out, "|")
}

func TestRowsAreOrdered(t *testing.T) {
	k := scripts(t)
	for _, tc := range []struct {
		row, want string
		rtl       bool
	}{
		{"plain 汉字 12", "plain 汉字 12", false},
		{"الخطوة 2 من 3", "3| من |2|الخطوة ", true},
		{"خذ: 1 بطاقتك", " بطاقتك|1|خذ: ", true},
		{"مرحبًا 样*美", "样*美|مرحبًا ", true},
		{"姓名 عربي 号", "姓名 |عربي| 号", false},
		{"to عربي 12 عربي on", "to | عربي|12|عربي | on", false},
		{"12345", "12345", true},
	} {
		k.SetDirection(tc.rtl)
		if got := seen(k.spans(tc.row, false)); got != tc.want {
			t.Errorf("%q is seen as %q, want %q", tc.row, got, tc.want)
		}
	}
	k.SetDirection(false)
	if k.plain("عربي") || k.plain("བོད") || !k.plain("汉字 abc é ✓") {
		t.Error("plain rows are taken for others, or the other way round")
	}
}

// A name that is split among faces keeps its characters, each with a face that has it.
func TestFacesAreComplete(t *testing.T) {
	k := scripts(t)
	for _, row := range []string{"བཀྲ་ཤིས 12 汉 نعم", "ab", "", "نعم·ok", "ཀ་ཁ"} {
		var all strings.Builder
		for _, s := range k.faces(row, true) {
			all.WriteString(s.text)
			for _, r := range s.text {
				if want := k.typeface(r, true); !neutral(r) && s.typeface != want {
					t.Errorf("%q of %q is drawn with another face", r, row)
				}
			}
		}
		if all.String() != row {
			t.Errorf("%q became %q", row, all.String())
		}
	}
}

// Words of a view that is read from right to left begin at the right; the rows of a tall face do not run into each other.
func TestRightToLeftText(t *testing.T) {
	k := scripts(t)
	view := k.At(1)
	text := view.Text(Style{Size: 20}, "نعم")
	text.Resize(fyne.NewSize(300, 40))
	left := test.WidgetRenderer(text).Objects()[0].Position().X
	view.SetDirection(true)
	text.Refresh()
	if right := test.WidgetRenderer(text).Objects()[0].Position().X; right <= left || right < 200 {
		t.Errorf("the words begin at %v, from left to right at %v", right, left)
	}
	tall := k.At(1).Text(Style{Size: 20}, "བོད་ཡིག")
	if h := tall.HeightFor(300); h < 24 || h > 20*tallest+1 {
		t.Errorf("a Tibetan row is %v high", h)
	}
	narrow := k.At(1).Text(Style{Size: 20}, "བཀྲ་ཤིས་བདེ་ལེགས།")
	if rows := narrow.rows(60); len(rows) < 2 || strings.HasPrefix(rows[1], "།") {
		t.Errorf("Tibetan rows end at %q", rows)
	}
}

// Faces of one row stand on one base line, and the row is as high as the highest above it and the deepest below it.
func TestMixedRowHoldsItsFaces(t *testing.T) {
	k := scripts(t)
	for _, words := range []string{"✓  མོས་མཐུན་ཡིན།", "×  དེ་རིང་མིན།", "汉字 བོད་ཡིག", "نعم ✓ 汉"} {
		text := k.At(1).Text(Style{Size: 48, Bold: true, OneRow: true}, words)
		text.Resize(fyne.NewSize(text.NaturalWidth(), text.HeightFor(0)))
		lower, upper := float32(0), text.HeightFor(0)
		for _, o := range test.WidgetRenderer(text).Objects() {
			c := o.(*canvas.Text)
			size, line := fyne.CurrentApp().Driver().RenderedTextSize(c.Text, c.TextSize, c.TextStyle, c.FontSource)
			top, end := c.Position().Y, c.Position().Y+size.Height
			if size.Height > c.TextSize*tallest {
				top += line - c.TextSize*highest
				end = top + c.TextSize*tallest
			}
			upper, lower = min(upper, top), max(lower, end)
		}
		if upper < -0.5 || lower > text.Size().Height+0.5 {
			t.Errorf("%q is drawn from %v to %v of %v", words, upper, lower, text.Size().Height)
		}
	}
}

// A letter and the mark on it are drawn by one face, and what follows by the kit's own again.
func TestMarkTakesItsLetterAlong(t *testing.T) {
	k := scripts(t)
	latin := fyne.NewStaticResource("f", assets.Atkinson())
	k.shared.fonts.More = append(k.shared.fonts.More, Script{Has: func(r rune) bool { return r == 'Č' || r == 0x301 }, Regular: latin, Bold: latin})
	for row, want := range map[string]string{"abe\u0301c": "ab|e\u0301|c", "e\u0301": "e\u0301", "aČe": "a|Č|e", "abe": "abe", "\u0301": "\u0301", "\xff\xff": "\xff\xff"} {
		var got []string
		for _, s := range k.faces(row, false) {
			got = append(got, s.text)
			if other := strings.ContainsAny(s.text, "Č\u0301"); other != (s.face == latin) {
				t.Errorf("%q of %q: the other face is %v", s.text, row, s.face == latin)
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q is drawn as %q, want %q", row, got, want)
		}
	}
	if k.plain("Čapek") || !k.plain("Capek é") {
		t.Error("a row with a letter of another face is plain, or one without is not")
	}
}
