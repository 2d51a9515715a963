package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"bangban/app/ui/widget"
	"bangban/cardreader"
)

var stages = [...]struct {
	stage cardreader.Stage
	key   string
}{{cardreader.Connecting, "stage.connecting"}, {cardreader.Opening, "stage.opening"}, {cardreader.Details, "stage.details"},
	{cardreader.Portrait, "stage.portrait"}, {cardreader.Proving, "stage.proving"}}

// readingScreen shows how far a reading has come, and the name as soon as it is known, marked as not yet proven.
type readingScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	bar   *bar
	steps []*widget.Text
	facts *widget.Facts
	note  *widget.Verdict
	who   *fyne.Container
}

func newReading(c *counter) *readingScreen {
	k := c.kit
	s := &readingScreen{c: c, head: k.Text(styleHead(), ""), bar: newBar(k), note: k.Verdict()}
	rows := []fyne.CanvasObject{s.head, s.bar.root}
	var cells []fyne.CanvasObject
	for range stages {
		t := k.Text(widget.Style{Size: 18, OneRow: true}, "")
		s.steps = append(s.steps, t)
		cells = append(cells, t)
	}
	s.facts = k.Facts(6, styleLabel(), styleValue())
	s.who = k.Column(10, s.facts.Container, k.Wrap(8, s.note.Box))
	s.col = k.Column(14, append(rows, k.Wrap(18, cells...), s.who)...)
	return s
}

func (s *readingScreen) content() *fyne.Container { return s.col }
func (s *readingScreen) first() fyne.Focusable    { return nil }

func (s *readingScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.reading"))
	p := c.s.Progress
	s.bar.set(fraction(p))
	for i, st := range stages {
		mark, ink := "○ ", widget.InkSecondary
		switch {
		case p.Stage > st.stage:
			mark, ink = "✓ ", widget.InkSuccess
		case p.Stage == st.stage:
			mark, ink = "▶ ", widget.InkText
		}
		s.steps[i].SetInk(mark+c.t(st.key), ink)
	}
	visible(s.who, c.s.Subject != nil)
	s.note.Set(widget.ToneWarn, c.t("cl.unproven"))
	s.facts.Set(c.subjectFacts(true))
}

// fraction is how much is done, by bytes where they are known, else by stages.
func fraction(p cardreader.Progress) float32 {
	if p.Total > 0 {
		return float32(min(p.Done, p.Total)) / float32(p.Total)
	}
	return float32(p.Stage) / float32(cardreader.Finished)
}

// seconds is a duration as the clerk reads it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

// bar is a plain progress bar.
type bar struct {
	kit        *widget.Kit
	root       *fyne.Container
	edge, full *canvas.Rectangle
	part       float32
}

func newBar(k *widget.Kit) *bar {
	b := &bar{kit: k, edge: &canvas.Rectangle{}, full: &canvas.Rectangle{}}
	b.root = container.New(b, b.edge, b.full)
	return b
}

func (b *bar) set(part float32) {
	b.part = part
	b.root.Refresh()
}

// MinSize implements fyne.Layout.
func (b *bar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 24) }

// Layout implements fyne.Layout.
func (b *bar) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	b.edge.FillColor, b.edge.StrokeColor, b.edge.StrokeWidth = b.kit.Ink(widget.InkPanel), b.kit.Ink(widget.InkBorder), 2
	b.full.FillColor = b.kit.Ink(widget.InkPrimary)
	place(b.edge, 0, 0, s.Width, s.Height)
	place(b.full, 3, 3, max((s.Width-6)*b.part, 0), s.Height-6)
}
