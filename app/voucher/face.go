package voucher

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vp8"
)

// Measures of the portrait in claim 62. A face of this size is clearly recognisable at 400 bytes, and a voucher with
// every claim filled then fits a code of version 27.
const (
	FaceWidth  = 48
	FaceHeight = 60
	FaceLimit  = 400     // bytes that EncodeFace aims at
	maxFace    = 2 << 10 // bytes that are read
)

// face62 is an element of claim 62 (Claim 169 v1.2, Biometrics): { 0: data, 1: format, 2: sub-format }.
type face62 struct {
	Data   []byte `cbor:"0,keyasint"`
	Format int    `cbor:"1,keyasint"` // 0 image
	Sub    int    `cbor:"2,keyasint"` // 4 WebP
}

const subWebP = 4

// EncodeFace makes the portrait of claim 62 of a picture of a face: its middle in the shape 4:5, grey, 48 × 60, as
// lossy WebP (RFC 9649) of at most limit bytes. The same picture gives the same bytes everywhere. It fails with ErrFace
// where limit is too small for any picture.
func EncodeFace(img image.Image, limit int) ([]byte, error) {
	if img == nil || img.Bounds().Dx() < 8 || img.Bounds().Dy() < 8 || img.Bounds().Dx()*img.Bounds().Dy() > 64<<20 {
		return nil, fmt.Errorf("%w: no picture", ErrFace)
	}
	small := shrink(img)
	defer clear(small.Pix)
	c := &coder{src: lumaOf(small)}
	defer func() { clear(c.src.pix); clear(c.rec) }()
	var best []byte
	for low, high := 0, 127; low <= high; {
		q := (low + high) / 2
		if out := c.at3(q, small); len(out) <= limit {
			best, high = out, q-1
		} else {
			low = q + 1
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%w: not in %d bytes", ErrFace, limit)
	}
	return best, nil
}

// rate is what a bit is worth in squared samples, as a part of the square of a quantiser; measured.
const rate = 0.045

// at3 codes with quantiser q in three passes, each with the probabilities that fit the one before, and takes the level
// of the loop filter under which a reader sees the original best.
func (c *coder) at3(q int, original *image.Gray) []byte {
	c.q, c.probs = q, vp8Tokens
	c.lambda = rate * float64(c.y1(1)) * float64(c.y1(1))
	for range 3 {
		c.pass()
		c.probs = better(&c.counts)
	}
	var best []byte
	least := math.Inf(1)
	for filter := 0; filter <= 32; filter += 4 {
		out := webp(c.frame(filter), original.Rect.Dx(), original.Rect.Dy())
		if got, err := DecodeFace(out); err == nil {
			if d := squares(got, original); d < least {
				best, least = out, d
			}
			clear(got.Pix)
		}
	}
	return best
}

func squares(a, b *image.Gray) (sum float64) {
	for i, v := range a.Pix {
		d := float64(v) - float64(b.Pix[i])
		sum += d * d
	}
	return sum
}

// DecodeFace reads the portrait of claim 62. Bytes come from paper: anything but a small lossy WebP fails with ErrFace.
func DecodeFace(b []byte) (*image.Gray, error) {
	if len(b) < 30 || len(b) > maxFace || string(b[:4]) != "RIFF" || string(b[8:16]) != "WEBPVP8 " {
		return nil, fmt.Errorf("%w: not a lossy WebP of at most %d bytes", ErrFace, maxFace)
	}
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(b[20:]), len(b)-20)
	head, err := d.DecodeFrameHeader()
	if err != nil || !head.KeyFrame || head.Width < 8 || head.Height < 8 || head.Width > 512 || head.Height > 512 {
		return nil, fmt.Errorf("%w: no key frame", ErrFace)
	}
	ycc, err := d.DecodeFrame()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFace, err)
	}
	out := image.NewGray(image.Rect(0, 0, head.Width, head.Height))
	for y := range head.Height {
		for x := range head.Width {
			// Luma is of limited range, but image.YCbCr takes it for full.
			v := (int32(ycc.Y[ycc.YOffset(x, y)])-16)*255 + 109
			out.Pix[y*out.Stride+x] = uint8(clip8(v / 219))
		}
	}
	return out, nil
}

// shrink takes the largest middle of the shape 4:5 and gives each dot the mean of what it covers, transparency on white.
func shrink(img image.Image) *image.Gray {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w*FaceHeight > h*FaceWidth {
		w = max(h*FaceWidth/FaceHeight, 1)
	} else {
		h = max(w*FaceHeight/FaceWidth, 1)
	}
	x0, y0 := b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2
	span := func(i, n, size int) (int, int) {
		from := i * size / n
		return from, max(from+1, (i+1)*size/n)
	}
	out := image.NewGray(image.Rect(0, 0, FaceWidth, FaceHeight))
	for y := range FaceHeight {
		top, bottom := span(y, FaceHeight, h)
		for x := range FaceWidth {
			left, right := span(x, FaceWidth, w)
			sum, n := 0, 0
			for sy := top; sy < bottom; sy++ {
				for sx := left; sx < right; sx++ {
					c := color.NRGBAModel.Convert(img.At(x0+sx, y0+sy)).(color.NRGBA)
					g := int(color.GrayModel.Convert(color.RGBA{c.R, c.G, c.B, 255}).(color.Gray).Y)
					sum, n = sum+(g*int(c.A)+255*(255-int(c.A)))/255, n+1
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / n)
		}
	}
	return out
}
