package qrread

import "math"

// finder is a finder pattern with its own affine frame.
type finder struct {
	at   point
	u, v point // one module along each of its axes; which is which is not known yet
	size float64
	near int // rows that agreed
}

const rays = 40

// frame measures the outline of a finder pattern by rays from its centre. The second moments of the outline give its
// frame up to a turn, the fourth harmonic of the whitened outline the turn.
func (p *plane) frame(s spot) (*finder, bool) {
	limit, ok := p.ringLimit(s)
	if !ok {
		return nil, false
	}
	reach := 0.75 * math.Max(s.dx, s.dy)
	var edge [rays]point
	missing := 0
	for i := range edge {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
		r, ok := p.ray(s.at, point{cos, sin}, limit, reach)
		if !ok {
			if missing++; missing > rays/4 {
				return nil, false
			}
			r = math.NaN()
		}
		edge[i] = point{cos, sin}.times(r)
	}
	mend(&edge)
	f, ok := shape(s, &edge)
	if !ok {
		return nil, false
	}
	_, likeness := p.ring9(f)
	return f, likeness >= leastLikeness
}

// mend fills rays that met nothing from their neighbours.
func mend(edge *[rays]point) {
	for i := range edge {
		if !math.IsNaN(edge[i].x) {
			continue
		}
		for d := 1; d < rays; d++ {
			if a := edge[(i+d)%rays]; !math.IsNaN(a.x) {
				sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
				edge[i] = point{cos, sin}.times(a.length())
				break
			}
		}
	}
}

// ringLimit is the brightness half way between the dark parts of a finder pattern and the light around it.
func (p *plane) ringLimit(s spot) (float64, bool) {
	dark := p.bilinear(s.at)
	light, n := 0.0, 0.0
	for _, d := range [4]point{{s.dx * 4.3 / 7, 0}, {-s.dx * 4.3 / 7, 0}, {0, s.dy * 4.3 / 7}, {0, -s.dy * 4.3 / 7}} {
		light += p.bilinear(s.at.plus(d))
		n++
	}
	for _, d := range [4]point{{s.dx * 2 / 7, 0}, {-s.dx * 2 / 7, 0}, {0, s.dy * 2 / 7}, {0, -s.dy * 2 / 7}} {
		light += p.bilinear(s.at.plus(d))
		n++
	}
	light /= n
	return (dark + light) / 2, light > dark+4
}

// ray finds where the third change of colour lies.
func (p *plane) ray(from, way point, limit, reach float64) (float64, bool) {
	const step = 0.5
	changes, before := 0, p.bilinear(from)
	for r := step; r < reach; r += step {
		now := p.bilinear(from.plus(way.times(r)))
		if (before < limit) != (now < limit) {
			if changes++; changes == 3 {
				return r - step*(now-limit)/(now-before), true
			}
		}
		before = now
	}
	return 0, false
}

// shape fits a parallelogram to an outline around the origin.
func shape(s spot, edge *[rays]point) (*finder, bool) {
	var area, mx, my, xx, xy, yy float64
	for i, a := range edge {
		b := edge[(i+1)%rays]
		c := a.cross(b)
		area += c / 2
		mx += c * (a.x + b.x) / 6
		my += c * (a.y + b.y) / 6
		xx += c * (a.x*a.x + a.x*b.x + b.x*b.x) / 12
		yy += c * (a.y*a.y + a.y*b.y + b.y*b.y) / 12
		xy += c * (a.x*b.y + 2*a.x*a.y + 2*b.x*b.y + b.x*a.y) / 24
	}
	if area < 20 {
		return nil, false
	}
	mx, my = mx/area, my/area
	xx, yy, xy = 12*(xx/area-mx*mx), 12*(yy/area-my*my), 12*(xy/area-mx*my)
	det := xx*yy - xy*xy
	if det <= 0 {
		return nil, false
	}
	// Square root of the symmetric matrix.
	root := math.Sqrt(det)
	t := math.Sqrt(xx + yy + 2*root)
	a, b, d := (xx+root)/t, xy/t, (yy+root)/t
	inv := 1 / (a*d - b*b)
	var re, im, turn0 float64
	for i := range rays + 1 {
		p := edge[i%rays].minus(point{mx, my})
		q := point{inv * (d*p.x - b*p.y), inv * (a*p.y - b*p.x)}
		turn := math.Atan2(q.y, q.x)
		if i > 0 {
			w := math.Mod(turn-turn0+3*math.Pi, 2*math.Pi) - math.Pi
			r := q.length()
			sin, cos := math.Sincos(4 * turn)
			re += w * r * cos
			im += w * r * sin
		}
		turn0 = turn
	}
	sin, cos := math.Sincos(math.Atan2(-im, -re) / 4)
	f := &finder{at: s.at.plus(point{mx, my}), near: s.count}
	f.u = point{a*cos + b*sin, b*cos + d*sin}.times(1.0 / 7)
	f.v = point{-a*sin + b*cos, -b*sin + d*cos}.times(1.0 / 7)
	f.size = 7 * math.Sqrt(math.Abs(f.u.cross(f.v)))
	long, short := math.Max(f.u.length(), f.v.length()), math.Min(f.u.length(), f.v.length())
	return f, long < 3*short
}

// local gives a direction in modules of the finder pattern.
func (f *finder) local(way point) point {
	d := f.u.cross(f.v)
	return point{way.cross(f.v) / d, f.u.cross(way) / d}
}

// offAxis is the angle, in the finder pattern's own frame, between a direction and the nearest axis.
func (f *finder) offAxis(way point) float64 {
	l := f.local(way)
	x, y := math.Abs(l.x), math.Abs(l.y)
	return math.Atan2(min(x, y), max(x, y))
}

// axis tells which axis is nearest to a direction.
func (f *finder) axis(way point) bool {
	l := f.local(way)
	return math.Abs(l.x) > math.Abs(l.y)
}

// turnedTo gives the frame with its axes named: right is the direction of the rows.
func (f *finder) turnedTo(right, down point) *finder {
	g := *f
	if !f.axis(right) {
		g.u, g.v = g.v, g.u
	}
	if g.u.dot(right) < 0 {
		g.u = g.u.times(-1)
	}
	if g.v.dot(down) < 0 {
		g.v = g.v.times(-1)
	}
	return &g
}

// place gives a place in the frame, in modules from the centre of the finder pattern.
func (f *finder) place(x, y float64) point {
	return f.at.plus(f.u.times(x)).plus(f.v.times(y))
}

// sharpen moves the frame so that the pattern and the light ring around it fit the picture best.
func (p *plane) sharpen(f *finder) *finder {
	best := *f
	score := p.ringScore(&best)
	for _, step := range [3]float64{0.3, 0.12, 0.05} {
		for range 4 {
			moved := false
			for k := range 12 {
				try := best
				d := step * float64(1-2*(k&1))
				switch k / 2 {
				case 0:
					try.at = best.place(d, 0)
				case 1:
					try.at = best.place(0, d)
				case 2:
					try.u = best.u.times(1 + d/4)
				case 3:
					try.v = best.v.times(1 + d/4)
				case 4:
					try.u = best.u.plus(best.v.times(d / 4))
				case 5:
					try.v = best.v.plus(best.u.times(d / 4))
				}
				if s := p.ringScore(&try); s > score {
					best, score, moved = try, s, true
				}
			}
			if !moved {
				break
			}
		}
	}
	best.size = 7 * math.Sqrt(math.Abs(best.u.cross(best.v)))
	return &best
}

// ringScore is light minus dark where a finder pattern has them, sampled four times a module.
func (p *plane) ringScore(f *finder) float64 {
	score, _ := p.ring9(f)
	return score
}

// leastLikeness is the correlation below which a place is no finder pattern; a blur of half a module leaves 0.8.
const leastLikeness = 0.55

// ring9 gives ringScore and the correlation with a finder pattern in its light ring, -1 to 1.
func (p *plane) ring9(f *finder) (score, likeness float64) {
	var sum, n [2]float64
	square := 0.0
	for y := -4.25; y < 4.5; y += 0.5 {
		for x := -4.25; x < 4.5; x += 0.5 {
			ring := math.Round(math.Max(math.Abs(x), math.Abs(y)))
			k := 0
			if ring == 4 || ring == 2 {
				k = 1
			}
			v := p.bilinear(f.place(x, y))
			sum[k] += v
			square += v * v
			n[k]++
		}
	}
	all := n[0] + n[1]
	mean := (sum[0] + sum[1]) / all
	spread := math.Sqrt(math.Max(square/all-mean*mean, 1))
	score = sum[1]/n[1] - sum[0]/n[0]
	return score, score * math.Sqrt(n[0]*n[1]) / all / spread
}
