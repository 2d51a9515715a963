package qrread

import (
	"cmp"
	"math"
	"slices"
)

// Bounds of the search for finder patterns: what a picture full of them may cost.
const (
	maxSpots   = 400 // remembered
	maxFinders = 24  // looked at
)

// spot is a place that looks like a finder pattern along rows and columns.
type spot struct {
	at     point
	dx, dy float64 // its width and height in pixels, along the row and column through its centre
	count  int     // rows that agree
}

// runs is the picture of one colour a pixel: 1 is dark.
type bitmap struct {
	bits []byte
	w, h int
	hits int // rows that look like a finder pattern
}

// cross tells whether five runs are dark, light, dark, light, dark as 1:1:3:1:1 (ISO/IEC 18004:2015 §6.3.3).
func cross(r [5]int) bool {
	total := 0
	for _, n := range r {
		if n == 0 {
			return false
		}
		total += n
	}
	if total < 7 {
		return false
	}
	module := float64(total) / 7
	slack := math.Max(module*0.55, 0.6)
	near := func(n int, want float64) bool { return math.Abs(float64(n)-want*module) < want*slack }
	return near(r[0], 1) && near(r[1], 1) && near(r[2], 3) && near(r[3], 1) && near(r[4], 1)
}

// spots looks through every step-th row.
func (b *bitmap) spots(step int) []spot {
	var found []spot
	for y := step / 2; y < b.h; y += step {
		row := b.bits[y*b.w:][:b.w]
		var r [5]int
		var color byte = 1 // a light run before the first dark one counts nothing
		n, ends := 0, 0
		for x := 0; x <= b.w; x++ {
			if x < b.w && row[x] == color {
				n++
				continue
			}
			r = [5]int{r[1], r[2], r[3], r[4], n}
			if ends++; color == 1 && ends >= 5 && cross(r) {
				b.hits++
				found = b.confirm(found, x, y, r)
				if len(found) >= maxSpots {
					return found
				}
			}
			color, n = 1-color, 1
		}
	}
	return found
}

// confirm checks a hit that ends before x across the row and notes it.
func (b *bitmap) confirm(found []spot, x, y int, r [5]int) []spot {
	cx := float64(x-r[4]-r[3]) - float64(r[2])/2
	cy, tall := b.along(int(cx), y, 0, 1, 2*(r[0]+r[1]+r[2]+r[3]+r[4]))
	if tall == 0 {
		return found
	}
	cx, wide := b.along(int(cx), int(cy), 1, 0, 2*int(tall))
	if wide == 0 {
		return found
	}
	if _, slant := b.along(int(cx), int(cy), 1, 1, 2*int(tall)); slant == 0 {
		return found
	}
	at := point{cx - 0.5, cy - 0.5}
	for i := range found {
		s := &found[i]
		if math.Abs(s.at.x-at.x) < s.dx/5 && math.Abs(s.at.y-at.y) < s.dy/5 && wide < 1.5*s.dx && s.dx < 1.5*wide {
			n := float64(s.count)
			s.at = s.at.times(n).plus(at).times(1 / (n + 1))
			s.dx, s.dy = (s.dx*n+wide)/(n+1), (s.dy*n+tall)/(n+1)
			s.count++
			return found
		}
	}
	return append(found, spot{at, wide, tall, 1})
}

// along counts five runs through a dark place in one direction and gives their middle and their length, 0 if they are
// not those of a finder pattern.
func (b *bitmap) along(x, y, dx, dy, most int) (middle, length float64) {
	inside := func(i int) bool { px, py := x+i*dx, y+i*dy; return px >= 0 && py >= 0 && px < b.w && py < b.h }
	dark := func(i int) bool { return b.bits[(y+i*dy)*b.w+x+i*dx] == 1 }
	if !inside(0) || !dark(0) {
		return 0, 0
	}
	var r [5]int
	ends := [2]int{}
	for side, sign := range [2]int{-1, 1} {
		i := sign
		for k := range 3 {
			want := k != 1
			for ; inside(i) && dark(i) == want; i += sign {
				r[2+sign*k]++
				if r[2+sign*k] > most {
					return 0, 0
				}
			}
		}
		ends[side] = i
	}
	r[2]++
	if !cross(r) && (dx == 0 || dy == 0 || !slanted(r)) {
		return 0, 0
	}
	length = float64(ends[1] - ends[0] - 1)
	from := float64(ends[0]+1+r[0]+r[1]) + float64(r[2])/2
	if dx == 1 {
		return float64(x) + from, length
	}
	return float64(y) + from, length
}

// slanted is cross with more slack.
func slanted(r [5]int) bool {
	total := r[0] + r[1] + r[2] + r[3] + r[4]
	module := float64(total) / 7
	for i, n := range r {
		want := 1.0
		if i == 2 {
			want = 3
		}
		if n == 0 || math.Abs(float64(n)-want*module) > want*module*0.75+0.6 {
			return false
		}
	}
	return true
}

// triple is three finder patterns that may belong to one code.
type triple struct {
	tl, tr, bl *finder
	score      float64 // smaller is better
}

// triples gives the likeliest triples first.
func triples(f []*finder, most int) []triple {
	var all []triple
	for i, tl := range f {
		for j, a := range f {
			for k := j + 1; k < len(f); k++ {
				if i == j || i == k {
					continue
				}
				if score, ok := fits(tl, a, f[k]); ok {
					t := triple{tl, a, f[k], score}
					if a.at.minus(tl.at).cross(f[k].at.minus(tl.at)) < 0 {
						t.tr, t.bl = t.bl, t.tr
					}
					all = append(all, t)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b triple) int { return cmp.Compare(a.score, b.score) })
	return all[:min(len(all), most)]
}

// fits tells how well two finder patterns lie on the two axes of a third.
func fits(tl, a, b *finder) (score float64, ok bool) {
	small, big := min(tl.size, a.size, b.size), max(tl.size, a.size, b.size)
	if big > 2.2*small {
		return 0, false
	}
	ab, ac := a.at.minus(tl.at), b.at.minus(tl.at)
	la, lb := ab.length(), ac.length()
	sides := math.Abs(math.Log(la / lb))
	if la < 1.6*big || lb < 1.6*big || sides > 0.9 || math.Abs(ab.dot(ac)) > 0.75*la*lb {
		return 0, false
	}
	score = sides + math.Log(big/small)
	for _, pair := range [2]struct {
		f   *finder
		way point
	}{{a, ab}, {b, ac}} {
		for _, f := range [2]*finder{tl, pair.f} {
			off := f.offAxis(pair.way)
			if off > 0.35 {
				return 0, false
			}
			score += 3 * off
		}
	}
	// Both arms along one axis of the corner is no corner.
	if tl.axis(ab) == tl.axis(ac) {
		return 0, false
	}
	return score + 0.02*la/tl.size, true
}
