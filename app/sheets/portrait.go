package sheets

import (
	"image"

	"bangban/print"
)

// Measures of the printed portrait in mm, a little smaller than a passport picture.
const (
	portraitWidth  = 26.0
	portraitHeight = 32.5
	portraitGap    = 3.0
)

// portrait draws the portrait of claim 62 at the right end of c, where identity documents have it. What stands beside it is
// narrower, down to where it ends.
func (p *page) portrait(c *print.Column, v *VoucherData) {
	if v.Portrait == nil {
		return
	}
	top, left := c.Y+0.5, c.X+c.W-portraitWidth
	soft := enlarge(v.Portrait, 4)
	p.sheet.Picture(print.Rect{X: left, Y: top, W: portraitWidth, H: portraitHeight}, soft)
	clear(soft.Pix)
	p.sheet.Frame(print.Rect{X: left - 0.3, Y: top - 0.3, W: portraitWidth + 0.6, H: portraitHeight + 0.6}, 0.3, print.Ink{})
	p.face = top + portraitHeight + 0.5
}

// room is how wide the row of a table may be that begins at y.
func (p *page) room(c *print.Column) float64 {
	if c.Y < p.face {
		return c.W - portraitWidth - portraitGap
	}
	return c.W
}

// enlarge makes a picture n times as large, each dot between its neighbours: a face of few dots is known at once when it
// is soft, and not when it is made of squares.
func enlarge(img image.Image, n int) *image.Gray {
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, n*b.Dx(), n*b.Dy()))
	at := func(x, y int) int {
		x, y = min(max(x, 0), b.Dx()-1), min(max(y, 0), b.Dy()-1)
		r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
		return int((299*r + 587*g + 114*bl) / 1000 >> 8)
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			// In parts of 2n, from the middle of one dot to the next.
			px, py := 2*x+1-n, 2*y+1-n
			x0, y0 := floorDiv(px, 2*n), floorDiv(py, 2*n)
			fx, fy := px-2*n*x0, py-2*n*y0
			top := at(x0, y0)*(2*n-fx) + at(x0+1, y0)*fx
			bottom := at(x0, y0+1)*(2*n-fx) + at(x0+1, y0+1)*fx
			out.Pix[y*out.Stride+x] = uint8((top*(2*n-fy) + bottom*fy) / (4 * n * n))
		}
	}
	return out
}

func floorDiv(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}
