package widget

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Rail is the three words of a visit with three looks that differ in shape, ground and mark, never in colour alone:
// done has a tick, now is filled with an arrow, later is an outline.
type Rail struct {
	*fyne.Container
	boxes []*Box
	marks []*Text
	words []*Text
}

// Rail makes a rail of n words.
func (k *Kit) Rail(n int) *Rail {
	r := &Rail{}
	var rows []fyne.CanvasObject
	for range n {
		mark := k.Text(Style{Size: 18, Bold: true, OneRow: true}, "")
		words := k.Text(Style{Size: 20, OneRow: true}, "")
		box := k.Box(BoxLook{Ground: InkBack, Edge: InkBorder, Line: 2, Pad: 4, Least: 52, Middle: true},
			k.Row(8, 1, k.Fixed(30, 30, true, mark), words))
		r.boxes, r.marks, r.words = append(r.boxes, box), append(r.marks, mark), append(r.words, words)
		rows = append(rows, box)
	}
	r.Container = container.New(&railLayout{k}, rows...)
	return r
}

// Set shows the words with number now in work (1 is the first, 0 none); all before it are done.
func (r *Rail) Set(words []string, now int, finished bool) {
	for i := range r.boxes {
		mark, ground, edge, ink, bold := "", InkBack, InkBorder, InkText, false
		switch {
		case i+1 < now || i+1 == now && finished:
			mark, edge = "✓", InkSuccess
		case i+1 == now:
			mark, ground, edge, ink, bold = "▶", InkPrimary, InkPrimary, InkOnPrimary, true
		}
		r.boxes[i].Look(ground, edge)
		r.marks[i].style.Ink, r.words[i].style.Ink, r.words[i].style.Bold = ink, ink, bold
		r.marks[i].Set(mark)
		r.words[i].text = strconv.Itoa(i+1) + " " + words[i]
		r.words[i].Refresh()
		r.marks[i].Refresh()
	}
}

// railLayout puts the words below each other; with large text beside each other.
type railLayout struct{ kit *Kit }

func (l *railLayout) of() tallLayout {
	if l.kit.Large() {
		return &halves{kit: l.kit, gap: 12}
	}
	return &column{kit: l.kit, gap: 12}
}

func (l *railLayout) HeightFor(o []fyne.CanvasObject, w float32) float32 {
	return l.of().HeightFor(o, w)
}
func (l *railLayout) NaturalWidth(o []fyne.CanvasObject) float32 { return l.of().NaturalWidth(o) }
func (l *railLayout) MinSize([]fyne.CanvasObject) fyne.Size      { return fyne.NewSize(10, 10) }

func (l *railLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	l.of().(fyne.Layout).Layout(o, s)
}
