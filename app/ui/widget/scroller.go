package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Scroller shows a column that may be higher than its place. Page keys move it, and what gets the focus is brought into
// view.
type Scroller struct {
	*fyne.Container
	kit    *Kit
	scroll *container.Scroll
	column *fyne.Container
}

// scrollInset leaves room for focus rings at the edge of what is shown.
const scrollInset = 6

// barRoom is kept free at the end of the rows, so that the bar lies over nothing.
const barRoom = 8

// Scroller makes one around a Column.
func (k *Kit) Scroller(col *fyne.Container) *Scroller {
	s := &Scroller{kit: k, scroll: container.NewVScroll(container.New(&inset{kit: k, px: scrollInset, end: barRoom}, col)), column: col}
	s.Container = container.New(&scrollLayout{s}, s.scroll)
	return s
}

// Page moves by most of a page, down for +1, up for −1. It tells whether there was anything to move.
func (s *Scroller) Page(way float32) (moved bool) {
	before := s.scroll.Offset.Y
	s.to(before + way*s.scroll.Size().Height*0.8)
	return s.scroll.Offset.Y != before
}

// Top goes back to the beginning.
func (s *Scroller) Top() { s.to(0) }

// Over is how much of the content does not fit.
func (s *Scroller) Over() float32 {
	gap := 2 * s.kit.Frame(scrollInset)
	return max(HeightFor(s.column, s.scroll.Size().Width-gap-s.kit.Frame(barRoom))+gap-s.scroll.Size().Height, 0)
}

// Reveal brings o into view; of a list the chosen row.
func (s *Scroller) Reveal(o fyne.CanvasObject) {
	o = chosen(o)
	at, ok := find(s.column, o)
	if !ok {
		return
	}
	gap := s.kit.Frame(scrollInset)
	view, end := s.scroll.Size().Height, at+o.Size().Height+2*gap
	switch {
	case at < s.scroll.Offset.Y:
		s.to(at)
	case end > s.scroll.Offset.Y+view:
		s.to(end - view)
	}
}

func chosen(o fyne.CanvasObject) fyne.CanvasObject {
	if c, ok := o.(*Choice); ok && c.selected >= 0 && c.selected < len(c.rows) {
		return c.rows[c.selected]
	}
	return o
}

// find gives the height at which o lies inside root.
func find(root, o fyne.CanvasObject) (y float32, ok bool) {
	if root == o {
		return 0, true
	}
	var inside []fyne.CanvasObject
	switch r := root.(type) {
	case *fyne.Container:
		inside = r.Objects
	case *Choice:
		for _, row := range r.rows {
			inside = append(inside, row)
		}
	}
	for _, child := range inside {
		if y, ok := find(child, o); ok && child.Visible() {
			return y + child.Position().Y, true
		}
	}
	return 0, false
}

// Shows tells whether the whole of o is in view; of a list the chosen row.
func (s *Scroller) Shows(o fyne.CanvasObject) bool {
	o = chosen(o)
	at, ok := find(s.column, o)
	return ok && at+1 >= s.scroll.Offset.Y && at+o.Size().Height <= s.scroll.Offset.Y+s.scroll.Size().Height+1
}

func (s *Scroller) to(y float32) {
	s.scroll.ScrollToOffset(fyne.NewPos(0, min(max(y, 0), s.Over())))
}

type scrollLayout struct{ s *Scroller }

func (l *scrollLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(32, 32) }

func (l *scrollLayout) HeightFor(_ []fyne.CanvasObject, w float32) float32 {
	gap := 2 * l.s.kit.Frame(scrollInset)
	return HeightFor(l.s.column, w-gap-l.s.kit.Frame(barRoom)) + gap
}

func (l *scrollLayout) NaturalWidth([]fyne.CanvasObject) float32 {
	return NaturalWidth(l.s.column) + l.s.kit.Frame(2*scrollInset+barRoom)
}

func (l *scrollLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if c, ok := l.s.column.Layout.(*column); ok {
		c.width = size.Width - l.s.kit.Frame(2*scrollInset+barRoom)
	}
	l.s.scroll.Move(fyne.NewPos(0, 0))
	l.s.scroll.Resize(size)
	l.s.scroll.Refresh()
}
