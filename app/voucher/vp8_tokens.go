package voucher

import "math"

// boolEncoder is the arithmetic coder of RFC 6386 §7.3.
type boolEncoder struct {
	out    []byte
	span   uint32
	bottom uint32
	left   int // shifts before a byte is complete
}

func newBoolEncoder() *boolEncoder { return &boolEncoder{span: 255, left: 24} }

func (b *boolEncoder) carry() {
	for i := len(b.out) - 1; i >= 0; i-- {
		if b.out[i]++; b.out[i] != 0 {
			return
		}
	}
}

// bit writes one that is false with probability prob/256.
func (b *boolEncoder) bit(prob uint8, v bool) {
	split := 1 + ((b.span-1)*uint32(prob))>>8
	if v {
		b.bottom += split
		b.span -= split
	} else {
		b.span = split
	}
	for b.span < 128 {
		b.span <<= 1
		if b.bottom&(1<<31) != 0 {
			b.carry()
		}
		b.bottom <<= 1
		if b.left--; b.left == 0 {
			b.out = append(b.out, byte(b.bottom>>24))
			b.bottom &= 1<<24 - 1
			b.left = 8
		}
	}
}

// number writes n bits of even odds.
func (b *boolEncoder) number(v uint32, n int) {
	for n--; n >= 0; n-- {
		b.bit(128, v>>n&1 == 1)
	}
}

func (b *boolEncoder) end() []byte {
	b.number(0, 32)
	return b.out
}

// Planes of coefficients (RFC 6386 §13.3).
const (
	planeRest   = iota // luma whose first coefficient stands in the second order block
	planeSecond        // the second order block
	planeChroma
	planeWhole // luma with its first coefficient
)

type probabilities = [4][8][3][11]uint8

// counts is how often each decision of the token tree was taken, false and true.
type counts [4][8][3][11][2]uint32

var (
	vp8Bands  = [17]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}
	vp8Zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}
	// RFC 6386 §13.2: probabilities of the extra bits of categories 1 to 6 and where each begins.
	vp8Extra = [6][]uint8{{159}, {165, 145}, {173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130},
		{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}}
	vp8Base = [7]int32{5, 7, 11, 19, 35, 67, 1 << 30}
)

// decisions walks the token tree of a block of levels (RFC 6386 §13.2). tree is called for each decision with a
// probability of the table, raw for each with a fixed one.
func decisions(levels *block4, first, context int, tree func(band, context, node int, v bool), raw func(prob uint8, v bool)) {
	last := -1
	for n := first; n < 16; n++ {
		if levels[vp8Zigzag[n]] != 0 {
			last = n
		}
	}
	fresh := true // the end may be said here: not after a zero
	for n := first; n < 16; n++ {
		band := int(vp8Bands[n])
		if fresh {
			tree(band, context, 0, n <= last)
		}
		if n > last {
			return
		}
		v := levels[vp8Zigzag[n]]
		size := max(v, -v)
		tree(band, context, 1, size > 0)
		if fresh = size > 0; !fresh {
			context = 0
			continue
		}
		magnitude(size, func(node int, v bool) { tree(band, context, node, v) }, raw)
		raw(128, v < 0)
		context = int(min(size, 2))
	}
}

// magnitude says how large a level is that is not 0.
func magnitude(size int32, tree func(node int, v bool), raw func(prob uint8, v bool)) {
	tree(2, size > 1)
	if size == 1 {
		return
	}
	tree(3, size > 4)
	if size <= 4 {
		tree(4, size > 2)
		if size > 2 {
			tree(5, size == 4)
		}
		return
	}
	cat := 0
	for size >= vp8Base[cat+1] {
		cat++
	}
	tree(6, cat > 1)
	switch {
	case cat <= 1:
		tree(7, cat == 1)
	default:
		tree(8, cat > 3)
		tree(9+(cat-2)/2, (cat-2)%2 == 1)
	}
	extra, rest := vp8Extra[cat], size-vp8Base[cat]
	for i, p := range extra {
		raw(p, rest>>(len(extra)-1-i)&1 == 1)
	}
}

// bitCost is what a decision of probability p/256 for false costs in bits.
var bitCost = func() (t [257]float64) {
	for i := range t {
		t[i] = 8 - math.Log2(max(float64(i), 0.5))
	}
	return t
}()

func costOf(p uint8, v bool) float64 {
	if v {
		return bitCost[256-int(p)]
	}
	return bitCost[p]
}

// cost is how many bits a block takes.
func cost(p *probabilities, plane int, levels *block4, first, context int) (bits float64) {
	decisions(levels, first, context, func(band, context, node int, v bool) {
		bits += costOf(p[plane][band][context][node], v)
	}, func(prob uint8, v bool) { bits += costOf(prob, v) })
	return bits
}

// better gives the probabilities that fit the counts, where telling them costs less than they save.
func better(c *counts) (out probabilities) {
	out = vp8Tokens
	for i := range c {
		for j := range c[i] {
			for k := range c[i][j] {
				for l, n := range c[i][j][k] {
					if n[0]+n[1] == 0 {
						continue
					}
					p := uint8(min(max((256*n[0]+(n[0]+n[1])/2)/(n[0]+n[1]), 1), 255))
					with := func(p uint8) float64 { return float64(n[0])*costOf(p, false) + float64(n[1])*costOf(p, true) }
					old, told := vp8Tokens[i][j][k][l], vp8Update[i][j][k][l]
					if with(p)+8+costOf(told, true) < with(old)+costOf(told, false) {
						out[i][j][k][l] = p
					}
				}
			}
		}
	}
	return out
}
