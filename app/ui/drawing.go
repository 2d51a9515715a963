package ui

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/vector"

	"bangban/app/ui/widget"
)

// drawing is a picture of the act that is asked for, understood without reading.
type drawing uint8

const (
	drawNone  drawing = iota
	drawPlace         // a card above a reader, an arrow down
	drawLie           // a card lies on the reader
	drawTake          // a card leaves the reader, an arrow up
	drawPaper         // a card and a sheet with a code
	drawCAN           // a card's front, the number at its lower right marked
	drawZone          // a passport's page and a card's back, the machine readable lines marked
	drawPIN           // a letter with the hidden number, and hands over the keys
	drawTurn          // a card that is turned over
)

// gallery keeps each drawing once for each palette and size, so that drawing the screen again costs nothing.
type gallery map[galleryKey]image.Image

type galleryKey struct {
	d       drawing
	palette string
	scale   int
}

// show puts a drawing into img as fine as the view shows it; drawNone takes it out.
func (g gallery) show(img *canvas.Image, d drawing, k *widget.Kit) {
	if d == drawNone {
		img.Image = nil
		return
	}
	key := galleryKey{d, k.Palette().Name, fineness(img, k)}
	if g[key] == nil {
		g[key] = d.image(k.Palette(), key.scale)
	}
	img.Image = g[key]
}

// fineness is how many pixels a unit has. At 100 % no view shows a drawing larger than its 300 units are high; drawn twice as
// fine, Fyne would need 18 MB to make it smaller.
func fineness(img *canvas.Image, k *widget.Kit) int {
	dots := k.Px(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(img); c != nil {
		dots *= c.Scale()
	}
	return min(max(int(math.Ceil(float64(dots)-0.05)), 1), 3)
}

// Units of a sketch.
const sketchW, sketchH = 480, 300

// sketch draws on units of scale pixels.
type sketch struct {
	img                 *image.RGBA
	scale               float32
	ink, ground, accent color.NRGBA
}

func (d drawing) image(p widget.Palette, scale int) image.Image {
	s := &sketch{img: image.NewRGBA(image.Rect(0, 0, sketchW*scale, sketchH*scale)), scale: float32(scale), ink: p.Text, ground: p.Back, accent: p.Primary}
	draw.Draw(s.img, s.img.Bounds(), image.NewUniform(p.Back), image.Point{}, draw.Src)
	switch d {
	case drawPlace:
		s.reader()
		s.card(150, 20)
		s.arrow(240, 140, 195)
	case drawLie:
		s.reader()
		s.card(150, 118)
	case drawTake:
		s.reader()
		s.card(150, 20)
		s.arrow(240, 195, 140)
	case drawPaper:
		s.card(30, 95)
		s.sheet()
	default:
		s.secret(d)
	}
	return s.packed()
}

// packed gives the picture one byte a pixel, a quarter of what it takes. The colours of the palette stay; what lies between
// two of them, at the edge of a shape, is rounded to one of 32 steps.
func (s *sketch) packed() image.Image {
	p := image.NewPaletted(s.img.Rect, color.Palette{s.ink, s.ground, s.accent})
	places := map[color.NRGBA]uint8{s.ink: 0, s.ground: 1, s.accent: 2}
	for i := range p.Pix {
		dot := color.NRGBA{R: s.img.Pix[4*i], G: s.img.Pix[4*i+1], B: s.img.Pix[4*i+2], A: s.img.Pix[4*i+3]}
		at, known := places[dot]
		if !known {
			dot.R, dot.G, dot.B = dot.R&^7, dot.G&^7, dot.B&^7
			if at, known = places[dot]; !known && len(p.Palette) == 256 {
				return s.img
			}
		}
		if !known {
			at = uint8(len(p.Palette))
			places[dot], p.Palette = at, append(p.Palette, dot)
		}
		p.Pix[i] = at
	}
	return p
}

// fill fills a closed polygon.
func (s *sketch) fill(c color.NRGBA, points ...[2]float32) {
	b := image.Rectangle{Min: s.img.Bounds().Max}
	for _, p := range points {
		x, y := int(p[0]*s.scale), int(p[1]*s.scale)
		b.Min.X, b.Min.Y, b.Max.X, b.Max.Y = min(b.Min.X, x), min(b.Min.Y, y), max(b.Max.X, x+1), max(b.Max.Y, y+1)
	}
	b = b.Intersect(s.img.Bounds())
	r := vector.NewRasterizer(b.Dx(), b.Dy())
	for i, p := range points {
		x, y := p[0]*s.scale-float32(b.Min.X), p[1]*s.scale-float32(b.Min.Y)
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(s.img, b, image.NewUniform(c), image.Point{})
}

// round is a rectangle with round corners.
func (s *sketch) round(c color.NRGBA, x, y, w, h, r float32) {
	var points [][2]float32
	for corner, centre := range [4][2]float32{{x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}, {x + w - r, y + r}} {
		for i := range 9 {
			a := float64(corner)*math.Pi/2 + float64(i)*math.Pi/16
			points = append(points, [2]float32{centre[0] + r*float32(math.Cos(a)), centre[1] + r*float32(math.Sin(a))})
		}
	}
	s.fill(c, points...)
}

// box is an outline of the given width.
func (s *sketch) box(c color.NRGBA, x, y, w, h, r, line float32) {
	s.round(c, x, y, w, h, r)
	s.round(s.ground, x+line, y+line, w-2*line, h-2*line, max(r-line, 1))
}

func (s *sketch) reader() {
	s.box(s.ink, 90, 205, 300, 70, 16, 7)
	s.round(s.ink, 140, 224, 200, 12, 6)
}

func (s *sketch) card(x, y float32) {
	s.box(s.accent, x, y, 180, 110, 14, 7)
	s.round(s.accent, x+28, y+24, 34, 34, 17)
	s.round(s.accent, x+20, y+62, 50, 28, 12)
	for i, w := range []float32{76, 58, 76} {
		s.round(s.ink, x+86, y+28+float32(i)*22, w, 10, 4)
	}
}

// arrow points from one height to another.
func (s *sketch) arrow(x, from, to float32) {
	head := float32(24)
	if to < from {
		head = -head
	}
	s.fill(s.accent, [2]float32{x - 7, from}, [2]float32{x + 7, from}, [2]float32{x + 7, to - head}, [2]float32{x - 7, to - head})
	s.fill(s.accent, [2]float32{x - 26, to - head}, [2]float32{x + 26, to - head}, [2]float32{x, to})
}

func (s *sketch) sheet() {
	s.box(s.ink, 260, 20, 190, 260, 6, 7)
	for i, w := range []float32{130, 96, 130} {
		s.round(s.ink, 290, 50+float32(i)*24, w, 10, 4)
	}
	for y := range 6 {
		for x := range 6 {
			if (x*7+y*11+x*y)%3 != 0 || x < 2 && y < 2 {
				s.fill(s.ink, [2]float32{310 + float32(x)*15, 145 + float32(y)*15}, [2]float32{325 + float32(x)*15, 145 + float32(y)*15},
					[2]float32{325 + float32(x)*15, 160 + float32(y)*15}, [2]float32{310 + float32(x)*15, 160 + float32(y)*15})
			}
		}
	}
}
