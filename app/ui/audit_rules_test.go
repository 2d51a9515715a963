package ui

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"bangban/app/ui/widget"
)

// What the audit asks for. Contrast: WCAG 2.2 SC 1.4.6 and MIIT 2021 (icons); targets: SC 2.5.5 and design §8; text size: EN
// 301 549 §5.1.4 for the citizen's screen at 600 mm, MIIT for the clerk's.
const (
	leastText    = 7.0
	leastGraphic = 4.5
	leastClerkPt = 14
	leastPerson  = 30
)

// exemptions are the parts that a rule does not look at, each with its reason. They are printed with the result.
var exemptions = []string{
	"mirror: the small picture of the citizen's screen is not for reading on its own; the screen itself is audited",
	"portraits and previews of papers: pictures of what exists (WCAG 2.2 SC 1.4.11, essential)",
	"citizen's answers: never reached by a key of the clerk's (design §8); each has its own way by key, which is checked",
}

// finding is one violation.
type finding struct{ rule, where, what string }

func (f finding) String() string { return f.rule + ": " + f.where + ": " + f.what }

// auditor counts checks and keeps what they find.
type auditor struct {
	checks  map[string]int
	screens int
	found   []finding
}

func newAuditor() *auditor { return &auditor{checks: map[string]int{}} }

// check counts one check; where it fails, what is kept.
func (a *auditor) check(rule, where string, ok bool, format string, args ...any) {
	a.checks[rule]++
	if !ok {
		a.found = append(a.found, finding{rule, where, fmt.Sprintf(format, args...)})
	}
}

func (a *auditor) total() (n int) {
	for _, c := range a.checks {
		n += c
	}
	return n
}

// item is something visible with its place and what it lies in.
type item struct {
	o       fyne.CanvasObject
	at      fyne.Position
	clip    image.Rectangle // what of the window can be seen there
	inside  []int           // the items around it, outermost first
	scrolls bool
}

func (i item) box() image.Rectangle { return rect(i.at, i.o.Size()) }

func rect(at fyne.Position, s fyne.Size) image.Rectangle {
	return image.Rect(int(at.X+0.5), int(at.Y+0.5), int(at.X+s.Width+0.5), int(at.Y+s.Height+0.5))
}

// sheet is one window as it is drawn.
type sheet struct {
	name    string
	items   []item
	picture *image.NRGBA
	least   fyne.Size // of a target
	points  float32   // of text
}

// taken is a window taken apart. Below skip nothing is looked at.
func taken(root, skip fyne.CanvasObject) *sheet {
	s := &sheet{}
	s.add(root, fyne.Position{}, rect(fyne.Position{}, root.Size()), nil, false, skip)
	return s
}

// look takes a window apart and draws it.
func look(name string, root fyne.CanvasObject, c fyne.Canvas, skip fyne.CanvasObject) *sheet {
	s := taken(root, skip)
	s.name = name
	img := c.Capture()
	nrgba, ok := img.(*image.NRGBA)
	if !ok {
		panic("the test canvas draws no NRGBA")
	}
	s.picture = nrgba
	return s
}

func (s *sheet) add(o fyne.CanvasObject, at fyne.Position, clip image.Rectangle, inside []int, scrolls bool, skip fyne.CanvasObject) {
	if o == skip || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	s.items = append(s.items, item{o, at, clip, inside, scrolls})
	inside = append(slices.Clone(inside), len(s.items)-1)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			s.add(child, at, clip, inside, scrolls, skip)
		}
	case *container.Scroll:
		s.add(o.Content, at, clip.Intersect(rect(at, o.Size())), inside, true, skip)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			s.add(child, at, clip, inside, scrolls, skip)
		}
	}
}

// ink is where the words of a text stand in its box.
func ink(t *canvas.Text, at fyne.Position) image.Rectangle {
	min, size := t.MinSize(), t.Size()
	switch t.Alignment {
	case fyne.TextAlignCenter:
		at.X += (size.Width - min.Width) / 2
	case fyne.TextAlignTrailing:
		at.X += size.Width - min.Width
	}
	if h := size.Height - min.Height; h > 0 {
		at.Y += h / 2
	}
	return rect(at, min)
}

// core is the part of a text's box that letters fill: what lies around it is the space between rows.
func core(t *canvas.Text, at fyne.Position) image.Rectangle {
	b := ink(t, at)
	cut := (b.Dy() - int(t.TextSize)) / 2
	return image.Rect(b.Min.X, b.Min.Y+max(cut, 0), b.Max.X, b.Max.Y-max(cut, 0))
}

func (s *sheet) texts() (out []item) {
	for _, i := range s.items {
		if t, ok := i.o.(*canvas.Text); ok && strings.Trim(t.Text, " \u200f") != "" {
			out = append(out, i)
		}
	}
	return out
}

// target tells whether something reacts to a finger.
func target(o fyne.CanvasObject) bool {
	switch o := o.(type) {
	case *widget.Pressable:
		return o.Live()
	case *widget.KeyCap:
		return o.Live()
	case *container.Scroll:
		return false
	}
	_, ok := o.(fyne.Tappable)
	return ok
}

// targets are the outermost things that react to a finger.
func (s *sheet) targets() (out []int) {
	for n, i := range s.items {
		if target(i.o) && !slices.ContainsFunc(i.inside, func(o int) bool { return target(s.items[o].o) }) {
			out = append(out, n)
		}
	}
	return out
}

// ground is the colour that is seen most often on the edge of a box.
func (s *sheet) ground(b image.Rectangle) (c color.NRGBA, ok bool) {
	b = b.Intersect(s.picture.Bounds())
	if b.Dx() < 2 || b.Dy() < 2 {
		return c, false
	}
	seen := map[color.NRGBA]int{}
	most := 0
	look := func(x, y int) {
		p := s.picture.NRGBAAt(x, y)
		if seen[p]++; seen[p] > most {
			most, c = seen[p], p
		}
	}
	for x := b.Min.X; x < b.Max.X; x++ {
		look(x, b.Min.Y)
		look(x, b.Max.Y-1)
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		look(b.Min.X, y)
		look(b.Max.X-1, y)
	}
	return c, true
}

// best is the highest contrast of any pixel in the box with the ground.
func (s *sheet) best(b image.Rectangle, ground color.NRGBA) (most float64) {
	b = b.Intersect(s.picture.Bounds())
	last := ground
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if p := s.picture.NRGBAAt(x, y); p != last && p != ground {
				last = p
				most = max(most, widget.Contrast(p, ground))
			}
		}
	}
	return most
}

func opaque(c color.Color) bool {
	if c == nil {
		return false
	}
	_, _, _, alpha := c.RGBA()
	return alpha == 0xFFFF
}
