package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Fonts are the two faces that every screen uses, and those for what they lack, in the order in which they are asked. Whole
// has every character that can be drawn at all; fields use it, since anything may be typed there. Gauge is as high and as
// wide as Regular and has next to no characters: Fyne asks for the size of a letter in it, and it is never drawn. Both may
// be nil.
type Fonts struct {
	Regular, Bold fyne.Resource
	Whole, Gauge  fyne.Resource
	More          []Script
}

// Text scale of the clerk's window: what body text of 14 to 36 px is of its 18.
const (
	MinScale = leastSize / bodySize
	MaxScale = float32(2)

	leastSize float32 = 14
	bodySize  float32 = 18
)

// sizes are the steps of body text, in px.
var sizes = [...]float32{leastSize, 16, bodySize, 22.5, 27, 30, 36}

// Kit is the look of a window and its ear: sizes, colours and fonts, and where keys go. It is used on Fyne's goroutine only.
// A Kit is also the Fyne theme of the program.
type Kit struct {
	shared *shared
	factor float32 // of this view; 1 on the clerk's window
	fixed  bool    // the text size of the clerk does not apply
	rtl    bool    // read from right to left
}

type shared struct {
	palette Palette
	fonts   Fonts
	scale   float32
	keys    Keys
}

// Keys is where controls send what they do not keep for themselves.
type Keys struct {
	Key     func(*fyne.KeyEvent) bool   // F-keys, Escape, Return; true: it was taken
	Enter   func(space bool) bool       // Return or Space on a focused button; true: it is not to act now
	Combo   func(fyne.Shortcut) bool    // Ctrl and a key while a field has the focus; true: it was taken
	Rune    func(r rune, e *Entry) bool // before a character lands in a field; true: it was taken
	Focused func(o fyne.CanvasObject)   // so that the screen can scroll to it
}

// NewKit makes the kit of the clerk's window at 100 %.
func NewKit(f Fonts, p Palette) *Kit {
	return &Kit{shared: &shared{palette: p, fonts: f, scale: 1}, factor: 1}
}

// At is the same look at a fixed factor, which the clerk's text size does not change.
func (k *Kit) At(factor float32) *Kit { return &Kit{shared: k.shared, factor: factor, fixed: true} }

// SetFactor changes the factor of a view made by At.
func (k *Kit) SetFactor(f float32) { k.factor = f }

// Factor is the factor of this view.
func (k *Kit) Factor() float32 { return k.factor }

// Px is n pixels at 100 %, now. Text that is smaller does not make what is pressed smaller.
func (k *Kit) Px(n float32) float32 {
	if k.fixed {
		return n * k.factor
	}
	return n * max(k.shared.scale, 1)
}

// Type is the size of text of n px at 100 %. Text above body size grows by as many pixels as body text does, not by as
// much again: at 200 % a heading must not push the task off the screen. No text is smaller than the least size.
func (k *Kit) Type(n float32) float32 {
	if k.fixed {
		return n * k.factor
	}
	return max(n+min(n, bodySize)*(k.shared.scale-1), min(n, leastSize))
}

// Large tells whether the text is so large that the window has to make room for it.
func (k *Kit) Large() bool { return !k.fixed && k.shared.scale > 1.3 }

// Frame is n pixels that do not follow the text size: gaps, pictures.
func (k *Kit) Frame(n float32) float32 { return n * k.factor }

// Scale is the text size of the clerk, MinScale to MaxScale.
func (k *Kit) Scale() float32 { return k.shared.scale }

// SetScale changes it, within its limits.
func (k *Kit) SetScale(s float32) { k.shared.scale = min(max(s, MinScale), MaxScale) }

// Step makes text larger by n steps, or smaller.
func (k *Kit) Step(n int) {
	at := 0
	for i, px := range sizes {
		if px <= bodySize*k.shared.scale+0.25 { // what is kept is rounded
			at = i
		}
	}
	k.SetScale(sizes[min(max(at+n, 0), len(sizes)-1)] / bodySize)
}

// Palette gives the colours in force.
func (k *Kit) Palette() Palette { return k.shared.palette }

// SetPalette changes them.
func (k *Kit) SetPalette(p Palette) { k.shared.palette = p }

// SetKeys sets where keys go.
func (k *Kit) SetKeys(keys Keys) { k.shared.keys = keys }

// Ink gives a colour of the palette in force.
func (k *Kit) Ink(i Ink) color.Color { return k.shared.palette.Ink(i) }

// line is the width of a frame; a frame that is not to be seen has none, as the GL painter draws a transparent one grey.
func (k *Kit) line(edge Ink, px float32) float32 {
	if edge == InkNone {
		return 0
	}
	return k.Frame(px)
}

// ring paints the focus ring.
func (k *Kit) ring(r *canvas.Rectangle, focus bool) {
	edge := InkNone
	if focus {
		edge = InkFocus
	}
	r.FillColor, r.StrokeColor, r.StrokeWidth, r.CornerRadius = k.Ink(InkNone), k.Ink(edge), k.line(edge, ringLine), k.Frame(6)
}

// offer hands a key to the dispatcher.
func (k *Kit) offer(ev *fyne.KeyEvent) bool {
	return k.shared.keys.Key != nil && k.shared.keys.Key(ev)
}

func (k *Kit) offerEnter(space bool) bool {
	return k.shared.keys.Enter != nil && k.shared.keys.Enter(space)
}

func (k *Kit) offerCombo(s fyne.Shortcut) bool {
	return k.shared.keys.Combo != nil && k.shared.keys.Combo(s)
}

func (k *Kit) offerRune(r rune, e *Entry) bool {
	return k.shared.keys.Rune != nil && k.shared.keys.Rune(r, e)
}

func (k *Kit) focused(o fyne.CanvasObject) {
	if k.shared.keys.Focused != nil {
		k.shared.keys.Focused(o)
	}
}

// Bubbles tells whether a key belongs to the dispatcher before any control: F1–F12, Escape, page keys.
func Bubbles(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9,
		fyne.KeyF10, fyne.KeyF11, fyne.KeyF12, fyne.KeyEscape, fyne.KeyPageDown, fyne.KeyPageUp:
		return true
	}
	return false
}

// IsEnter tells whether the key is one of the two Returns.
func IsEnter(name fyne.KeyName) bool { return name == fyne.KeyReturn || name == fyne.KeyEnter }

// Color implements fyne.Theme.
func (k *Kit) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	p := k.shared.palette
	switch name {
	case theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground,
		theme.ColorNameMenuBackground, theme.ColorNameHeaderBackground:
		return p.Back
	case theme.ColorNameButton, theme.ColorNameDisabledButton:
		return p.Panel
	case theme.ColorNameForeground:
		return p.Text
	case theme.ColorNameDisabled, theme.ColorNamePlaceHolder:
		return p.Secondary
	case theme.ColorNameInputBorder, theme.ColorNameSeparator, theme.ColorNameScrollBar:
		return p.Border
	case theme.ColorNameFocus, theme.ColorNameSelection, theme.ColorNameHover, theme.ColorNamePressed:
		c := p.Primary
		c.A = 0x30
		return c
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return p.Primary
	case theme.ColorNameForegroundOnPrimary:
		return p.OnPrimary
	case theme.ColorNameError:
		return p.Error
	case theme.ColorNameSuccess:
		return p.Success
	case theme.ColorNameWarning:
		return p.Warning
	case theme.ColorNameShadow, theme.ColorNameScrollBarBackground:
		return color.Transparent
	}
	return p.Text
}

// Font implements fyne.Theme.
func (k *Kit) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case k.shared.fonts.Regular == nil:
		return theme.DefaultTheme().Font(s)
	case s.Monospace && k.shared.fonts.Whole != nil: // a field with a rare character in it
		return k.shared.fonts.Whole
	case s.Bold && k.shared.fonts.Bold != nil:
		return k.shared.fonts.Bold
	case !s.Symbol && k.shared.fonts.Gauge != nil:
		return k.shared.fonts.Gauge
	}
	return k.shared.fonts.Regular
}

// Icon implements fyne.Theme.
func (k *Kit) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size implements fyne.Theme: every stock size times the text size.
func (k *Kit) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return k.Type(18)
	case theme.SizeNameCaptionText:
		return k.Type(16)
	case theme.SizeNameSubHeadingText:
		return k.Type(22)
	case theme.SizeNameHeadingText:
		return k.Type(26)
	case theme.SizeNameInnerPadding:
		return k.Px(10)
	case theme.SizeNameInputBorder:
		return 2
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameScrollBar:
		return 14
	case theme.SizeNameScrollBarSmall:
		return 10
	}
	return theme.DefaultTheme().Size(n)
}
