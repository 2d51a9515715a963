package verify

import "math/bits"

const (
	fastBits = 9  // codes up to this length are looked up at once
	maxBits  = 15 // longest code, §3.2.7
)

// code is a Huffman code (RFC 1951 §3.2.2).
type code struct {
	fast   [1 << fastBits]uint16 // symbol<<4 | length, by the next bits of the stream; 0: longer
	count  [maxBits + 1]uint16   // codes of each length
	sorted [288]uint16           // symbols by length, then by value
}

// make builds the code of these lengths. It refuses one with too many codes or with gaps; a single code of one bit, and
// none at all, are taken as the library takes them.
func (c *code) make(lengths []uint8) bool {
	c.count, c.fast = [maxBits + 1]uint16{}, [1 << fastBits]uint16{}
	longest := uint8(0)
	for _, l := range lengths {
		c.count[l]++
		longest = max(longest, l)
	}
	c.count[0] = 0
	if longest == 0 {
		return true
	}
	var next, from [maxBits + 2]uint16
	codes := 0 // of the length below, doubled: as many as the longest could have
	for l := uint8(1); l <= longest; l++ {
		codes <<= 1
		next[l] = uint16(codes)
		codes += int(c.count[l])
		if codes > 1<<l {
			return false
		}
		from[l+1] = from[l] + c.count[l]
	}
	if codes != 1<<longest && !(codes == 1 && longest == 1) {
		return false
	}
	for symbol, l := range lengths {
		if l == 0 {
			continue
		}
		c.sorted[from[l]] = uint16(symbol)
		from[l]++
		if l <= fastBits {
			first := int(bits.Reverse16(next[l]) >> (16 - l))
			for i := first; i < 1<<fastBits; i += 1 << l {
				c.fast[i] = uint16(symbol)<<4 | uint16(l)
			}
		}
		next[l]++
	}
	return true
}

// symbol reads the next symbol of a code.
func (d *inflater) symbol(c *code) (int, bool) {
	if d.n < maxBits {
		d.fill()
	}
	if e := c.fast[d.bits&(1<<fastBits-1)]; e != 0 {
		l := uint(e & 15)
		if l > d.n {
			return 0, false
		}
		d.bits >>= l
		d.n -= l
		return int(e >> 4), true
	}
	value, first, index, rest := 0, 0, 0, d.bits
	for l := uint(1); l <= maxBits && l <= d.n; l++ {
		value |= int(rest & 1)
		rest >>= 1
		n := int(c.count[l])
		if value-first < n {
			d.bits >>= l
			d.n -= l
			return int(c.sorted[index+value-first]), true
		}
		index += n
		first = (first + n) << 1
		value <<= 1
	}
	return 0, false
}

// fixedLit and fixedDist are the codes of §3.2.6. Nobody changes them.
var fixedLit, fixedDist = fixed()

func fixed() (lit, dist code) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	distances := [32]uint8{}
	for i := range distances {
		distances[i] = 5
	}
	lit.make(lengths[:])
	dist.make(distances[:])
	return lit, dist
}

// order is the order of the lengths of the code that packs lengths, §3.2.7.
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// described reads the codes of a block, §3.2.7.
func (d *inflater) described() bool {
	d.fill()
	if d.n < 14 {
		return false
	}
	nl, _ := d.take(5)
	nd, _ := d.take(5)
	nc, _ := d.take(4)
	nl, nd, nc = nl+257, nd+1, nc+4
	if nl > 286 || nd > len(distBase) {
		return false
	}
	var lengths [286 + 30]uint8
	for _, i := range order[:nc] {
		l, ok := d.take(3)
		if !ok {
			return false
		}
		lengths[i] = uint8(l)
	}
	if !d.lit.make(lengths[:19]) {
		return false
	}
	lengths = [286 + 30]uint8{}
	for i := 0; i < nl+nd; {
		s, ok := d.symbol(&d.lit)
		if !ok {
			return false
		}
		if s < 16 {
			lengths[i] = uint8(s)
			i++
			continue
		}
		if s == 16 && i == 0 {
			return false
		}
		extra, base, value := uint(2), 3, uint8(0)
		switch s {
		case 16:
			value = lengths[i-1]
		case 17:
			extra = 3
		case 18:
			extra, base = 7, 11
		}
		n, ok := d.take(extra)
		if n += base; !ok || i+n > nl+nd {
			return false
		}
		for range n {
			lengths[i] = value
			i++
		}
	}
	return d.lit.make(lengths[:nl]) && d.dist.make(lengths[nl:nl+nd])
}
