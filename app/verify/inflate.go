package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
)

// Errors of unpacking.
var (
	ErrPacked  = errors.New("verify: not a packed stream")
	ErrTooLong = errors.New("verify: unpacks to more than is looked at")
)

// Inflate unpacks a DEFLATE stream (RFC 1951), at most most bytes of it; the stream must end with b. What comes out stands in
// the slice that is returned and nowhere else: the library's reader keeps a window of 32 KiB with what somebody showed, and
// making that window costs more than to unpack a code.
func Inflate(b []byte, most int) ([]byte, error) {
	var d inflater
	d.in, d.most = b, most
	return d.whole()
}

// Unzlib unpacks a zlib stream (RFC 1950) without a preset dictionary, as Inflate does.
func Unzlib(b []byte, most int) ([]byte, error) {
	if len(b) < 6 || b[0]&15 != 8 || b[0]>>4 > 7 || binary.BigEndian.Uint16(b)%31 != 0 || b[1]&0x20 != 0 {
		return nil, fmt.Errorf("%w: zlib header", ErrPacked)
	}
	out, err := Inflate(b[2:len(b)-4], most)
	if err != nil {
		return nil, err
	}
	if adler32.Checksum(out) != binary.BigEndian.Uint32(b[len(b)-4:]) {
		return nil, fmt.Errorf("%w: checksum", ErrPacked)
	}
	return out, nil
}

// Gunzip unpacks one member of a gzip stream (RFC 1952), as Inflate does. Names and comments in its header are passed over.
func Gunzip(b []byte, most int) ([]byte, error) {
	if len(b) < 18 || b[0] != 0x1f || b[1] != 0x8b || b[2] != 8 {
		return nil, fmt.Errorf("%w: gzip header", ErrPacked)
	}
	body, end := b[:len(b)-8], b[len(b)-8:]
	at, flags := 10, b[3]
	if flags&4 != 0 { // extra field
		if at+2 > len(body) {
			return nil, fmt.Errorf("%w: gzip header", ErrPacked)
		}
		at += 2 + int(binary.LittleEndian.Uint16(body[at:]))
	}
	for _, text := range [2]byte{8, 16} { // name, comment
		for end := flags&text == 0; !end; at++ {
			if at >= len(body) {
				return nil, fmt.Errorf("%w: gzip header", ErrPacked)
			}
			end = body[at] == 0
		}
	}
	if flags&2 != 0 { // checksum of the header
		if at+2 > len(body) || binary.LittleEndian.Uint16(body[at:]) != uint16(crc32.ChecksumIEEE(b[:at])) {
			return nil, fmt.Errorf("%w: gzip header", ErrPacked)
		}
		at += 2
	}
	if at > len(body) {
		return nil, fmt.Errorf("%w: gzip header", ErrPacked)
	}
	out, err := Inflate(body[at:], most)
	if err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(out) != binary.LittleEndian.Uint32(end) || uint32(len(out)) != binary.LittleEndian.Uint32(end[4:]) {
		return nil, fmt.Errorf("%w: checksum", ErrPacked)
	}
	return out, nil
}

// inflater is the work on one stream. It is small enough for the stack.
type inflater struct {
	in        []byte
	at        int
	bits      uint64 // read and not used, the next one lowest
	n         uint   // how many
	out       []byte
	most      int
	lit, dist code
}

// fill reads as many bits as there is room for.
func (d *inflater) fill() {
	for d.n <= 56 && d.at < len(d.in) {
		d.bits |= uint64(d.in[d.at]) << d.n
		d.at++
		d.n += 8
	}
}

// take gives the next bits, at most 16; ok is false where the stream ends before.
func (d *inflater) take(n uint) (v int, ok bool) {
	if d.n < n {
		if d.fill(); d.n < n {
			return 0, false
		}
	}
	v = int(d.bits & (1<<n - 1))
	d.bits >>= n
	d.n -= n
	return v, true
}

func (d *inflater) whole() ([]byte, error) {
	d.out = make([]byte, 0, min(d.most, 3*len(d.in)+64))
	for last := 0; last == 0; {
		var kind int
		var ok bool
		if last, ok = d.take(1); !ok {
			return nil, fmt.Errorf("%w: cut off", ErrPacked)
		}
		if kind, ok = d.take(2); !ok {
			return nil, fmt.Errorf("%w: cut off", ErrPacked)
		}
		if err := d.block(kind); err != nil {
			return nil, err
		}
	}
	if d.at-int(d.n/8) != len(d.in) {
		return nil, fmt.Errorf("%w: bytes after the stream", ErrPacked)
	}
	return d.out, nil
}

func (d *inflater) block(kind int) error {
	switch {
	case kind == 0:
		return d.stored()
	case kind == 1:
		return d.compressed(&fixedLit, &fixedDist)
	case kind == 2 && d.described():
		return d.compressed(&d.lit, &d.dist)
	}
	return fmt.Errorf("%w: block", ErrPacked)
}

// stored copies a block that is not compressed, §3.2.4.
func (d *inflater) stored() error {
	d.at -= int(d.n / 8)
	d.bits, d.n = 0, 0
	if d.at+4 > len(d.in) {
		return fmt.Errorf("%w: cut off", ErrPacked)
	}
	size := int(binary.LittleEndian.Uint16(d.in[d.at:]))
	if uint16(size) != ^binary.LittleEndian.Uint16(d.in[d.at+2:]) || d.at+4+size > len(d.in) {
		return fmt.Errorf("%w: stored block", ErrPacked)
	}
	if len(d.out)+size > d.most {
		return ErrTooLong
	}
	d.out = append(d.out, d.in[d.at+4:][:size]...)
	d.at += 4 + size
	return nil
}

// Extra bits and bases of lengths and distances, §3.2.5.
var (
	lengthBase  = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase    = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distExtra   = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

const endOfBlock = 256

// compressed copies literals and repeats what went before, until the block's end.
func (d *inflater) compressed(lit, dist *code) error {
	for {
		symbol, ok := d.symbol(lit)
		switch {
		case !ok || symbol > endOfBlock+len(lengthBase):
			return fmt.Errorf("%w: symbol", ErrPacked)
		case symbol == endOfBlock:
			return nil
		case len(d.out) >= d.most:
			return ErrTooLong
		case symbol < endOfBlock:
			d.out = append(d.out, byte(symbol))
			continue
		}
		k := symbol - endOfBlock - 1
		more, ok1 := d.take(uint(lengthExtra[k]))
		size := int(lengthBase[k]) + more
		k, ok2 := d.symbol(dist)
		if !ok1 || !ok2 || k >= len(distBase) {
			return fmt.Errorf("%w: symbol", ErrPacked)
		}
		more, ok = d.take(uint(distExtra[k]))
		back := int(distBase[k]) + more
		if !ok || back > len(d.out) {
			return fmt.Errorf("%w: distance", ErrPacked)
		}
		if len(d.out)+size > d.most {
			return ErrTooLong
		}
		for from := len(d.out) - back; size > 0; {
			n := min(size, len(d.out)-from)
			d.out = append(d.out, d.out[from:from+n]...)
			size -= n
		}
	}
}
