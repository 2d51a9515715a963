package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Size of the portrait: 35 × 45 mm at 300 dpi, ICAO Doc 9303-9 §3.
const (
	width  = 413
	height = 531
)

// face is what tells one drawn person from another. Colours are 0xRRGGBB.
type face struct {
	hair, skin, cloth uint32
	glasses, bun      bool
}

type rgb struct{ r, g, b float64 }

func colour(c uint32) rgb {
	return rgb{float64(c >> 16 & 255), float64(c >> 8 & 255), float64(c & 255)}
}

func (c rgb) times(f float64) rgb { return rgb{c.r * f, c.g * f, c.b * f} }

// in is below 1 inside an ellipse around x, y.
func in(px, py, x, y, rx, ry float64) float64 {
	dx, dy := (px-x)/rx, (py-y)/ry
	return dx*dx + dy*dy
}

// at is the colour of the drawing at a point: a stylised elder, front view, no real person.
func (f face) at(x, y float64) rgb {
	c := rgb{214, 222, 230}.times(1.06 - 0.14*y/height)
	cx := 206.0
	hair, skin := colour(f.hair), colour(f.skin)
	if f.bun && in(x, y, cx, 62, 52, 44) < 1 {
		c = hair.times(0.86)
	}
	if in(x, y, cx, 205, 142, 168) < 1 { // hair
		c = hair.times(0.9 + 0.1*math.Sin(x/5+math.Sin(y/23)*2))
	}
	if in(x, y, cx, 560, 205, 165) < 1 { // shoulders
		c = colour(f.cloth).times(0.95 + 0.08*math.Sin((x+y)/7))
	}
	if math.Abs(x-cx) < 52 && y > 330 && y < 425 { // neck
		c = skin.times(0.86)
	}
	if in(x, y, cx, 402, 58, 34) < 1 {
		c = skin.times(0.86)
	}
	for _, ear := range []float64{-118, 118} {
		if in(x, y, cx+ear, 245, 20, 34) < 1 {
			c = skin.times(0.9)
		}
	}
	d := in(x, y, cx, 238, 116, 150)
	if d >= 1 || (y < 140+18*math.Cos((x-cx)/40) && d > 0.3) {
		return c
	}
	return f.features(x, y, cx, skin.times(1.06-0.16*d))
}

// features draws eyes, brows, nose, mouth, wrinkles and glasses over the skin.
func (f face) features(x, y, cx float64, c rgb) rgb {
	dx := math.Abs(x - cx)
	for _, w := range []float64{168, 182, 196} { // forehead
		if dx < 62 && math.Abs(y-w-3*math.Cos(x/26)) < 1.1 {
			c = c.times(0.9)
		}
	}
	if math.Abs(in(dx, y, 96, 262, 26, 20)-1) < 0.12 && dx < 92 { // crow's feet
		c = c.times(0.92)
	}
	if math.Abs(in(dx, y, 8, 318, 48, 46)-1) < 0.05 && dx > 40 { // beside the mouth
		c = c.times(0.85)
	}
	if in(dx, y, 48, 214, 30, 7) < 1 { // brows
		c = colour(f.hair).times(0.75)
	}
	if in(dx, y, 48, 240, 24, 11) < 1 { // eyes
		c = rgb{246, 245, 242}
		if in(dx, y, 48, 240, 10.5, 10.5) < 1 {
			c = rgb{74, 52, 38}
		}
		if in(dx, y, 48, 240, 5, 5) < 1 {
			c = rgb{20, 16, 14}
		}
	}
	if in(x, y, cx, 292, 21, 12) < 1 && y > 290 || dx < 6 && y > 232 && y < 290 { // nose
		c = c.times(0.93)
	}
	if v := in(x, y, cx, 332, 42, 13); v < 1 { // mouth
		c = rgb{178, 98, 92}
		if math.Abs(y-329-4*math.Cos((x-cx)/22)) < 1.4 {
			c = c.times(0.6)
		}
	}
	rim := math.Abs(in(dx, y, 49, 242, 38, 32) - 1)
	if f.glasses && (rim < 0.09 || dx < 13 && math.Abs(y-236) < 2.4 || dx > 86 && math.Abs(y-234) < 2.4) {
		c = rgb{52, 54, 62}
	}
	return c
}

// drawFace samples the drawing four times a pixel and puts the word SPECIMEN across it.
func drawFace(f face) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	grain := uint32(1)
	for y := range height {
		for x := range width {
			var s rgb
			for i := range 4 {
				c := f.at(float64(x)+0.25+0.5*float64(i&1), float64(y)+0.25+0.5*float64(i>>1))
				s = rgb{s.r + c.r/4, s.g + c.g/4, s.b + c.b/4}
			}
			grain = grain*1664525 + 1013904223 // film grain, the same each time
			n := float64(grain>>24)/32 - 4
			img.SetRGBA(x, y, color.RGBA{clamp(s.r + n), clamp(s.g + n), clamp(s.b + n), 255})
		}
	}
	stamp(img, "SPECIMEN", 6, 38, 448)
	return img
}

func clamp(v float64) uint8 { return uint8(math.Max(0, math.Min(255, math.Round(v)))) }

// stamp writes text in big pixels, dark on a light rim.
func stamp(img *image.RGBA, text string, scale, left, top int) {
	mask := image.NewAlpha(image.Rect(0, 0, 7*len(text), 13))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	d.DrawString(text)
	for _, pass := range []struct {
		grow int
		c    color.RGBA
	}{{2, color.RGBA{255, 255, 255, 255}}, {0, color.RGBA{178, 24, 32, 255}}} {
		for y := range mask.Rect.Dy() {
			for x := range mask.Rect.Dx() {
				if mask.AlphaAt(x, y).A > 127 {
					fill(img, image.Rect(left+x*scale, top+y*scale, left+(x+1)*scale, top+(y+1)*scale).Inset(-pass.grow), pass.c)
				}
			}
		}
	}
}

func fill(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetRGBA(x, y, c)
		}
	}
}

// portraitJPEG encodes the portrait in exactly size bytes: the best quality that fits, the rest a comment segment
// (ITU-T T.81 §B.2.4.5) that says SPECIMEN.
func portraitJPEG(p person, size int) ([]byte, error) {
	img := drawFace(p.face)
	var best []byte
	for low, high := 20, 95; low <= high; { // size grows with quality
		quality := (low + high) / 2
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if buf.Len()+4 <= size {
			best, low = buf.Bytes(), quality+1
		} else {
			high = quality - 1
		}
	}
	if best == nil {
		return nil, errors.New("the portrait does not fit")
	}
	gap := size - len(best)
	comment := bytes.Repeat([]byte("SPECIMEN "), gap/9+1)[:gap-4]
	b := append([]byte{0xFF, 0xD8, 0xFF, 0xFE, byte((gap - 2) >> 8), byte(gap - 2)}, comment...)
	return append(b, best[2:]...), nil
}
