package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Picture is a frame of a fixed size for a portrait or a page. Empty, it says what is missing.
type Picture struct {
	*fyne.Container
	box     *Box
	image   *canvas.Image
	missing *Text
	shown   image.Image
}

// Picture makes a frame of w × h px, which does not follow the text size.
func (k *Kit) Picture(w, h float32) *Picture {
	p := &Picture{image: &canvas.Image{FillMode: canvas.ImageFillContain}, missing: k.Text(Style{Size: 16, Ink: InkSecondary,
		Align: fyne.TextAlignCenter}, "")}
	p.box = k.Box(BoxLook{Ground: InkPanel, Edge: InkBorder, Line: 2, Pad: 4, Middle: true}, p.missing)
	p.image.Hide()
	p.Container = k.Fixed(w, h, false, container.NewStack(p.box, container.New(&inset{kit: k, px: 3}, p.image)))
	return p
}

// Set shows the picture, or what is missing where it is nil.
func (p *Picture) Set(img image.Image, missing string) {
	p.missing.Set(missing)
	if img == nil {
		p.image.Hide()
		p.image.Image, p.shown = nil, nil
		p.missing.Show()
		p.image.Refresh()
		return
	}
	p.missing.Hide()
	p.image.Show()
	if p.shown != img {
		p.image.Image, p.shown = img, img
		p.image.Refresh()
	}
}

// inset leaves px around its objects, and at the end of the rows more.
type inset struct {
	kit *Kit
	px  float32
	end float32
}

// Inset leaves px around o.
func (k *Kit) Inset(px float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{kit: k, px: px}, o)
}

func (i *inset) gap() float32 { return i.kit.Frame(i.px) }

func (i *inset) around() fyne.Size { return fyne.NewSize(2*i.gap()+i.kit.Frame(i.end), 2*i.gap()) }

func (i *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s.Add(i.around())
}

func (i *inset) HeightFor(objects []fyne.CanvasObject, w float32) (h float32) {
	for _, o := range objects {
		h = max(h, HeightFor(o, w-i.around().Width))
	}
	return h + 2*i.gap()
}

func (i *inset) NaturalWidth(objects []fyne.CanvasObject) (w float32) {
	for _, o := range objects {
		w = max(w, NaturalWidth(o))
	}
	return w + i.around().Width
}

func (i *inset) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(i.gap(), i.gap()))
		o.Resize(s.Subtract(i.around()))
	}
}
