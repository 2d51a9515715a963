package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// tall is what knows its height once its width is known.
type tall interface{ HeightFor(w float32) float32 }

// tallLayout is the same for the layout of a container.
type tallLayout interface {
	HeightFor(objects []fyne.CanvasObject, w float32) float32
	NaturalWidth(objects []fyne.CanvasObject) float32
}

// HeightFor is how high o is when it is w wide. Something hidden is 0.
func HeightFor(o fyne.CanvasObject, w float32) float32 {
	if !o.Visible() {
		return 0
	}
	if t, ok := o.(tall); ok {
		return t.HeightFor(w)
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(tallLayout); ok {
			return l.HeightFor(c.Objects, w)
		}
	}
	return o.MinSize().Height
}

// NaturalWidth is how wide o wants to be.
func NaturalWidth(o fyne.CanvasObject) float32 {
	if !o.Visible() {
		return 0
	}
	if t, ok := o.(interface{ NaturalWidth() float32 }); ok {
		return t.NaturalWidth()
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(tallLayout); ok {
			return l.NaturalWidth(c.Objects)
		}
	}
	return o.MinSize().Width
}

// column stacks objects, each as wide as the column.
type column struct {
	kit   *Kit
	gap   float32
	width float32 // last known, so that MinSize can be told
}

// Column puts objects below each other.
func (k *Kit) Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{kit: k, gap: gap}, objects...)
}

func (c *column) HeightFor(objects []fyne.CanvasObject, w float32) (h float32) {
	for _, o := range objects {
		if oh := HeightFor(o, w); oh > 0 {
			if h > 0 {
				h += c.kit.Frame(c.gap)
			}
			h += oh
		}
	}
	return h
}

func (c *column) NaturalWidth(objects []fyne.CanvasObject) (w float32) {
	for _, o := range objects {
		w = max(w, NaturalWidth(o))
	}
	return w
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	return fyne.NewSize(w, c.HeightFor(objects, max(w, c.width)))
}

func (c *column) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	c.width = s.Width
	var y float32
	for _, o := range objects {
		h := HeightFor(o, s.Width)
		if h <= 0 {
			continue
		}
		if y > 0 {
			y += c.kit.Frame(c.gap)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(s.Width, h))
		y += h
	}
}

// row puts objects beside each other; one of them takes what is left. Where that is less than tight px at 100 %, the
// objects go below each other.
type row struct {
	kit   *Kit
	gap   float32
	grow  int
	tight float32
}

// Row puts objects beside each other; the one at index grow takes the rest of the width.
func (k *Kit) Row(gap float32, grow int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{kit: k, gap: gap, grow: grow, tight: 8}, objects...)
}

// Beside is a Row that becomes a Column where the growing object would get less than tight px at 100 %.
func (k *Kit) Beside(gap float32, grow int, tight float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{kit: k, gap: gap, grow: grow, tight: tight}, objects...)
}

func (r *row) widths(objects []fyne.CanvasObject, w float32) (ws []float32, stacked bool) {
	ws = make([]float32, len(objects))
	rest, seen := w, 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		seen++
		if i != r.grow {
			ws[i] = NaturalWidth(o)
			rest -= ws[i]
		}
	}
	rest -= r.kit.Frame(r.gap) * float32(max(seen-1, 0))
	if r.grow < len(objects) {
		if rest < r.kit.Px(r.tight) && seen > 1 {
			return nil, true
		}
		ws[r.grow] = rest
	}
	return ws, false
}

func (r *row) HeightFor(objects []fyne.CanvasObject, w float32) (h float32) {
	ws, stacked := r.widths(objects, w)
	if stacked {
		return (&column{kit: r.kit, gap: r.gap / 2}).HeightFor(objects, w)
	}
	for i, o := range objects {
		if o.Visible() {
			h = max(h, HeightFor(o, ws[i]))
		}
	}
	return h
}

func (r *row) NaturalWidth(objects []fyne.CanvasObject) (w float32) {
	seen := 0
	for _, o := range objects {
		if o.Visible() {
			w += NaturalWidth(o)
			seen++
		}
	}
	return w + r.kit.Frame(r.gap)*float32(max(seen-1, 0))
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	return fyne.NewSize(w, r.HeightFor(objects, r.NaturalWidth(objects)))
}

func (r *row) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	ws, stacked := r.widths(objects, s.Width)
	if stacked {
		(&column{kit: r.kit, gap: r.gap / 2}).Layout(objects, s)
		return
	}
	var x float32
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		h := max(HeightFor(o, ws[i]), 1)
		at := x
		if r.kit.rtl {
			at = s.Width - x - ws[i]
		}
		o.Move(fyne.NewPos(at, (s.Height-h)*r.lean(o)))
		o.Resize(fyne.NewSize(ws[i], h))
		x += ws[i] + r.kit.Frame(r.gap)
	}
}

// lean is 0 at the top, 0.5 in the middle: small things are centred, columns start at the top.
func (r *row) lean(o fyne.CanvasObject) float32 {
	if c, ok := o.(*fyne.Container); ok {
		if _, ok := c.Layout.(*column); ok {
			return 0
		}
	}
	if r.tight > 8 {
		return 0
	}
	return 0.5
}
