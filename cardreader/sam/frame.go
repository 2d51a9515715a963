package sam

import "bytes"

// preamble begins every frame.
const preamble = "\xAA\xAA\xAA\x96\x69"

// Lengths that a frame may state. The longest answer in use holds 256 bytes of text, 1024 of photograph and 1024 of
// fingerprints: 090A.
const (
	minCommand = 3 // CMD PARA XOR
	minAnswer  = 4 // SW1 SW2 SW3 XOR
	maxLength  = 0x0910
)

// AppendFrame appends the frame around a body: CMD PARA data, or SW1 SW2 SW3 data. A body too long for a frame gives
// dst unchanged.
func AppendFrame(dst, body []byte) []byte {
	n := len(body) + 1
	if n > maxLength || n < minCommand {
		return dst
	}
	dst = append(append(dst, preamble...), byte(n>>8), byte(n))
	dst = append(dst, body...)
	return append(dst, xor(dst[len(dst)-len(body)-2:]))
}

func xor(b []byte) (x byte) {
	for _, v := range b {
		x ^= v
	}
	return x
}

// Decoder finds answers in a stream of bytes that comes in pieces, with noise between. It holds one frame at most.
type Decoder struct {
	buf     []byte
	skipped int
}

// Feed takes the next piece. Call Next until it has no more to say before the next Feed.
func (d *Decoder) Feed(b []byte) { d.buf = append(d.buf, b...) }

// Next gives the next body (SW1 SW2 SW3 data), a fresh slice. Neither a body nor an error: more bytes are needed.
// An error (ErrXOR, ErrBounds) has already been stepped over; the search goes on with the next call.
func (d *Decoder) Next() ([]byte, error) {
	i := bytes.Index(d.buf, []byte(preamble))
	if i < 0 {
		d.drop(max(0, len(d.buf)-len(preamble)+1))
		return nil, nil
	}
	d.drop(i)
	head := len(preamble) + 2
	if len(d.buf) < head {
		return nil, nil
	}
	n := int(d.buf[head-2])<<8 | int(d.buf[head-1])
	if n < minAnswer || n > maxLength {
		d.drop(1)
		return nil, ErrBounds
	}
	if len(d.buf) < head+n {
		return nil, nil
	}
	if xor(d.buf[len(preamble):head+n]) != 0 {
		d.drop(1)
		return nil, ErrXOR
	}
	body := bytes.Clone(d.buf[head : head+n-1])
	d.drop(head + n)
	d.skipped -= head + n
	return body, nil
}

// Resync gives up the frame that is waited for and tells whether there was one: Next then looks behind its preamble.
func (d *Decoder) Resync() bool {
	if len(d.buf) < len(preamble) {
		return false
	}
	d.drop(1)
	return true
}

// Reset forgets everything.
func (d *Decoder) Reset() { d.drop(len(d.buf)); d.skipped = 0 }

// Skipped counts the bytes that were no part of a frame.
func (d *Decoder) Skipped() int { return d.skipped }

// drop removes n bytes from the front and leaves no copy of them.
func (d *Decoder) drop(n int) {
	rest := copy(d.buf, d.buf[n:])
	clear(d.buf[rest:])
	d.buf = d.buf[:rest]
	d.skipped += n
}
