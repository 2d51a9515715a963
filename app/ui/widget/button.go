package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Widths of the focus ring and its gap in px (anchors-ux §3.1: 3 px, 2 px).
const (
	ringLine = 3
	ringGap  = 2
)

// leastTarget is the smallest side of what the clerk can press (WCAG 2.2 SC 2.5.5).
const leastTarget = 44

// Button is pressed with Return, Space, a click or a touch. Waiting is the look of one that cannot be pressed now: the
// words stay, the frame goes.
type Button struct {
	fynewidget.BaseWidget
	kit     *Kit
	label   string
	size    float32
	primary bool
	waiting bool
	focus   bool
	onTap   func()

	face, ring *canvas.Rectangle
	words      *Text
}

var (
	_ fyne.Focusable     = (*Button)(nil)
	_ fyne.Tappable      = (*Button)(nil)
	_ fyne.Accessible    = (*Button)(nil)
	_ desktop.Cursorable = (*Button)(nil)
)

// Button makes a button; a primary one is filled.
func (k *Kit) Button(label string, primary bool, onTap func()) *Button {
	b := &Button{kit: k, label: label, size: 18, primary: primary, onTap: onTap, face: &canvas.Rectangle{},
		ring: &canvas.Rectangle{}}
	b.words = k.Text(Style{Size: b.size, Bold: primary, Align: fyne.TextAlignCenter}, label)
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the words, what happens and whether it can be pressed.
func (b *Button) Set(label string, onTap func()) {
	b.label, b.onTap, b.waiting = label, onTap, onTap == nil
	b.words.text = label
	b.Refresh()
}

// Label gives the words.
func (b *Button) Label() string { return b.label }

// Ready tells whether pressing does something.
func (b *Button) Ready() bool { return !b.waiting && b.onTap != nil }

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	if b.Ready() {
		b.onTap()
	}
}

// Cursor implements desktop.Cursorable.
func (b *Button) Cursor() desktop.Cursor {
	if b.Ready() {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focus = true
	b.Refresh()
	b.kit.focused(b)
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() {
	b.focus = false
	b.Refresh()
}

// TypedRune implements fyne.Focusable. A scanner's burst goes past it to the dispatcher.
func (b *Button) TypedRune(r rune) { b.kit.offerRune(r, nil) }

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case Bubbles(ev.Name):
		b.kit.offer(ev)
	case ev.Name == fyne.KeySpace:
		if !b.kit.offerEnter(true) {
			b.Tapped(nil)
		}
	case IsEnter(ev.Name):
		if !b.kit.offerEnter(false) {
			b.Tapped(nil)
		}
	default:
		b.kit.offer(ev)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Button) AccessibilityLabel() string { return b.label }

// AccessibilityRole implements fyne.Accessible.
func (b *Button) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (b *Button) around() float32 { return b.kit.Frame(ringLine + ringGap) }

// HeightFor is the height of the wrapped words, at least a target's.
func (b *Button) HeightFor(w float32) float32 {
	words := b.words.HeightFor(w - 2*b.around() - b.kit.Frame(24))
	return max(words+b.kit.Frame(12), b.kit.Frame(leastTarget)) + 2*b.around()
}

// NaturalWidth is the words on one row.
func (b *Button) NaturalWidth() float32 {
	return max(b.words.NaturalWidth()+b.kit.Frame(24), b.kit.Frame(leastTarget)) + 2*b.around()
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{b}
	r.paint()
	return r
}

type buttonRenderer struct{ b *Button }

func (r *buttonRenderer) Destroy() {}
func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.ring, r.b.face, r.b.words}
}

func (r *buttonRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.b.kit.Frame(leastTarget), r.b.HeightFor(max(r.b.Size().Width, r.b.NaturalWidth())))
}

func (r *buttonRenderer) Layout(s fyne.Size) {
	b := r.b
	half := b.kit.Frame(ringLine) / 2
	b.ring.Move(fyne.NewPos(half, half))
	b.ring.Resize(fyne.NewSize(s.Width-2*half, s.Height-2*half))
	b.face.Move(fyne.NewPos(b.around(), b.around()))
	b.face.Resize(fyne.NewSize(s.Width-2*b.around(), s.Height-2*b.around()))
	w := s.Width - 2*b.around() - b.kit.Frame(24)
	h := b.words.HeightFor(w)
	b.words.Move(fyne.NewPos(b.around()+b.kit.Frame(12), (s.Height-h)/2))
	b.words.Resize(fyne.NewSize(w, h))
}

func (r *buttonRenderer) paint() {
	b := r.b
	ground, edge, ink := InkBack, InkBorder, InkText
	switch {
	case b.waiting:
		ground, edge, ink = InkBack, InkNone, InkSecondary
	case b.primary:
		ground, edge, ink = InkPrimary, InkPrimary, InkOnPrimary
	}
	b.face.FillColor, b.face.StrokeColor, b.face.StrokeWidth = b.kit.Ink(ground), b.kit.Ink(edge), b.kit.line(edge, 2)
	b.face.CornerRadius = b.kit.Frame(4)
	b.kit.ring(b.ring, b.focus)
	b.words.style.Ink = ink
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	r.b.ring.Refresh()
	r.b.face.Refresh()
	r.b.words.Refresh()
}
