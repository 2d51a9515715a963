package voucher

// Modes of intra prediction in the order of the mode tree's table (RFC 6386 §11.2, §11.5). The first four are also
// those of a whole macroblock.
const (
	modeDC = iota
	modeTM
	modeVE
	modeHE
	modeRD
	modeVR
	modeLD
	modeVL
	modeHD
	modeHU
)

// block4 is a block of 4 × 4 samples or coefficients, row by row.
type block4 [16]int32

func clip8(v int32) int32 { return min(max(v, 0), 255) }

// edge is what stands around a block: left from the bottom to the top, the corner, eight above (RFC 6386 §12.3, E).
type edge [13]int32

// predict4 gives the prediction of a 4 × 4 block (RFC 6386 §12.3).
func predict4(mode int, e *edge) (p block4) {
	left := func(y int) int32 { return e[3-y] }
	above := func(x int) int32 { return e[5+x] }
	mean3 := func(i int) int32 { return (e[i-1] + 2*e[i] + e[i+1] + 2) >> 2 } // around E[i]
	mean2 := func(i int) int32 { return (e[i] + e[i+1] + 1) >> 1 }
	for y := range 4 {
		for x := range 4 {
			v := &p[4*y+x]
			switch mode {
			case modeTM:
				*v = clip8(left(y) + above(x) - e[4])
			case modeVE:
				*v = mean3(5 + x)
			case modeHE:
				if y == 3 {
					*v = (e[1] + 3*e[0] + 2) >> 2
				} else {
					*v = mean3(3 - y)
				}
			case modeRD:
				*v = mean3(4 - y + x)
			case modeLD:
				if x+y == 6 {
					*v = (e[11] + 3*e[12] + 2) >> 2
				} else {
					*v = mean3(6 + x + y)
				}
			}
		}
	}
	switch mode {
	case modeDC:
		sum := int32(4)
		for i := range 4 {
			sum += e[i] + e[5+i]
		}
		for i := range p {
			p[i] = sum >> 3
		}
	case modeVR:
		p[12], p[8] = mean3(2), mean3(3)
		p[13], p[4] = mean3(4), mean3(4)
		p[9], p[0] = mean2(4), mean2(4)
		p[14], p[5] = mean3(5), mean3(5)
		p[10], p[1] = mean2(5), mean2(5)
		p[15], p[6] = mean3(6), mean3(6)
		p[11], p[2] = mean2(6), mean2(6)
		p[7], p[3] = mean3(7), mean2(7)
	case modeVL:
		p[0], p[4] = mean2(5), mean3(6)
		p[8], p[1] = mean2(6), mean2(6)
		p[5], p[12] = mean3(7), mean3(7)
		p[9], p[2] = mean2(7), mean2(7)
		p[13], p[6] = mean3(8), mean3(8)
		p[10], p[3] = mean2(8), mean2(8)
		p[14], p[7] = mean3(9), mean3(9)
		p[11], p[15] = mean3(10), mean3(11)
	case modeHD:
		p[12], p[13] = mean2(0), mean3(1)
		p[8], p[14] = mean2(1), mean2(1)
		p[9], p[15] = mean3(2), mean3(2)
		p[10], p[4] = mean2(2), mean2(2)
		p[11], p[5] = mean3(3), mean3(3)
		p[6], p[0] = mean2(3), mean2(3)
		p[7], p[1] = mean3(4), mean3(4)
		p[2], p[3] = mean3(5), mean3(6)
	case modeHU:
		p[0], p[1] = mean2(2), mean3(2)
		p[2], p[4] = mean2(1), mean2(1)
		p[3], p[5] = mean3(1), mean3(1)
		p[6], p[8] = mean2(0), mean2(0)
		p[7], p[9] = (e[1]+3*e[0]+2)>>2, (e[1]+3*e[0]+2)>>2
		for _, i := range []int{10, 11, 12, 13, 14, 15} {
			p[i] = e[0]
		}
	}
	return p
}

// forwardDCT turns a difference into coefficients, the inverse of inverseDCT up to rounding: the coefficients are twice
// those of an orthonormal transform.
func forwardDCT(d *block4) (c block4) {
	var t block4
	for i := range 4 {
		r := d[4*i:]
		a0, a1, a2, a3 := r[0]+r[3], r[1]+r[2], r[1]-r[2], r[0]-r[3]
		t[4*i], t[4*i+1] = (a0+a1)*8, (a2*2217+a3*5352+1812)>>9
		t[4*i+2], t[4*i+3] = (a0-a1)*8, (a3*2217-a2*5352+937)>>9
	}
	for i := range 4 {
		a0, a1, a2, a3 := t[i]+t[12+i], t[4+i]+t[8+i], t[4+i]-t[8+i], t[i]-t[12+i]
		c[i], c[8+i] = (a0+a1+7)>>4, (a0-a1+7)>>4
		c[4+i], c[12+i] = (a2*2217+a3*5352+12000)>>16, (a3*2217-a2*5352+51000)>>16
		if a3 != 0 {
			c[4+i]++
		}
	}
	return c
}

// inverseDCT adds the difference that coefficients mean to a prediction (RFC 6386 §14.3).
func inverseDCT(c, p *block4) (out block4) {
	const c1, c2 = 85627, 35468
	var m block4
	for i := range 4 {
		a, b := c[i]+c[8+i], c[i]-c[8+i]
		e, d := (c[4+i]*c2)>>16-(c[12+i]*c1)>>16, (c[4+i]*c1)>>16+(c[12+i]*c2)>>16
		m[4*i], m[4*i+1], m[4*i+2], m[4*i+3] = a+d, b+e, b-e, a-d
	}
	for j := range 4 {
		dc := m[j] + 4
		a, b := dc+m[8+j], dc-m[8+j]
		e, d := (m[4+j]*c2)>>16-(m[12+j]*c1)>>16, (m[4+j]*c1)>>16+(m[12+j]*c2)>>16
		for x, v := range [4]int32{a + d, b + e, b - e, a - d} {
			out[4*j+x] = clip8(p[4*j+x] + v>>3)
		}
	}
	return out
}

// forwardWHT gathers the first coefficients of sixteen blocks, the inverse of inverseWHT up to rounding.
func forwardWHT(d *block4) (c block4) {
	var t block4
	for i := range 4 {
		r := d[4*i:]
		a0, a1, a2, a3 := r[0]+r[2], r[1]+r[3], r[1]-r[3], r[0]-r[2]
		t[4*i], t[4*i+1], t[4*i+2], t[4*i+3] = a0+a1, a3+a2, a3-a2, a0-a1
	}
	for i := range 4 {
		a0, a1, a2, a3 := t[i]+t[8+i], t[4+i]+t[12+i], t[4+i]-t[12+i], t[i]-t[8+i]
		c[i], c[4+i], c[8+i], c[12+i] = (a0+a1)>>1, (a3+a2)>>1, (a3-a2)>>1, (a0-a1)>>1
	}
	return c
}

// inverseWHT is RFC 6386 §14.3.
func inverseWHT(c *block4) (out block4) {
	var m block4
	for i := range 4 {
		a0, a1, a2, a3 := c[i]+c[12+i], c[4+i]+c[8+i], c[4+i]-c[8+i], c[i]-c[12+i]
		m[i], m[8+i], m[4+i], m[12+i] = a0+a1, a0-a1, a3+a2, a3-a2
	}
	for i := range 4 {
		r := m[4*i:]
		dc := r[0] + 3
		a0, a1, a2, a3 := dc+r[3], r[1]+r[2], r[1]-r[2], dc-r[3]
		out[4*i], out[4*i+1], out[4*i+2], out[4*i+3] = (a0+a1)>>3, (a3+a2)>>3, (a0-a1)>>3, (a3-a2)>>3
	}
	return out
}
