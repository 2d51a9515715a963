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

// Bounds of the work on one picture, whatever is on it.
const (
	maxTriples  = 10 // tried for one way of seeing
	maxAttempts = 48 // meshes laid in all
	maxCodes    = 16
)

// search is the work on one picture.
type search struct {
	ctx      context.Context
	codes    []Code
	attempts int
	failed   []triple // tried on this plane
}

// Read finds the codes in a picture. It fails with ErrNoCode where there is none, and with the context's error where
// that ends first; codes found until then are given with it.
func Read(ctx context.Context, img image.Image) ([]Code, error) {
	b := img.Bounds()
	if err := bounded(b.Dx(), b.Dy()); err != nil {
		return nil, err
	}
	whole := grey(img)
	s := &search{ctx: ctx}
	scale := s.look(whole)
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

// look tries sizes of the picture, the cheapest that is likely enough first, and gives the scale at which codes were
// found.
func (s *search) look(whole *plane) float64 {
	type sized struct {
		p     *plane
		scale float64
	}
	views := []sized{{whole, 1}}
	defer func() {
		for _, v := range views {
			clear(v.p.pix)
		}
	}()
	for p := whole; p.w >= 400 && p.h >= 400 && len(views) < 4; {
		p = p.half()
		views = append(views, sized{p, 2 * views[len(views)-1].scale})
	}
	for len(views) > 1 && views[0].p.w*views[0].p.h > 5<<20 && views[0].scale == 1 {
		// A page at 600 dpi has modules of a dozen pixels: half of that is enough and costs a quarter.
		views[0], views[1] = views[1], views[0]
	}
	if whole.w*whole.h <= 500*500 {
		views = append(views, sized{whole.larger(3), 1.0 / 3})
	}
	for _, v := range views {
		if s.view(v.p); len(s.codes) > 0 || s.over() {
			return v.scale
		}
	}
	for _, v := range views {
		light := v.p.inverted()
		s.view(light)
		clear(light.pix)
		if len(s.codes) > 0 || s.over() {
			return v.scale
		}
	}
	return 1
}

func (s *search) over() bool { return s.attempts >= maxAttempts || s.ctx.Err() != nil }

// view tries one size of the picture by several thresholds.
func (s *search) view(p *plane) {
	s.failed = s.failed[:0]
	long := max(p.w, p.h)
	soft := p.blurred()
	defer clear(soft.pix)
	for k := range 5 {
		if s.over() {
			return
		}
		var b *bitmap
		switch k {
		case 0:
			b = soft.local(max(long/24, 12), 16)
		case 1:
			b = soft.otsu()
		case 2:
			b = p.local(max(long/40, 8), 10)
		case 3:
			b = soft.blurred().local(max(long/12, 20), 24)
		case 4:
			b = p.otsu()
		}
		s.bitmap(p, b)
		clear(b.bits)
		if len(s.codes) > 0 {
			return
		}
	}
}

// bitmap tries the triples of finder patterns that one threshold shows.
func (s *search) bitmap(p *plane, b *bitmap) {
	step := 2
	if p.h < 500 {
		step = 1
	}
	spots := b.spots(step)
	slices.SortStableFunc(spots, func(a, b spot) int { return b.count - a.count })
	var finders []*finder
	for _, sp := range spots {
		if f, ok := p.frame(sp); ok {
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
		if slices.ContainsFunc(used, func(f *finder) bool { return f == t.tl || f == t.tr || f == t.bl }) || s.tried(t) {
			continue
		}
		if s.attempt(p, t) {
			used = append(used, t.tl, t.tr, t.bl)
		} else {
			s.failed = append(s.failed, t)
		}
	}
}

// tried tells whether the same three places failed before.
func (s *search) tried(t triple) bool {
	near := func(a, b *finder) bool { return a.at.distance(b.at) < 0.04*a.size }
	return slices.ContainsFunc(s.failed, func(f triple) bool {
		return near(f.tl, t.tl) && near(f.tr, t.tr) && near(f.bl, t.bl)
	})
}

// attempt reads the code of three finder patterns.
func (s *search) attempt(p *plane, t triple) bool {
	s.attempts++
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
		if s.ctx.Err() != nil {
			return false
		}
	}
	return false
}

// readMesh samples the modules and decodes them, with several amounts of sharpening.
func (p *plane) readMesh(m *mesh) (Code, bool) {
	g := p.sample(m)
	for _, k := range [4]float64{0.4, 0, 0.9, 1.6} {
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
