package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// enterQuiet is how long Return is not heard after a step: one long press is one answer.
const enterQuiet = 250 * time.Millisecond

// order of the key bar; the same on every step.
var barKeys = [...]fyne.KeyName{fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6, fyne.KeyF7,
	fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12, fyne.KeyEscape}

// action is what one key does on this step.
type action struct {
	word  string // locale key of the word on the key bar; empty: the key's own
	works bool   // drawn with a frame
	do    func() // nil: says that it does nothing now
}

// shortName is the name on the key bar and in key.<name>.
func shortName(k fyne.KeyName) string {
	switch k {
	case fyne.KeyEscape:
		return "Esc"
	case fyne.KeyReturn, fyne.KeyEnter:
		return "Enter"
	}
	return string(k)
}

// wire connects a window's keys: those that reach no control come here.
func (c *counter) wire(canvas fyne.Canvas) {
	canvas.SetOnTypedKey(func(ev *fyne.KeyEvent) { c.key(ev) })
	canvas.SetOnTypedRune(func(r rune) { c.rune(r, nil) })
	for _, s := range combos {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: s.key, Modifier: s.mod}, func(sc fyne.Shortcut) { c.combo(sc) })
	}
}

// combos are the keys with Ctrl; they change how the screen looks and nothing else.
var combos = [...]struct {
	key fyne.KeyName
	mod fyne.KeyModifier
	do  func(*counter)
}{
	{fyne.KeyEqual, fyne.KeyModifierControl, func(c *counter) { c.setScale(+1) }},
	{fyne.KeyPlus, fyne.KeyModifierControl, func(c *counter) { c.setScale(+1) }},
	{fyne.KeyEqual, fyne.KeyModifierControl | fyne.KeyModifierShift, func(c *counter) { c.setScale(+1) }},
	{fyne.KeyPlus, fyne.KeyModifierControl | fyne.KeyModifierShift, func(c *counter) { c.setScale(+1) }},
	{fyne.KeyMinus, fyne.KeyModifierControl, func(c *counter) { c.setScale(-1) }},
	{fyne.Key0, fyne.KeyModifierControl, func(c *counter) { c.setScale(0) }},
	{fyne.KeyD, fyne.KeyModifierControl, (*counter).setPalette},
}

// combo takes a key with Ctrl, from a field or from the window.
func (c *counter) combo(s fyne.Shortcut) bool {
	custom, ok := s.(*desktop.CustomShortcut)
	if !ok {
		return false
	}
	for _, k := range combos {
		if k.key == custom.KeyName && k.mod == custom.Modifier {
			k.do(c)
			return true
		}
	}
	return false
}

// key is the dispatcher. It tells whether the key was taken.
func (c *counter) key(ev *fyne.KeyEvent) bool {
	now := c.d.Now()
	if c.alive() {
		return true
	}
	if widget.IsEnter(ev.Name) {
		if c.scanned(now) {
			return true
		}
		if c.burst.Quiet(now) || now.Sub(c.since) < enterQuiet {
			return true
		}
		if m := c.mainAction(); m.do != nil {
			m.do()
		}
		return true
	}
	if c.burst.Quiet(now) {
		return true
	}
	if c.pad(ev.Name) {
		return true
	}
	switch ev.Name {
	case fyne.KeyPageDown, fyne.KeyPageUp:
		c.page(ev.Name)
		return true
	}
	return c.press(ev.Name)
}

// press does what a key of the bar does; a click on the bar comes here as well.
func (c *counter) press(name fyne.KeyName) bool {
	a, ok := c.actions()[name]
	if !ok {
		return false
	}
	if a.do == nil {
		c.say(c.t("key.off", "Key", shortName(name), "Name", c.word(name, a)))
		return true
	}
	a.do()
	return true
}

func (c *counter) word(name fyne.KeyName, a action) string {
	if a.word != "" {
		return c.t(a.word)
	}
	return c.t("key." + shortName(name))
}

// pad takes the person's own two keys, only while they are asked.
func (c *counter) pad(name fyne.KeyName) bool {
	asked := c.s.Step == flow.Agree || c.s.Step == flow.Spoken
	if c.layer == layerScan {
		asked = c.showing.Step == flow.ShowAsk || c.showing.Step == flow.ShowSpoken
	}
	if !asked || name == "" || !PadKey(name) {
		return false
	}
	switch name {
	case c.d.Citizen.Yes:
		c.sayYes()
	case c.d.Citizen.No:
		c.sayNo()
	default:
		return false
	}
	return true
}

// touched guards what the person touches: not during a scan, and not before the screen has stood for a moment.
func (c *counter) touched(do func()) func() {
	return func() {
		now := c.d.Now()
		if !c.alive() && !c.burst.Quiet(now) && now.Sub(c.since) >= enterQuiet {
			do()
		}
		if c.citizen != nil {
			c.window.RequestFocus() // keys belong to the clerk
		}
	}
}

// rune watches for a scanner. It never keeps a character from a field; a scan takes them out again.
func (c *counter) rune(r rune, e *widget.Entry) bool {
	c.alive()
	if c.burst.Rune(r, c.d.Now()) {
		c.marked, c.before = e, ""
		if e != nil {
			c.before = e.Text
		}
	}
	c.listen()
	if e == nil {
		c.letter(r)
		return c.digit(r)
	}
	return false
}

// digit takes a digit that chooses a row of the list that has the focus. It may be the first of a scanner's burst: it counts
// only once nothing has followed it for as long as a burst may pause.
func (c *counter) digit(r rune) bool {
	list, ok := c.window.Canvas().Focused().(*widget.Choice)
	if !ok || r < '1' || r > '9' {
		return false
	}
	n := c.letters
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(scan.BurstGap + 10*time.Millisecond):
		}
		c.post(func() {
			if n == c.letters && c.window.Canvas().Focused() == fyne.Focusable(list) {
				list.Pick(int(r - '1'))
			}
		})
	})
	return true
}

// scanned ends a burst: the field gets back what stood in it, flow gets the text.
func (c *counter) scanned(now time.Time) bool {
	text, ok := c.burst.Enter(now)
	if !ok {
		c.marked, c.before = nil, ""
		return false
	}
	if c.marked != nil {
		c.marked.SetText(c.before)
	}
	c.marked, c.before = nil, ""
	c.letters++ // the last one of the burst was no key of the clerk's
	if c.zone(text) {
		c.frame.secret().scanned(text)
		return true
	}
	c.took(text)
	return true
}

// zone tells whether a scan belongs into the field that asks for a machine readable zone.
func (c *counter) zone(text string) bool {
	return c.s.Step == flow.NeedSecret && c.frame.secret().takes(cardreader.MRZ) && readableZone(text)
}

// readableZone tells whether a burst can be a part of a machine readable zone (ICAO Doc 9303-3 §4.3): the field that asks
// for one may be filled by a scanner, or by fingers whose keys a busy computer handed over in a heap.
func readableZone(text string) bool {
	for _, r := range text {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '<' {
			return false
		}
	}
	return len(text) <= zoneMost
}

// enterOnButton guards Return and Space on a button that has the focus.
func (c *counter) enterOnButton(space bool) bool {
	now := c.d.Now()
	return !space && c.scanned(now) || c.burst.Quiet(now) || now.Sub(c.since) < enterQuiet
}

func (c *counter) page(name fyne.KeyName) {
	way := 1
	if name == fyne.KeyPageUp {
		way = -1
	}
	c.frame.page(way)
}

func (c *counter) focused(o fyne.CanvasObject) {
	if c.frame != nil {
		c.frame.reveal(o)
	}
}
