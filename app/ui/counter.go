package ui

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"golang.org/x/image/font/sfnt"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
	"bangban/locales"
)

// layer is what lies over the visit's own screen.
type layer uint8

const (
	layerNone layer = iota
	layerHelp
	layerQueue
	layerUnfinished
	layerScan
	layerTake
	layerDay
	layerJournal
	layerSetUp
	layerScore
	layerSupport
	layerList
)

// visiting tells whether what is shown belongs to a person's visit, or lies over one that goes on beneath it.
func (l layer) visiting() bool {
	switch l {
	case layerTake, layerDay, layerJournal, layerSetUp, layerScore, layerSupport, layerList:
		return false
	}
	return true
}

// counter is everything on the two screens. It is used on Fyne's goroutine only.
type counter struct {
	d   Deps
	ctx context.Context
	app fyne.App
	kit *widget.Kit
	cat *locales.Catalog // of the clerk

	s         shown
	since     time.Time // of the step
	health    desk.Health
	layer     layer
	fault     *desk.Error // of the last input, until the next step or key
	note      string      // a sentence of the screens themselves, until the next step or key
	armed     string      // a key that acts on its second press
	busy      bool        // a proof is being checked
	card      staffCard   // of a member of staff, on a reader
	unsent    int
	oldest    time.Duration
	flipped   bool
	seat      flow.Monitor // on which the person's screen stands
	lost      screenLoss   // why it does not
	filling   int          // counts the tries to fill a monitor
	later     bool         // the clerk put the unfinished vouchers off until the next login
	palette   int
	burst     scan.Burst
	idle      idle
	showing   flow.ShowState // of the person who shows a credential
	details   bool           // its checks are unfolded
	take      flow.TakeState // of a paper that is taken back
	day       flow.DayState  // of the day that is ended
	setup     flow.SetState  // of the counter itself
	course    flow.Course    // of exercises, in training
	asked     bool           // a supervisor's word is asked for before the set-up
	letters   int            // typed outside a field, ever
	listening bool           // for a scanner that sends no Return
	before    string         // what stood in the field when the burst began
	marked    *widget.Entry

	outlines *sfnt.Font // which characters can be drawn; nil: not known

	shift   func() bool   // is Shift held now
	spawn   func(func())  // runs beside the screens
	post    func(func())  // brings something back to Fyne's goroutine
	firstIn time.Duration // until the clerk's window is drawn
	up      bool          // both windows are
	tidy    func()        // after each visit; nil: left to the run-time

	window  fyne.Window
	frame   *frame
	gallery gallery
	citizen *citizenWindow
	log     *slog.Logger
}

func newCounter(ctx context.Context, a fyne.App, d Deps, fonts widget.Fonts) (*counter, error) {
	c := &counter{gallery: gallery{}, d: d, ctx: ctx, app: a, log: d.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.d.Now == nil {
		c.d.Now = time.Now
	}
	if _, err := locales.Open(locales.Original); err != nil {
		return nil, err
	}
	c.cat = c.catalog(d.Lang)
	c.outlines = outlinesOf(fonts.Whole.Content())
	if len(c.d.CitizenLangs) == 0 {
		c.d.CitizenLangs = locales.Offered(locales.Citizen, d.Visit.State().Training)
	}
	palettes := widget.Palettes()
	c.palette = max(slices.IndexFunc(palettes, func(p widget.Palette) bool { return p.Name == d.Palette }), 0)
	c.kit = widget.NewKit(fonts, palettes[c.palette])
	if d.Scale > 0 {
		c.kit.SetScale(d.Scale)
	}
	c.kit.SetKeys(widget.Keys{Key: c.key, Enter: c.enterOnButton, Combo: c.combo, Rune: c.rune, Focused: c.focused})
	c.since = c.d.Now()
	c.idle.last = c.since
	c.spawn = func(fn func()) { go fn() }
	c.post = fyne.Do
	c.shift = func() bool {
		d, ok := a.Driver().(desktop.Driver)
		return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	return c, nil
}

// catalog is the language asked for, else the original.
func (c *counter) catalog(tag string) *locales.Catalog {
	cat, err := locales.Open(tag)
	if err != nil {
		cat, _ = locales.Open(locales.Original) // newCounter has opened it
	}
	return cat
}

// t is a sentence for the clerk; args are pairs of a placeholder and its value.
func (c *counter) t(key string, args ...string) string { return c.cat.T(key, pairs(args)) }

func pairs(args []string) map[string]string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// show takes a new State.
func (c *counter) show(s shown) {
	moved := s.Step != c.s.Step
	opened := c.s.Step == flow.Locked && s.Step != flow.Locked
	asks := s.Helper != nil && s.Helper.Asks && (c.s.Helper == nil || !c.s.Helper.Asks) // a field comes up within the step
	c.s = s
	if moved {
		c.idle = idle{last: c.d.Now()}
		c.since, c.fault, c.note, c.armed = c.d.Now(), nil, "", ""
		c.frame.stepped()
		c.forget()
	}
	switch {
	case opened:
		c.later = false
	case moved && c.s.Step == flow.Locked:
		c.card.held = ""
	}
	c.layers(moved)
	c.watchCourse(s.State)
	c.refresh()
	if moved || asks {
		c.frame.focusFirst()
	}
	if moved {
		c.rested()
		if s.Step.Rail() == 3 { // T1 and T2 each queue a parcel
			c.spawn(c.countQueue)
		}
	}
	if moved && c.s.Step == flow.Agree && c.d.Voice != nil { // the question is read when it is put
		c.post(func() {
			if c.s.Step == flow.Agree {
				c.aloud()
			}
		})
	}
	c.cardLies()
	if c.d.OnStep != nil {
		c.d.OnStep(s.Step)
	}
}

// forget empties what the screens themselves hold of a step or a visit that is over.
func (c *counter) forget() {
	if c.burst.Len() == 0 {
		c.marked, c.before = nil, ""
	}
	c.frame.forget(c.s.Step)
	if c.s.Subject == nil {
		for _, p := range c.frame.pages { // hidden tasks hold no words of a person who has gone
			p.refresh()
		}
	}
}

// layers closes what does not belong to the step, and brings up the vouchers that a power cut left open.
func (c *counter) layers(moved bool) {
	open := c.s.Step == flow.Ready && len(c.s.Unfinished) > 0 && !c.later
	switch {
	case c.s.Step == flow.Locked && c.layer == layerScan:
		c.closeShowing()
	case c.s.Step == flow.Locked && (c.layer == layerTake || c.layer == layerDay):
		c.closeLife()
	case c.layer == layerScan || c.life(): // a card that is laid meanwhile waits below it
	case c.s.Step == flow.Locked && c.layer != layerHelp && c.layer != layerSupport:
		c.layer = layerNone
	case c.layer == layerUnfinished && !open:
		c.layer = layerNone
	case c.layer == layerNone && open:
		c.layer = layerUnfinished
	case moved && c.layer != layerUnfinished && c.s.Step != flow.Ready:
		c.layer = layerNone // the visit goes on: nobody is kept in a list
	}
	if c.turns() && moved {
		c.flipped = c.s.Step == flow.Agree
	}
}

// refresh draws everything from what is so.
func (c *counter) refresh() {
	c.watchCard()
	v := c.view()
	v.mute = v.mute || !c.actions()[fyne.KeyF7].works
	c.frame.refresh(v)
	if c.citizen != nil && c.up { // before, nobody would see it
		c.citizen.set(v, c.s.Training)
	}
}

// do runs one input of the clerk. What it says goes to the message slot.
func (c *counter) do(op string, input func() error) {
	c.fault, c.note, c.armed = nil, "", ""
	if err := input(); err != nil {
		c.fault = desk.Explain(op, err)
		c.course.Refused()
		c.log.Info("ui", "input", op, "code", c.fault.Code)
	}
	c.refresh()
}

// say puts a sentence of the screens into the message slot.
func (c *counter) say(sentence string) {
	c.fault, c.note, c.armed = nil, sentence, ""
	c.refresh()
}

// arm has a key act on its second press only; the sentence says so.
func (c *counter) arm(key, sentence string) (second bool) {
	if c.armed == key {
		c.armed = ""
		return true
	}
	c.armed = key
	c.fault, c.note = nil, sentence
	c.refresh()
	return false
}

// login checks the proof beside the screens.
func (c *counter) login(id string, p Proof) {
	if c.busy {
		return
	}
	c.busy, c.fault, c.note = true, nil, ""
	c.refresh()
	c.spawn(func() {
		err := c.d.Staff.Login(c.ctx, id, p)
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("login", err)
				c.card.seen = "" // it may have counted a try
			} else {
				c.cardHolds(p)
				c.cardLies() // it may have gone meanwhile
			}
			c.refresh()
			c.frame.focusFirst()
		})
	})
}

// setLang changes the clerk's language in place.
func (c *counter) setLang() {
	tags := c.clerkTags()
	i := slices.Index(tags, c.cat.Tag())
	c.cat = c.catalog(tags[(i+1)%len(tags)])
	c.window.SetTitle(c.t("app.title"))
	c.changed(c.t("note.lang", "Lang", c.t("lang.self")))
}

func (c *counter) clerkTags() []string { return locales.Offered(locales.Clerk, c.s.Training) }

// setScale changes the clerk's text size by steps; none is 100 % again.
func (c *counter) setScale(steps int) {
	c.kit.Step(steps)
	if steps == 0 {
		c.kit.SetScale(1)
	}
	c.restyle()
	c.changed(c.t("note.scale", "N", percent(c.kit.Scale())))
}

func (c *counter) setPalette() {
	palettes := widget.Palettes()
	c.palette = (c.palette + 1) % len(palettes)
	c.kit.SetPalette(palettes[c.palette])
	c.restyle()
	c.changed("")
}

func (c *counter) changed(sentence string) {
	if c.d.Note != nil {
		c.d.Note(c.cat.Tag(), c.kit.Scale(), c.kit.Palette().Name)
	}
	c.say(sentence)
}

// restyle has every control take the new sizes and colours. The theme object stays the same: setting it anew would have
// Fyne parse both fonts again and keep the old ones, 34 MB each.
func (c *counter) restyle() {
	c.frame.root.Refresh()
	if c.citizen != nil {
		c.citizen.root.Refresh()
	}
}
