package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Box is a ground with a frame around one object.
type Box struct {
	fynewidget.BaseWidget
	kit     *Kit
	look    BoxLook
	content fyne.CanvasObject
	ground  *canvas.Rectangle
}

// BoxLook is how a Box looks. Pad and Line are px that do not follow the text size.
type BoxLook struct {
	Ground Ink
	Edge   Ink
	Line   float32
	Pad    float32
	Least  float32 // height at least, at 100 %
	Middle bool    // content in the middle of the height
}

// Box puts a ground and a frame around content.
func (k *Kit) Box(look BoxLook, content fyne.CanvasObject) *Box {
	b := &Box{kit: k, look: look, content: content, ground: &canvas.Rectangle{}}
	b.ExtendBaseWidget(b)
	return b
}

// Look changes ground and frame.
func (b *Box) Look(ground, edge Ink) {
	if b.look.Ground != ground || b.look.Edge != edge {
		b.look.Ground, b.look.Edge = ground, edge
		b.Refresh()
	}
}

func (b *Box) pad() float32 { return b.kit.Frame(b.look.Pad + b.look.Line) }

// HeightFor is the content's height and the frame.
func (b *Box) HeightFor(w float32) float32 {
	return max(HeightFor(b.content, w-2*b.pad())+2*b.pad(), b.kit.Frame(b.look.Least))
}

// NaturalWidth is the content's width and the frame.
func (b *Box) NaturalWidth() float32 { return NaturalWidth(b.content) + 2*b.pad() }

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{b}
	r.paint()
	return r
}

type boxRenderer struct{ b *Box }

func (r *boxRenderer) Destroy() {}
func (r *boxRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.ground, r.b.content}
}

func (r *boxRenderer) MinSize() fyne.Size {
	w := r.b.content.MinSize().Width + 2*r.b.pad()
	return fyne.NewSize(w, r.b.HeightFor(max(w, r.b.Size().Width)))
}

func (r *boxRenderer) Layout(s fyne.Size) {
	b := r.b
	b.ground.Resize(s)
	w, h := s.Width-2*b.pad(), s.Height-2*b.pad()
	y := b.pad()
	if b.look.Middle {
		want := min(HeightFor(b.content, w), h)
		y += (h - want) / 2
		h = want
	}
	b.content.Move(fyne.NewPos(b.pad(), y))
	b.content.Resize(fyne.NewSize(w, h))
}

func (r *boxRenderer) paint() {
	b := r.b
	b.ground.FillColor, b.ground.StrokeColor = b.kit.Ink(b.look.Ground), b.kit.Ink(b.look.Edge)
	b.ground.StrokeWidth = b.kit.line(b.look.Edge, b.look.Line)
	b.ground.CornerRadius = b.kit.Frame(4)
}

func (r *boxRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	r.b.ground.Refresh()
	r.b.content.Refresh()
}
