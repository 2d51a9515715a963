package qrread

import "image"

// maxPlane is the size at which a picture is searched: what is larger is made smaller as it is read, so that what it takes
// is bounded by this and not by what a file promises. A photograph of 12 million pixels keeps 11 of 16 along each side.
const maxPlane = 6 << 20

// Rows makes a grey picture of w by h pixels row by row, smaller where there are more than are searched. row fills the
// brightness of row y, in order.
func Rows(w, h int, row func(y int, to []byte) error) (*image.Gray, error) {
	if err := bounded(w, h); err != nil {
		return nil, err
	}
	f := 1.0
	for num := 15; int(float64(w)*f)*int(float64(h)*f) > maxPlane; num-- {
		f = float64(num) / 16
	}
	if f == 1 {
		out := image.NewGray(image.Rect(0, 0, w, h))
		for y := range h {
			if err := row(y, out.Pix[y*w:][:w]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	last := func() error { return nil }
	if f <= 0.5 { // four pixels at a time first, which costs less
		below := halved{row: row, a: make([]byte, w), b: make([]byte, w)}
		defer below.wipe()
		if y := h - 1; y%2 == 0 { // a row without another: it is read and left out
			last = func() error { return below.row(y, below.a) }
		}
		w, h, f, row = w/2, h/2, 2*f, below.next
	}
	s := newShrink(w, h, f)
	line := make([]byte, w)
	defer clear(line)
	for y := range h {
		if err := row(y, line); err != nil {
			return nil, err
		}
		s.add(y, line)
	}
	s.end()
	return s.out, last()
}

// halved gives the means of four pixels of the rows below it.
type halved struct {
	row  func(y int, to []byte) error
	a, b []byte
}

func (s *halved) next(y int, to []byte) error {
	if err := s.row(2*y, s.a); err != nil {
		return err
	}
	if err := s.row(2*y+1, s.b); err != nil {
		return err
	}
	a, b := s.a[:2*len(to)], s.b[:2*len(to)]
	for x := range to {
		to[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
	}
	return nil
}

func (s *halved) wipe() { clear(s.a); clear(s.b) }

// shrink makes a picture smaller by the mean of what falls into each pixel.
type shrink struct {
	out       *image.Gray
	f         float64
	to        []int32  // column of each pixel
	part      []uint32 // of a pixel, in 1/256, that falls there; the rest falls into the next
	wide      []uint32 // of each column: the parts that fall into it
	line      []uint32 // one row, columns made
	sum, next []uint32 // the row that is being made, and the one after it
	tall      uint32   // the parts of rows that fell into it
	over      uint32
	y         int
}

func newShrink(w, h int, f float64) *shrink {
	ow, oh := max(int(float64(w)*f), 1), max(int(float64(h)*f), 1)
	s := &shrink{out: image.NewGray(image.Rect(0, 0, ow, oh)), f: f, to: make([]int32, w), part: make([]uint32, w),
		wide: make([]uint32, ow+2), line: make([]uint32, ow+2), sum: make([]uint32, ow+2), next: make([]uint32, ow+2)}
	for x := range w {
		i, part := s.place(x)
		s.to[x], s.part[x] = int32(i), part
		s.wide[i] += part
		s.wide[i+1] += 256 - part
	}
	return s
}

// place tells where the pixel at x begins and which part of it falls there.
func (s *shrink) place(x int) (int, uint32) {
	from, to := float64(x)*s.f, float64(x+1)*s.f
	i := int(from)
	if edge := float64(i + 1); to > edge {
		return i, uint32(256 * (edge - from) / s.f)
	}
	return i, 256
}

func (s *shrink) add(y int, line []byte) {
	at, part := s.place(y)
	if at > s.y {
		s.flush()
	}
	clear(s.line)
	for x, v := range line {
		i, p := s.to[x], s.part[x]
		s.line[i] += uint32(v) * p
		s.line[i+1] += uint32(v) * (256 - p)
	}
	for i, v := range s.line {
		s.sum[i] += v >> 8 * part
		s.next[i] += v >> 8 * (256 - part)
	}
	s.tall, s.over = s.tall+part, s.over+256-part
}

// flush writes the row that is done.
func (s *shrink) flush() {
	if w := s.out.Rect.Dx(); s.y < s.out.Rect.Dy() {
		row := s.out.Pix[s.y*w:][:w]
		for i := range row {
			if all := uint64(s.wide[i]) * uint64(s.tall) >> 8; all > 0 {
				row[i] = byte(min((uint64(s.sum[i])+all/2)/all, 255))
			}
		}
	}
	s.sum, s.next, s.tall, s.over = s.next, s.sum, s.over, 0
	clear(s.next)
	s.y++
}

func (s *shrink) end() {
	for s.y < s.out.Rect.Dy() {
		s.flush()
	}
	clear(s.sum)
	clear(s.line)
}
