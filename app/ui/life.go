package ui

import (
	"time"
	"unicode"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
)

// watchLife has the screens follow papers that are taken back, and days that are ended.
func (c *counter) watchLife() {
	if c.d.Take != nil {
		c.d.Take.OnChange(func(s flow.TakeState) {
			c.post(func() {
				moved := s.Step != c.take.Step
				c.take = s
				c.lifeMoved(layerTake, moved)
				if moved && s.Step == flow.TakeDone {
					c.spawn(c.countQueue)
					c.do("void.slip", c.d.Take.PrintSlip)
				}
			})
		})
	}
	if c.d.Day != nil {
		c.d.Day.OnChange(func(s flow.DayState) {
			c.post(func() {
				moved := s.Step != c.day.Step || s.At != c.day.At
				c.day = s
				c.lifeMoved(layerDay, moved)
			})
		})
	}
}

func (c *counter) lifeMoved(l layer, moved bool) {
	if moved {
		c.since, c.armed, c.fault, c.note = c.d.Now(), "", nil, ""
	}
	if moved && c.layer == l {
		c.frame.stepped()
	}
	c.refresh()
	switch focus, ok := c.window.Canvas().Focused().(fyne.CanvasObject); {
	case c.layer != l:
	case moved:
		c.frame.focusFirst()
	case ok: // a longer sentence below leaves the task less room
		c.frame.reveal(focus)
	}
}

// atRest tells whether nobody's visit is open: then there is time for papers of before and for the end of the day.
func (c *counter) atRest() bool {
	switch c.s.Step {
	case flow.Ready, flow.Farewell, flow.NotToday:
		return c.layer == layerNone
	}
	return false
}

// life tells whether one of the layers of this file is open.
func (c *counter) life() bool {
	return c.layer == layerTake || c.layer == layerDay || c.layer == layerJournal || c.layer == layerSetUp
}

func (c *counter) openTake() {
	if c.shift() && c.d.Slips != nil {
		c.restSlip()
		return
	}
	c.layer = layerTake
	c.frame.take().forget()
	c.do("void.open", func() error { return c.d.Take.Open(c.s.Clerk.ID, c.s.Lang) })
	c.shown()
}

func (c *counter) openDay() {
	c.layer = layerDay
	c.do("day.open", func() error { return c.d.Day.Open(c.cat.Tag()) })
	c.shown()
}

func (c *counter) openJournal() {
	c.layer, c.fault, c.note, c.armed = layerJournal, nil, "", ""
	c.frame.journal().forget()
	c.shown()
}

func (c *counter) shown() {
	c.frame.stepped()
	c.refresh()
	c.frame.focusFirst()
}

// closeLife leaves whichever layer is open; what was done stays done.
func (c *counter) closeLife() {
	var close func() error
	switch c.layer {
	case layerTake:
		close = c.d.Take.Close
	case layerDay:
		close = c.d.Day.Close
	}
	if close != nil {
		if err := close(); err != nil { // it is at work
			c.fault = desk.Explain("close", err)
			c.refresh()
			return
		}
	}
	c.frame.forgetLife()
	c.closeLayer()
}

// approving names what a PIN is asked for; empty: nothing is asked.
func (c *counter) approving() string {
	switch {
	case c.layer == layerTake && c.take.Step == flow.TakeApprove:
		return "take"
	case c.layer == layerDay && c.day.Step == flow.DayApprove:
		return "day"
	case c.layer == layerJournal && c.frame.journal().who.ID == "":
		return "journal"
	case c.layer == layerSetUp && c.asked:
		return "setup"
	case c.layer == layerNone && c.s.Step == flow.Sanction:
		return "reprint"
	}
	return ""
}

// approved hands the word of somebody who has proved who they are to where it was asked for.
func (c *counter) approved(who desk.Clerk) {
	switch c.approving() {
	case "take":
		c.do("void.approve", func() error { return c.d.Take.Approve(who) })
	case "day":
		c.do("day.approve", func() error { return c.d.Day.Approve(who) })
	case "journal":
		c.frame.journal().open(who)
		c.shown()
	case "setup":
		c.openSetUp(true)
	case "reprint":
		c.do("visit.sanction", func() error { return c.d.Visit.Sanctioned(who) })
	}
}

// lifeScreen is the task of the open layer.
func (f *frame) lifeScreen() screen {
	c := f.c
	switch {
	case c.approving() != "":
		return f.approve()
	case c.layer == layerTake:
		return f.take()
	case c.layer == layerJournal:
		return f.journal()
	case c.layer == layerSetUp:
		return f.setup()
	case c.day.Step == flow.DayReview || c.day.Step == flow.DayReason:
		return f.review()
	}
	return f.day()
}

// lifeMain is the big button of the open layer.
func (c *counter) lifeMain() mainAction {
	if c.busy {
		return mainAction{"main.wait", nil}
	}
	if c.approving() != "" {
		return mainAction{"main.approve", c.frame.approve().submit}
	}
	switch c.layer {
	case layerTake:
		return c.takeMain()
	case layerDay:
		return c.dayMain()
	case layerSetUp:
		return c.setUpMain()
	}
	return mainAction{"main.journal", c.frame.journal().prove}
}

func (c *counter) takeMain() mainAction {
	switch {
	case c.take.Busy || c.take.Step == flow.TakeWorking:
		return mainAction{"main.wait", nil}
	case c.take.Step == flow.TakeFind:
		return mainAction{"main.take.find", c.frame.take().submit}
	case c.take.Step == flow.TakeReason:
		return mainAction{"main.take.reason", c.frame.take().submit}
	}
	return mainAction{"main.close", c.closeLife}
}

func (c *counter) dayMain() mainAction {
	d := c.day
	switch {
	case d.Busy || d.Step == flow.DayWorking:
		return mainAction{"main.wait", nil}
	case d.Step == flow.DayCount && d.Report != nil:
		return mainAction{"main.day.go", func() { c.do("day.go", c.d.Day.Go) }}
	case d.Step == flow.DayReview:
		return mainAction{"main.day.review", nil}
	case d.Step == flow.DayReason:
		return mainAction{"main.day.because", c.frame.review().submit}
	case d.Step == flow.DayClose, d.Step == flow.DayDone && d.Problem != nil:
		return mainAction{"main.day.sign", func() { c.do("day.sign", c.d.Day.Sign) }}
	}
	return mainAction{"main.close", c.closeLife}
}

// lifeActions are the keys of the open layer.
func (c *counter) lifeActions(m map[fyne.KeyName]action) {
	if c.layer == layerSetUp {
		c.setUpActions(m)
		return
	}
	for _, k := range []fyne.KeyName{fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10} {
		m[k] = action{}
	}
	m[fyne.KeyEscape] = action{works: true, do: c.closeLife}
	back := func(op string, do func() error) action { return action{works: true, do: func() { c.do(op, do) }} }
	switch {
	case c.layer == layerTake && (c.take.Step == flow.TakeReason || c.take.Step == flow.TakeApprove):
		m[fyne.KeyEscape] = back("void.back", c.d.Take.Back)
	case c.layer == layerTake && c.take.Step == flow.TakeDone:
		m[fyne.KeyF8] = action{"key.F8.slip", true, func() { c.do("void.slip", c.d.Take.PrintSlip) }}
	case c.layer == layerDay && (c.day.Step == flow.DayApprove || c.day.Step == flow.DayReview || c.day.Step == flow.DayReason || c.day.Step == flow.DayClose):
		m[fyne.KeyEscape] = back("day.back", c.d.Day.Back)
	case c.layer == layerDay && c.day.Step == flow.DayCount && len(c.day.Days) > 1:
		m[fyne.KeyF3] = action{"key.F3.day", true, func() { c.do("day.next", c.d.Day.NextDay) }}
	}
}

// restActions are the keys of a counter at rest.
func (c *counter) restActions(m map[fyne.KeyName]action) {
	if !c.atRest() || c.d.Approver == nil {
		return
	}
	if c.d.Take != nil {
		m[fyne.KeyF8] = action{"key.F8.take", true, c.openTake}
	}
	if c.d.Day != nil {
		m[fyne.KeyF10] = action{"key.F10.day", true, c.openDay}
	}
}

// letter takes A, R and H on the review. A letter may be the first of a scanner's burst: it counts only once nothing has
// followed it for as long as a burst may pause.
func (c *counter) letter(r rune) {
	c.letters++
	if c.layer != layerDay || c.day.Step != flow.DayReview {
		return
	}
	word, ok := map[rune]flow.Word{'A': flow.Approved, 'R': flow.Rejected, 'H': flow.HeldOver}[unicode.ToUpper(r)]
	if !ok {
		return
	}
	n := c.letters
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(scan.BurstGap + 10*time.Millisecond):
		}
		c.post(func() {
			if n == c.letters && c.layer == layerDay && c.day.Step == flow.DayReview {
				c.do("day.say", func() error { return c.d.Day.Say(word) })
			}
		})
	})
}

// lifeMessage is the calm sentence of the open layer, or what is wrong.
func (c *counter) lifeMessage() (widget.Tone, string) {
	if c.busy {
		return widget.ToneNote, c.t("cl.login.busy")
	}
	switch c.layer {
	case layerTake:
		if p := c.take.Problem; p != nil {
			return widget.ToneWarn, c.explain(p)
		}
		if c.take.Step == flow.TakeDone {
			return widget.ToneNote, c.t("cl.take.note.done")
		}
		return widget.ToneNote, c.t("cl.take.note")
	case layerDay:
		if p := c.day.Problem; p != nil {
			return widget.ToneWarn, c.explain(p)
		}
		switch c.day.Step {
		case flow.DayReview:
			return widget.ToneNote, c.t("cl.day.keys")
		case flow.DayClose:
			return widget.ToneNote, c.t("cl.day.note.close")
		case flow.DayDone:
			return widget.ToneNote, c.t("cl.day.note.done")
		}
		return widget.ToneNote, c.t("cl.day.note")
	}
	if c.layer == layerSetUp && !c.asked {
		return c.setUpMessage()
	}
	return widget.ToneNote, c.t("cl.journal.note")
}
