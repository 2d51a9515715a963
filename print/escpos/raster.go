package escpos

import "image"

// bandRows is how many rows are sent at once.
const bandRows = 32

// bands makes a page black and white, a bit a dot, and cuts it into GS v 0 commands.
func bands(img *image.Gray) (all [][]byte) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	row := (w + 7) / 8
	for top := 0; top < h; top += bandRows {
		n := min(bandRows, h-top)
		b := make([]byte, 8+row*n)
		copy(b, []byte{0x1d, 'v', '0', 0, byte(row), byte(row >> 8), byte(n), 0})
		for y := range n {
			to, from := b[8+row*y:][:row], img.Pix[(top+y)*img.Stride:][:w]
			for x, p := range from {
				if p < 128 {
					to[x/8] |= 0x80 >> (x % 8)
				}
			}
		}
		all = append(all, b)
	}
	return all
}

// Commands besides the bands.
func cmdStart() []byte  { return []byte{0x1b, '@', 0x1d, 'a', 0} }
func cmdCut() []byte    { return []byte{0x1d, 'V', 66, 0} }
func cmdAnswer() []byte { return []byte{0x1d, 'r', 1} }
func cmdForget() []byte { return []byte{0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8} }
func cmdAsk(n byte) []byte {
	return []byte{0x10, 0x04, n}
}
