package widget

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Band is the permanent diagonal stripe that says TRAINING in words on a plain ground.
type Band struct {
	fynewidget.BaseWidget
	kit     *Kit
	stripes *canvas.Raster
	plate   *canvas.Rectangle
	words   *Text
	height  float32
}

// Band makes a band of the given height at 100 %.
func (k *Kit) Band(height, size float32, words string) *Band {
	b := &Band{kit: k, plate: &canvas.Rectangle{}, height: height}
	b.stripes = canvas.NewRaster(b.draw)
	b.words = k.Text(Style{Size: size, Bold: true, Ink: InkStripeText, Align: fyne.TextAlignCenter, OneRow: true}, words)
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the words.
func (b *Band) Set(words string) { b.words.Set(words) }

// String gives the words.
func (b *Band) String() string { return b.words.text }

// draw paints stripes at 45°, half a band's height wide.
func (b *Band) draw(w, h int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	p := b.kit.Palette()
	period := max(h, 4)
	for y := range h {
		for x := range w {
			c := p.Stripe
			if (x+y)%period < period/2 {
				c = p.StripeDark
			}
			img.SetNRGBA(x, y, color.NRGBA(c))
		}
	}
	return img
}

// HeightFor follows the words.
func (b *Band) HeightFor(float32) float32 { return max(b.kit.Frame(b.height), b.words.rowHeight()) }

// CreateRenderer implements fyne.Widget.
func (b *Band) CreateRenderer() fyne.WidgetRenderer { return &bandRenderer{b} }

type bandRenderer struct{ b *Band }

func (r *bandRenderer) Destroy() {}
func (r *bandRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.stripes, r.b.plate, r.b.words}
}
func (r *bandRenderer) MinSize() fyne.Size { return fyne.NewSize(10, r.b.HeightFor(0)) }

func (r *bandRenderer) Layout(s fyne.Size) {
	b := r.b
	b.stripes.Resize(s)
	w := min(b.words.NaturalWidth()+b.kit.Frame(40), s.Width)
	b.plate.FillColor = b.kit.Ink(InkStripeGround)
	b.plate.Move(fyne.NewPos((s.Width-w)/2, 0))
	b.plate.Resize(fyne.NewSize(w, s.Height))
	h := b.words.rowHeight()
	b.words.Move(fyne.NewPos((s.Width-w)/2, (s.Height-h)/2))
	b.words.Resize(fyne.NewSize(w, h))
}

func (r *bandRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.b.stripes.Refresh()
	r.b.plate.Refresh()
	r.b.words.Refresh()
}
