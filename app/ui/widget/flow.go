package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// wrap puts objects beside each other and goes on in the next row where there is no room.
type wrap struct {
	kit   *Kit
	gap   float32
	rows  float32 // gap between rows
	equal bool    // all cells are as wide as the widest, where the text is not large
	min   float32
}

// Wrap is a row that breaks.
func (k *Kit) Wrap(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&wrap{kit: k, gap: gap, rows: min(gap, 6)}, objects...)
}

// Grid is a Wrap with equal cells, each at least least px wide at 100 %, that fill the width.
func (k *Kit) Grid(gap, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&wrap{kit: k, gap: gap, rows: gap, equal: true, min: least}, objects...)
}

type place struct{ x, y, w, h float32 }

func (l *wrap) places(objects []fyne.CanvasObject, w float32) (ps []place, height float32) {
	ps = make([]place, len(objects))
	gap := l.kit.Frame(l.gap)
	var cell float32
	equal := l.equal && !l.kit.Large()
	if equal {
		cell = l.cell(objects, w, gap)
	}
	var x, y, rowH float32
	first := 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		ow := cell
		if !equal {
			ow = min(NaturalWidth(o), w)
		}
		if x > 0 && x+ow > w+0.5 {
			level(ps[first:i], rowH)
			x, y, rowH, first = 0, y+rowH+l.kit.Frame(l.rows), 0, i
		}
		h := HeightFor(o, ow)
		ps[i] = place{x, y, ow, h}
		rowH = max(rowH, h)
		x += ow + gap
	}
	level(ps[first:], rowH)
	return ps, y + rowH
}

func level(ps []place, h float32) {
	for i := range ps {
		if ps[i].w > 0 {
			ps[i].h = h
		}
	}
}

// cell is the width of equal cells: as many as fit, spread over the width.
func (l *wrap) cell(objects []fyne.CanvasObject, w, gap float32) float32 {
	least := l.kit.Px(l.min)
	n := 0
	for _, o := range objects {
		if o.Visible() {
			least = max(least, NaturalWidth(o))
			n++
		}
	}
	columns := max(int((w+gap+0.5)/(least+gap)), 1)
	if n > 0 {
		rows := (n + columns - 1) / columns
		columns = (n + rows - 1) / rows
	}
	return (w - gap*float32(columns-1)) / float32(columns)
}

func (l *wrap) HeightFor(objects []fyne.CanvasObject, w float32) float32 {
	_, h := l.places(objects, w)
	return h
}

func (l *wrap) NaturalWidth(objects []fyne.CanvasObject) float32 {
	return (&row{kit: l.kit, gap: l.gap, grow: len(objects)}).NaturalWidth(objects)
}

func (l *wrap) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

func (l *wrap) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	ps, _ := l.places(objects, s.Width)
	for i, o := range objects {
		if o.Visible() {
			o.Move(fyne.NewPos(ps[i].x, ps[i].y))
			o.Resize(fyne.NewSize(ps[i].w, ps[i].h))
		}
	}
}

// Fixed gives o a size that follows the text size only where follow is set.
func (k *Kit) Fixed(w, h float32, follow bool, o fyne.CanvasObject) *fyne.Container {
	return container.New(&fixed{kit: k, w: w, h: h, follow: follow}, o)
}

type fixed struct {
	kit    *Kit
	w, h   float32
	follow bool
}

func (f *fixed) size() fyne.Size {
	if f.follow {
		return fyne.NewSize(f.kit.Px(f.w), f.kit.Px(f.h))
	}
	return fyne.NewSize(f.kit.Frame(f.w), f.kit.Frame(f.h))
}

func (f *fixed) HeightFor([]fyne.CanvasObject, float32) float32 { return f.size().Height }
func (f *fixed) NaturalWidth([]fyne.CanvasObject) float32       { return f.size().Width }
func (f *fixed) MinSize([]fyne.CanvasObject) fyne.Size          { return f.size() }
func (f *fixed) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	want := f.size()
	size := fyne.NewSize(min(want.Width, s.Width), min(want.Height, s.Height))
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

// Halves puts objects beside each other, all as wide as each other, and below each other where each would be narrower
// than least px at 100 %.
func (k *Kit) Halves(gap, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&halves{kit: k, gap: gap, least: least}, objects...)
}

type halves struct {
	kit        *Kit
	gap, least float32
}

func (l *halves) part(o []fyne.CanvasObject, w float32) (part float32, stacked bool) {
	n := float32(max(len(o), 1))
	part = (w - l.kit.Frame(l.gap)*(n-1)) / n
	return part, part < l.kit.Px(l.least)
}

func (l *halves) column() *column { return &column{kit: l.kit, gap: l.gap / 2} }

func (l *halves) HeightFor(o []fyne.CanvasObject, w float32) (h float32) {
	part, stacked := l.part(o, w)
	if stacked {
		return l.column().HeightFor(o, w)
	}
	for _, x := range o {
		h = max(h, HeightFor(x, part))
	}
	return h
}

func (l *halves) NaturalWidth(o []fyne.CanvasObject) (w float32) {
	for _, x := range o {
		w = max(w, NaturalWidth(x))
	}
	n := float32(len(o))
	return w*n + l.kit.Frame(l.gap)*(n-1)
}

func (l *halves) MinSize(o []fyne.CanvasObject) (s fyne.Size) {
	for _, x := range o {
		s = s.Max(x.MinSize())
	}
	return fyne.NewSize(s.Width, l.HeightFor(o, l.NaturalWidth(o)))
}

func (l *halves) Layout(o []fyne.CanvasObject, s fyne.Size) {
	part, stacked := l.part(o, s.Width)
	if stacked {
		l.column().Layout(o, s)
		return
	}
	for i, x := range o {
		x.Move(fyne.NewPos(float32(i)*(part+l.kit.Frame(l.gap)), 0))
		x.Resize(fyne.NewSize(part, HeightFor(x, part)))
	}
}

// Middle gives o its natural width and puts it in the middle.
func (k *Kit) Middle(o fyne.CanvasObject) *fyne.Container { return container.New(&middle{}, o) }

type middle struct{}

func (m *middle) HeightFor(o []fyne.CanvasObject, w float32) float32 {
	return HeightFor(o[0], min(NaturalWidth(o[0]), w))
}
func (m *middle) NaturalWidth(o []fyne.CanvasObject) float32 { return NaturalWidth(o[0]) }
func (m *middle) MinSize(o []fyne.CanvasObject) fyne.Size    { return o[0].MinSize() }

func (m *middle) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := min(NaturalWidth(o[0]), s.Width)
	o[0].Move(fyne.NewPos((s.Width-w)/2, 0))
	o[0].Resize(fyne.NewSize(w, HeightFor(o[0], w)))
}
