package qrread

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
)

// Bounds of what is looked at: A4 at 600 dpi is 35 million pixels.
const (
	MaxBytes  = 32 << 20
	MaxPixels = 40 << 20
	maxSide   = 16384
)

// DecodeFile reads the codes in a PNG or JPEG file.
func DecodeFile(data []byte) ([]string, error) { return DecodeFileContext(context.Background(), data) }

// DecodeFileContext is DecodeFile within a context.
func DecodeFileContext(ctx context.Context, data []byte) ([]string, error) {
	img, err := Open(data)
	if err != nil {
		return nil, err
	}
	return DecodeContext(ctx, img)
}

// Open decodes a picture after its size was found harmless. Only the two formats are tried, by their first bytes; what
// the process may have registered with package image plays no part.
func Open(data []byte) (img image.Image, err error) {
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	var config func(io.Reader) (image.Config, error)
	var decode func(io.Reader) (image.Image, error)
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		config, decode = png.DecodeConfig, png.Decode
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	default:
		return nil, ErrFormat
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if err := bounded(c.Width, c.Height); err != nil {
		return nil, err
	}
	if img, err = decode(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	return img, nil
}

func bounded(w, h int) error {
	if w < 1 || h < 1 {
		return ErrFormat
	}
	if w > maxSide || h > maxSide || w*h > MaxPixels {
		return ErrTooLarge
	}
	return nil
}

// plane is a grey picture without gaps between its rows.
type plane struct {
	pix  []byte
	w, h int
}

// grey takes the brightness of a picture, transparency on white.
func grey(img image.Image) *plane {
	b := img.Bounds()
	p := &plane{make([]byte, b.Dx()*b.Dy()), b.Dx(), b.Dy()}
	for y := range p.h {
		row := p.pix[y*p.w:][:p.w]
		switch src := img.(type) {
		case *image.Gray:
			copy(row, src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):])
		case *image.YCbCr:
			copy(row, src.Y[src.YOffset(b.Min.X, b.Min.Y+y):])
		default:
			for x := range row {
				c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
				luma := (299*uint32(c.R) + 587*uint32(c.G) + 114*uint32(c.B)) / 1000
				row[x] = byte((luma*uint32(c.A)/0xffff + 0xffff - uint32(c.A)) >> 8)
			}
		}
	}
	return p
}

// half makes a picture of half the size by the mean of four pixels.
func (p *plane) half() *plane {
	out := &plane{make([]byte, (p.w/2)*(p.h/2)), p.w / 2, p.h / 2}
	for y := range out.h {
		a, b := p.pix[2*y*p.w:], p.pix[(2*y+1)*p.w:]
		for x := range out.w {
			out.pix[y*out.w+x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return out
}

// larger repeats each pixel n times in both directions, inside a white border: a screenshot may have one pixel a module
// and no quiet zone.
func (p *plane) larger(n int) *plane {
	border := 4 * n
	out := &plane{w: n*p.w + 2*border, h: n*p.h + 2*border}
	out.pix = bytes.Repeat([]byte{255}, out.w*out.h)
	for y := range n * p.h {
		row := out.pix[(y+border)*out.w+border:]
		for x := range n * p.w {
			row[x] = p.pix[y/n*p.w+x/n]
		}
	}
	return out
}
