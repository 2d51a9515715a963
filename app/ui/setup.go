package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
)

// watchSetUp has the screens follow the set-up. Where a counter was founded the window closes: it is opened anew over the
// counter that there is now.
func (c *counter) watchSetUp() {
	if c.d.SetUp == nil {
		return
	}
	c.window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { c.dropped(files) })
	c.d.SetUp.OnChange(func(s flow.SetState) {
		c.post(func() {
			moved := s.Step != c.setup.Step
			asked := !moved && c.setup.Busy && !s.Busy
			c.setup = s
			if s.Founded {
				c.app.Quit()
				return
			}
			c.frame.setup().taken(moved || asked)
			c.placed(s)
			c.lifeMoved(layerSetUp, moved)
			if moved && s.Step == flow.SetScanner { // in large words it would lie below the edge, where no scanner reads it
				c.frame.now.scroller.Reveal(c.frame.setup().code.Container)
			}
			if c.d.Settled != nil && moved {
				c.d.Settled(s)
			}
		})
	})
}

// placed moves the person's screen to where it is being set up, so that it can be seen there. A window that was never
// opened, because one screen is turned round, comes at the next start.
func (c *counter) placed(s flow.SetState) {
	var x, y int
	n, err := fmt.Sscanf(s.Place, "%d,%d", &x, &y)
	if s.Step != flow.SetScreen || c.citizen == nil || err != nil || n != 2 || c.d.Citizen == (CitizenScreen{CitizenFullScreen, x, y, c.d.Citizen.Yes, c.d.Citizen.No}) {
		return
	}
	c.d.Citizen.Mode, c.d.Citizen.X, c.d.Citizen.Y = CitizenFullScreen, x, y
	c.citizen.window.SetFullScreen(false)
	c.fillMonitor()
}

// startSetUp begins by itself where nothing is set up yet.
func (c *counter) startSetUp() {
	if c.d.SetUp != nil && c.d.SetUpFirst {
		c.openSetUp(false)
	}
}

// openSetUp goes on with the set-up; again begins it anew.
func (c *counter) openSetUp(again bool) {
	c.layer, c.fault, c.note, c.armed = layerSetUp, nil, "", ""
	c.asked = false
	c.do("setup.open", func() error { return c.d.SetUp.Open(again) })
	c.shown()
}

// askSetUp is F10 while nobody is logged in. A counter that is set up is changed on a supervisor's word only.
func (c *counter) askSetUp() {
	if c.d.SetUp.Wanted(c.ctx) || c.d.Approver == nil {
		c.openSetUp(false)
		return
	}
	c.layer, c.fault, c.note, c.armed, c.asked = layerSetUp, nil, "", "", true
	c.shown()
}

// leaveSetUp is Escape: a step back, else it is left and goes on there another time.
func (c *counter) leaveSetUp() {
	if !c.asked && c.setup.At() > 1 && c.setup.Step != flow.SetAwait {
		c.do("setup.back", c.d.SetUp.Back)
		return
	}
	if c.d.SetUpFirst && c.setup.Step <= flow.SetAwait { // there is nothing behind it
		c.say(c.t("cl.setup.close"))
		return
	}
	c.endSetUp()
}

func (c *counter) endSetUp() {
	c.asked = false
	c.do("setup.close", c.d.SetUp.Close)
	c.frame.setup().forget()
	c.frame.approve().pin.Take()
	c.closeLayer()
}

func (c *counter) setUpMain() mainAction {
	switch {
	case c.setup.Busy:
		return mainAction{"main.wait", nil}
	case c.setup.Step == flow.SetDone:
		return mainAction{"main.close", c.endSetUp}
	case c.setup.Step == flow.SetAwait:
		return mainAction{"main.setup.answer", c.frame.setup().submit}
	}
	return mainAction{"main.setup.next", c.frame.setup().submit}
}

// setUpActions are the keys of the set-up.
func (c *counter) setUpActions(m map[fyne.KeyName]action) {
	for _, k := range []fyne.KeyName{fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF12} {
		m[k] = action{}
	}
	w := c.d.SetUp
	m[fyne.KeyEscape] = action{works: true, do: c.leaveSetUp}
	if c.asked {
		return
	}
	look := action{"key.F4.look", true, func() { c.do("setup.look", w.Look) }}
	switch c.setup.Step {
	case flow.SetBundle, flow.SetReader, flow.SetScreen:
		m[fyne.KeyF4] = look
	case flow.SetAwait:
		m[fyne.KeyF4] = look
		m[fyne.KeyF10] = action{"key.F10.network", true, func() { c.do("setup.answer", func() error { return w.TakeAnswer("") }) }}
	case flow.SetPrinter:
		m[fyne.KeyF4] = look
		m[fyne.KeyF8] = action{"key.F8.page", true, func() { c.do("setup.print", func() error { return w.Print(c.cat.Tag()) }) }}
	case flow.SetLangs:
		m[fyne.KeyF3] = action{"key.F3.scope", true, c.frame.setup().toggle}
	}
}

// droppedFile takes a file where one is asked for.
func (c *counter) droppedFile(path string) {
	switch c.setup.Step {
	case flow.SetBundle:
		c.do("setup.bundle", func() error { return c.d.SetUp.TakeBundle(path) })
	case flow.SetAwait:
		c.do("setup.answer", func() error { return c.d.SetUp.TakeAnswer(path) })
	}
}

// setUpScan takes a scan while the scanner is tried.
func (c *counter) setUpScan(text string) {
	c.do("setup.scan", func() error { return c.d.SetUp.Scan(text, string(scan.Explain(text))) })
}

// setUpMessage is the calm sentence of a step, or what is wrong and what to do.
func (c *counter) setUpMessage() (widget.Tone, string) {
	if p := c.setup.Problem; p != nil {
		return widget.ToneWarn, c.explain(p)
	}
	if c.setup.Busy {
		return widget.ToneNote, c.t("cl.setup.busy")
	}
	return widget.ToneNote, c.t("cl.setup.note")
}
