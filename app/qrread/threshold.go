package qrread

// otsu divides the picture at the brightness that separates two groups best.
func (p *plane) otsu() *bitmap {
	var hist [256]int
	for _, v := range p.pix {
		hist[v]++
	}
	total, sum := len(p.pix), 0
	for v, n := range hist {
		sum += v * n
	}
	best, limit, below, belowSum := -1.0, 127, 0, 0
	for v, n := range hist {
		below += n
		belowSum += v * n
		above := total - below
		if below == 0 || above == 0 {
			continue
		}
		d := float64(belowSum)/float64(below) - float64(sum-belowSum)/float64(above)
		if between := d * d * float64(below) * float64(above); between > best {
			best, limit = between, v
		}
	}
	b := &bitmap{bits: make([]byte, total), w: p.w, h: p.h}
	for i, v := range p.pix {
		if int(v) <= limit {
			b.bits[i] = 1
		}
	}
	return b
}

// local divides each pixel at the mean of the window around it, less a margin in 1/256 of that mean, so that plain paper
// stays light.
func (p *plane) local(radius, margin int) *bitmap {
	b := &bitmap{bits: make([]byte, len(p.pix)), w: p.w, h: p.h}
	cols := make([]uint32, p.w+1) // sums of the window's rows, a column each
	for y := range min(radius, p.h) {
		addRow(cols, p.pix[y*p.w:][:p.w])
	}
	for y := range p.h {
		if in := y + radius; in < p.h {
			addRow(cols, p.pix[in*p.w:][:p.w])
		}
		if out := y - radius - 1; out >= 0 {
			subRow(cols, p.pix[out*p.w:][:p.w])
		}
		tall := min(y+radius, p.h-1) - max(y-radius, 0) + 1
		var sum uint64
		for x := range min(radius, p.w) {
			sum += uint64(cols[x])
		}
		row, out := p.pix[y*p.w:][:p.w], b.bits[y*p.w:][:p.w]
		for x := range row {
			if in := x + radius; in < p.w {
				sum += uint64(cols[in])
			}
			if gone := x - radius - 1; gone >= 0 {
				sum -= uint64(cols[gone])
			}
			wide := min(x+radius, p.w-1) - max(x-radius, 0) + 1
			if uint64(row[x])*uint64(wide*tall)*256 < sum*uint64(256-margin) {
				out[x] = 1
			}
		}
	}
	return b
}

func addRow(cols []uint32, row []byte) {
	for x, v := range row {
		cols[x] += uint32(v)
	}
}

func subRow(cols []uint32, row []byte) {
	for x, v := range row {
		cols[x] -= uint32(v)
	}
}

// blurred is the picture with each pixel the mean of the 3×3 around it.
func (p *plane) blurred() *plane {
	out := &plane{pix: make([]byte, len(p.pix)), w: p.w, h: p.h}
	row := make([]uint16, p.w)
	for y := range p.h {
		a, b, c := p.pix[max(y-1, 0)*p.w:][:p.w], p.pix[y*p.w:][:p.w], p.pix[min(y+1, p.h-1)*p.w:][:p.w]
		for x := range row {
			row[x] = uint16(a[x]) + uint16(b[x]) + uint16(c[x])
		}
		to := out.pix[y*p.w:][:p.w]
		for x := range to {
			to[x] = byte((row[max(x-1, 0)] + row[x] + row[min(x+1, p.w-1)] + 4) / 9)
		}
	}
	return out
}

// invert swaps light and dark in place.
func (p *plane) invert() {
	for i, v := range p.pix {
		p.pix[i] = 255 - v
	}
}

// bilinear is the brightness between pixels; beyond the picture is paper.
func (p *plane) bilinear(at point) float64 {
	p.read++
	right, low := float64(p.w-1), float64(p.h-1)
	if !(at.x >= -0.5 && at.y >= -0.5 && at.x <= right+0.5 && at.y <= low+0.5) {
		return 255
	}
	at.x, at.y = min(max(at.x, 0), right), min(max(at.y, 0), low)
	x, y := int(at.x), int(at.y)
	fx, fy := at.x-float64(x), at.y-float64(y)
	i := y*p.w + x
	next, down := 1, p.w
	if x+1 >= p.w {
		next = 0
	}
	if y+1 >= p.h {
		down = 0
	}
	a, b, c, d := float64(p.pix[i]), float64(p.pix[i+next]), float64(p.pix[i+down]), float64(p.pix[i+next+down])
	return (a*(1-fx)+b*fx)*(1-fy) + (c*(1-fx)+d*fx)*fy
}
