package qrread

import (
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// mesh is where the modules of one code lie in the picture.
type mesh struct {
	dim   int
	view  *homography
	knots []knot
	bend  [][]point // what the view leaves over, at every fourth module
	found int       // alignment patterns found
	of    int       // and how many there are
	spent int       // on fitting, by the prices of Work
}

const meshStep = 4

func (m *mesh) at(p point) point {
	q := m.view.at(p)
	if m.bend == nil {
		return q
	}
	last := len(m.bend) - 1
	gx, gy := min(max(p.x/meshStep, 0), float64(last)-1e-6), min(max(p.y/meshStep, 0), float64(last)-1e-6)
	i, j := int(gx), int(gy)
	fx, fy := gx-float64(i), gy-float64(j)
	top := m.bend[j][i].times(1 - fx).plus(m.bend[j][i+1].times(fx))
	low := m.bend[j+1][i].times(1 - fx).plus(m.bend[j+1][i+1].times(fx))
	return q.plus(top.times(1 - fy)).plus(low.times(fy))
}

// settle fits view and bend to the knots.
func (m *mesh) settle(stiffness float64) bool {
	view, ok := fitHomography(m.knots, m.dim)
	if !ok {
		return false
	}
	m.view, m.bend = view, nil
	n := (m.dim+meshStep-1)/meshStep + 1
	m.spent += fitCost(len(m.knots), n*n)
	s, ok := fitSpline(m.knots, view, stiffness)
	if !ok {
		return true // knots that lie on one line; the view stands
	}
	m.bend = make([][]point, n)
	for j := range m.bend {
		m.bend[j] = make([]point, n)
		for i := range m.bend[j] {
			m.bend[j][i] = s.bend(point{float64(i * meshStep), float64(j * meshStep)})
		}
	}
	return true
}

// corners gives the knots of three finder patterns: the middle and the four corners of each.
func corners(t triple, dim int) []knot {
	d := float64(dim)
	var ks []knot
	for _, f := range [3]struct {
		f    *finder
		x, y float64
	}{{t.tl, 3.5, 3.5}, {t.tr, d - 3.5, 3.5}, {t.bl, 3.5, d - 3.5}} {
		ks = append(ks, knot{point{f.x, f.y}, f.f.at, 2})
		for _, c := range [4]point{{-3.5, -3.5}, {3.5, -3.5}, {-3.5, 3.5}, {3.5, 3.5}} {
			ks = append(ks, knot{point{f.x + c.x, f.y + c.y}, f.f.place(c.x, c.y), 1})
		}
	}
	return ks
}

// dims gives the likeliest sizes of the code, in modules a side: first what its version blocks say, then what the
// distances and the timing patterns agree with.
func (p *plane) dims(t triple) []int {
	var out []int
	add := func(dim int) {
		if dim >= 21 && dim <= 177 && !slices.Contains(out, dim) {
			out = append(out, dim)
		}
	}
	guess := p.guess(t)
	for _, v := range p.versions(t) {
		if d := 17 + 4*v; math.Abs(float64(d)-guess) < 0.35*guess {
			add(d)
		}
	}
	near := 17 + 4*int(math.Round((guess-17)/4))
	type rated struct {
		dim   int
		score float64
	}
	var all []rated
	span := max(1, near/30)
	for k := -span; k <= span; k++ {
		dim := near + 4*k
		if dim < 21 || dim > 177 {
			continue
		}
		if view, ok := fitHomography(corners(t, dim), dim); ok {
			all = append(all, rated{dim, p.timing(&mesh{dim: dim, view: view})})
		}
	}
	slices.SortStableFunc(all, func(a, b rated) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	for _, r := range all[:min(len(all), 2)] {
		add(r.dim)
	}
	return out
}

// guess is the size of the code by the distances between finder patterns.
func (p *plane) guess(t triple) float64 {
	across := t.tr.at.minus(t.tl.at)
	down := t.bl.at.minus(t.tl.at)
	n := t.tl.local(across).length() + t.tr.local(across).length() + t.tl.local(down).length() + t.bl.local(down).length()
	return n/4 + 7
}

// timing is how well the two lines of alternating modules between the finder patterns are met.
func (p *plane) timing(m *mesh) float64 {
	score := 0.0
	for i := 8; i < m.dim-8; i++ {
		sign := 1.0
		if i%2 == 0 {
			sign = -1
		}
		a, b := float64(i)+0.5, 6.5
		score += sign * (p.bilinear(m.at(point{a, b})) + p.bilinear(m.at(point{b, a})))
	}
	return score / float64(m.dim-15)
}

// versions reads the two version blocks (§7.10) by the frames of the finder patterns next to them.
func (p *plane) versions(t triple) []int {
	var out []int
	for _, f := range [2]*finder{t.tr, t.bl} {
		limit := (p.bilinear(f.at) + p.bilinear(f.place(-2, 0)) + p.bilinear(f.place(0, 2)) + p.bilinear(f.at)) / 4
		bits := 0
		for i := 5; i >= 0; i-- {
			for j := 2; j >= 0; j-- {
				at := f.place(float64(j)-7, float64(i)-3)
				if f == t.bl {
					at = f.place(float64(i)-3, float64(j)-7)
				}
				bits <<= 1
				if p.bilinear(at) < limit {
					bits |= 1
				}
			}
		}
		best, version := 4, 0
		for i, want := range decoder.VERSION_DECODE_INFO {
			if d := ones(uint(bits ^ want)); d < best {
				best, version = d, i+7
			}
		}
		if version != 0 && !slices.Contains(out, version) {
			out = append(out, version)
		}
	}
	return out
}

func ones(v uint) (n int) {
	for ; v != 0; v &= v - 1 {
		n++
	}
	return n
}

// lay lays a mesh over a code: a view through the finder patterns, then the alignment patterns outward from them, each
// looked for where the ones found so far say it is.
func (p *plane) lay(t triple, dim int) (*mesh, bool) {
	m := &mesh{dim: dim, knots: corners(t, dim)}
	defer func() { p.read += m.spent / priceSample }()
	version, err := decoder.Version_GetVersionForNumber((dim - 17) / 4)
	if err != nil || !m.settle(0.02) {
		return nil, false
	}
	m.bend = nil
	centers := version.GetAlignmentPatternCenters()
	var todo []point
	last := len(centers) - 1
	for j, y := range centers {
		for i, x := range centers {
			if i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0 {
				continue
			}
			todo = append(todo, point{float64(x) + 0.5, float64(y) + 0.5})
		}
	}
	m.of = len(todo)
	m.walk(p, todo)
	if len(todo) > 3 {
		m.weed()
	}
	return m, m.settle(0.003)
}

// walk finds the alignment patterns, the one nearest to what is known first.
func (m *mesh) walk(p *plane, todo []point) {
	for len(todo) > 0 {
		best, least := 0, math.Inf(1)
		for i, q := range todo {
			near := math.Inf(1)
			for _, k := range m.knots {
				near = min(near, k.module.distance(q))
			}
			if near < least {
				best, least = i, near
			}
		}
		q := todo[best]
		todo = slices.Delete(todo, best, best+1)
		at, ux, uy := m.predict(q)
		reach := 1.2 + 0.05*least
		if found, score := p.align(at, ux, uy, min(reach, 4)); score > 0.55 {
			m.found++
			m.knots = append(m.knots, knot{q, found, 1})
			if view, ok := fitHomography(m.knots, m.dim); ok {
				m.view = view
			}
		}
	}
}

// predict says where a place of the code should be: by the view, bent as the knots found so far say. ux and uy are one
// module to the right and down there.
func (m *mesh) predict(q point) (at, ux, uy point) {
	bent := m.view.at
	m.spent += fitCost(len(m.knots), 5)
	if s, ok := fitSpline(m.knots, m.view, 0.02); ok {
		bent = func(q point) point { return m.view.at(q).plus(s.bend(q)) }
	}
	ux = bent(q.plus(point{1, 0})).minus(bent(q.plus(point{-1, 0}))).times(0.5)
	uy = bent(q.plus(point{0, 1})).minus(bent(q.plus(point{0, -1}))).times(0.5)
	return bent(q), ux, uy
}

// align finds an alignment pattern near a place: the best normalised correlation with its 5×5 modules, coarse to fine.
func (p *plane) align(at, ux, uy point, reach float64) (point, float64) {
	best, score := at, -2.0
	try := func(q point, dx, dy float64) (point, float64) {
		c := q.plus(ux.times(dx)).plus(uy.times(dy))
		return c, p.ring5(c, ux, uy) - 0.02*math.Hypot(dx, dy)
	}
	for dy := -reach; dy <= reach; dy += 0.5 {
		for dx := -reach; dx <= reach; dx += 0.5 {
			if c, s := try(at, dx, dy); s > score {
				best, score = c, s
			}
		}
	}
	for _, step := range [3]float64{0.25, 0.12, 0.06} {
		from := best
		score = p.ring5(from, ux, uy)
		for dy := -step; dy <= step; dy += step {
			for dx := -step; dx <= step; dx += step {
				c := from.plus(ux.times(dx)).plus(uy.times(dy))
				if s := p.ring5(c, ux, uy); s > score {
					best, score = c, s
				}
			}
		}
	}
	return best, score
}

// ring5 is the correlation with an alignment pattern, -1 to 1.
func (p *plane) ring5(c, ux, uy point) float64 {
	var sum, sum2, dark float64
	for y := -2.0; y <= 2; y++ {
		row := c.plus(uy.times(y)).plus(ux.times(-2))
		for x := -2.0; x <= 2; x++ {
			v := p.bilinear(row)
			sum += v
			sum2 += v * v
			if max(math.Abs(x), math.Abs(y)) != 1 {
				dark += v
			}
			row = row.plus(ux)
		}
	}
	const n, nd, nl = 25.0, 17.0, 8.0
	spread := sum2/n - (sum/n)*(sum/n)
	if spread < 4 {
		return -1
	}
	return ((sum-dark)/nl - dark/nd) * math.Sqrt(nd*nl) / n / math.Sqrt(spread)
}

// weed drops alignment patterns that lie where their neighbours say they cannot.
func (m *mesh) weed() {
	const fixed = 15 // the knots of the finder patterns stay
	for range 4 {
		worst, far := -1, 0.75
		for i := fixed; i < len(m.knots); i++ {
			k := m.knots[i]
			m.knots[i].weight = 1e-4 // as if it were not there
			at, ux, _ := m.predict(k.module)
			if d := at.distance(k.pixel) / max(ux.length(), 0.5); d > far {
				worst, far = i, d
			}
			m.knots[i].weight = k.weight
		}
		if worst < 0 {
			return
		}
		m.knots = slices.Delete(m.knots, worst, worst+1)
		m.found--
	}
}
