package qrtest

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"

	qr "github.com/skip2/go-qrcode"
)

// Width and Height are the size of every photograph.
const (
	Width  = 1920
	Height = 1080
)

// Photo says how a photograph is taken. Lengths are in pixels unless they say otherwise.
type Photo struct {
	Name        string
	Text        string
	Module      float64 // pixels a module at the middle
	Turn        float64 // degrees
	Perspective float64 // how much smaller the far side is: 0.2 is a fifth
	Curl        float64 // bent paper: depth of the bend in modules
	Fold        float64 // a fold beside the middle: step of brightness, and a line of lost toner
	Blur        float64 // sigma
	Noise       float64 // sigma in steps of brightness
	Gradient    float64 // fall of light across the picture: 0.3 is a third less
	Shadow      float64 // a shadow with an edge over a part of the code: 0.5 halves the light
	Low         float64 // lost contrast: 0.6 leaves two fifths
	Moire       float64 // stripes of a screen
	Stain       float64 // radius of a spilt drop, in modules
	Quality     int     // of the JPEG
	Seed        uint64
}

// modules are the modules of a code at level M.
func modules(text string) ([][]bool, error) {
	q, err := qr.New(text, qr.Medium)
	if err != nil {
		return nil, err
	}
	q.DisableBorder = true
	return q.Bitmap(), nil
}

// Take takes the photograph and gives it as JPEG.
func (p Photo) Take() ([]byte, error) {
	rows, err := modules(p.Text)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(p.Seed, 7))
	light := make([]float64, Width*Height)
	p.project(light, rows)
	blur(light, p.Blur)
	p.expose(light, rng)
	img := image.NewGray(image.Rect(0, 0, Width, Height))
	for i, v := range light {
		img.Pix[i] = byte(math.Min(math.Max(v+p.Noise*rng.NormFloat64(), 0), 255))
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, img, &jpeg.Options{Quality: p.Quality})
	return out.Bytes(), err
}

// project paints paper, code and desk: each pixel is the mean of four looks at the paper.
func (p Photo) project(light []float64, rows [][]bool) {
	n := float64(len(rows))
	sin, cos := math.Sincos(p.Turn * math.Pi / 180)
	tilt := p.Perspective / (n * p.Module) // change of scale a pixel
	const looks = 2
	for y := range Height {
		for x := range Width {
			sum := 0.0
			for j := range looks {
				for i := range looks {
					px := float64(x) + (float64(i)+0.5)/looks - Width/2
					py := float64(y) + (float64(j)+0.5)/looks - Height/2
					// Farther to the upper right: the scale falls along that way.
					w := 1 - tilt*(px*0.8-py*0.6)
					px, py = px/w, py/w
					u, v := (px*cos+py*sin)/p.Module+n/2, (py*cos-px*sin)/p.Module+n/2
					if p.Curl != 0 {
						t := u / n
						v += p.Curl * math.Sin(math.Pi*t)
						u += 0.4 * p.Curl * math.Sin(2*math.Pi*t) / 2
					}
					sum += p.paper(rows, u, v)
				}
			}
			light[y*Width+x] = sum / (looks * looks)
		}
	}
}

// paper is the brightness of the paper at a place in modules.
func (p Photo) paper(rows [][]bool, u, v float64) float64 {
	n := float64(len(rows))
	if u < -9 || v < -9 || u > n+9 || v > n+9 {
		return float64(82 + 16*(int(u+1e4)/9&1^int(v+1e4)/9&1)) // the desk
	}
	ink, white := 40.0, 220.0
	out := white
	if u >= 0 && v >= 0 && u < n && v < n && rows[int(v)][int(u)] {
		out = ink
	}
	if p.Fold > 0 {
		at := 0.55 * n
		if math.Abs(v-at) < 0.6 {
			out = out*0.3 + white*0.7*(1-p.Fold)
		}
		if v > at {
			out *= 1 - p.Fold
		}
	}
	if p.Stain > 0 && math.Hypot(u-0.62*n, v-0.4*n) < p.Stain {
		out = 0.45*out + 40
	}
	return out
}

// blur is a Gaussian blur.
func blur(light []float64, sigma float64) {
	if sigma <= 0 {
		return
	}
	r := int(math.Ceil(3 * sigma))
	kernel, sum := make([]float64, 2*r+1), 0.0
	for i := range kernel {
		d := float64(i - r)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	tmp := make([]float64, len(light))
	for y := range Height {
		row := light[y*Width:][:Width]
		for x := range Width {
			v := 0.0
			for i, k := range kernel {
				v += k * row[min(max(x+i-r, 0), Width-1)]
			}
			tmp[y*Width+x] = v / sum
		}
	}
	for y := range Height {
		to := light[y*Width:][:Width]
		clear(to)
		for i, k := range kernel {
			from := tmp[min(max(y+i-r, 0), Height-1)*Width:][:Width]
			for x := range to {
				to[x] += k * from[x] / sum
			}
		}
	}
}

// expose lays lamp, shadow, stripes and lost contrast over the picture.
func (p Photo) expose(light []float64, rng *rand.Rand) {
	phase := rng.Float64() * 6
	for y := range Height {
		for x := range Width {
			i := y*Width + x
			v := light[i]
			v *= 1 - p.Gradient*(float64(x)/Width*0.7+float64(y)/Height*0.3)
			if p.Shadow > 0 {
				// An edge two dozen pixels wide, slanted across the picture.
				d := (float64(x)*0.8 + float64(y)*0.6 - Width*0.45) / 24
				v *= 1 - p.Shadow/(1+math.Exp(-d))
			}
			if p.Moire > 0 {
				fx, fy := float64(x), float64(y)
				v += p.Moire * math.Sin(fx/7.3+fy/31+phase) * math.Sin(fy/6.1-fx/47)
			}
			light[i] = 128*p.Low + v*(1-p.Low)
		}
	}
}
