package qrread

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// Code is one code found in a picture. What it says is somebody's: a Code prints as version and length.
type Code struct {
	Text    string         // exactly the bytes encoded, see the package comment
	Version int            // 1 to 40
	Corners [4]image.Point // of its modules: top left, top right, bottom right, bottom left as the code sees itself
	// Part and Parts tell which of several codes of one message this is (structured append, §8); Parts is 0 for a
	// code that stands alone.
	Part, Parts int
	parity      int
}

// Format implements fmt.Formatter so that no verb prints what the code says.
func (c Code) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "code(version %d, %d bytes)", c.Version, len(c.Text))
}

// LogValue implements slog.LogValuer.
func (c Code) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Bounds of what is tried, whatever is on a picture; Work bounds the rest.
const (
	maxTriples = 10 // for one way of seeing
	maxCodes   = 16
	maxViews   = 4
)

// turn is a threshold, and whether light and dark are swapped.
type turn struct{ k, swapped int }

// likelyTurns is how many of turns have a go on each size up to the first before a larger one is looked at.
const likelyTurns = 3

// turns is the order in which they are tried, the likeliest first.
func turns() []turn {
	return []turn{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {3, 0}, {4, 0}, {2, 1}, {1, 1}, {3, 1}, {4, 1}}
}

// search is the work on one picture.
type search struct {
	ctx   context.Context
	work  *Work
	codes []Code
}

// view is one size of the picture.
type view struct {
	p, soft *plane
	scale   float64
	failed  [2][]triple // as it is, and with light and dark swapped
}

// Read finds the codes in a picture. It fails with ErrNoCode where there is none, or none that can be found for what a
// picture may cost, and with the context's error where that ends first; codes found until then are given with it.
func Read(ctx context.Context, img image.Image) ([]Code, error) {
	return NewWork().Read(ctx, img)
}

// Read is the function Read for what is left of some work.
func (w *Work) Read(ctx context.Context, img image.Image) ([]Code, error) {
	b := img.Bounds()
	if err := bounded(b.Dx(), b.Dy()); err != nil {
		return nil, err
	}
	w.unpack(b.Dx()*b.Dy()/3, pricePixel)
	whole, times := grey(img)
	s := &search{ctx: ctx, work: w}
	scale := times * s.look(whole)
	for i := range s.codes {
		for k, c := range s.codes[i].Corners {
			s.codes[i].Corners[k] = image.Pt(int(float64(c.X)*scale), int(float64(c.Y)*scale)).Add(b.Min)
		}
	}
	if err := ctx.Err(); err != nil {
		return s.codes, err
	}
	if len(s.codes) == 0 {
		return nil, ErrNoCode
	}
	return s.codes, nil
}

// views makes the sizes of a picture that are looked at, the likeliest first.
func views(whole *plane) []*view {
	all := []*view{{p: whole, scale: 1}}
	for p := whole; p.w >= 400 && p.h >= 400 && len(all) < maxViews; {
		p = p.half()
		all = append(all, &view{p: p, scale: 2 * all[len(all)-1].scale})
	}
	if len(all) > 1 && whole.w*whole.h > 5<<20 {
		// A page at 600 dpi has modules of a dozen pixels: half of that is enough and costs a quarter.
		all[0], all[1] = all[1], all[0]
	}
	if whole.w*whole.h <= 500*500 {
		all = append(all, &view{p: whole.larger(3), scale: 1.0 / 3})
	}
	return all
}

// look tries each threshold on each size of the picture, as it is and with light and dark swapped, the likeliest first, and
// gives the scale at which codes were found.
func (s *search) look(whole *plane) float64 {
	all := views(whole)
	s.work.Spend(whole.w*whole.h/3, pricePixel)
	defer func() {
		for _, v := range all {
			v.wipe()
		}
	}()
	for _, t := range plan(all) {
		if s.over() {
			return 1
		}
		if t.v.p.w*t.v.p.h*pricePass > s.work.left { // a smaller one may still go
			continue
		}
		if s.see(t.v, t.turn); len(s.codes) > 0 {
			return t.v.scale
		}
	}
	return 1
}

// task is a turn on one size.
type task struct {
	v    *view
	turn turn
}

// plan puts the turns on all sizes in order: the likely ones on the first size and on smaller ones, then on larger ones,
// which cost more, then the last resorts.
func plan(all []*view) (tasks []task) {
	larger := func(v *view) bool { return v.p.w*v.p.h > all[0].p.w*all[0].p.h }
	add := func(turns []turn, fits func(*view) bool) {
		for _, t := range turns {
			for _, v := range all {
				if fits(v) {
					tasks = append(tasks, task{v, t})
				}
			}
		}
	}
	likely, last := turns()[:likelyTurns], turns()[likelyTurns:]
	add(likely, func(v *view) bool { return !larger(v) })
	add(likely, larger)
	add(last, func(*view) bool { return true })
	return tasks
}

func (v *view) wipe() {
	clear(v.p.pix)
	if v.soft != nil {
		clear(v.soft.pix)
	}
}

func (s *search) over() bool { return !s.work.Left() || s.ctx.Err() != nil }

// see tries one size of the picture by one threshold.
func (s *search) see(v *view, t turn) {
	n := v.p.w * v.p.h
	if v.soft == nil {
		v.soft = v.p.blurred()
		s.work.Spend(n, priceSoft)
	}
	if t.swapped == 1 {
		v.p.invert()
		v.soft.invert()
		defer v.p.invert()
		defer v.soft.invert()
		s.work.Spend(n/3, pricePixel)
	}
	b := s.divide(v, t.k)
	defer clear(b.bits)
	s.bitmap(v, b, t.swapped)
}

// divide divides a picture into dark and light by the k-th threshold.
func (s *search) divide(v *view, k int) *bitmap {
	n, long := v.p.w*v.p.h, max(v.p.w, v.p.h)
	switch k {
	case 0:
		s.work.Spend(n, priceLocal)
		return v.soft.local(max(long/24, 12), 16)
	case 1:
		s.work.Spend(n, priceOtsu)
		return v.soft.otsu()
	case 2:
		s.work.Spend(n, priceLocal)
		return v.p.local(max(long/40, 8), 10)
	case 3:
		s.work.Spend(n, priceSoft+priceLocal)
		softer := v.soft.blurred()
		defer clear(softer.pix)
		return softer.local(max(long/12, 20), 24)
	}
	s.work.Spend(n, priceOtsu)
	return v.p.otsu()
}

// bitmap tries the triples of finder patterns that one threshold shows.
func (s *search) bitmap(v *view, b *bitmap, swapped int) {
	p := v.p
	step := 2
	if p.h < 500 {
		step = 1
	}
	spots := b.spots(step)
	s.work.Spend(p.w*p.h/step, priceRow)
	s.work.Spend(b.hits, priceHit)
	slices.SortStableFunc(spots, func(a, b spot) int { return b.count - a.count })
	var finders []*finder
	for _, sp := range spots {
		f, ok := p.frame(sp)
		s.count(p)
		if s.over() {
			break
		}
		if ok {
			if finders = append(finders, f); len(finders) == maxFinders {
				break
			}
		}
	}
	var used []*finder
	for _, t := range triples(finders, maxTriples) {
		if s.over() || len(s.codes) >= maxCodes {
			return
		}
		if slices.ContainsFunc(used, func(f *finder) bool { return f == t.tl || f == t.tr || f == t.bl }) || tried(v.failed[swapped], t) {
			continue
		}
		if s.attempt(p, t) {
			used = append(used, t.tl, t.tr, t.bl)
		} else {
			v.failed[swapped] = append(v.failed[swapped], t)
		}
	}
}

// count takes what was asked of a plane from the work.
func (s *search) count(p *plane) {
	s.work.Spend(p.read, priceSample)
	p.read = 0
}

// tried tells whether the same three places failed before.
func tried(failed []triple, t triple) bool {
	near := func(a, b *finder) bool { return a.at.distance(b.at) < 0.04*a.size }
	return slices.ContainsFunc(failed, func(f triple) bool {
		return near(f.tl, t.tl) && near(f.tr, t.tr) && near(f.bl, t.bl)
	})
}

// attempt reads the code of three finder patterns.
func (s *search) attempt(p *plane, t triple) bool {
	defer s.count(p)
	right, down := t.tr.at.minus(t.tl.at), t.bl.at.minus(t.tl.at)
	t.tl = p.sharpen(t.tl.turnedTo(right, down))
	t.tr = p.sharpen(t.tr.turnedTo(right, down))
	t.bl = p.sharpen(t.bl.turnedTo(right, down))
	for _, dim := range p.dims(t) {
		m, ok := p.lay(t, dim)
		if !ok {
			continue
		}
		if c, ok := p.readMesh(m); ok {
			if !slices.ContainsFunc(s.codes, func(o Code) bool { return o.Text == c.Text && o.Part == c.Part }) {
				s.codes = append(s.codes, c)
			}
			return true
		}
		if s.count(p); s.over() {
			return false
		}
	}
	return false
}

// readMesh samples the modules and decodes them, with several amounts of sharpening.
func (p *plane) readMesh(m *mesh) (Code, bool) {
	g := p.sample(m)
	for _, k := range [4]float64{0.4, 0, 0.9, 1.6} {
		p.read += m.dim * m.dim * priceModule / priceSample
		bits, err := g.crisp(k).bits()
		if err != nil {
			return Code{}, false
		}
		if wrong(bits) > 0.25 {
			if k == 0.9 {
				return Code{}, false
			}
			continue
		}
		p.read += m.dim * m.dim * priceDecode / priceSample
		if c, ok := decode(bits); ok {
			d := float64(m.dim)
			for i, q := range [4]point{{0, 0}, {d, 0}, {d, d}, {0, d}} {
				at := m.at(q)
				c.Corners[i] = image.Pt(int(at.x), int(at.y))
			}
			return c, true
		}
	}
	return Code{}, false
}

// decode corrects and parses the modules of one code.
func decode(bits *gozxing.BitMatrix) (c Code, ok bool) {
	defer func() {
		if recover() != nil {
			c, ok = Code{}, false
		}
	}()
	r, err := decoder.NewDecoder().Decode(bits, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_CHARACTER_SET: "ISO-8859-1", // one character a byte; exact turns it back
	})
	if err != nil || r.GetText() == "" {
		return Code{}, false // no message: an empty grid corrects to one
	}
	c = Code{Text: exact(r.GetText(), r.GetRawBytes()), Version: (bits.GetWidth() - 17) / 4}
	if r.HasStructuredAppend() {
		n := r.GetStructuredAppendSequenceNumber()
		c.Part, c.Parts, c.parity = n>>4, n&15+1, r.GetStructuredAppendParity()
	}
	return c, true
}
