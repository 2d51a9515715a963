// Draw writes the face of nobody, made of ellipses and noise, as face.ppm, face.pgm and face.raw (planar 4:2:0) of
// WIDTH × HEIGHT:  go run draw.go WIDTH HEIGHT
package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
)

type colour [3]float64

func (c *colour) blend(by float64, with colour) {
	for i := range c {
		c[i] += by * (with[i] - c[i])
	}
}

// face gives the colour at x, y of the unit square.
func face(x, y float64) colour {
	c := colour{150 + 40*y + 8*math.Sin(9*x), 165 + 30*y + 6*math.Sin(7*y), 190 - 20*y}
	ellipse := func(cx, cy, rx, ry, edge float64) float64 {
		d := (x-cx)/rx*(x-cx)/rx + (y-cy)/ry*(y-cy)/ry
		return min(1, max(0, (1-d)/edge+0.5))
	}
	c.blend(ellipse(.5, 1.12, .46, .36, .1), colour{40, 50, 90})        // shoulders
	c.blend(ellipse(.5, .78, .13, .2, .15), colour{205, 160, 130})      // neck
	c.blend(ellipse(.5, .40, .30, .33, .08), colour{60, 45, 35})        // hair
	c.blend(ellipse(.5, .47, .245, .31, .1), colour{218, 175, 150})     // skin
	c.blend(.5*ellipse(.515, .53, .02, .06, .8), colour{180, 130, 105}) // nose
	c.blend(ellipse(.5, .63, .075, .02, .4), colour{165, 75, 75})       // mouth
	for _, e := range []float64{.41, .59} {
		c.blend(ellipse(e, .43, .05, .022, .3), colour{245, 245, 240})
		c.blend(ellipse(e, .43, .019, .021, .3), colour{50, 70, 60})
		c.blend(ellipse(e, .385, .06, .012, .4), colour{70, 50, 40})
	}
	return c
}

func level(v float64) byte { return byte(min(255, max(0, v+.5))) }

func main() {
	w, _ := strconv.Atoi(os.Args[1])
	h, _ := strconv.Atoi(os.Args[2])
	rgb, grey := fmt.Appendf(nil, "P6\n%d %d\n255\n", w, h), fmt.Appendf(nil, "P5\n%d %d\n255\n", w, h)
	var luma, cb, cr []byte
	seed := uint32(12345)
	noise := func() float64 {
		seed = seed*1664525 + 1013904223
		return float64(seed>>16)/65536*6 - 3
	}
	for j := range h {
		for i := range w {
			c := face(float64(i)/float64(w), float64(j)/float64(h))
			for k, n := 0, noise(); k < 3; k++ {
				c[k] += n
				rgb = append(rgb, level(c[k]))
			}
			y := .299*c[0] + .587*c[1] + .114*c[2]
			grey, luma = append(grey, level(y)), append(luma, level(y))
			if i%2 == 0 && j%2 == 0 {
				cb, cr = append(cb, level(128+.564*(c[2]-y))), append(cr, level(128+.713*(c[0]-y)))
			}
		}
	}
	for name, b := range map[string][]byte{"face.ppm": rgb, "face.pgm": grey, "face.raw": append(append(luma, cb...), cr...)} {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			panic(err)
		}
	}
}
