package voucher

import (
	"encoding/binary"
	"image"
	"slices"
)

// plane is the luma of a picture, padded to whole macroblocks.
type plane struct {
	w, h int // in macroblocks
	pix  []int32
}

// lumaOf reads a grey picture as luma of limited range, 16 to 235 (RFC 6386 §9.2, ITU-R BT.601), as readers of WebP turn
// it back. The last row and column are repeated up to the next macroblock.
func lumaOf(img *image.Gray) *plane {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	p := &plane{w: (w + 15) / 16, h: (h + 15) / 16}
	p.pix = make([]int32, 256*p.w*p.h)
	for y := range 16 * p.h {
		for x := range 16 * p.w {
			v := img.GrayAt(img.Rect.Min.X+min(x, w-1), img.Rect.Min.Y+min(y, h-1)).Y
			p.pix[y*16*p.w+x] = 16 + (int32(v)*219+127)/255
		}
	}
	return p
}

// macroblock is how one was coded.
type macroblock struct {
	whole  bool // one mode for all of it, with a second order block
	mode   int
	modes  [16]int
	second block4
	levels [16]block4
}

func (m *macroblock) empty() bool {
	return (!m.whole || m.second == block4{}) && m.levels == [16]block4{}
}

// coder makes one key frame of a grey picture: no segments, one partition of coefficients, chroma without any.
type coder struct {
	src    *plane
	rec    []int32 // what a reader will have
	q      int
	lambda float64
	probs  probabilities
	blocks []macroblock
	counts counts
	skips  bool

	// what stands above and left of the macroblock, for contexts
	above, left struct {
		modes  []int
		filled []bool
	}
	aboveSecond []bool
	leftSecond  bool
}

func (c *coder) y1(i int) int32 {
	if i == 0 {
		return int32(vp8DC[c.q])
	}
	return int32(vp8AC[c.q])
}

func (c *coder) y2(i int) int32 {
	if i == 0 {
		return 2 * int32(vp8DC[c.q])
	}
	return max(int32(vp8AC[c.q])*155/100, 8)
}

// reset begins a pass over the picture.
func (c *coder) reset() {
	c.rec = make([]int32, len(c.src.pix))
	c.blocks = c.blocks[:0]
	c.counts = counts{}
	c.above.modes, c.above.filled = make([]int, 4*c.src.w), make([]bool, 4*c.src.w)
	c.aboveSecond = make([]bool, c.src.w)
}

func (c *coder) row() {
	c.left.modes, c.left.filled, c.leftSecond = make([]int, 4), make([]bool, 4), false
}

// pass codes the whole picture with the probabilities at hand and counts its decisions.
func (c *coder) pass() {
	c.reset()
	for y := range c.src.h {
		c.row()
		for x := range c.src.w {
			m := c.choose(x, y)
			c.blocks = append(c.blocks, m)
			c.walk(x, &m, func(plane, band, context, node int, v bool) {
				n := 0
				if v {
					n = 1
				}
				c.counts[plane][band][context][node][n]++
			}, func(uint8, bool) {})
		}
	}
	c.skips = slices.ContainsFunc(c.blocks, func(m macroblock) bool { return m.empty() })
}

// walk goes through the decisions of the coefficients of a macroblock in the order of the stream (RFC 6386 §13) and
// carries the contexts on.
func (c *coder) walk(x int, m *macroblock, tree func(plane, band, context, node int, v bool), raw func(uint8, bool)) {
	in := func(plane int) func(band, context, node int, v bool) {
		return func(band, context, node int, v bool) { tree(plane, band, context, node, v) }
	}
	if m.empty() { // told by a flag, see frame
		for i := range 4 {
			c.above.filled[4*x+i], c.left.filled[i] = false, false
		}
		if m.whole {
			c.aboveSecond[x], c.leftSecond = false, false
		}
		return
	}
	plane, first := planeWhole, 0
	if m.whole {
		plane, first = planeRest, 1
		decisions(&m.second, 0, count(c.aboveSecond[x], c.leftSecond), in(planeSecond), raw)
		c.aboveSecond[x] = m.second != block4{}
		c.leftSecond = c.aboveSecond[x]
	}
	for i := range m.levels {
		up, side := &c.above.filled[4*x+i%4], &c.left.filled[i/4]
		decisions(&m.levels[i], first, count(*up, *side), in(plane), raw)
		*up = m.levels[i] != block4{}
		*side = *up
	}
	for range 8 { // chroma: eight blocks that end at once
		tree(planeChroma, 0, 0, 0, false)
	}
}

func count(a, b bool) (n int) {
	if a {
		n++
	}
	if b {
		n++
	}
	return n
}

// modeTree writes the mode of a 4 × 4 block (RFC 6386 §11.2).
func modeTree(p *[9]uint8, mode int, bit func(prob uint8, v bool)) {
	for i, leaf := range []int{modeDC, modeTM, modeVE} {
		bit(p[i], mode != leaf)
		if mode == leaf {
			return
		}
	}
	if mode == modeHE || mode == modeRD || mode == modeVR {
		bit(p[3], false)
		bit(p[4], mode != modeHE)
		if mode != modeHE {
			bit(p[5], mode == modeVR)
		}
		return
	}
	bit(p[3], true)
	for i, leaf := range []int{modeLD, modeVL} {
		bit(p[6+i], mode != leaf)
		if mode == leaf {
			return
		}
	}
	bit(p[8], mode == modeHU)
}

// modesOf writes how a macroblock is predicted (RFC 6386 §11.2 to §11.4) and carries the contexts on.
func (c *coder) modesOf(x int, m *macroblock, bit func(prob uint8, v bool)) {
	bit(145, m.whole)
	if m.whole {
		bit(156, m.mode == modeHE || m.mode == modeTM)
		if m.mode == modeHE || m.mode == modeTM {
			bit(128, m.mode == modeTM)
		} else {
			bit(163, m.mode == modeVE)
		}
	}
	for i := range 16 {
		up, side := &c.above.modes[4*x+i%4], &c.left.modes[i/4]
		mode := m.mode
		if !m.whole {
			mode = m.modes[i]
			modeTree(&vp8Modes[*up][*side], mode, bit)
		}
		*up, *side = mode, mode
	}
	bit(142, false) // chroma: the mean
}

// frame writes the frame (RFC 6386 §9) of the last pass. filter is the level of the loop filter.
func (c *coder) frame(filter int) []byte {
	probs := better(&c.counts)
	head := newBoolEncoder()
	head.number(0, 2)                 // colour space, clamping
	head.number(0, 1)                 // no segments
	head.number(0, 1)                 // the normal filter
	head.number(uint32(filter)<<3, 9) // level, sharpness 0
	head.number(0, 1)                 // no changes of level
	head.number(0, 2)                 // one partition
	head.number(uint32(c.q), 7)
	head.number(0, 5) // no other quantisers
	head.number(0, 1) // refresh
	for i := range probs {
		for j := range probs[i] {
			for k := range probs[i][j] {
				for l, p := range probs[i][j][k] {
					changed := p != vp8Tokens[i][j][k][l]
					head.bit(vp8Update[i][j][k][l], changed)
					if changed {
						head.number(uint32(p), 8)
					}
				}
			}
		}
	}
	empty := 0
	for i := range c.blocks {
		if c.blocks[i].empty() {
			empty++
		}
	}
	none := uint8(min(max(256-256*empty/len(c.blocks), 1), 255))
	head.number(1, 1) // macroblocks without coefficients are told by a flag
	head.number(uint32(none), 8)
	tail := newBoolEncoder()
	blocks := c.blocks
	c.reset()
	for i := range blocks {
		x := i % c.src.w
		if x == 0 {
			c.row()
		}
		head.bit(none, blocks[i].empty())
		c.modesOf(x, &blocks[i], head.bit)
		c.walk(x, &blocks[i], func(plane, band, context, node int, v bool) {
			tail.bit(probs[plane][band][context][node], v)
		}, tail.bit)
	}
	c.blocks = blocks
	first, second := head.end(), tail.end()
	tag := uint32(1)<<4 | uint32(len(first))<<5 // key frame, version 0, shown
	out := []byte{byte(tag), byte(tag >> 8), byte(tag >> 16), 0x9d, 0x01, 0x2a, 0, 0, 0, 0}
	return append(append(out, first...), second...)
}

// webp puts a frame into its container (RFC 9649 §2.4 to §2.5).
func webp(frame []byte, w, h int) []byte {
	binary.LittleEndian.PutUint16(frame[6:], uint16(w))
	binary.LittleEndian.PutUint16(frame[8:], uint16(h))
	pad := len(frame) & 1
	out := append(make([]byte, 0, 20+len(frame)+pad), "RIFF"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(12+len(frame)+pad))
	out = append(out, "WEBPVP8 "...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(frame)))
	out = append(out, frame...)
	return append(out, make([]byte, pad)...)
}
