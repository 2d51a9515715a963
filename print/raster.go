package print

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/vector"
)

// maxPixels bounds a raster: A4 at 600 dpi is 35 million.
const maxPixels = 40 << 20

// Raster draws one page, black ink on white, at dpi dots an inch. The pixels are the caller's to wipe.
func (s *Sheet) Raster(page, dpi int) (*image.Gray, error) {
	return s.RasterArea(page, Rect{0, 0, s.size.W, s.size.H}, dpi)
}

// RasterArea draws an area of one page. The area may lie partly outside the page; there it is white.
func (s *Sheet) RasterArea(page int, area Rect, dpi int) (*image.Gray, error) {
	if s.err != nil {
		return nil, s.err
	}
	if page < 0 || page >= len(s.pages) {
		return nil, fmt.Errorf("%w: no page %d", ErrArea, page)
	}
	if dpi < 10 || dpi > 1200 || !(math.Abs(area.X) < 5000 && math.Abs(area.Y) < 5000) {
		return nil, fmt.Errorf("%w: %d dpi", ErrArea, dpi)
	}
	scale := float64(dpi) / 25.4
	w, h := math.Round(area.W*scale), math.Round(area.H*scale)
	if !(w >= 1 && h >= 1 && w*h <= maxPixels) {
		return nil, fmt.Errorf("%w: %v × %v dots", ErrArea, w, h)
	}
	r := &rasterizer{to: image.NewGray(image.Rect(0, 0, int(w), int(h))), scale: scale, x0: area.X, y0: area.Y,
		z: vector.NewRasterizer(1, 1)}
	for i := range r.to.Pix {
		r.to.Pix[i] = 255
	}
	for _, it := range s.pages[page] {
		if err := r.draw(it); err != nil {
			return nil, err
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.to, nil
}

// rasterizer draws in pixels of to; page millimetres x0, y0 are its origin.
type rasterizer struct {
	to            *image.Gray
	scale, x0, y0 float64
	z             *vector.Rasterizer
	mask          []uint8
	path          []segment // in pixels, of the shape being filled
	err           error
}

func (r *rasterizer) pixel(x, y float64) point {
	return point{(x - r.x0) * r.scale, (y - r.y0) * r.scale}
}

func (r *rasterizer) draw(it item) error {
	switch it := it.(type) {
	case *text:
		return r.text(it)
	case *line:
		r.line(it)
	case *box:
		r.rect(it.area)
		r.fill(it.ink.luma())
	case *picture:
		r.picture(it)
	case *code:
		r.rect(it.area)
		r.fill(255)
		it.bars(r.rect)
		r.fill(0)
	}
	return nil
}

func (r *rasterizer) rect(a Rect) {
	p, q := r.pixel(a.X, a.Y), r.pixel(a.X+a.W, a.Y+a.H)
	w, h := float64(r.to.Rect.Dx()), float64(r.to.Rect.Dy())
	p, q = point{max(p.x, -1), max(p.y, -1)}, point{min(q.x, w+1), min(q.y, h+1)}
	if p.x >= q.x || p.y >= q.y {
		return
	}
	r.polygon(p, point{q.x, p.y}, q, point{p.x, q.y})
}

func (r *rasterizer) polygon(ps ...point) {
	for i, p := range ps {
		op := sfnt.SegmentOpLineTo
		if i == 0 {
			op = sfnt.SegmentOpMoveTo
		}
		r.path = append(r.path, segment{op: op, at: [3]point{p}})
	}
}

func (r *rasterizer) line(l *line) {
	length := math.Hypot(l.x2-l.x1, l.y2-l.y1)
	if length == 0 {
		return
	}
	nx, ny := -(l.y2-l.y1)/length*l.width/2, (l.x2-l.x1)/length*l.width/2
	r.polygon(r.pixel(l.x1+nx, l.y1+ny), r.pixel(l.x2+nx, l.y2+ny), r.pixel(l.x2-nx, l.y2-ny), r.pixel(l.x1-nx, l.y1-ny))
	r.fill(l.ink.luma())
}

func (r *rasterizer) text(t *text) error {
	sin, cos := math.Sincos(t.angle * math.Pi / 180)
	em := t.size * mmPerPoint
	for _, run := range t.runs {
		for _, g := range run.glyphs {
			along := g.x * em
			at := r.pixel(t.x+along*cos, t.y-along*sin)
			if reach := (2 + g.em) * em * r.scale; at.x < -reach || at.y < -reach ||
				at.x > float64(r.to.Rect.Dx())+reach || at.y > float64(r.to.Rect.Dy())+reach {
				continue
			}
			path, err := g.outline()
			if err != nil {
				return err
			}
			k := em * r.scale
			for _, s := range path {
				for i, p := range s.at {
					s.at[i] = point{at.x + k*(p.x*cos+p.y*sin), at.y + k*(p.y*cos-p.x*sin)}
				}
				r.path = append(r.path, s)
			}
			r.fill(t.ink.luma())
		}
	}
	return nil
}

// fill paints the path with a grey, edges smoothed by coverage, and empties it.
func (r *rasterizer) fill(grey uint8) {
	defer func() { r.path = r.path[:0] }()
	lo, hi := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, s := range r.path {
		for i := range points(s.op) {
			p := s.at[i]
			lo, hi = point{min(lo.x, p.x), min(lo.y, p.y)}, point{max(hi.x, p.x), max(hi.y, p.y)}
		}
	}
	if !(lo.x < float64(r.to.Rect.Dx()) && lo.y < float64(r.to.Rect.Dy()) && hi.x > 0 && hi.y > 0) {
		return
	}
	// vector.Rasterizer clips on the right and at the bottom only, so the box reaches as far up and left as the path.
	b := image.Rect(int(math.Floor(lo.x)), int(math.Floor(lo.y)),
		int(math.Ceil(min(hi.x, float64(r.to.Rect.Dx())))), int(math.Ceil(min(hi.y, float64(r.to.Rect.Dy())))))
	if float64(b.Dx())*float64(b.Dy()) > 2*maxPixels {
		r.err = fmt.Errorf("%w: a shape is far larger than the area", ErrArea)
		return
	}
	r.z.Reset(b.Dx(), b.Dy())
	r.trace(float64(b.Min.X), float64(b.Min.Y))
	n := b.Dx() * b.Dy()
	if cap(r.mask) < n {
		r.mask = make([]uint8, n)
	}
	m := &image.Alpha{Pix: r.mask[:n], Stride: b.Dx(), Rect: image.Rect(0, 0, b.Dx(), b.Dy())}
	clear(m.Pix)
	r.z.Draw(m, m.Rect, image.Opaque, image.Point{})
	r.blend(m, b, grey)
}

func points(op sfnt.SegmentOp) int {
	switch op {
	case sfnt.SegmentOpQuadTo:
		return 2
	case sfnt.SegmentOpCubeTo:
		return 3
	}
	return 1
}

func (r *rasterizer) trace(dx, dy float64) {
	at := func(p point) (float32, float32) { return float32(p.x - dx), float32(p.y - dy) }
	for i, s := range r.path {
		x0, y0 := at(s.at[0])
		x1, y1 := at(s.at[1])
		x2, y2 := at(s.at[2])
		switch s.op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				r.z.ClosePath()
			}
			r.z.MoveTo(x0, y0)
		case sfnt.SegmentOpLineTo:
			r.z.LineTo(x0, y0)
		case sfnt.SegmentOpQuadTo:
			r.z.QuadTo(x0, y0, x1, y1)
		case sfnt.SegmentOpCubeTo:
			r.z.CubeTo(x0, y0, x1, y1, x2, y2)
		}
	}
	r.z.ClosePath()
}

func (r *rasterizer) blend(m *image.Alpha, b image.Rectangle, grey uint8) {
	in := b.Intersect(r.to.Rect)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		src := m.Pix[(y-b.Min.Y)*m.Stride+in.Min.X-b.Min.X:][:in.Dx()]
		dst := r.to.Pix[r.to.PixOffset(in.Min.X, y):][:in.Dx()]
		for i, a := range src {
			if a != 0 {
				dst[i] = uint8((uint32(dst[i])*(255-uint32(a)) + uint32(grey)*uint32(a) + 127) / 255)
			}
		}
	}
}

// picture draws by the mean of the source pixels under each dot, or the nearest one where the dots are smaller.
func (r *rasterizer) picture(p *picture) {
	lo, hi := r.pixel(p.area.X, p.area.Y), r.pixel(p.area.X+p.area.W, p.area.Y+p.area.H)
	b := image.Rect(int(math.Round(lo.x)), int(math.Round(lo.y)), int(math.Round(hi.x)), int(math.Round(hi.y)))
	w, h := p.img.Rect.Dx(), p.img.Rect.Dy()
	span := func(i, n, size int) (int, int) {
		from := i * size / n
		return from, max(from+1, (i+1)*size/n)
	}
	in := b.Intersect(r.to.Rect)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		sy0, sy1 := span(y-b.Min.Y, b.Dy(), h)
		for x := in.Min.X; x < in.Max.X; x++ {
			sx0, sx1 := span(x-b.Min.X, b.Dx(), w)
			var sum, n uint32
			for sy := sy0; sy < sy1; sy++ {
				for sx := sx0; sx < sx1; sx++ {
					c := p.img.Pix[p.img.PixOffset(sx, sy):]
					sum, n = sum+uint32(Ink{c[0], c[1], c[2]}.luma()), n+1
				}
			}
			r.to.Pix[r.to.PixOffset(x, y)] = uint8(sum / n)
		}
	}
}
