package qrtest

import (
	"fmt"
	"math/rand/v2"
)

// alphabet is that of Base45, which vouchers are printed in.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// Text gives n characters of noise in the alphabet of vouchers.
func Text(n int, seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 45))
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

// Camera gives twenty photographs of one version 25 code: 6, 5, 4 and 3 pixels a module, each nearly straight, turned
// and tilted in three ways, and on bent paper.
func Camera() []Photo {
	var all []Photo
	text := Text(1400, 1)
	for i, px := range []float64{6, 5, 4, 3} {
		f := float64(i)
		base := Photo{Text: text, Module: px, Blur: 1.1 - 0.1*f, Noise: 12 - 2.6*f, Gradient: 0.3, Quality: 60 + 6*i}
		for k, view := range []Photo{
			{Name: "straight", Turn: 2}, {Name: "turned", Turn: 17, Perspective: 0.06},
			{Name: "slanted", Turn: 45, Perspective: 0.12}, {Name: "tilted", Turn: 90, Perspective: 0.20},
			{Name: "bent", Turn: 5, Curl: 3},
		} {
			p := base
			p.Name = fmt.Sprintf("%s %g px", view.Name, px)
			p.Turn, p.Perspective, p.Curl = view.Turn, view.Perspective, view.Curl
			p.Seed = uint64(10*i + k)
			all = append(all, p)
		}
	}
	return all
}

// Counter gives twenty photographs of vouchers as they come over a counter: version 20 and version 27, each spoilt in ten ways.
func Counter() []Photo {
	var all []Photo
	for i, n := range []int{948, 1612} {
		px := []float64{6, 5}[i]
		for k, p := range []Photo{
			{Name: "tilted", Turn: 8, Perspective: 0.22},
			{Name: "curled", Turn: -6, Curl: 4, Perspective: 0.05},
			{Name: "folded", Turn: 3, Fold: 0.2},
			{Name: "out of focus", Turn: -12, Blur: 2.0},
			{Name: "dark and noisy", Turn: 22, Noise: 20, Low: 0.3},
			{Name: "half in shadow", Turn: 5, Shadow: 0.65, Gradient: 0.4},
			{Name: "pale", Turn: -30, Low: 0.75, Noise: 4},
			{Name: "upside down", Turn: 183, Perspective: 0.1},
			{Name: "off a screen", Turn: 4, Moire: 32},
			{Name: "stained", Turn: -3, Stain: 11, Perspective: 0.08},
		} {
			p.Name = fmt.Sprintf("%s, v%d", p.Name, []int{20, 27}[i])
			p.Text, p.Module, p.Seed = Text(n, uint64(2+i)), px, uint64(100+10*i+k)
			if p.Blur == 0 {
				p.Blur = 1
			}
			if p.Noise == 0 {
				p.Noise = 6
			}
			if p.Gradient == 0 {
				p.Gradient = 0.2
			}
			p.Quality = 70
			all = append(all, p)
		}
	}
	return all
}
