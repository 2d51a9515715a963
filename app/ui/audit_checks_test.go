package ui

import (
	"image"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"bangban/app/ui/widget"
)

// contrast measures words and lines on the drawn picture.
func (a *auditor) contrast(s *sheet) {
	for _, i := range s.texts() {
		t := i.o.(*canvas.Text)
		b := ink(t, i.at)
		if !b.In(i.clip) || b.Intersect(s.picture.Bounds()) != b {
			continue // scrolled out of view; the clip rule looks at it, and the next page of the scroller shows it
		}
		ground, ok := s.ground(b.Inset(-1))
		if !ok {
			continue
		}
		ratio := widget.Contrast(t.Color, ground)
		a.check("text-contrast", s.name, ratio >= leastText, "%q: %.1f:1 on %v", t.Text, ratio, ground)
		a.check("text-drawn", s.name, s.best(b, ground) >= leastText/2, "%q is not to be seen", t.Text)
	}
	for n, i := range s.items {
		switch o := i.o.(type) {
		case *canvas.Rectangle:
			a.edge(s, i, o, n)
		case *canvas.Image:
			a.drawn(s, i, o)
		}
	}
}

// edge measures the frame of a box against what lies outside and inside of it; either shows it.
func (a *auditor) edge(s *sheet, i item, o *canvas.Rectangle, _ int) {
	b := i.box()
	if o.StrokeWidth <= 0 || !opaque(o.StrokeColor) || b.Dx() < 8 || b.Dy() < 8 || !b.In(i.clip) {
		return
	}
	outside, ok := s.ground(b.Inset(-4))
	if !ok {
		return
	}
	ratio := widget.Contrast(o.StrokeColor, outside)
	if inside, ok := s.ground(b.Inset(int(o.StrokeWidth) + 1)); ok {
		ratio = max(ratio, widget.Contrast(o.StrokeColor, inside))
	}
	a.check("edge-contrast", s.name, ratio >= leastGraphic, "a frame of %v: %.1f:1", b, ratio)
}

// drawn measures the inks of our own drawings: every colour that fills a noticeable part, against the ground.
func (a *auditor) drawn(s *sheet, i item, o *canvas.Image) {
	if o.Image == nil || o.Image.Bounds().Dx()*sketchH != o.Image.Bounds().Dy()*sketchW || !i.box().In(i.clip) {
		return
	}
	img, ok := o.Image.(*image.RGBA)
	if !ok {
		return
	}
	ground := img.RGBAAt(0, 0)
	seen := map[[3]uint8]int{}
	for y := 0; y < img.Bounds().Dy(); y += 3 {
		for x := 0; x < img.Bounds().Dx(); x += 3 {
			p := img.RGBAAt(x, y)
			seen[[3]uint8{p.R, p.G, p.B}]++
		}
	}
	all := img.Bounds().Dx() * img.Bounds().Dy() / 9
	for rgb, n := range seen {
		p := ground
		p.R, p.G, p.B = rgb[0], rgb[1], rgb[2]
		if p == ground || n*200 < all {
			continue
		}
		ratio := widget.Contrast(p, ground)
		a.check("icon-contrast", s.name, ratio >= leastGraphic, "a drawing's %v: %.1f:1", p, ratio)
	}
}

// sizes measures what a finger must hit and an eye must read.
func (a *auditor) sizes(s *sheet) {
	for _, n := range s.targets() {
		i := s.items[n]
		size := i.o.Size()
		a.check("target", s.name, size.Width >= s.least.Width-0.5 && size.Height >= s.least.Height-0.5,
			"%q is %.0f×%.0f", label(i.o), size.Width, size.Height)
	}
	for _, i := range s.texts() {
		t := i.o.(*canvas.Text)
		a.check("text-size", s.name, t.TextSize >= s.points-0.01, "%q is %.1f px", t.Text, t.TextSize)
		a.check("sentence", s.name, !unsaid(t.Text), "%s is no sentence", t.Text)
		a.check("face", s.name, t.FontSource != nil || t.TextStyle.Symbol, "%q has Fyne take its own faces and its emoji apart", t.Text)
	}
}

// unsaid tells whether a text is a key without a sentence.
func unsaid(s string) bool {
	return strings.HasPrefix(s, "[") && strings.Contains(s, ".") && strings.HasSuffix(s, "]")
}

// clips looks for words that are cut, that leave what they lie in, and that lie over other words or over a target.
func (a *auditor) clips(s *sheet) {
	texts, targets := s.texts(), s.targets()
	cores := make([]image.Rectangle, len(texts))
	for n, i := range texts {
		t := i.o.(*canvas.Text)
		min, size := t.MinSize(), t.Size()
		a.check("clip", s.name, min.Width <= size.Width+1.5 && min.Height <= size.Height+1.5, "%q needs %v and has %v", t.Text, min, size)
		b := core(t, i.at)
		cores[n] = b.Intersect(i.clip)
		a.check("clip", s.name, s.typed(i) || b.Min.X >= i.clip.Min.X-1 && b.Max.X <= i.clip.Max.X+1, "%q leaves its place at the side", t.Text)
		if !i.scrolls {
			a.check("clip", s.name, b.Min.Y >= i.clip.Min.Y-1 && b.Max.Y <= i.clip.Max.Y+1, "%q leaves the window", t.Text)
		}
		for _, around := range i.inside {
			a.within(s, t, b, s.items[around])
		}
		for m, other := range texts[:n] {
			a.check("overlap", s.name, !over(cores[n], cores[m]), "%q lies over %q", t.Text, other.o.(*canvas.Text).Text)
		}
		for _, target := range targets {
			if !slices.Contains(i.inside, target) {
				a.check("overlap", s.name, !over(cores[n], s.items[target].box().Intersect(s.items[target].clip)),
					"%q lies over the target %q", t.Text, label(s.items[target].o))
			}
		}
	}
}

// typed tells whether a text stands in a field, which moves what is typed under the fingers.
func (s *sheet) typed(i item) bool {
	return slices.ContainsFunc(i.inside, func(n int) bool { _, ok := s.items[n].o.(*widget.Entry); return ok })
}

// within wants a text inside the control around it.
func (a *auditor) within(s *sheet, t *canvas.Text, b image.Rectangle, around item) {
	w, ok := around.o.(fyne.Widget)
	if _, scroll := w.(*container.Scroll); !ok || scroll {
		return // what is further down in a scroller is shown by its keys
	}
	a.check("clip", s.name, b.In(around.box().Inset(-2)), "%q leaves its %T", t.Text, w)
}

func over(a, b image.Rectangle) bool {
	i := a.Intersect(b)
	return i.Dx() > 1 && i.Dy() > 1
}

// labels asks what a screen reader, or our own voice, would say of each control.
func (a *auditor) labels(s *sheet) {
	for _, i := range s.items {
		_, focus := i.o.(fyne.Focusable)
		if !focus && !target(i.o) {
			continue
		}
		if slices.ContainsFunc(i.inside, func(n int) bool { return target(s.items[n].o) || focusable(s.items[n].o) }) {
			continue // a part of a control, as the rows of a list
		}
		said := strings.TrimSpace(label(i.o))
		a.check("label", s.name, said != "" && !unsaid(said), "a %T says %q", i.o, said)
	}
}

func focusable(o fyne.CanvasObject) bool {
	_, ok := o.(fyne.Focusable)
	return ok
}

func label(o fyne.CanvasObject) string {
	if a, ok := o.(fyne.Accessible); ok {
		return a.AccessibilityLabel()
	}
	return ""
}
