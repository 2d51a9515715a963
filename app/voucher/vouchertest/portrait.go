package vouchertest

import (
	"image"
	"math"
)

// Portrait is a grey picture of nobody, 48 × 60: a drawn face with soft light, hair, clothes and grain, as hard to code as a
// photograph.
func Portrait() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 48, 60))
	seed := uint32(1)
	for y := range 60 {
		for x := range 48 {
			fx, fy := float64(x), float64(y)
			v := 215 - 0.4*fy
			if d := math.Hypot((fx-24)/22, (fy-66)/20); d < 1 { // clothes
				v = 70 + 25*math.Sin(fx/2.5) + 0.5*fy
			}
			if d := math.Hypot((fx-24)/15, (fy-25)/20); d < 1.08 { // hair
				v = 45 + 14*math.Sin(fx*1.7+fy*0.6)
			}
			if d := math.Hypot((fx-24)/12, (fy-30)/16); d < 1 { // face, lit from the left
				v = 200 - 1.9*math.Abs(fx-18) - 25*d*d
			}
			for _, eye := range []float64{18.5, 29.5} {
				if d := math.Hypot((fx-eye)/3, (fy-26)/1.6); d < 1 {
					v = 60 + 60*d
				}
				if d := math.Hypot((fx-eye)/4, (fy-22)/1); d < 1 {
					v = 80
				}
			}
			if d := math.Hypot((fx-24)/5, (fy-39.5)/1.5); d < 1 {
				v = 110
			}
			if math.Abs(fx-25.5) < 1 && fy > 26 && fy < 34 {
				v -= 30
			}
			seed = seed*1664525 + 1013904223
			v += float64(seed>>24)/24 - 5
			img.Pix[y*img.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	return img
}
