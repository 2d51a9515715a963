package qrread

import (
	"math"

	"github.com/makiuchi-d/gozxing"
)

// grid is the brightness of each module.
type grid struct {
	v   []float64
	dim int
}

// sample takes each module's brightness near its middle.
func (p *plane) sample(m *mesh) *grid {
	g := &grid{make([]float64, m.dim*m.dim), m.dim}
	for y := range m.dim {
		for x := range m.dim {
			c := m.at(point{float64(x) + 0.5, float64(y) + 0.5})
			ux := m.at(point{float64(x) + 0.7, float64(y) + 0.5}).minus(c)
			uy := m.at(point{float64(x) + 0.5, float64(y) + 0.7}).minus(c)
			s := 2 * p.bilinear(c)
			s += p.bilinear(c.plus(ux)) + p.bilinear(c.minus(ux)) + p.bilinear(c.plus(uy)) + p.bilinear(c.minus(uy))
			g.v[y*m.dim+x] = s / 6
		}
	}
	return g
}

// crisp undoes some of the blur: each module against the mean of its four neighbours.
func (g *grid) crisp(k float64) *grid {
	out := &grid{make([]float64, len(g.v)), g.dim}
	at := func(x, y int) float64 {
		return g.v[min(max(y, 0), g.dim-1)*g.dim+min(max(x, 0), g.dim-1)]
	}
	for y := range g.dim {
		for x := range g.dim {
			v := at(x, y)
			out.v[y*g.dim+x] = v + k*(v-(at(x-1, y)+at(x+1, y)+at(x, y-1)+at(x, y+1))/4)
		}
	}
	return out
}

const (
	limitStep   = 4
	limitRadius = 5
)

// limits gives, at every fourth module, the brightness between the dark and the light modules around.
func (g *grid) limits() [][]float64 {
	n := (g.dim+limitStep-1)/limitStep + 1
	out := matrix(n, n)
	for j := range n {
		for i := range n {
			x0, x1 := max(i*limitStep-limitRadius, 0), min(i*limitStep+limitRadius, g.dim-1)
			y0, y1 := max(j*limitStep-limitRadius, 0), min(j*limitStep+limitRadius, g.dim-1)
			mean, count := 0.0, 0.0
			for y := y0; y <= y1; y++ {
				for _, v := range g.v[y*g.dim+x0 : y*g.dim+x1+1] {
					mean += v
					count++
				}
			}
			mean /= count
			for range 2 { // the middle between the two groups, once more by that middle
				var sum, n [2]float64
				for y := y0; y <= y1; y++ {
					for _, v := range g.v[y*g.dim+x0 : y*g.dim+x1+1] {
						k := 0
						if v > mean {
							k = 1
						}
						sum[k] += v
						n[k]++
					}
				}
				if n[0] > 0 && n[1] > 0 {
					mean = (sum[0]/n[0] + sum[1]/n[1]) / 2
				}
			}
			out[j][i] = mean
		}
	}
	return out
}

// bits divides the modules into dark and light.
func (g *grid) bits() (*gozxing.BitMatrix, error) {
	b, err := gozxing.NewSquareBitMatrix(g.dim)
	if err != nil {
		return nil, err
	}
	l := g.limits()
	for y := range g.dim {
		j, fy := y/limitStep, float64(y%limitStep)/limitStep
		for x := range g.dim {
			i, fx := x/limitStep, float64(x%limitStep)/limitStep
			limit := (l[j][i]*(1-fx)+l[j][i+1]*fx)*(1-fy) + (l[j+1][i]*(1-fx)+l[j+1][i+1]*fx)*fy
			if g.v[y*g.dim+x] < limit {
				b.Set(x, y)
			}
		}
	}
	return b, nil
}

// wrong is the share of modules of the finder and timing patterns that have the wrong colour.
func wrong(b *gozxing.BitMatrix) float64 {
	dim := b.GetWidth()
	bad, n := 0, 0
	see := func(x, y int, dark bool) {
		if n++; b.Get(x, y) != dark {
			bad++
		}
	}
	for i := 8; i < dim-8; i++ {
		see(i, 6, i%2 == 0)
		see(6, i, i%2 == 0)
	}
	for _, o := range [3][2]int{{0, 0}, {dim - 7, 0}, {0, dim - 7}} {
		for y := range 7 {
			for x := range 7 {
				ring := math.Max(math.Abs(float64(x-3)), math.Abs(float64(y-3)))
				see(o[0]+x, o[1]+y, ring != 2)
			}
		}
	}
	return float64(bad) / float64(n)
}
