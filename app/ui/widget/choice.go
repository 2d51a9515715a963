package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Choice is a list of which one row is chosen: with ↑ ↓, Home, End, the digits 1–9 or a click. The chosen row is filled
// and carries a mark, so that colour is not the only sign.
type Choice struct {
	fynewidget.BaseWidget
	kit      *Kit
	name     string
	options  []string
	selected int
	focus    bool
	onChange func(int)

	rows []*choiceRow
	ring *canvas.Rectangle
}

var (
	_ fyne.Focusable  = (*Choice)(nil)
	_ fyne.Accessible = (*Choice)(nil)
)

// Choice makes a list. onChange is called for choices of the clerk, not for Set.
func (k *Kit) Choice(name string, onChange func(int)) *Choice {
	c := &Choice{kit: k, name: name, selected: -1, onChange: onChange, ring: &canvas.Rectangle{}}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes the rows and the chosen one; -1: none.
func (c *Choice) Set(name string, options []string, selected int) {
	c.name = name
	same := len(options) == len(c.options)
	for i := 0; same && i < len(options); i++ {
		same = options[i] == c.options[i]
	}
	if same && c.selected == selected && len(c.rows) == len(options) {
		return
	}
	c.options, c.selected = options, min(selected, len(options)-1)
	for len(c.rows) < len(options) {
		c.rows = append(c.rows, newChoiceRow(c, len(c.rows)))
	}
	c.rows = c.rows[:len(options)]
	c.Refresh()
}

// Selected is the chosen row, -1: none.
func (c *Choice) Selected() int { return c.selected }

// Pick takes a row as a key of the clerk's does.
func (c *Choice) Pick(i int) { c.choose(i) }

func (c *Choice) choose(i int) {
	if i < 0 || i >= len(c.options) || i == c.selected {
		return
	}
	c.selected = i
	c.Refresh()
	c.kit.focused(c.rows[i])
	if c.onChange != nil {
		c.onChange(i)
	}
}

// FocusGained implements fyne.Focusable.
func (c *Choice) FocusGained() {
	c.focus = true
	c.Refresh()
	if c.selected >= 0 && c.selected < len(c.rows) {
		c.kit.focused(c.rows[c.selected])
	}
}

// FocusLost implements fyne.Focusable.
func (c *Choice) FocusLost() {
	c.focus = false
	c.Refresh()
}

// TypedRune implements fyne.Focusable.
func (c *Choice) TypedRune(r rune) {
	if c.kit.offerRune(r, nil) {
		return
	}
	if r >= '1' && r <= '9' {
		c.choose(int(r - '1'))
	}
}

// TypedKey implements fyne.Focusable.
func (c *Choice) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyUp:
		c.choose(max(c.selected-1, 0))
	case fyne.KeyDown:
		c.choose(c.selected + 1)
	case fyne.KeyHome:
		c.choose(0)
	case fyne.KeyEnd:
		c.choose(len(c.options) - 1)
	default:
		c.kit.offer(ev)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (c *Choice) AccessibilityLabel() string {
	if c.selected >= 0 && c.selected < len(c.options) {
		return c.name + " " + c.options[c.selected]
	}
	return c.name
}

// AccessibilityRole implements fyne.Accessible.
func (c *Choice) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

func (c *Choice) around() float32 { return c.kit.Frame(ringLine + ringGap) }

// HeightFor is the sum of the rows.
func (c *Choice) HeightFor(w float32) (h float32) {
	for _, r := range c.rows {
		h += r.heightFor(w - 2*c.around())
	}
	return h + 2*c.around()
}

// NaturalWidth is that of the longest row.
func (c *Choice) NaturalWidth() (w float32) {
	for _, r := range c.rows {
		w = max(w, r.words.NaturalWidth()+r.left())
	}
	return w + c.kit.Frame(24) + 2*c.around()
}

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return &choiceRenderer{c: c} }

type choiceRenderer struct{ c *Choice }

func (r *choiceRenderer) Destroy() {}

func (r *choiceRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.c.ring}
	for _, row := range r.c.rows {
		out = append(out, row)
	}
	return out
}

func (r *choiceRenderer) MinSize() fyne.Size {
	w := r.c.kit.Px(120)
	return fyne.NewSize(w, r.c.HeightFor(max(r.c.Size().Width, w)))
}

func (r *choiceRenderer) Layout(s fyne.Size) {
	c := r.c
	half := c.kit.Frame(ringLine) / 2
	c.ring.Move(fyne.NewPos(half, half))
	c.ring.Resize(fyne.NewSize(s.Width-2*half, s.Height-2*half))
	y, w := c.around(), s.Width-2*c.around()
	for _, row := range c.rows {
		h := row.heightFor(w)
		row.Move(fyne.NewPos(c.around(), y))
		row.Resize(fyne.NewSize(w, h))
		y += h
	}
}

func (r *choiceRenderer) Refresh() {
	c := r.c
	c.kit.ring(c.ring, c.focus)
	for i, row := range c.rows {
		row.words.text = c.options[i]
		row.Refresh()
	}
	r.Layout(c.Size())
	c.ring.Refresh()
}

// choiceRow is one row.
type choiceRow struct {
	fynewidget.BaseWidget
	of    *Choice
	index int
	face  *canvas.Rectangle
	mark  *Text
	words *Text
}

func newChoiceRow(c *Choice, i int) *choiceRow {
	r := &choiceRow{of: c, index: i, face: &canvas.Rectangle{}}
	r.mark = c.kit.Text(Style{Size: 18, Bold: true, OneRow: true}, "")
	r.words = c.kit.Text(Style{Size: 18}, "")
	r.ExtendBaseWidget(r)
	return r
}

// Tapped implements fyne.Tappable.
func (r *choiceRow) Tapped(*fyne.PointEvent) {
	if canvas := fyne.CurrentApp().Driver().CanvasForObject(r); canvas != nil {
		canvas.Focus(r.of)
	}
	r.of.choose(r.index)
}

func (r *choiceRow) left() float32 { return r.of.kit.Px(24) + r.of.kit.Frame(10) }

func (r *choiceRow) heightFor(w float32) float32 {
	kit := r.of.kit
	return max(r.words.HeightFor(w-r.left()-kit.Frame(10))+kit.Frame(12), kit.Frame(leastTarget))
}

// CreateRenderer implements fyne.Widget.
func (r *choiceRow) CreateRenderer() fyne.WidgetRenderer {
	return &choiceRowRenderer{WidgetRenderer: fynewidget.NewSimpleRenderer(container.NewWithoutLayout(r.face, r.mark, r.words)), r: r}
}

type choiceRowRenderer struct {
	fyne.WidgetRenderer
	r *choiceRow
}

func (x *choiceRowRenderer) MinSize() fyne.Size {
	return fyne.NewSize(x.r.of.kit.Px(100), x.r.heightFor(max(x.r.Size().Width, x.r.of.kit.Px(100))))
}

func (x *choiceRowRenderer) Layout(s fyne.Size) {
	r := x.r
	kit := r.of.kit
	x.WidgetRenderer.Layout(s)
	r.face.Resize(s)
	w := s.Width - r.left() - kit.Frame(10)
	h := r.words.HeightFor(w)
	r.words.Move(fyne.NewPos(r.left(), (s.Height-h)/2))
	r.words.Resize(fyne.NewSize(w, h))
	r.mark.Move(fyne.NewPos(kit.Frame(10), (s.Height-h)/2))
	r.mark.Resize(fyne.NewSize(kit.Px(24), h))
}

func (x *choiceRowRenderer) Refresh() {
	r := x.r
	kit := r.of.kit
	ground, ink := InkBack, InkText
	r.mark.text = ""
	if r.index == r.of.selected {
		ground, ink = InkPrimary, InkOnPrimary
		r.mark.text = "✓"
	}
	r.face.FillColor, r.face.CornerRadius = kit.Ink(ground), kit.Frame(4)
	r.words.style.Ink, r.mark.style.Ink = ink, ink
	x.Layout(r.Size())
	r.face.Refresh()
	r.mark.Refresh()
	r.words.Refresh()
}
