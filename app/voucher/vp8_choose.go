package voucher

// at gives a sample of what a reader will have, with the borders of RFC 6386 §12.2: 127 above, 129 on the left.
func (c *coder) at(x, y int) int32 {
	switch {
	case y < 0:
		return 127
	case x < 0:
		return 129
	}
	return c.rec[y*16*c.src.w+x]
}

// edgeOf gathers what stands around the 4 × 4 block i of a macroblock. The four samples above and right of a block in
// the last column come from the macroblock above, for all four rows (RFC 6386 §12.3); right of the picture the last
// sample above is repeated, as the readers of WebP do.
func (c *coder) edgeOf(mx, my, i int) (e edge) {
	x, y := 16*mx+4*(i%4), 16*my+4*(i/4)
	for k := range 4 {
		e[3-k], e[5+k] = c.at(x-1, y+k), c.at(x+k, y-1)
		switch row := y - 1; {
		case i%4 < 3:
			e[9+k] = c.at(x+4+k, row)
		case mx == c.src.w-1:
			e[9+k] = c.at(16*mx+15, 16*my-1)
		default:
			e[9+k] = c.at(x+4+k, 16*my-1)
		}
	}
	e[4] = c.at(x-1, y-1)
	return e
}

func (c *coder) source(x, y int) (b block4) {
	for k := range b {
		b[k] = c.src.pix[(y+k/4)*16*c.src.w+x+k%4]
	}
	return b
}

func (c *coder) put(x, y int, b *block4) {
	for k, v := range b {
		c.rec[(y+k/4)*16*c.src.w+x+k%4] = v
	}
}

func distance(a, b *block4) (d float64) {
	for i := range a {
		v := float64(a[i] - b[i])
		d += v * v
	}
	return d
}

func minus(a, b *block4) (d block4) {
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

// quantise gives the levels that cost least: each is rounded, then lowered towards zero as long as the bits saved are
// worth more than what is lost. scale is how many squares of a coefficient make one of a sample.
func (c *coder) quantise(coef *block4, step func(int) int32, plane, first, context int, scale float64) (levels block4) {
	for i := range coef {
		if i == 0 && first == 1 {
			continue
		}
		s := step(i)
		v := (max(coef[i], -coef[i]) + s/2) / s
		if coef[i] < 0 {
			v = -v
		}
		levels[i] = min(max(v, -2047), 2047)
	}
	lost := func(i int) float64 {
		d := float64(coef[i] - levels[i]*step(i))
		return d * d / scale
	}
	now := c.lambda * cost(&c.probs, plane, &levels, first, context)
	for n := 15; n >= first; n-- {
		i := int(vp8Zigzag[n])
		for levels[i] != 0 {
			old, was := levels[i], lost(i)
			if levels[i] > 0 {
				levels[i]--
			} else {
				levels[i]++
			}
			then := c.lambda * cost(&c.probs, plane, &levels, first, context)
			if then+lost(i) >= now+was {
				levels[i] = old
				break
			}
			now = then
		}
	}
	return levels
}

func scaled(levels *block4, step func(int) int32) (c block4) {
	for i := range levels {
		c[i] = levels[i] * step(i)
	}
	return c
}

// choose takes the cheaper of both ways to code a macroblock and leaves behind what a reader will have.
func (c *coder) choose(mx, my int) macroblock {
	whole, wholeCost, wholeRec := c.chooseWhole(mx, my)
	parts, partsCost := c.chooseParts(mx, my)
	m := parts
	if wholeCost <= partsCost {
		m = whole
		for i := range wholeRec {
			c.put(16*mx+4*(i%4), 16*my+4*(i/4), &wholeRec[i])
		}
	}
	c.modesOf(mx, &m, func(uint8, bool) {})
	return m
}

// predictWhole gives the prediction of block i of a macroblock that has one mode (RFC 6386 §12.2).
func (c *coder) predictWhole(mode, mx, my, i int) (p block4) {
	x, y := 16*mx, 16*my
	mean := int32(128)
	if mode == modeDC {
		sum, n := int32(0), int32(0)
		for k := range 16 {
			if my > 0 {
				sum, n = sum+c.at(x+k, y-1), n+1
			}
			if mx > 0 {
				sum, n = sum+c.at(x-1, y+k), n+1
			}
		}
		if n > 0 {
			mean = (sum + n/2) / n
		}
	}
	for k := range p {
		px, py := x+4*(i%4)+k%4, y+4*(i/4)+k/4
		switch mode {
		case modeDC:
			p[k] = mean
		case modeVE:
			p[k] = c.at(px, y-1)
		case modeHE:
			p[k] = c.at(x-1, py)
		case modeTM:
			p[k] = clip8(c.at(px, y-1) + c.at(x-1, py) - c.at(x-1, y-1))
		}
	}
	return p
}

func (c *coder) chooseWhole(mx, my int) (best macroblock, bestCost float64, bestRec [16]block4) {
	for mode := modeDC; mode <= modeHE; mode++ {
		m := macroblock{whole: true, mode: mode}
		var predicted, coef [16]block4
		var firsts block4
		for i := range 16 {
			predicted[i] = c.predictWhole(mode, mx, my, i)
			src := c.source(16*mx+4*(i%4), 16*my+4*(i/4))
			d := minus(&src, &predicted[i])
			coef[i] = forwardDCT(&d)
			firsts[i] = coef[i][0]
		}
		second := forwardWHT(&firsts)
		m.second = c.quantise(&second, c.y2, planeSecond, 0, count(c.aboveSecond[mx], c.leftSecond), 16)
		bits := cost(&c.probs, planeSecond, &m.second, 0, count(c.aboveSecond[mx], c.leftSecond))
		back := scaled(&m.second, c.y2)
		firsts = inverseWHT(&back)
		var rec [16]block4
		lost := 0.0
		up, side := contexts(c.above.filled[4*mx:]), contexts(c.left.filled)
		for i := range 16 {
			context := count(up[i%4], side[i/4])
			m.levels[i] = c.quantise(&coef[i], c.y1, planeRest, 1, context, 4)
			bits += cost(&c.probs, planeRest, &m.levels[i], 1, context)
			up[i%4] = m.levels[i] != block4{}
			side[i/4] = up[i%4]
			full := scaled(&m.levels[i], c.y1)
			full[0] = firsts[i]
			rec[i] = inverseDCT(&full, &predicted[i])
			src := c.source(16*mx+4*(i%4), 16*my+4*(i/4))
			lost += distance(&src, &rec[i])
		}
		c.tell(mx, &m, &bits)
		if total := lost + c.lambda*bits; mode == modeDC || total < bestCost {
			best, bestCost, bestRec = m, total, rec
		}
	}
	return best, bestCost, bestRec
}

func contexts(f []bool) (out [4]bool) { return [4]bool(f[:4]) }

// tell adds the bits of the modes of a macroblock without carrying any context on.
func (c *coder) tell(mx int, m *macroblock, bits *float64) {
	above, left := [4]int(c.above.modes[4*mx:]), [4]int(c.left.modes)
	c.modesOf(mx, m, func(p uint8, v bool) { *bits += costOf(p, v) })
	copy(c.above.modes[4*mx:], above[:])
	copy(c.left.modes, left[:])
}

// chooseParts codes a macroblock block by block; what a reader will have stands in rec afterwards.
func (c *coder) chooseParts(mx, my int) (m macroblock, total float64) {
	up, side := contexts(c.above.filled[4*mx:]), contexts(c.left.filled)
	upModes, sideModes := [4]int(c.above.modes[4*mx:]), [4]int(c.left.modes)
	for i := range 16 {
		x, y := 16*mx+4*(i%4), 16*my+4*(i/4)
		e, src := c.edgeOf(mx, my, i), c.source(x, y)
		context := count(up[i%4], side[i/4])
		var best float64
		var bestRec block4
		for mode := modeDC; mode <= modeHU; mode++ {
			p := predict4(mode, &e)
			d := minus(&src, &p)
			coef := forwardDCT(&d)
			levels := c.quantise(&coef, c.y1, planeWhole, 0, context, 4)
			back := scaled(&levels, c.y1)
			rec := inverseDCT(&back, &p)
			bits := cost(&c.probs, planeWhole, &levels, 0, context)
			modeTree(&vp8Modes[upModes[i%4]][sideModes[i/4]], mode, func(p uint8, v bool) { bits += costOf(p, v) })
			if j := distance(&src, &rec) + c.lambda*bits; mode == modeDC || j < best {
				best, bestRec = j, rec
				m.modes[i], m.levels[i] = mode, levels
			}
		}
		total += best
		c.put(x, y, &bestRec)
		up[i%4] = m.levels[i] != block4{}
		side[i/4] = up[i%4]
		upModes[i%4], sideModes[i/4] = m.modes[i], m.modes[i]
	}
	return m, total + c.lambda*costOf(145, false)
}
