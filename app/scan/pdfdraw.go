package scan

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strconv"
)

// Bounds of what a page draws.
const (
	maxRects   = 200_000
	leastRects = 60 // fewer are no code
	maxNesting = 64
	pageSide   = 2400 // pixels a side of the drawn page, at most
)

// place is a rectangle of one colour on the page, in points with y upward.
type place struct {
	x0, y0, x1, y1 float64
	dark           bool
}

// matrix is a PDF transformation (ISO 32000-1 §8.3.3).
type matrix [6]float64

func (m matrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

func (m matrix) times(n matrix) matrix { // m first, then n
	return matrix{m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3], m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5]}
}

// state is what q and Q keep.
type state struct {
	ctm   matrix
	light float64 // of the fill colour
}

// painter follows a content stream as far as filled rectangles need it.
type painter struct {
	state
	kept   []state
	args   []float64
	path   []place
	corner [][2]float64 // of the subpath under way
	out    []place
}

// drawn draws the filled rectangles of a content stream; nil where it has too few for a code.
func drawn(body []byte) image.Image {
	p := &painter{state: state{ctm: matrix{1, 0, 0, 1, 0, 0}}}
	for at := 0; at < len(body) && len(p.out)+len(p.path) < maxRects; {
		var token string
		token, at = next(body, at)
		if token == "" {
			continue
		}
		if v, err := strconv.ParseFloat(token, 64); err == nil && !math.IsNaN(v) && math.Abs(v) < 1e7 {
			if len(p.args) < 8 {
				p.args = append(p.args, v)
			}
			continue
		}
		p.op(token)
		p.args = p.args[:0]
	}
	return p.paint()
}

// next gives the next token; strings, names and dictionaries are passed over and give "".
func next(b []byte, at int) (string, int) {
	white := func(c byte) bool { return c <= ' ' }
	for at < len(b) && white(b[at]) {
		at++
	}
	if at >= len(b) {
		return "", at
	}
	switch b[at] {
	case '(':
		depth := 0
		for ; at < len(b); at++ {
			switch b[at] {
			case '\\':
				at++
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					return "", at + 1
				}
			}
		}
		return "", at
	case '%':
		for at < len(b) && b[at] != '\n' && b[at] != '\r' {
			at++
		}
		return "", at
	case '<', '>', '[', ']', '{', '}', '/', ')':
		slash := b[at] == '/'
		at++
		for slash && at < len(b) && !white(b[at]) && b[at] != '/' && b[at] != '[' && b[at] != '(' && b[at] != '<' {
			at++
		}
		return "", at
	}
	from := at
	for at < len(b) && !white(b[at]) && b[at] != '(' && b[at] != '[' && b[at] != '/' && b[at] != '<' && b[at] != ']' && b[at] != '>' {
		at++
	}
	return string(b[from:at]), max(at, from+1)
}

func (p *painter) op(token string) {
	a := p.args
	switch token {
	case "q":
		if len(p.kept) < maxNesting {
			p.kept = append(p.kept, p.state)
		}
	case "Q":
		if n := len(p.kept); n > 0 {
			p.state, p.kept = p.kept[n-1], p.kept[:n-1]
		}
	case "cm":
		if len(a) == 6 {
			p.ctm = matrix(a).times(p.ctm)
		}
	case "g", "rg", "k", "sc", "scn":
		p.colour(a)
	case "re":
		if len(a) == 4 {
			p.rect(a[0], a[1], a[0]+a[2], a[1]+a[3])
		}
	case "m":
		p.closed()
		p.to(a)
	case "l":
		p.to(a)
	case "h":
		p.closed()
	case "f", "F", "f*", "B", "B*", "b", "b*":
		p.closed()
		for _, r := range p.path {
			r.dark = p.light < 0.5
			p.out = append(p.out, r)
		}
		p.path = p.path[:0]
	case "n", "S", "s":
		p.path, p.corner = p.path[:0], p.corner[:0]
	case "c", "v", "y":
		p.corner = p.corner[:0] // a curve is no rectangle
	}
}

// colour takes 1, 3 or 4 numbers: grey, RGB, CMYK.
func (p *painter) colour(a []float64) {
	switch len(a) {
	case 1:
		p.light = a[0]
	case 3:
		p.light = 0.3*a[0] + 0.59*a[1] + 0.11*a[2]
	case 4:
		p.light = 1 - min(1, a[3]+(a[0]+a[1]+a[2])/3)
	}
}

func (p *painter) to(a []float64) {
	if len(a) == 2 && len(p.corner) < 6 {
		p.corner = append(p.corner, [2]float64{a[0], a[1]})
	}
}

// closed ends a subpath of straight lines; four corners on two columns and two rows are a rectangle.
func (p *painter) closed() {
	c := p.corner
	p.corner = p.corner[:0]
	if len(c) == 5 && c[4] == c[0] {
		c = c[:4]
	}
	if len(c) != 4 {
		return
	}
	for i := range c {
		a, b := c[i], c[(i+1)%4]
		if math.Abs(a[0]-b[0]) > 1e-3 && math.Abs(a[1]-b[1]) > 1e-3 {
			return
		}
	}
	p.rect(c[0][0], c[0][1], c[2][0], c[2][1])
}

func (p *painter) rect(x0, y0, x1, y1 float64) {
	x0, y0 = p.ctm.apply(x0, y0)
	x1, y1 = p.ctm.apply(x1, y1)
	if math.Abs(x0)+math.Abs(x1)+math.Abs(y0)+math.Abs(y1) < 1e6 {
		p.path = append(p.path, place{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), false})
	}
}

// paint draws what was filled: the area of the small dark rectangles, with three pixels and more for the thinnest.
func (p *painter) paint() image.Image {
	thin, n := math.Inf(1), 0
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, r := range p.out {
		w, h := r.x1-r.x0, r.y1-r.y0
		if !r.dark || min(w, h) < 0.2 || max(w, h) > 300 {
			continue
		}
		n++
		thin = min(thin, min(w, h))
		lo = [2]float64{min(lo[0], r.x0), min(lo[1], r.y0)}
		hi = [2]float64{max(hi[0], r.x1), max(hi[1], r.y1)}
	}
	if n < leastRects {
		return nil
	}
	scale := 4 / thin
	scale = min(scale, pageSide/max(hi[0]-lo[0]+8*thin, hi[1]-lo[1]+8*thin))
	at := func(x, y float64) (int, int) {
		return int(math.Round((x - lo[0] + 4*thin) * scale)), int(math.Round((hi[1] + 4*thin - y) * scale))
	}
	w, h := at(hi[0]+4*thin, lo[1]-4*thin)
	img := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	work := 64 * pageSide * pageSide // rectangles over rectangles
	for _, r := range p.out {
		ax, ay := at(r.x0, r.y1)
		bx, by := at(r.x1, r.y0)
		area := image.Rect(ax, ay, bx, by).Intersect(img.Rect)
		if work -= area.Dx() * area.Dy(); work < 0 {
			break
		}
		if r.dark && max(r.x1-r.x0, r.y1-r.y0) > 300 {
			continue // a bar or a background
		}
		c := color.Gray{255}
		if r.dark {
			c.Y = 0
		}
		draw.Draw(img, area, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}
