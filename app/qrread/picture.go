package qrread

import (
	"bytes"
	"context"
	"image"
	"image/color"
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
	w := NewFileWork(len(data))
	img, err := w.Open(data)
	if err != nil {
		return nil, err
	}
	codes, err := w.Read(ctx, img)
	if err != nil {
		return nil, err
	}
	return messages(codes)
}

// Open reads a picture after its size was found harmless, smaller where it has more pixels than are searched. Only the two
// formats are tried, by their first bytes; what the process may have registered with package image plays no part.
func Open(data []byte) (image.Image, error) { return NewWork().Open(data) }

// Open is the function Open for what is left of some work.
func (w *Work) Open(data []byte) (image.Image, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, ErrTooLarge
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return w.openPNG(data)
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return w.openJPEG(data)
	}
	return nil, ErrFormat
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
	read int // places between pixels that were asked for
}

// grey takes the brightness of a picture, transparency on white, and how many times smaller the plane is.
func grey(img image.Image) (*plane, float64) {
	b := img.Bounds()
	small, err := Rows(b.Dx(), b.Dy(), func(y int, row []byte) error {
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
		return nil
	})
	if err != nil { // Read has looked at the size
		return &plane{}, 1
	}
	return &plane{pix: small.Pix, w: small.Rect.Dx(), h: small.Rect.Dy()}, float64(b.Dx()) / float64(small.Rect.Dx())
}

// half makes a picture of half the size by the mean of four pixels.
func (p *plane) half() *plane {
	out := &plane{pix: make([]byte, (p.w/2)*(p.h/2)), w: p.w / 2, h: p.h / 2}
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
