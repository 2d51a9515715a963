package voucher

import (
	"encoding/binary"
	"hash/adler32"
	"math/bits"
)

// RFC 1951 §3.2.5: the lengths and distances at which each code begins.
var (
	lengthBase = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
		163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase    = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
		2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distExtra = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
		13}
)

const (
	minMatch   = 3
	maxMatch   = 258
	maxWindow  = 32768
	endOfBlock = 256
	hashBits   = 10
	maxChain   = 64
)

// deflater writes one block with the fixed Huffman codes of RFC 1951 §3.2.6.
//
// compress/zlib is not used for writing: it stores what it cannot shrink (a signed payload hardly shrinks), and a
// widespread reader, @mosip/pixelpass, throws on any stream with a stored block.
type deflater struct {
	out  []byte
	acc  uint64
	n    uint
	head [1 << hashBits]int32
	prev []int32
}

// deflate gives src as a zlib stream (RFC 1950) of one fixed-Huffman block.
func deflate(src []byte) []byte {
	d := &deflater{out: make([]byte, 2, len(src)+len(src)/8+16), prev: make([]int32, len(src))}
	d.out[0], d.out[1] = 0x78, 0x9c // deflate, 32 KiB window, default level, check bits (RFC 1950 §2.2)
	for i := range d.head {
		d.head[i] = -1
	}
	d.bits(1, 1) // BFINAL
	d.bits(1, 2) // BTYPE 01: fixed Huffman
	for i := 0; i < len(src); {
		length, dist := d.find(src, i)
		if length == 0 {
			d.literal(uint16(src[i]))
			d.enter(src, i)
			i++
			continue
		}
		d.match(length, dist)
		for end := i + length; i < end; i++ {
			d.enter(src, i)
		}
	}
	d.literal(endOfBlock)
	if d.n > 0 {
		d.out = append(d.out, byte(d.acc))
	}
	return binary.BigEndian.AppendUint32(d.out, adler32.Checksum(src))
}

// bits appends the n low bits of v, least significant first (RFC 1951 §3.1.1).
func (d *deflater) bits(v uint32, n uint) {
	d.acc |= uint64(v) << d.n
	for d.n += n; d.n >= 8; d.n -= 8 {
		d.out = append(d.out, byte(d.acc))
		d.acc >>= 8
	}
}

// code appends a Huffman code, most significant bit first (RFC 1951 §3.1.1).
func (d *deflater) code(v uint16, n uint) { d.bits(uint32(bits.Reverse16(v)>>(16-n)), n) }

// literal appends a literal or length symbol (RFC 1951 §3.2.6).
func (d *deflater) literal(s uint16) {
	switch {
	case s <= 143:
		d.code(0x30+s, 8)
	case s <= 255:
		d.code(0x190+s-144, 9)
	case s <= 279:
		d.code(s-256, 7)
	default:
		d.code(0xc0+s-280, 8)
	}
}

func (d *deflater) match(length, dist int) {
	l := lengthCode(length)
	d.literal(uint16(257 + l))
	d.bits(uint32(length)-uint32(lengthBase[l]), uint(lengthExtra[l]))
	c := distCode(dist)
	d.code(uint16(c), 5)
	d.bits(uint32(dist)-uint32(distBase[c]), uint(distExtra[c]))
}

func lengthCode(length int) int {
	i := len(lengthBase) - 1
	for int(lengthBase[i]) > length {
		i--
	}
	return i
}

func distCode(dist int) int {
	i := len(distBase) - 1
	for int(distBase[i]) > dist {
		i--
	}
	return i
}

func hash3(b []byte) uint32 {
	v := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	return v * 0x9e3779b1 >> (32 - hashBits)
}

func (d *deflater) enter(src []byte, i int) {
	if i+minMatch > len(src) {
		return
	}
	h := hash3(src[i:])
	d.prev[i], d.head[h] = d.head[h], int32(i)
}

// find gives the match at i that saves most bits, or length 0 where literals are shorter.
func (d *deflater) find(src []byte, i int) (length, dist int) {
	if i+minMatch > len(src) {
		return 0, 0
	}
	limit := min(maxMatch, len(src)-i)
	best := 0
	for j, k := d.head[hash3(src[i:])], 0; j >= 0 && i-int(j) <= maxWindow && k < maxChain; j, k = d.prev[j], k+1 {
		n := 0
		for n < limit && src[int(j)+n] == src[i+n] {
			n++
		}
		if n < minMatch {
			continue
		}
		if gain := literalBits(src[i:i+n]) - matchBits(n, i-int(j)); gain > best {
			best, length, dist = gain, n, i-int(j)
		}
	}
	return length, dist
}

func literalBits(b []byte) (n int) {
	for _, c := range b {
		n += 8
		if c > 143 {
			n++
		}
	}
	return n
}

func matchBits(length, dist int) int {
	l, c := lengthCode(length), distCode(dist)
	n := 7 + int(lengthExtra[l]) + 5 + int(distExtra[c])
	if 257+l >= 280 {
		n++
	}
	return n
}
