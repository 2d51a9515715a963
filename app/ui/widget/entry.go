package widget

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/mobile"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Entry is a field for one line or a few. F-keys, Escape and Return go to the dispatcher; every character is offered
// there first, so that a scanner's burst never stays in a field.
type Entry struct {
	fynewidget.Entry
	kit   *Kit
	name  string
	ring  *canvas.Rectangle
	focus bool
	digit bool // digits only
	upper bool // letters become capitals
}

var (
	_ fyne.Accessible     = (*Entry)(nil)
	_ mobile.Keyboardable = (*Entry)(nil)
)

// Entry makes a field of one line. name is what a screen reader says.
func (k *Kit) Entry(name string) *Entry {
	e := &Entry{kit: k, name: name, ring: &canvas.Rectangle{}}
	e.ExtendBaseWidget(e)
	e.TextStyle = plainStyle()
	return e
}

// PIN makes a field for digits that are not shown.
func (k *Kit) PIN(name string) *Entry {
	e := k.Entry(name)
	e.digit = true
	e.Password = true
	e.ActionItem = canvas.NewRectangle(color.Transparent) // no eye: a PIN is never shown
	return e
}

// Lines makes a field for capitals and digits over several rows, as in a machine readable zone.
func (k *Kit) Lines(name string, rows int) *Entry {
	e := k.Entry(name)
	e.upper = true
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapBreak
	e.SetMinRowsVisible(rows)
	return e
}

// Name changes what a screen reader says.
func (e *Entry) Name(name string) { e.name = name }

// fewest is how many characters of a field stand on a row at the least, in the largest size.
const fewest = 4

// Take empties the field and gives what was in it. Fyne keeps the rows that it once drew, words and all, for the next text
// of as many rows: empty ones push them out.
func (e *Entry) Take() string {
	s := e.Text
	if e.MultiLine && s != "" {
		e.Entry.SetText(strings.Repeat("\n", len(s)/fewest+strings.Count(s, "\n")))
	}
	e.SetText("")
	return s
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	if Bubbles(ev.Name) || IsEnter(ev.Name) {
		e.kit.offer(ev)
		return
	}
	e.Entry.TypedKey(ev)
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	if e.kit.offerRune(r, e) {
		return
	}
	if e.digit && (r < '0' || r > '9') {
		return
	}
	if e.upper && r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	e.Entry.TypedRune(r)
	e.suit()
}

// TypedShortcut implements fyne.Shortcutable: the counter's own combinations first, then cut, copy and paste.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if !e.kit.offerCombo(s) {
		e.Entry.TypedShortcut(s)
		e.suit() // it may have been pasted
	}
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	e.focus = true
	e.kit.ring(e.ring, true)
	e.ring.Refresh()
	e.kit.focused(e)
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	e.focus = false
	e.kit.ring(e.ring, false)
	e.ring.Refresh()
}

// SetText changes what stands in the field.
func (e *Entry) SetText(s string) {
	e.Entry.SetText(s)
	e.suit()
}

// suit takes other fonts where a character of the field needs them: Fyne's own for a name in Latin letters, else the whole
// font, which costs memory for good. A field is drawn in one style.
func (e *Entry) suit() {
	style := plainStyle()
	if !e.Password && strings.ContainsFunc(e.Text, func(r rune) bool { return e.kit.face(r) >= 0 }) {
		style = fyne.TextStyle{}
		if strings.ContainsFunc(e.Text, func(r rune) bool { return r >= marksEnd }) {
			style.Monospace = true
		}
	}
	if style != e.TextStyle {
		e.TextStyle = style
		e.Entry.Refresh()
	}
}

// Refresh also makes the field follow the text size.
func (e *Entry) Refresh() {
	e.kit.ring(e.ring, e.focus)
	e.Entry.Refresh()
}

// AccessibilityLabel implements fyne.Accessible. A PIN is never said.
func (e *Entry) AccessibilityLabel() string {
	if e.Password {
		return e.name
	}
	return e.name + " " + e.Text
}

// AccessibilityRole implements fyne.Accessible.
func (e *Entry) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Framed is the field with room for its focus ring; put this on a screen.
func (e *Entry) Framed() *fyne.Container {
	e.Refresh()
	return container.New(&framed{e.kit}, e.ring, e)
}

type framed struct{ kit *Kit }

func (f *framed) around() float32 { return f.kit.Frame(ringLine + ringGap) }

func (f *framed) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := o[1].MinSize()
	return fyne.NewSize(s.Width+2*f.around(), max(s.Height, f.kit.Frame(leastTarget))+2*f.around())
}

func (f *framed) HeightFor(o []fyne.CanvasObject, _ float32) float32 { return f.MinSize(o).Height }
func (f *framed) NaturalWidth(o []fyne.CanvasObject) float32         { return f.kit.Px(320) }

func (f *framed) Layout(o []fyne.CanvasObject, s fyne.Size) {
	half := f.kit.Frame(ringLine) / 2
	o[0].Move(fyne.NewPos(half, half))
	o[0].Resize(fyne.NewSize(s.Width-2*half, s.Height-2*half))
	o[1].Move(fyne.NewPos(f.around(), f.around()))
	o[1].Resize(fyne.NewSize(s.Width-2*f.around(), s.Height-2*f.around()))
}
