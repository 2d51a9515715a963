package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/cardreader"
)

// mainAction is the big button at the bottom right. A nil do is the look of waiting: nothing is to be pressed.
type mainAction struct {
	word string
	do   func()
}

// mainAction says what Return does on this step. It never leads to a Yes: Agree and Spoken have none.
func (c *counter) mainAction() mainAction {
	if c.idle.blank {
		return mainAction{"main.resume", func() { c.alive() }}
	}
	switch c.layer {
	case layerHelp, layerScore:
		return mainAction{"main.close", c.closeLayer}
	case layerSupport:
		return mainAction{"main.support", c.saveSupport}
	case layerList:
		return mainAction{"main.list", c.frame.list().print}
	case layerQueue:
		return c.queueMain()
	case layerScan:
		return c.showMain()
	case layerTake, layerDay, layerJournal, layerSetUp:
		return c.lifeMain()
	case layerUnfinished:
		return mainAction{"main.recover", func() { c.frame.unfinished().handed() }}
	}
	v := c.d.Visit
	switch c.s.Step {
	case flow.Locked:
		if c.busy {
			return mainAction{"main.wait", nil}
		}
		return mainAction{"main.login", func() { c.frame.login().submit() }}
	case flow.Ready:
		return mainAction{"main.ready", nil}
	case flow.Reading:
		return mainAction{"main.reading", nil}
	case flow.NeedSecret:
		return mainAction{"main.secret", func() { c.frame.secret().submit() }}
	case flow.Pulled:
		return mainAction{"main.pulled", nil}
	case flow.Trouble:
		return c.troubleAction()
	case flow.Unproven:
		if len(c.s.Purposes) == 0 {
			return mainAction{"main.next", func() { c.do("visit.next", v.Next) }}
		}
		return mainAction{"main.unproven", func() { c.do("visit.accept", v.Accept) }}
	case flow.Second:
		if c.busy {
			return mainAction{"main.wait", nil}
		}
		return mainAction{"main.second", func() { c.frame.second().submit() }}
	case flow.Compare:
		if c.frame.compare().name.open() {
			return mainAction{"main.name", c.frame.compare().name.confirm}
		}
		return mainAction{"main.same", func() { c.do("visit.same", v.Same) }}
	case flow.Choose:
		return mainAction{"main.choose", func() { c.frame.choose().submit() }}
	case flow.Agree:
		return mainAction{"main.agree", nil}
	case flow.Spoken:
		return mainAction{"main.spoken", nil}
	case flow.Issuing:
		return mainAction{"main.issuing", nil}
	case flow.PrintFault:
		return mainAction{"main.print.again", func() { c.do("visit.print", v.PrintAgain) }}
	case flow.Reprint:
		return mainAction{"main.reprint.scan", nil}
	case flow.Sanction:
		return c.lifeMain()
	case flow.HelperCard, flow.HelperFace, flow.HelperTerms, flow.Aside:
		return c.helperMain()
	case flow.Evidence:
		return mainAction{"main.evidence", func() { c.frame.evidence().submit() }}
	case flow.GrantScan:
		return mainAction{"main.grant.scan", nil}
	case flow.GrantCard:
		return mainAction{"main.grant.card", nil}
	case flow.HandOver:
		return mainAction{"main.handover", func() { c.do("visit.hand-over", v.HandedOver) }}
	}
	return mainAction{"main.next", func() { c.do("visit.next", v.Next) }}
}

// troubleAction tries again where that can help, else goes on to the next person.
func (c *counter) troubleAction() mainAction {
	if c.canReread() && c.s.Tries < flow.MaxTries {
		return mainAction{"main.again", func() { c.do("visit.reread", c.d.Visit.Reread) }}
	}
	return mainAction{"main.next", func() { c.do("visit.next", c.d.Visit.Next) }}
}

// canReread tells whether reading the card once more can change anything.
func (c *counter) canReread() bool {
	if c.s.Problem == nil || !c.s.OnReader && c.s.Cause != cardreader.Mute {
		return false
	}
	switch c.s.Problem.Code {
	case cardreader.CodeFaulty, cardreader.CodeTimeout, cardreader.CodeReaderBusy, cardreader.CodeCancelled,
		cardreader.CodePulled, desk.CodeInternal:
		return true
	}
	return false
}

// actions says which keys work on this step.
func (c *counter) actions() map[fyne.KeyName]action {
	locked := c.s.Step == flow.Locked
	m := map[fyne.KeyName]action{
		fyne.KeyF1: {works: true, do: func() { c.toggleLayer(layerHelp) }},
		fyne.KeyF2: {}, fyne.KeyF3: {}, fyne.KeyF4: {}, fyne.KeyF5: {}, fyne.KeyF6: {}, fyne.KeyF7: {}, fyne.KeyF8: {},
		fyne.KeyF9: {}, fyne.KeyF10: {}, fyne.KeyF12: {},
		fyne.KeyF11:    {works: true, do: c.language},
		fyne.KeyEscape: c.escape(),
	}
	if locked {
		if c.layer == layerHelp {
			c.helpActions(m)
		}
		if c.d.Journal != nil && c.d.Approver != nil && c.layer == layerNone {
			m[fyne.KeyF9] = action{"key.F9.journal", true, c.openJournal}
		}
		if c.d.SetUp != nil && c.layer == layerNone {
			m[fyne.KeyF10] = action{"key.F10.setup", true, c.askSetUp}
		}
		if c.layer == layerJournal || c.layer == layerSetUp {
			c.lifeActions(m)
		}
		return m
	}
	v := c.d.Visit
	m[fyne.KeyF2] = action{works: c.free(), do: func() { c.do("visit.next", v.Next) }}
	m[fyne.KeyF6] = c.againAction()
	m[fyne.KeyF7] = action{works: true, do: c.aloud}
	m[fyne.KeyF12] = action{works: true, do: func() { c.do("lock", c.d.Staff.Lock) }}
	if c.d.Queue != nil {
		m[fyne.KeyF9] = action{works: true, do: func() { c.toggleLayer(layerQueue) }}
	}
	if c.canShow() {
		m[fyne.KeyF5] = action{works: true, do: c.openShowing}
	}
	c.stepActions(m)
	c.helperActions(m)
	c.slipActions(m)
	c.restActions(m)
	c.grantActions(m)
	c.evidenceActions(m)
	switch {
	case c.layer == layerScan:
		c.showActions(m)
	case c.life():
		c.lifeActions(m)
	case c.layer == layerQueue:
		c.queueActions(m)
	case c.layer == layerHelp:
		c.helpActions(m)
	}
	return m
}

// stepActions are the keys of one step only.
func (c *counter) stepActions(m map[fyne.KeyName]action) {
	v := c.d.Visit
	reread := action{works: true, do: c.reread}
	switch c.s.Step {
	case flow.Ready, flow.NeedSecret, flow.Pulled, flow.Trouble, flow.Unproven, flow.Farewell, flow.NotToday:
		m[fyne.KeyF4] = reread
		if c.canLay() {
			m[fyne.KeyF4] = action{"key.F4.lay", true, c.reread}
		}
		c.placeActions(m)
	case flow.Compare:
		m[fyne.KeyF4] = reread
		if c.frame.compare().name.open() {
			m[fyne.KeyF5] = action{"key.F5.character", true, c.frame.compare().name.change}
		}
		m[fyne.KeyF3] = action{works: true, do: func() { c.frame.compare().toggle() }}
	case flow.Choose:
		m[fyne.KeyF10] = action{works: true, do: func() { c.frame.choose().submit() }}
		c.reprintAction(m)
	case flow.Agree:
		m[fyne.KeyF3] = action{"key.F3.change", true, func() { c.do("visit.back", v.Back) }}
		m[fyne.KeyF10] = action{"key.F10.spoken", true, func() { c.do("visit.spoken", v.Spoken) }}
		c.reprintAction(m)
	case flow.Reprint:
		m[fyne.KeyF3] = action{"key.F3.reason", true, c.nextReason}
	case flow.Spoken:
		m[fyne.KeyF10] = action{"key.F10.record", true, func() { c.do("visit.confirm-spoken", v.ConfirmSpoken) }}
	case flow.PrintFault, flow.HandOver:
		m[fyne.KeyF8] = action{works: true, do: c.printOrSpoil}
		m[fyne.KeyF10] = action{"key.F10.again", true, c.makeAgain}
		if c.s.Step == flow.HandOver {
			m[fyne.KeyF5] = action{works: true, do: func() { c.say(c.t("note.scan.now")) }}
		}
	}
	if c.layer == layerUnfinished {
		m[fyne.KeyF8] = action{"key.F8.spoil", true, func() { c.frame.unfinished().spoiled() }}
	}
}

// pickReader names the next reader as the person's; after the last one all of them are.
func (c *counter) pickReader() {
	names := []string{""}
	for _, p := range c.s.Places {
		names = append(names, p.Reader)
	}
	next := names[(slices.Index(names, c.s.Citizen)+1)%len(names)]
	c.do("visit.reader", func() error { return c.d.Visit.PickReader(next) })
}

// free tells whether the visit can be left.
func (c *counter) free() bool {
	switch c.s.Step {
	case flow.Locked, flow.Issuing, flow.PrintFault, flow.HandOver:
		return false
	}
	return true
}

// escape is one step back; it never discards without a second press.
func (c *counter) escape() action {
	v := c.d.Visit
	switch {
	case c.layer == layerUnfinished:
		return action{works: true, do: func() {
			c.later = true
			c.closeLayer()
		}}
	case c.layer != layerNone:
		return action{works: true, do: c.closeLayer}
	case c.armed != "" && c.armed != armedNo:
		return action{works: true, do: func() { c.say("") }}
	}
	switch c.s.Step {
	case flow.Compare:
		return action{"key.Esc.other", true, func() { c.do("visit.not-same", v.NotSame) }}
	case flow.Agree:
		return action{"key.Esc.no", true, c.notToday}
	case flow.Spoken:
		return action{works: true, do: func() { c.do("visit.cancel-spoken", v.CancelSpoken) }}
	case flow.Reading, flow.NeedSecret, flow.Pulled, flow.Trouble, flow.Unproven, flow.Second, flow.Choose, flow.Reprint, flow.Sanction,
		flow.HelperCard, flow.HelperFace, flow.HelperTerms, flow.Aside, flow.GrantScan, flow.GrantCard, flow.Evidence, flow.Farewell, flow.NotToday:
		return action{works: true, do: func() { c.do("visit.back", v.Back) }}
	}
	return action{}
}

// armedNo is Escape pressed once on the question.
const armedNo = "no"

// notToday is the clerk's record of a spoken no. Escape is pressed twice, so that a slip does not end the visit.
func (c *counter) notToday() {
	if c.arm(armedNo, c.t("cl.nottoday.confirm")) {
		c.do("visit.not-today", c.d.Visit.NotToday)
	}
}

func (c *counter) language() {
	if c.shift() && c.s.Step != flow.Locked {
		c.setCitizenLang()
		return
	}
	c.setLang()
}

func (c *counter) printOrSpoil() {
	if !c.shift() {
		c.do("visit.print", c.d.Visit.PrintAgain)
		return
	}
	if c.arm("spoil", c.t("cl.spoil.confirm")) {
		c.do("visit.spoil", func() error { return c.d.Visit.Spoil("paper-bad") })
	}
}

// makeAgain spoils the paper and makes another one, on the second press.
func (c *counter) makeAgain() {
	if c.arm("again", c.t("cl.again.confirm")) {
		c.do("visit.again", c.d.Visit.Again)
	}
}

// helpActions are the keys of the help page: how the parts feel, and the exercises of a training counter.
func (c *counter) helpActions(m map[fyne.KeyName]action) {
	if c.d.Support != nil {
		m[fyne.KeyF8] = action{"key.F8.support", true, c.openSupport}
	}
	if c.d.Slips != nil && len(c.services()) > 0 && c.s.Step != flow.Locked {
		m[fyne.KeyF3] = action{"key.F3.list", true, func() { c.toggleLayer(layerList) }}
	}
	if c.canCourse() {
		m[fyne.KeyF10] = action{"key.F10.course", true, c.beginCourse}
	}
}

// reread also asks the system to start its card service where that is what is missing.
// In training it lays the chosen specimen on the ready screen, and with Shift lifts it anywhere.
func (c *counter) reread() {
	switch {
	case c.d.Tray != nil && c.shift():
		c.frame.ready().tray.lift()
		return
	case c.canLay():
		c.tray().lay()
		return
	}
	if c.s.Cause == cardreader.ServiceOff && c.d.StartService != nil {
		c.do("service.start", c.d.StartService)
		return
	}
	c.do("visit.reread", c.d.Visit.Reread)
}

// showAgain brings the citizen's screen up once more; with one screen it turns the window round. With Shift the same is said
// in short words, or in whole sentences again.
func (c *counter) showAgain() {
	if c.shift() {
		c.otherWords()
		return
	}
	if c.turns() {
		c.flipped = !c.flipped
		c.refresh()
		return
	}
	if c.citizen != nil {
		c.citizen.window.Show()
		c.window.RequestFocus()
	}
	c.say(c.t("note.citizen.again"))
}

// aloud reads the person's screen to them. Where the counter has no voice the clerk reads it: the words are shown.
func (c *counter) aloud() {
	words := c.view().speech()
	lang, note := c.catalog(c.s.Lang).Tag(), c.d.Visit.Aloud
	if c.layer == layerScan {
		lang, note = c.catalog(c.showing.Lang).Tag(), c.d.Show.Aloud
	}
	c.do("visit.aloud", note)
	ask := c.t("note.read.this", "Words", words)
	if c.kit.Large() { // the words would fill the window; they stand on the person's screen
		ask = c.t("note.read.screen")
	}
	if c.d.Voice == nil {
		c.say(ask)
		return
	}
	c.say(c.t("note.read.aloud"))
	c.spawn(func() {
		if err := c.d.Voice.Say(c.ctx, lang, words); err != nil {
			c.log.Warn("ui", "voice", err)
			c.post(func() { c.say(ask) })
		}
	})
}

func (c *counter) toggleLayer(l layer) {
	if c.layer == l {
		c.closeLayer()
		return
	}
	c.layer, c.fault, c.note, c.armed = l, nil, "", ""
	if l == layerQueue {
		c.frame.queue().open()
	}
	c.frame.stepped()
	c.refresh()
	c.frame.focusFirst()
}

func (c *counter) closeLayer() {
	c.layer, c.fault, c.note, c.armed = layerNone, nil, "", ""
	c.frame.stepped()
	c.layers(false)
	c.refresh()
	c.frame.focusFirst()
}
