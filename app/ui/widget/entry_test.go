package widget

import (
	"testing"

	"fyne.io/fyne/v2"
)

// A field takes the whole font as soon as a character needs it, however it came in, and gives it back.
func TestFieldTakesWholeFont(t *testing.T) {
	k := scripts(t)
	k.shared.fonts.Whole = k.shared.fonts.Regular
	k.shared.fonts.More = append(k.shared.fonts.More, Script{Has: func(r rune) bool { return r == '䶮' }, Regular: k.shared.fonts.Regular})
	e := k.Entry("name")
	for _, step := range []struct {
		do   func()
		rare bool
	}{
		{func() { e.SetText("王") }, false},
		{func() { e.TypedRune('䶮') }, true},
		{func() { e.Take() }, false},
		{func() {
			fyne.CurrentApp().Clipboard().SetContent("䶮")
			e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
		}, true},
	} {
		step.do()
		if e.TextStyle.Monospace != step.rare {
			t.Errorf("%q: the whole font is used: %v", e.Text, e.TextStyle.Monospace)
		}
	}
	if pin := k.PIN("pin"); pin.Password {
		pin.SetText("䶮")
		if pin.TextStyle.Monospace {
			t.Error("a PIN is drawn from the whole font")
		}
	}
}
