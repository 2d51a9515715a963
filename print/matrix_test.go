package print_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"bangban/app/qrread"
	"bangban/print"
)

// capture is how a paper comes back into a machine.
type capture struct {
	name        string
	ppi         float64
	turn, shear float64 // degrees; part of the height
	gradient    float64 // of light across the page
	blur        float64 // pixels
	noise       float64
	quality     int
	fold        bool
}

var captures = []capture{
	{name: "flatbed", ppi: 300, turn: 1.5, gradient: 0.1, blur: 0.8, noise: 6, quality: 75},
	{name: "flatbed, fold", ppi: 300, turn: 1.5, gradient: 0.1, blur: 0.8, noise: 6, quality: 75, fold: true},
	{name: "camera", ppi: 200, turn: 7, shear: 0.03, gradient: 0.3, blur: 0.9, noise: 10, quality: 60},
	{name: "camera, fold", ppi: 200, turn: 7, shear: 0.03, gradient: 0.3, blur: 0.9, noise: 10, quality: 60, fold: true},
}

// printed is what a printer makes of dots: black or white, each black dot 0.3 dots larger, black and white of paper.
func printed(dots *image.Gray) *image.Gray {
	soft := blurred(dots, 0.6)
	for i, v := range soft.Pix {
		if v < 150 { // the edge of a black area moves outwards
			soft.Pix[i] = 40
		} else {
			soft.Pix[i] = 220
		}
	}
	return soft
}

func blurred(img *image.Gray, sigma float64) *image.Gray {
	n := int(math.Ceil(3 * sigma))
	kernel, sum := make([]float64, 2*n+1), 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * sigma * sigma))
		sum += kernel[i]
	}
	pass := func(src *image.Gray, dx, dy int) *image.Gray {
		out := image.NewGray(src.Rect)
		for y := range src.Rect.Dy() {
			for x := range src.Rect.Dx() {
				v := 0.0
				for k, w := range kernel {
					px := min(max(x+dx*(k-n), 0), src.Rect.Dx()-1)
					py := min(max(y+dy*(k-n), 0), src.Rect.Dy()-1)
					v += w * float64(src.Pix[py*src.Stride+px])
				}
				out.Pix[y*out.Stride+x] = uint8(v/sum + 0.5)
			}
		}
		return out
	}
	return pass(pass(img, 1, 0), 0, 1)
}

// folded takes 70 % of the toner off a line of 0.6 mm across the code and shades the paper below it.
func folded(img *image.Gray, dpi float64, rng *rand.Rand) {
	at := img.Rect.Dy()*2/5 + rng.IntN(img.Rect.Dy()/5)
	wide := int(0.6 / 25.4 * dpi)
	for y := at; y < img.Rect.Dy(); y++ {
		for x := range img.Rect.Dx() {
			p := &img.Pix[y*img.Stride+x]
			if y < at+wide && rng.Float64() < 0.7 {
				*p = 220
			}
			*p = uint8(float64(*p) * 0.88)
		}
	}
}

// captured is the picture that a scanner or a camera takes.
func captured(t *testing.T, paper *image.Gray, dpi float64, c capture, rng *rand.Rand) image.Image {
	t.Helper()
	scale := dpi / c.ppi
	w, h := float64(paper.Rect.Dx())/scale, float64(paper.Rect.Dy())/scale
	side := int(math.Hypot(w, h)) + 40
	out := image.NewGray(image.Rect(0, 0, side, side))
	sin, cos := math.Sincos((c.turn + rng.Float64()) * math.Pi / 180)
	for y := range side {
		for x := range side {
			dx, dy := float64(x)-float64(side)/2, float64(y)-float64(side)/2
			dx += c.shear * dy
			sx, sy := (dx*cos+dy*sin+w/2)*scale, (dy*cos-dx*sin+h/2)*scale
			// The mean of the dots that a pixel covers.
			v, n := 0.0, 0
			for _, o := range [...][2]float64{{-.25, -.25}, {.25, -.25}, {-.25, .25}, {.25, .25}} {
				px, py := int(sx+o[0]*scale), int(sy+o[1]*scale)
				g := 220.0
				if px >= 0 && py >= 0 && px < paper.Rect.Dx() && py < paper.Rect.Dy() {
					g = float64(paper.Pix[py*paper.Stride+px])
				}
				v, n = v+g, n+1
			}
			light := 1 - c.gradient*float64(x)/float64(side)
			out.Pix[y*out.Stride+x] = uint8(v / float64(n) * light)
		}
	}
	out = blurred(out, c.blur)
	for i, v := range out.Pix {
		out.Pix[i] = uint8(min(max(float64(v)+rng.NormFloat64()*c.noise, 0), 255))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: c.quality}); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestPrintedCodesAreRead prints our own codes at 203, 300 and 600 dpi, folds them, scans and photographs them, and reads
// them: the sizes we chose are read 6 of 6 times. BANGBAN_FULL makes six trials of each,
// otherwise one.
func TestPrintedCodesAreRead(t *testing.T) {
	trials := 1
	if os.Getenv("BANGBAN_FULL") != "" {
		trials = 6
	}
	fonts := openFonts(t)
	for _, size := range []struct {
		text    string
		version int
		thermal bool
		dpi     []int
	}{
		{codeText, 20, false, []int{300, 600}},
		{strings.Repeat(codeText, 2)[:1600], 27, false, []int{300, 600}},
		{codeText, 20, true, []int{203}},
	} {
		encode, module := print.Encode, 0.508
		if size.thermal {
			encode, module = print.EncodeThermal, 0.626
		}
		q, err := encode(size.text)
		if err != nil {
			t.Fatal(err)
		}
		s := print.NewSheet(fonts, print.A5(), "en")
		s.Code(10, 20, q)
		for _, dpi := range size.dpi {
			dots, err := s.RasterArea(0, s.Codes()[0].Area, dpi)
			if err != nil {
				t.Fatal(err)
			}
			row := fmt.Sprintf("version %d, %d dpi, module %.3f mm:", size.version, dpi, module)
			for i, c := range captures {
				hits := 0
				for n := range trials {
					rng := rand.New(rand.NewPCG(uint64(dpi), uint64(100*i+n)))
					paper := printed(dots)
					if c.fold {
						folded(paper, float64(dpi), rng)
					}
					if got, err := qrread.Decode(captured(t, paper, float64(dpi), c, rng)); err == nil && len(got) == 1 && got[0] == size.text {
						hits++
					}
				}
				row += fmt.Sprintf("  %s %d/%d", c.name, hits, trials)
				if hits != trials {
					t.Errorf("version %d, %d dpi, %s: %d of %d", size.version, dpi, c.name, hits, trials)
				}
			}
			t.Log(row)
		}
	}
	// Control: from so far away that a module is not two pixels nobody reads a code of version 27.
	q, err := print.Encode(strings.Repeat(codeText, 2)[:1600])
	if err != nil {
		t.Fatal(err)
	}
	s := print.NewSheet(fonts, print.A5(), "en")
	s.Code(10, 20, q)
	dots, err := s.RasterArea(0, s.Codes()[0].Area, 300)
	if err != nil {
		t.Fatal(err)
	}
	far := captures[2]
	far.ppi = 80
	if got, err := qrread.Decode(captured(t, printed(dots), 300, far, rand.New(rand.NewPCG(1, 1)))); err == nil && len(got) > 0 {
		t.Error("control: a code of 1.6 pixels a module was read")
	}
}
