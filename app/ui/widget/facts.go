package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Fact is one label and its value. A missing value stays in its place and says so.
type Fact struct {
	Label, Value string
	Missing      bool
}

// Facts is a block of labels and values in two columns that become one where the values would get too narrow.
type Facts struct {
	*fyne.Container
	kit    *Kit
	layout *factsLayout
	label  Style
	value  Style
	rows   [][2]*Text
}

// Facts makes an empty block; label and value say how the two columns look.
func (k *Kit) Facts(gap float32, label, value Style) *Facts {
	f := &Facts{kit: k, layout: &factsLayout{kit: k, gap: gap}, label: label, value: value}
	f.Container = container.New(f.layout)
	return f
}

// Set shows the facts.
func (f *Facts) Set(facts []Fact) {
	for len(f.rows) < len(facts) {
		pair := [2]*Text{f.kit.Text(f.label, ""), f.kit.Text(f.value, "")}
		f.rows = append(f.rows, pair)
		f.Container.Objects = append(f.Container.Objects, pair[0], pair[1])
	}
	for i, pair := range f.rows {
		if i >= len(facts) {
			pair[0].Set("")
			pair[1].Set("")
			pair[0].Hide()
			pair[1].Hide()
			continue
		}
		pair[0].Show()
		pair[1].Show()
		pair[0].Set(facts[i].Label)
		ink, bold := f.value.Ink, f.value.Bold
		if facts[i].Missing {
			ink, bold = InkWarning, false
		}
		pair[1].style.Bold = bold
		pair[1].SetInk(facts[i].Value, ink)
	}
	f.Container.Refresh()
}

type factsLayout struct {
	kit   *Kit
	gap   float32
	width float32
}

// leastValue is the part of a row that a value which needs more must have, or it goes below its label.
const leastValue = 0.6

// split is the width of the labels; 0: values go below them.
func (l *factsLayout) split(o []fyne.CanvasObject, w float32) float32 {
	var labels, widest float32
	for i := 0; i+1 < len(o); i += 2 {
		if o[i].Visible() {
			labels = max(labels, NaturalWidth(o[i]))
			widest = max(widest, NaturalWidth(o[i+1]))
		}
	}
	rest := w - labels - l.kit.Frame(16)
	if rest+0.5 < min(widest, w*leastValue) {
		return 0
	}
	return labels
}

func (l *factsLayout) walk(o []fyne.CanvasObject, w float32, put func(o fyne.CanvasObject, x, y, w, h float32)) (y float32) {
	labels := l.split(o, w)
	for i := 0; i+1 < len(o); i += 2 {
		if !o[i].Visible() {
			continue
		}
		if y > 0 {
			y += l.kit.Frame(l.gap)
		}
		if labels == 0 {
			a, b := HeightFor(o[i], w), HeightFor(o[i+1], w)
			put(o[i], 0, y, w, a)
			put(o[i+1], 0, y+a, w, b)
			y += a + b
			continue
		}
		x := labels + l.kit.Frame(16)
		a, b := HeightFor(o[i], labels), HeightFor(o[i+1], w-x)
		one := b
		if t, ok := o[i+1].(*Text); ok {
			one = min(b, t.rowHeight())
		}
		put(o[i], 0, y+max((one-a)*0.7, 0), labels, a) // about the same base line
		put(o[i+1], x, y, w-x, b)
		y += max(a, b)
	}
	return y
}

func (l *factsLayout) HeightFor(o []fyne.CanvasObject, w float32) float32 {
	return l.walk(o, w, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l *factsLayout) NaturalWidth(o []fyne.CanvasObject) (w float32) {
	var a, b float32
	for i := 0; i+1 < len(o); i += 2 {
		if o[i].Visible() {
			a, b = max(a, NaturalWidth(o[i])), max(b, NaturalWidth(o[i+1]))
		}
	}
	return a + b + l.kit.Frame(16)
}

func (l *factsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := max(l.width, l.kit.Px(100))
	return fyne.NewSize(l.kit.Px(100), l.HeightFor(o, w))
}

func (l *factsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	l.walk(o, s.Width, func(o fyne.CanvasObject, x, y, w, h float32) {
		if l.kit.rtl {
			x = s.Width - x - w
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	})
}
