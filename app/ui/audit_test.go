package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// walkTree visits what is visible, with its place on the window and whether it may scroll.
func walkTree(o fyne.CanvasObject, at fyne.Position, scrolls bool, visit func(o fyne.CanvasObject, at fyne.Position, scrolls bool)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	visit(o, at, scrolls)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walkTree(child, at, scrolls, visit)
		}
	case *container.Scroll:
		walkTree(o.Content, at, true, visit)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walkTree(child, at, scrolls, visit)
		}
	}
}

// audit lists what a reader or a finger would stumble over: words that are cut, words outside the window, targets that
// are too small, a missing sentence.
func audit(root fyne.CanvasObject, window fyne.Size, least fyne.Size) (found []string) {
	walkTree(root, fyne.Position{}, false, func(o fyne.CanvasObject, at fyne.Position, scrolls bool) {
		bad := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
		switch o := o.(type) {
		case *canvas.Text:
			if o.Text == "" {
				return
			}
			min := o.MinSize()
			if min.Width > o.Size().Width+1.5 || min.Height > o.Size().Height+1.5 {
				bad("%q needs %v and has %v", o.Text, min, o.Size())
			}
			if at.X < -1 || at.X+min.Width > window.Width+1 || !scrolls && at.Y+min.Height > window.Height+1 {
				bad("%q lies at %v, outside the window", o.Text, at)
			}
			if strings.HasPrefix(o.Text, "[") && strings.Contains(o.Text, ".") && strings.HasSuffix(o.Text, "]") {
				bad("%s is no sentence", o.Text)
			}
		case *widget.Pressable:
			if s := o.Size(); o.Live() && (s.Width < least.Width-0.5 || s.Height < least.Height-0.5) {
				bad("a target of %v is smaller than %v", s, least)
			}
		case *widget.Button:
			if s := o.Size(); s.Width < least.Width-0.5 || s.Height < least.Height-0.5 {
				bad("a target of %v is smaller than %v", s, least)
			}
		}
	})
	return found
}

func (r *rig) audit() {
	r.t.Helper()
	c := r.c
	for _, p := range audit(c.frame.root, c.frame.root.Size(), fyne.NewSize(44, 44)) {
		r.t.Errorf("clerk: %s", p)
	}
	for _, p := range audit(c.citizen.root, c.citizen.root.Size(), fyne.NewSize(96, 64)) {
		r.t.Errorf("citizen: %s", p)
	}
	r.places()
	if focus, ok := c.window.Canvas().Focused().(fyne.CanvasObject); ok && focus != fyne.CanvasObject(c.frame.main) {
		if view := c.frame.work.Size().Height; focus.Size().Height < view && !c.frame.now.scroller.Shows(focus) {
			r.t.Error("what has the focus is out of view")
		}
	}
}

// places: the task has room, and nothing lies over anything else.
func (r *rig) places() {
	r.t.Helper()
	f := r.c.frame
	if h := f.work.Size().Height; h < 150 {
		r.t.Errorf("the task has only %v px of height", h)
	}
	for i, o := range []*fyne.Container{f.rail.Container, f.mirror.root, f.bar} {
		if h := widget.HeightFor(o, o.Size().Width); h > o.Size().Height+0.5 {
			r.t.Errorf("part %d needs %v px of height and has %v", i, h, o.Size().Height)
		}
	}
	parts := []fyne.CanvasObject{f.strip.root, f.rail.Container, f.work, f.mirror.root, f.slot.Box, f.bar, f.main}
	for i, a := range parts {
		if a.Position().Y+a.Size().Height > f.root.Size().Height+0.5 || a.Position().X+a.Size().Width > f.root.Size().Width+0.5 {
			r.t.Errorf("part %d lies outside the window: %v %v", i, a.Position(), a.Size())
		}
		for j, b := range parts[:i] {
			if overlap(a, b) {
				r.t.Errorf("parts %d and %d lie over each other", i, j)
			}
		}
	}
}

func overlap(a, b fyne.CanvasObject) bool {
	ap, as, bp, bs := a.Position(), a.Size(), b.Position(), b.Size()
	return ap.X+0.5 < bp.X+bs.Width && bp.X+0.5 < ap.X+as.Width && ap.Y+0.5 < bp.Y+bs.Height && bp.Y+0.5 < ap.Y+as.Height
}

// The control: words in too small a place, a small target and a missing sentence must be found.
func TestAuditFinds(t *testing.T) {
	r := newRig(t, nil)
	cut := canvas.NewText("cut off", nil)
	cut.TextSize = 40
	missing := r.c.kit.Text(widget.Style{Size: 18}, "[no.such]")
	small := r.c.kit.Button("x", false, nil)
	root := container.NewWithoutLayout(cut, missing, small)
	cut.Resize(fyne.NewSize(20, 20))
	missing.Resize(fyne.NewSize(300, 40))
	small.Resize(fyne.NewSize(20, 20))
	got := strings.Join(audit(root, fyne.NewSize(400, 400), fyne.NewSize(44, 44)), "\n")
	for _, want := range []string{"cut off", "no.such", "smaller than"} {
		if !strings.Contains(got, want) {
			t.Errorf("audit does not find %q in:\n%s", want, got)
		}
	}
}

// 1366 × 768 less a task bar and a title bar.
func TestFitsSmallScreen(t *testing.T) {
	r := newRig(t, nil)
	r.toCompare()
	r.c.window.Resize(fyne.NewSize(1366, 690))
	r.c.frame.root.Refresh()
	r.audit()
	if over := r.c.frame.now.scroller.Over(); over > 0 {
		t.Errorf("at 1366×690 the comparison scrolls by %v px", over)
	}
	if r.c.s.Step != flow.Compare {
		t.Fatal(r.c.s.Step)
	}
}

// texts lists every word that can be seen.
func texts(root fyne.CanvasObject) (out []string) {
	walkTree(root, fyne.Position{}, false, func(o fyne.CanvasObject, _ fyne.Position, _ bool) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			out = append(out, t.Text)
		}
	})
	return out
}

// everything lists the words of all controls, hidden ones too, and "image" for each picture of a person or paper.
func everything(root fyne.CanvasObject) (out []string) {
	switch o := root.(type) {
	case *canvas.Text:
		out = append(out, o.Text)
	case *canvas.Image:
		if o.Image != nil && o.Image.Bounds().Dx()*sketchH != o.Image.Bounds().Dy()*sketchW {
			out = append(out, "image")
		}
	case *fyne.Container:
		for _, child := range o.Objects {
			out = append(out, everything(child)...)
		}
	case *container.Scroll:
		out = everything(o.Content)
	case *widget.Text:
		out = append(out, o.String())
		for _, child := range test.WidgetRenderer(o).Objects() {
			out = append(out, everything(child)...)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			out = append(out, everything(child)...)
		}
	}
	return out
}
