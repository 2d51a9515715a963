package qrread

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
)

// Bounds on a PNG: what its pixels unpack to, and the size of an interlaced one, which cannot be read row by row.
const (
	maxRaw        = 64 << 20
	maxInterlaced = 4 << 20
)

var errPNG = fmt.Errorf("%w: PNG", ErrFormat)

// pngHead is the chunk IHDR (ISO/IEC 15948 §11.2.2).
type pngHead struct {
	w, h        int
	depth, kind byte
	interlaced  bool
}

// channels gives the samples of a pixel by colour type, 0 for one that there is not.
func (h *pngHead) channels() int {
	switch h.kind {
	case 0, 3:
		return 1
	case 2:
		return 3
	case 4:
		return 2
	case 6:
		return 4
	}
	return 0
}

// row gives the bytes of a row, 0 where depth and colour do not go together (§11.2.2, table 11.1).
func (h *pngHead) row() int {
	c := h.channels()
	switch h.depth {
	case 1, 2, 4:
		if c != 1 {
			return 0
		}
	case 8:
	case 16:
		if h.kind == 3 {
			return 0
		}
	default:
		return 0
	}
	return (h.w*c*int(h.depth) + 7) / 8
}

// chunks reads a PNG chunk by chunk. As a Reader it gives what is packed in the image data chunks.
type chunks struct {
	rest  []byte // of the file
	chunk []byte // of the image data chunk that is being read
	done  bool
}

// next gives the next chunk. Its checksum is not looked at: that of the packed data is.
func (c *chunks) next() (name string, body []byte, ok bool) {
	if len(c.rest) < 12 {
		return "", nil, false
	}
	n := binary.BigEndian.Uint32(c.rest)
	if uint64(n)+12 > uint64(len(c.rest)) {
		return "", nil, false
	}
	name, body = string(c.rest[4:8]), c.rest[8:8+n]
	c.rest = c.rest[12+n:]
	return name, body, true
}

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	for len(c.chunk) == 0 {
		name, body, ok := c.next()
		if c.done = c.done || !ok || name != "IDAT"; c.done {
			return 0, io.EOF
		}
		c.chunk = body
	}
	n := copy(p, c.chunk)
	c.chunk = c.chunk[n:]
	return n, nil
}

// openPNG reads the brightness of a PNG row by row.
func (w *Work) openPNG(data []byte) (image.Image, error) {
	c := &chunks{rest: data[8:]}
	name, body, ok := c.next()
	if !ok || name != "IHDR" || len(body) != 13 {
		return nil, errPNG
	}
	wide, tall := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	if wide > maxSide || tall > maxSide {
		return nil, ErrTooLarge
	}
	head := pngHead{int(wide), int(tall), body[8], body[9], body[12] != 0}
	if err := bounded(head.w, head.h); err != nil {
		return nil, err
	}
	row := head.row()
	switch {
	case row == 0:
		return nil, errPNG
	case row*head.h > maxRaw, head.interlaced && head.w*head.h > maxInterlaced:
		return nil, ErrTooLarge
	case head.interlaced:
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, errPNG
		}
		return img, nil
	}
	w.unpack(row*head.h, pricePNG)
	palette, ok := c.palette()
	if !ok {
		return nil, errPNG
	}
	z, err := zlib.NewReader(c)
	if err != nil {
		return nil, errPNG
	}
	lines := NewPredicted(z, row, max(1, head.channels()*int(head.depth)/8))
	defer lines.Wipe()
	img, err := Rows(head.w, head.h, func(_ int, to []byte) error {
		line, err := lines.Next()
		if err != nil {
			return errPNG
		}
		head.brightness(to, line, palette)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(z, make([]byte, 1)); !errors.Is(err, io.EOF) { // the checksum stands behind the last row
		return nil, errPNG
	}
	return img, nil
}

// palette reads the chunks before the image data: the brightness of each colour.
func (c *chunks) palette() (light [256]byte, ok bool) {
	for {
		name, body, ok := c.next()
		switch {
		case !ok || name == "IEND":
			return light, false
		case name == "IDAT":
			c.chunk = body
			return light, true
		case name == "PLTE":
			for i := 0; i < 256 && 3*i+2 < len(body); i++ {
				light[i] = luma(body[3*i], body[3*i+1], body[3*i+2])
			}
		case name == "tRNS":
			for i := range min(len(body), 256) {
				light[i] = onWhite(light[i], body[i])
			}
		}
	}
}

func luma(r, g, b byte) byte { return byte((299*uint32(r) + 587*uint32(g) + 114*uint32(b)) / 1000) }

func onWhite(v, alpha byte) byte {
	return byte((uint32(v)*uint32(alpha) + 255*(255-uint32(alpha))) / 255)
}

// brightness turns a row of samples into brightness.
func (h *pngHead) brightness(to, line []byte, palette [256]byte) {
	step := h.channels()
	if h.depth == 16 { // the upper halves
		step *= 2
	}
	next := step / h.channels()
	if h.kind == 0 && h.depth == 8 {
		copy(to, line)
		return
	}
	for x := range to {
		switch {
		case h.depth < 8:
			per := 8 / int(h.depth)
			v := line[x/per] >> (8 - int(h.depth)*(x%per+1)) & (1<<h.depth - 1)
			if to[x] = byte(255 * int(v) / (1<<h.depth - 1)); h.kind == 3 {
				to[x] = palette[v]
			}
		case h.kind == 0:
			to[x] = line[x*step]
		case h.kind == 3:
			to[x] = palette[line[x]]
		case h.kind == 4:
			to[x] = onWhite(line[x*step], line[x*step+next])
		default:
			p := line[x*step:][:step]
			to[x] = luma(p[0], p[next], p[2*next])
			if h.kind == 6 {
				to[x] = onWhite(to[x], p[3*next])
			}
		}
	}
}
