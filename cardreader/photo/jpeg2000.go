package photo

import (
	"encoding/binary"
	"fmt"
	"image"
)

// fuel is what one picture may cost, in edges of the decoder's control flow (jp2/fuel.c): eight times what a lossless
// one of 413×531 takes, twice what the largest that is allowed takes.
const fuel = 100_000_000

// reserve is the memory that the largest picture takes (30 MiB), so that a portrait's engine grows in place and leaves
// no copy behind in a smaller array. The operating system gives the pages when they are written to.
const reserve = 32 << 20

// status words of jp2_decode, jp2/jp2wasm.c.
const (
	statusOK       = 0
	statusTooLarge = 4
	statusNoMemory = 7
	resultSize     = 24
)

func statusName(s uint32) string {
	names := [...]string{"decoded", "no signature", "set-up", "header", "dimensions", "body", "no data", "memory", "colour space"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown status"
}

// decodeJPEG2000 decodes b in an engine of its own that stops after limit edges.
func decodeJPEG2000(b []byte, limit int64) (img image.Image, err error) {
	m := newEngine()
	m.memory = append(make([]byte, 0, reserve), m.memory...)
	defer func() {
		// The traps of WebAssembly are panics of the translated code: an index out of range, a call through a wrong
		// pointer, the end of the fuel. None of them leaves this function.
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("%w: trap", ErrBroken)
			if m.Xjp2_left() == 0 {
				err = ErrTooCostly
			}
		}
		clear(m.memory)
	}()
	m.X_initialize()
	m.Xjp2_fuel(limit)
	p := m.Xjp2_alloc(int32(len(b)))
	if p == 0 {
		return nil, fmt.Errorf("%w: memory", ErrTooCostly)
	}
	copy(window(m, uint32(p), len(b)), b)
	return result(m, uint32(m.Xjp2_decode(p, int32(len(b)), MaxWidth, MaxHeight)))
}

// window is a part of the engine's memory. A place outside of it panics, which is a trap like any other.
func window(m *engine, at uint32, n int) []byte {
	mem := m.memory // read anew each time: it may have grown
	return mem[int(at) : int(at)+n : int(at)+n]
}

// result copies the picture out.
func result(m *engine, at uint32) (image.Image, error) {
	block := window(m, at, resultSize)
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(block[4*i:]) }
	switch status := word(0); status {
	case statusOK:
	case statusTooLarge:
		return nil, fmt.Errorf("%w: %s", ErrTooLarge, statusName(status))
	case statusNoMemory:
		return nil, fmt.Errorf("%w: %s", ErrTooCostly, statusName(status))
	default:
		return nil, fmt.Errorf("%w: %s", ErrBroken, statusName(status))
	}
	w, h, components := word(1), word(2), word(3)
	if w < 1 || w > MaxWidth || h < 1 || h > MaxHeight { // not believed: the block is the engine's
		return nil, fmt.Errorf("%w: dimensions", ErrBroken)
	}
	pix := window(m, word(4), int(4*w*h))
	if components < 3 {
		grey := image.NewGray(image.Rect(0, 0, int(w), int(h)))
		for i := range grey.Pix {
			grey.Pix[i] = pix[4*i]
		}
		return grey, nil
	}
	img := image.NewRGBA(image.Rect(0, 0, int(w), int(h)))
	copy(img.Pix, pix)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xFF
	}
	return img, nil
}
