package ui

import (
	"image"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"bangban/app/ui/widget"
)

// focus walks through the clerk's window with Tab: each control shows a ring, lies in view, and comes in reading order;
// what a finger can do a key can do too.
func (a *auditor) focus(r *rig, s *sheet) {
	c := r.c.window.Canvas()
	before := c.Focused()
	r.c.frame.now.scroller.Top()
	places, scrolls := map[fyne.CanvasObject]image.Rectangle{}, map[fyne.CanvasObject]bool{}
	for _, i := range taken(r.c.frame.root, r.c.frame.mirror.root).items {
		places[i.o], scrolls[i.o] = i.box(), i.scrolls
	}
	walk := a.tab(r, s.name)
	for n, o := range walk {
		at, ok := places[o]
		a.check("focus-place", s.name, ok, "what Tab reaches as number %d is not on the screen: %T", n+1, o)
		if n > 0 && ok {
			last := walk[n-1]
			after := scrolls[last] && !scrolls[o] || scrolls[last] == scrolls[o] && follows(places[last], at) // the task first, then what stands below it
			a.check("focus-order", s.name, after, "%q comes before %q", label(last), label(o))
		}
	}
	for _, n := range s.targets() {
		i := s.items[n]
		a.check("by-key", s.name, byKey(s, i, walk), "no key reaches %q", label(i.o))
	}
	c.Unfocus()
	if before != nil {
		c.Focus(before)
	}
}

// tab presses Tab until the first control comes again.
func (a *auditor) tab(r *rig, where string) (walk []fyne.CanvasObject) {
	c := r.c.window.Canvas()
	c.Unfocus()
	for range 60 {
		c.FocusNext()
		f := c.Focused()
		if f == nil {
			return walk
		}
		o := f.(fyne.CanvasObject)
		if slices.Contains(walk, o) {
			return walk
		}
		walk = append(walk, o)
		a.ring(r, where, o)
	}
	a.check("focus-order", where, false, "Tab never comes back")
	return walk
}

// ring wants a ring of the focus colour around what has the focus, in view.
func (a *auditor) ring(r *rig, where string, o fyne.CanvasObject) {
	focus := r.c.kit.Ink(widget.InkFocus)
	var here image.Rectangle
	var rings []image.Rectangle
	var view image.Rectangle
	for _, i := range taken(r.c.frame.root, r.c.frame.mirror.root).items {
		if i.o == o {
			here, view = i.box(), i.clip
		}
		if line, ok := i.o.(*canvas.Rectangle); ok && line.StrokeWidth >= 3 && line.StrokeColor == focus {
			rings = append(rings, i.box())
		}
	}
	shown := slices.ContainsFunc(rings, func(b image.Rectangle) bool {
		return here.Inset(7).In(b) && b.In(here.Inset(-9))
	})
	ground := r.c.kit.Ink(widget.InkBack)
	ratio := widget.Contrast(focus, ground)
	a.check("focus-visible", where, shown && len(rings) == 1 && ratio >= leastGraphic, "%q: %d rings, %.1f:1", label(o), len(rings), ratio)
	if scroll := r.c.frame.now.scroller; o != fyne.CanvasObject(r.c.frame.main) && here.Dy() < view.Dy() {
		a.check("focus-view", where, scroll.Shows(o), "%q has the focus out of view", label(o))
	}
}

// follows tells whether b is read after a: below it, or right of it on the same row.
func follows(a, b image.Rectangle) bool {
	if b.Min.Y >= a.Max.Y-2 {
		return true
	}
	return b.Max.Y > a.Min.Y+2 && b.Min.X >= a.Min.X
}

// byKey tells whether what a finger reaches is reached by a key as well: by Tab, by the keys of the list that it is a row
// of, or by its own key, which it names.
func byKey(s *sheet, i item, walk []fyne.CanvasObject) bool {
	if slices.Contains(walk, i.o) {
		return true
	}
	for _, n := range i.inside {
		if slices.Contains(walk, s.items[n].o) {
			return true
		}
	}
	name, _, _ := strings.Cut(label(i.o), " ")
	return slices.ContainsFunc(barKeys[:], func(k fyne.KeyName) bool { return shortName(k) == name }) || name == "Enter"
}

// answers: what the person can touch has a way by key too: the two pad keys, F7, Escape or F2.
func (a *auditor) answers(r *rig, s *sheet) {
	c, z := r.c, r.c.citizen
	acts := c.actions()
	works := func(k fyne.KeyName) bool { return acts[k].works }
	for _, w := range []struct {
		p    *widget.Pressable
		name string
		ok   bool
	}{
		{z.yes, "yes", c.d.Citizen.Yes != "" || works(fyne.KeyF10)},
		{z.no, "no", c.d.Citizen.No != "" || works(fyne.KeyEscape)},
		{z.leave, "leave", works(fyne.KeyEscape) || works(fyne.KeyF2)},
		{z.say, "say", works(fyne.KeyF7)},
	} {
		if w.p.Visible() && w.p.Live() {
			a.check("by-key", s.name, w.ok, "no key for the person's %s", w.name)
		}
	}
	a.check("by-key", s.name, !slices.ContainsFunc(s.items, func(i item) bool { return focusable(i.o) }), "a key of the clerk reaches the person's screen")
}
