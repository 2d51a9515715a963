package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// Places of the clerk's window at 100 % in px.
const (
	clerkW, clerkH = 1366, 768
	railW          = 216
	mirrorW        = 344
	stripH         = 56
	mainW, mainH   = 304, 72
	mirrorFactor   = 0.25 // 320 × 200 of 1280 × 800
)

// screen is one task in the work area. It is built once, when it is first needed.
type screen interface {
	content() *fyne.Container // a Column
	refresh()
	first() fyne.Focusable // what has the focus when the screen comes up; nil: nothing
}

// page is a screen in its scroller.
type page struct {
	screen
	scroller *widget.Scroller
}

// frame is the clerk's window: fixed places around the task.
type frame struct {
	c *counter

	root   *fyne.Container
	ground *canvas.Rectangle
	band   *widget.Band
	strip  *strip
	rail   *widget.Rail
	work   *fyne.Container
	mirror *mirror
	slot   *widget.Banner
	bar    *fyne.Container
	caps   []*widget.KeyCap
	main   *widget.Button
	flip   *citizen // over everything, where the window is turned round

	pages    []*page
	now      *page
	screens  screens
	testCode image.Image
}

func newFrame(c *counter) *frame {
	k := c.kit
	f := &frame{c: c, ground: &canvas.Rectangle{}, band: k.Band(22, 14, ""), rail: k.Rail(3), slot: k.Banner()}
	f.strip = newStrip(c)
	f.mirror = newMirror(c)
	f.main = k.Button("", true, nil)
	var cells []fyne.CanvasObject
	for _, name := range barKeys {
		keyCap := k.KeyCap(shortName(name), func() { c.tapped(name) })
		f.caps = append(f.caps, keyCap)
		cells = append(cells, keyCap.Pressable)
	}
	f.bar = k.Grid(4, 120, cells...)
	f.work = container.NewStack()
	f.root = container.New(&frameLayout{f}, f.ground, f.strip.root, f.rail.Container, f.work, f.mirror.root, f.slot.Box, f.bar,
		f.main, f.band)
	if c.d.Citizen.Mode == CitizenFlip {
		f.turnable()
	}
	return f
}

// turnable has the window show the person's screen when it is turned round.
func (f *frame) turnable() {
	if f.flip == nil {
		f.flip = newCitizen(f.c.kit.At(1), f.c.gallery, f.c.citizenInputs())
		f.flip.root.Hide()
		f.root.Add(container.New(&scaler{f.flip}, f.flip.root))
	}
}

// current is the screen of the layer, else of the step.
func (f *frame) current() screen {
	if f.c.idle.blank {
		return f.blank()
	}
	switch f.c.layer {
	case layerHelp:
		return f.help()
	case layerQueue:
		return f.queue()
	case layerScore:
		return f.score()
	case layerSupport:
		return f.support()
	case layerList:
		return f.list()
	case layerUnfinished:
		return f.unfinished()
	case layerTake, layerDay, layerJournal, layerSetUp:
		return f.lifeScreen()
	case layerScan:
		if f.c.showing.Step >= flow.ShowVerdict {
			return f.verdict()
		}
		return f.scan()
	}
	switch f.c.s.Step {
	case flow.Locked:
		return f.login()
	case flow.Reading:
		return f.reading()
	case flow.NeedSecret:
		return f.secret()
	case flow.Pulled, flow.Trouble:
		return f.stopped()
	case flow.Unproven:
		return f.unproven()
	case flow.Second:
		return f.second()
	case flow.Compare:
		return f.compare()
	case flow.Choose:
		return f.choose()
	case flow.Agree, flow.Spoken:
		return f.agree()
	case flow.Issuing, flow.PrintFault, flow.HandOver:
		return f.paper()
	case flow.Farewell, flow.NotToday:
		return f.end()
	case flow.Reprint:
		return f.reprint()
	case flow.HelperCard, flow.HelperFace, flow.HelperTerms, flow.Aside:
		return f.helper()
	case flow.GrantScan, flow.GrantCard:
		return f.grant()
	case flow.Evidence:
		return f.evidence()
	case flow.Sanction:
		return f.approve()
	}
	return f.ready()
}

// refresh draws the window from what is so.
func (f *frame) refresh(v view) {
	c := f.c
	f.ground.FillColor = c.kit.Ink(widget.InkBack)
	visible(f.band, c.s.Training)
	f.band.Set(c.t("training"))
	f.strip.refresh()
	visible(f.rail.Container, c.layer.visiting()) // its three words are of a visit
	f.rail.Set([]string{c.t("step.1"), c.t("step.2"), c.t("step.3")}, c.s.Step.Rail(), c.s.Step == flow.Farewell)
	f.swap()
	f.now.refresh()
	f.mirror.refresh(v)
	f.slot.Say(c.message())
	acts := c.actions()
	for i, name := range barKeys {
		a := acts[name]
		f.caps[i].Set(c.word(name, a), a.works)
	}
	m := c.mainAction()
	f.main.Set(c.t(m.word), c.guarded(m.do))
	if f.flip != nil {
		visible(f.flip.root, c.flipped)
		f.flip.set(v, c.s.Training)
	}
	f.draw()
}

// draw has everything that is seen take its place anew. The hidden tasks are left alone, thirty of them: they do so when
// they come up.
func (f *frame) draw() {
	f.root.Layout.Layout(f.root.Objects, f.root.Size())
	for _, o := range f.root.Objects {
		if o != fyne.CanvasObject(f.work) && o.Visible() {
			o.Refresh()
		}
	}
	f.now.scroller.Container.Refresh()
	canvas.Refresh(f.root)
}

// swap brings the current page up; the others stay built and hidden.
func (f *frame) swap() {
	want := f.current()
	for _, p := range f.pages {
		if p.screen == want {
			f.now = p
		}
	}
	for _, p := range f.pages {
		visible(p.scroller.Container, p == f.now)
	}
}

// stepped starts a new page at its top.
func (f *frame) stepped() {
	f.swap()
	f.now.scroller.Top()
}

// focusFirst puts the focus where the hands go first.
func (f *frame) focusFirst() {
	if f.c.window == nil || f.now == nil {
		return
	}
	canvas := f.c.window.Canvas()
	if first := f.now.first(); first != nil {
		canvas.Focus(first)
		if o, ok := first.(fyne.CanvasObject); ok {
			f.now.scroller.Reveal(o)
		}
	} else {
		canvas.Unfocus()
	}
}

func (f *frame) page(way int) {
	if f.now.scroller.Page(float32(way)) {
		return
	}
	if f.c.layer == layerQueue && f.queue().page(way) || f.c.layer == layerJournal && f.journal().page(way) {
		f.now.scroller.Top()
	}
}

// reveal scrolls to what got the focus, where it is part of the task.
func (f *frame) reveal(o fyne.CanvasObject) {
	if f.now != nil && o != fyne.CanvasObject(f.main) {
		f.now.scroller.Reveal(o)
	}
}

// tapped is a click on the key bar.
func (c *counter) tapped(name fyne.KeyName) {
	if !c.alive() && !c.burst.Quiet(c.d.Now()) {
		c.press(name)
	}
}

// guarded is an action for a click: not during a scan, and not twice within one step change.
func (c *counter) guarded(do func()) func() {
	if do == nil {
		return nil
	}
	return func() {
		now := c.d.Now()
		if !c.alive() && !c.burst.Quiet(now) && now.Sub(c.since) >= enterQuiet {
			do()
		}
	}
}

// citizenInputs are what the person can touch.
func (c *counter) citizenInputs() citizenInputs {
	v := c.d.Visit
	return citizenInputs{
		yes: c.touched(c.sayYes),
		no:  c.touched(c.sayNo),
		leave: c.touched(func() {
			if c.layer == layerScan {
				c.closeShowing()
				return
			}
			c.do("visit.not-today", v.NotToday)
		}),
		say: c.touched(c.aloud),
	}
}

// frameLayout keeps the places. Words may grow, places do not move while a text size is in force.
type frameLayout struct{ f *frame }

// MinSize is small on purpose: larger text must never make the window larger than the screen.
func (l *frameLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(960, 600) }

func (l *frameLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	f := l.f
	const pad = 8
	place(f.ground, 0, 0, s.Width, s.Height)
	var top float32
	if f.band.Visible() {
		top = f.band.HeightFor(s.Width)
		place(f.band, 0, 0, s.Width, top)
	}
	h := max(widget.HeightFor(f.strip.root, s.Width-2*pad), stripH)
	place(f.strip.root, pad, top, s.Width-2*pad, h)
	top += h

	mw := max(mainW, min(f.main.NaturalWidth(), s.Width*0.3))
	bw := s.Width - mw - 3*pad
	mh := max(mainH, f.main.HeightFor(mw))
	bh := max(widget.HeightFor(f.bar, bw), mh)
	bottom := s.Height - pad
	place(f.bar, pad, bottom-bh, bw, bh)
	place(f.main, s.Width-pad-mw, bottom-mh, mw, mh)
	bottom -= bh + pad
	sh := widget.HeightFor(f.slot.Box, s.Width-2*pad)
	place(f.slot.Box, pad, bottom-sh, s.Width-2*pad, sh)
	bottom -= sh + pad

	left := float32(pad)
	if f.c.kit.Large() { // the rail lies across, so that the task keeps its width
		rh := widget.HeightFor(f.rail.Container, s.Width-2*pad)
		place(f.rail.Container, pad, top+2, s.Width-2*pad, rh)
		top += rh + 2
	} else {
		rw := max(railW, widget.NaturalWidth(f.rail.Container)+2*pad)
		place(f.rail.Container, pad, top+pad, rw-pad, widget.HeightFor(f.rail.Container, rw-pad))
		left = rw + pad
	}
	f.mirror.fit(mirrorW-pad, bottom-top-pad)
	place(f.mirror.root, s.Width-mirrorW, top+pad, mirrorW-pad, bottom-top-pad)
	place(f.work, left, top+pad, s.Width-left-mirrorW-2*pad, bottom-top-pad)
	if f.flip != nil {
		place(objects[len(objects)-1], 0, 0, s.Width, s.Height)
	}
}
