package qrread

import "math"

// point is a place in the picture in pixels; the centre of the first pixel is 0,0. The same type is a place in a code in
// modules; there the corner of the first module is 0,0.
type point struct{ x, y float64 }

func (p point) plus(q point) point       { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point      { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point    { return point{p.x * f, p.y * f} }
func (p point) cross(q point) float64    { return p.x*q.y - p.y*q.x }
func (p point) dot(q point) float64      { return p.x*q.x + p.y*q.y }
func (p point) length() float64          { return math.Hypot(p.x, p.y) }
func (p point) distance(q point) float64 { return p.minus(q).length() }

// solve finds x with a·x = b for each column of b, in place. It tells whether there is one.
func solve(a [][]float64, b [][]float64) bool {
	n := len(a)
	for c := range n {
		best := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		if !(math.Abs(a[best][c]) > 1e-12) {
			return false
		}
		a[c], a[best], b[c], b[best] = a[best], a[c], b[best], b[c]
		for r := c + 1; r < n; r++ {
			f := a[r][c] / a[c][c]
			if f == 0 {
				continue
			}
			for k := c; k < n; k++ {
				a[r][k] -= f * a[c][k]
			}
			for k := range b[r] {
				b[r][k] -= f * b[c][k]
			}
		}
	}
	for c := n - 1; c >= 0; c-- {
		for k := range b[c] {
			v := b[c][k]
			for j := c + 1; j < n; j++ {
				v -= a[c][j] * b[j][k]
			}
			b[c][k] = v / a[c][c]
		}
	}
	return true
}

// matrix makes an n by m matrix of zeros.
func matrix(n, m int) [][]float64 {
	flat := make([]float64, n*m)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*m : (i+1)*m]
	}
	return rows
}

// knot says that a place of the code lies at a place of the picture.
type knot struct {
	module, pixel point
	weight        float64
}

// homography is a perspective view of a plane. Places of the code are scaled to -1…1 by half, so that the numbers are
// of one size.
type homography struct {
	h    [8]float64
	half float64
}

func (h *homography) at(m point) point {
	u, v := m.x/h.half-1, m.y/h.half-1
	w := h.h[6]*u + h.h[7]*v + 1
	return point{(h.h[0]*u + h.h[1]*v + h.h[2]) / w, (h.h[3]*u + h.h[4]*v + h.h[5]) / w}
}

// fitHomography finds the view that fits the knots best (direct linear transformation, least squares).
func fitHomography(knots []knot, dim int) (*homography, bool) {
	h := &homography{half: float64(dim) / 2}
	a, b := matrix(8, 8), matrix(8, 1)
	add := func(row [8]float64, value, weight float64) {
		for i := range row {
			for j := range row {
				a[i][j] += weight * row[i] * row[j]
			}
			b[i][0] += weight * row[i] * value
		}
	}
	for _, k := range knots {
		u, v := k.module.x/h.half-1, k.module.y/h.half-1
		add([8]float64{u, v, 1, 0, 0, 0, -u * k.pixel.x, -v * k.pixel.x}, k.pixel.x, k.weight)
		add([8]float64{0, 0, 0, u, v, 1, -u * k.pixel.y, -v * k.pixel.y}, k.pixel.y, k.weight)
	}
	if !solve(a, b) {
		return nil, false
	}
	for i := range h.h {
		h.h[i] = b[i][0]
	}
	for _, c := range []point{{0, 0}, {float64(dim), 0}, {0, float64(dim)}, {float64(dim), float64(dim)}} {
		if w := h.h[6]*(c.x/h.half-1) + h.h[7]*(c.y/h.half-1) + 1; !(w > 0.2 && w < 5) {
			return nil, false // a view from behind, or along the paper
		}
	}
	return h, true
}

// spline bends a view so that it passes the knots: a smoothing thin-plate spline over what the view leaves over.
type spline struct {
	at     []point
	weight [][]float64 // of each knot in x and y, then of 1, u, v
	scale  float64
}

func plate(r2 float64) float64 {
	if r2 < 1e-12 {
		return 0
	}
	return r2 * math.Log(r2)
}

// fitSpline fits the spline to the remainders. A larger stiffness trusts single knots less.
func fitSpline(knots []knot, view *homography, stiffness float64) (*spline, bool) {
	n := len(knots)
	s := &spline{scale: 1 / view.half}
	a, b := matrix(n+3, n+3), matrix(n+3, 2)
	for _, k := range knots {
		s.at = append(s.at, k.module.times(s.scale))
	}
	for i, k := range knots {
		p := s.at[i]
		for j := range i {
			d := p.minus(s.at[j])
			a[i][j] = plate(d.dot(d))
			a[j][i] = a[i][j]
		}
		a[i][i] = stiffness / k.weight
		for j, v := range [3]float64{1, p.x, p.y} {
			a[i][n+j], a[n+j][i] = v, v
		}
		left := k.pixel.minus(view.at(k.module))
		b[i][0], b[i][1] = left.x, left.y
	}
	if !solve(a, b) {
		return nil, false
	}
	s.weight = b
	return s, true
}

func (s *spline) bend(m point) point {
	m = m.times(s.scale)
	n := len(s.at)
	var out point
	for i, p := range s.at {
		d := m.minus(p)
		u := plate(d.dot(d))
		out.x += u * s.weight[i][0]
		out.y += u * s.weight[i][1]
	}
	for j, v := range [3]float64{1, m.x, m.y} {
		out.x += v * s.weight[n+j][0]
		out.y += v * s.weight[n+j][1]
	}
	return out
}
