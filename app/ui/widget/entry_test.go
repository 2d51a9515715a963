package widget

import (
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
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

// A name in Latin letters that the kit lacks is drawn by Fyne's own face, not by the 10 MB of the whole font; with an
// ideograph beside them both are drawn.
func TestFieldOfLatinLetters(t *testing.T) {
	k := scripts(t)
	k.shared.fonts.Whole = k.shared.fonts.Regular
	k.shared.fonts.More = append(k.shared.fonts.More,
		Script{Has: func(r rune) bool { return r == 'Č' }, Regular: k.shared.fonts.Regular},
		Script{Has: func(r rune) bool { return r == '䶮' }, Regular: k.shared.fonts.Regular})
	for text, want := range map[string]fyne.TextStyle{"Capek": {Symbol: true}, "王": {Symbol: true}, "": {Symbol: true}, "Čapek": {}, "Č䶮": {Monospace: true}, "䶮Č": {Monospace: true}} {
		e := k.Entry("name")
		e.SetText(text)
		if e.TextStyle != want {
			t.Errorf("%q is drawn in %+v, want %+v", text, e.TextStyle, want)
		}
		if e.Take(); e.TextStyle != plainStyle() {
			t.Errorf("emptied of %q, the field keeps %+v", text, e.TextStyle)
		}
	}
	if k.Lines("zone", 2).TextStyle != plainStyle() || k.PIN("pin").TextStyle != plainStyle() {
		t.Error("a field is made in another style")
	}
}

// A field that was emptied holds nothing of what was typed, in the rows that Fyne keeps neither.
func TestTakeLeavesNothing(t *testing.T) {
	k := scripts(t)
	e := k.Lines("zone", 2)
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(300, 200))
	kept := func() (all []string) {
		cached := reflect.ValueOf(&e.Entry).Elem().FieldByName("text").FieldByName("visualCache")
		for _, key := range cached.MapKeys() {
			rows := cached.MapIndex(key).FieldByName("obj")
			for i := range rows.Len() {
				if text := rows.Index(i).Elem().Elem().FieldByName("Text").String(); strings.Contains(text, "<") {
					all = append(all, text)
				}
			}
		}
		return all
	}
	const zone = "P<UTOSPECIMEN<<A<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nX<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"
	e.SetText(zone)
	if len(kept()) < 2 {
		t.Fatalf("the control: what is drawn is not found: %q", kept())
	}
	if got := e.Take(); got != zone || e.Text != "" {
		t.Errorf("taken %q, left %q", got, e.Text)
	}
	if left := kept(); len(left) > 0 {
		t.Errorf("the field still holds %q", left)
	}
}
