package print

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
)

// maxPicture bounds the pixels of a picture: a portrait at 600 dpi is below two million.
const maxPicture = 4 << 20

// copyImage takes a copy on white, so that transparency has one meaning in both backends.
func copyImage(img image.Image) (own *image.RGBA, grey bool, err error) {
	if img == nil || img.Bounds().Empty() {
		return nil, false, fmt.Errorf("%w: empty picture", ErrLayout)
	}
	b := img.Bounds()
	if b.Dx() > maxPicture || b.Dy() > maxPicture || b.Dx()*b.Dy() > maxPicture {
		return nil, false, fmt.Errorf("%w: picture of %d × %d", ErrLayout, b.Dx(), b.Dy())
	}
	own = image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(own, own.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(own, own.Rect, img, b.Min, draw.Over)
	_, grey = img.(*image.Gray)
	return own, grey, nil
}

// jpeg gives the picture as the baseline JPEG of 8 bits that every PDF reader knows. What a card held is never embedded
// as it came: gofpdf panics on a malformed header.
func (p *picture) jpeg() ([]byte, error) {
	var out bytes.Buffer
	var src image.Image = p.img
	if p.grey {
		g := image.NewGray(p.img.Rect)
		draw.Draw(g, g.Rect, p.img, image.Point{}, draw.Src)
		defer clear(g.Pix)
		src = g
	}
	if err := jpeg.Encode(&out, src, &jpeg.Options{Quality: 90}); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrPDF, err)
	}
	return out.Bytes(), nil
}
