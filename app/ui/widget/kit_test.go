package widget

import (
	"image/color"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"bangban/assets"
)

var testApp = sync.OnceValue(func() fyne.App { return test.NewApp() })

var testFonts = sync.OnceValue(func() Fonts {
	return Fonts{Regular: fyne.NewStaticResource("regular.ttf", assets.NotoSansSC()), Bold: fyne.NewStaticResource("bold.ttf", assets.NotoSansSCBold())}
})

func testKit(t *testing.T) *Kit {
	t.Helper()
	k := NewKit(testFonts(), Light())
	testApp().Settings().SetTheme(k)
	return k
}

// WCAG 2.2 SC 1.4.6 (7:1 for words) and 1.4.11, which we hold to 4.5:1.
func TestContrast(t *testing.T) {
	if got := Contrast(color.Black, color.White); got < 20.9 || got > 21.1 {
		t.Fatalf("black on white is %.2f", got)
	}
	if Contrast(hex(0x767676), hex(0xFFFFFF)) >= 7 {
		t.Fatal("the control passes")
	}
	for _, p := range Palettes() {
		inks := map[string]Ink{"text": InkText, "secondary": InkSecondary, "primary": InkPrimary, "error": InkError, "success": InkSuccess, "warning": InkWarning}
		for name, ink := range inks {
			for ground, g := range map[string]Ink{"back": InkBack, "panel": InkPanel} {
				if c := Contrast(p.Ink(ink), p.Ink(g)); c < 7 {
					t.Errorf("%s: %s on %s is %.2f", p.Name, name, ground, c)
				}
			}
		}
		for _, c := range []struct {
			name string
			a, b Ink
			min  float64
		}{{"on primary", InkOnPrimary, InkPrimary, 7}, {"border", InkBorder, InkBack, 4.5}, {"border on panel", InkBorder, InkPanel, 4.5},
			{"focus", InkFocus, InkBack, 4.5}, {"training", InkStripeText, InkStripeGround, 7}} {
			if got := Contrast(p.Ink(c.a), p.Ink(c.b)); got < c.min {
				t.Errorf("%s: %s is %.2f, want %v", p.Name, c.name, got, c.min)
			}
		}
		if got := Contrast(p.Stripe, p.StripeDark); got < 7 {
			t.Errorf("%s: stripes %.2f", p.Name, got)
		}
	}
}

func TestButtonReturnAndSpace(t *testing.T) {
	k := testKit(t)
	n := 0
	b := k.Button("x", true, func() { n++ })
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if n != 3 {
		t.Errorf("pressed %d times, want 3", n)
	}
	b.Set("x", nil)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.Tapped(nil)
	if n != 3 {
		t.Error("a waiting button was pressed")
	}
}

// F-keys and Escape reach the dispatcher from every control; Return from all but a button.
func TestKeysBubble(t *testing.T) {
	k := testKit(t)
	var got []fyne.KeyName
	k.SetKeys(Keys{Key: func(ev *fyne.KeyEvent) bool { got = append(got, ev.Name); return true }})
	c := k.Choice("", nil)
	c.Set("", []string{"a", "b"}, 0)
	for _, o := range []fyne.Focusable{k.Button("x", false, func() {}), k.Entry("x"), k.PIN("x"), k.Lines("x", 3), c} {
		got = nil
		for _, key := range []fyne.KeyName{fyne.KeyF1, fyne.KeyF9, fyne.KeyF12, fyne.KeyEscape, fyne.KeyPageDown} {
			o.TypedKey(&fyne.KeyEvent{Name: key})
		}
		if len(got) != 5 {
			t.Errorf("%T: only %v arrived", o, got)
		}
		if _, button := o.(*Button); !button {
			o.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			if len(got) != 6 {
				t.Errorf("%T keeps Return", o)
			}
		}
	}
}

func TestFocusRing(t *testing.T) {
	k := testKit(t)
	b := k.Button("x", false, func() {})
	w := test.NewWindow(b)
	defer w.Close()
	if b.ring.StrokeWidth != 0 {
		t.Error("a ring without focus")
	}
	w.Canvas().Focus(b)
	if b.ring.StrokeWidth != 3 || b.ring.StrokeColor != k.Ink(InkFocus) {
		t.Errorf("ring %v %v", b.ring.StrokeWidth, b.ring.StrokeColor)
	}
	if gap := b.face.Position().X - b.ring.Position().X - 1.5; gap < 2 {
		t.Errorf("gap %v", gap)
	}
}

func TestChoiceByKeys(t *testing.T) {
	k := testKit(t)
	var got []int
	c := k.Choice("purpose", func(i int) { got = append(got, i) })
	c.Set("purpose", []string{"a", "b", "c"}, 0)
	for _, key := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd} {
		c.TypedKey(&fyne.KeyEvent{Name: key})
	}
	c.TypedRune('2')
	c.TypedRune('9')
	if want := []int{1, 2, 0, 2, 1}; !equal(got, want) {
		t.Errorf("chosen %v, want %v", got, want)
	}
	if c.AccessibilityLabel() != "purpose b" {
		t.Errorf("said %q", c.AccessibilityLabel())
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestPINIsDigitsAndNeverSaid(t *testing.T) {
	k := testKit(t)
	e := k.PIN("PIN")
	for _, r := range "1a2 3!" {
		e.TypedRune(r)
	}
	if e.Text != "123" {
		t.Errorf("the field holds %d characters", len(e.Text))
	}
	if strings.Contains(e.AccessibilityLabel(), "123") {
		t.Error("a PIN is said")
	}
	if e.Take() != "123" || e.Text != "" {
		t.Error("the PIN stays in the field")
	}
}

func TestTextWraps(t *testing.T) {
	k := testKit(t)
	for _, c := range []struct {
		text  string
		chars float32 // width in Chinese characters
		want  []string
	}{
		{"请把身份证放在读卡器上", 6, []string{"请把身份证放", "在读卡器上"}},
		{"请核对，照片和本人", 3, []string{"请核", "对，照", "片和本", "人"}},
		{"（张三）你好", 4, []string{"（张三）", "你好"}},
		{"Please leave the card", 6, []string{"Please leave", "the card"}},
		{"a\nb", 6, []string{"a", "b"}},
		{"DC03-000512-LONG-WORD", 4, nil},
		{"", 4, []string{""}},
	} {
		text := k.Text(Style{Size: 20}, c.text)
		w := c.chars * text.measure("国").Width
		got := text.rows(w)
		if c.want != nil && strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		for _, row := range got {
			if text.measure(row).Width > w+1 {
				t.Errorf("%q: row %q is too wide", c.text, row)
			}
		}
		if strings.Join(got, "") != strings.ReplaceAll(strings.ReplaceAll(c.text, "\n", ""), " ", "") && !strings.Contains(c.text, " ") {
			t.Errorf("%q lost something: %q", c.text, got)
		}
	}
}

func TestScaleFollows(t *testing.T) {
	k := testKit(t)
	text := k.Text(Style{Size: 18}, "国")
	before := text.HeightFor(100)
	small := k.At(0.25)
	k.SetScale(5)
	if k.Scale() != MaxScale {
		t.Errorf("scale %v", k.Scale())
	}
	if got := text.HeightFor(100); got < before*1.95 {
		t.Errorf("text grew from %v to %v", before, got)
	}
	if small.Type(40) != 10 {
		t.Error("the mirror follows the clerk's text size")
	}
	k.SetScale(0)
	if got := k.Type(18); got != 14 {
		t.Errorf("the smallest body text is %v px", got)
	}
	if k.Type(16) != 14 || k.Type(12) != 12 || k.Px(44) != 44 {
		t.Errorf("at the smallest: a caption of %v px, a label of %v, a target of %v", k.Type(16), k.Type(12), k.Px(44))
	}
}

// Steps reach 14 and 30 px and both ends, from a size that was kept with two digits too.
func TestSteps(t *testing.T) {
	k := testKit(t)
	for _, tc := range []struct {
		from float32
		n    int
		want float32
	}{{1, 1, 22.5}, {1, -1, 16}, {1, -9, 14}, {1, 9, 36}, {0.78, 1, 16}, {0.78, -1, 14}, {1.67, -1, 27}, {1.67, 1, 36}, {1.75, 1, 36}, {1.75, -1, 27}, {1.25, 2, 30}} {
		k.SetScale(tc.from)
		if k.Step(tc.n); max(k.Type(18)-tc.want, tc.want-k.Type(18)) > 0.01 {
			t.Errorf("%d steps from %v: %v px, want %v", tc.n, tc.from, k.Type(18), tc.want)
		}
	}
}
