package ui

import (
	"io"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/scan"
	"bangban/app/ui/widget"
)

// showMost bounds a file that is dropped on the window.
const showMost = 32 << 20

// watchShowing has the screens follow the visits of people who show credentials.
func (c *counter) watchShowing() {
	if c.d.Show == nil {
		return
	}
	c.d.Show.OnChange(func(s flow.ShowState) {
		c.post(func() {
			moved := s.Step != c.showing.Step
			c.showing = s
			if moved {
				c.since, c.armed, c.details = c.d.Now(), "", false
				if s.Step == flow.ShowVerdict {
					c.spawn(c.forgetLater)
				}
				if c.layer == layerScan {
					c.frame.stepped()
				}
			}
			c.refresh()
			if moved && s.Step == flow.ShowVerdict {
				c.spawn(c.countQueue)
			}
		})
	})
	c.window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { c.dropped(files) })
	c.window.Canvas().AddShortcut(&fyne.ShortcutPaste{}, func(s fyne.Shortcut) {
		if paste, ok := s.(*fyne.ShortcutPaste); ok && paste.Clipboard != nil {
			c.pasted(paste.Clipboard.Content())
		}
	})
	c.hearFolder()
}

// pasted takes text of the clipboard as a credential, where one is waited for: a wallet's answer that somebody copied.
func (c *counter) pasted(text string) {
	text = strings.TrimRight(text, "\r\n")
	if c.layer != layerScan || text == "" {
		return
	}
	c.do("show.paste", func() error {
		if len(text) > showMost {
			return &desk.Error{Op: "show.paste", Code: "file-too-large", Args: map[string]string{"File": c.t("show.clipboard")}}
		}
		return c.d.Show.Present([]byte(text))
	})
}

// hearFolder takes files that appear in the watched folder while a credential is waited for. At any other time they are
// dropped: nothing is read before the person agrees, and nothing is kept for later.
func (c *counter) hearFolder() {
	if c.d.Folder == nil {
		return
	}
	c.spawn(func() {
		c.d.Folder(c.ctx, func(file []byte) {
			c.post(func() {
				if c.layer != layerScan || c.s.Step == flow.Locked {
					clear(file)
					return
				}
				c.do("show.file", func() error { return c.d.Show.Present(file) })
			})
		})
	})
}

// forgetLater takes what the credential says off both screens when its time is over.
func (c *counter) forgetLater() {
	select {
	case <-c.ctx.Done():
	case <-time.After(flow.ShowFor + 50*time.Millisecond):
		c.post(c.d.Show.Tick)
	}
}

// hearScanner takes what a scanner with a line of its own reads. It is a scan like one that is typed: nothing acts for a
// moment after it, and while the counter is locked or blank it is dropped.
func (c *counter) hearScanner() {
	if c.d.Scanner == nil {
		return
	}
	c.spawn(func() {
		c.d.Scanner(c.ctx, func(text string) {
			c.post(func() {
				if c.alive() || c.s.Step == flow.Locked && c.layer != layerSetUp {
					return
				}
				c.burst.Heard(c.d.Now())
				c.took(text)
			})
		})
	})
}

// canShow tells whether F5 opens the scanner's step now: from anywhere but a question to the person, a signature under way and
// a paper that waits to be scanned.
func (c *counter) canShow() bool {
	switch c.s.Step {
	case flow.Locked, flow.Agree, flow.Spoken, flow.Issuing, flow.HandOver, flow.Reprint, flow.Sanction:
		return false
	}
	return c.d.Show != nil
}

// openShowing puts the question to the person.
func (c *counter) openShowing() {
	c.layer, c.fault, c.note, c.armed = layerScan, nil, "", ""
	c.do("show.open", func() error {
		err := c.d.Show.Open(c.s.Clerk.ID, c.s.Lang)
		c.showing = c.d.Show.State() // the first frame says so already
		return err
	})
	c.frame.stepped()
	c.refresh()
	c.frame.focusFirst()
}

func (c *counter) closeShowing() {
	c.do("show.close", c.d.Show.Close)
	c.closeLayer()
}

// showMain is the big button while a credential is shown. It never gives the person's Yes.
func (c *counter) showMain() mainAction {
	switch c.showing.Step {
	case flow.ShowAsk:
		return mainAction{"main.agree", nil}
	case flow.ShowSpoken:
		return mainAction{"main.spoken", nil}
	case flow.ShowWait:
		return mainAction{"main.show.scan", nil}
	case flow.ShowJudging:
		return mainAction{"main.reading", nil}
	}
	return mainAction{"main.close", c.closeShowing}
}

// showActions are the keys while a credential is shown.
func (c *counter) showActions(m map[fyne.KeyName]action) {
	w := c.d.Show
	for _, k := range []fyne.KeyName{fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10} {
		m[k] = action{}
	}
	held := action{"key.F4.held", true, func() { c.do("show.held", w.Held) }}
	ask := action{"key.F3.ask", true, func() { c.do("show.ask", w.Ask) }}
	switch c.showing.Step {
	case flow.ShowAsk:
		m[fyne.KeyF3], m[fyne.KeyF4] = ask, held
		m[fyne.KeyF10] = action{"key.F10.spoken", true, func() { c.do("show.spoken", w.Spoken) }}
	case flow.ShowSpoken:
		m[fyne.KeyF10] = action{"key.F10.record", true, func() { c.do("show.spoken", w.ConfirmSpoken) }}
	case flow.ShowWait:
		m[fyne.KeyF3], m[fyne.KeyF4] = ask, held
	case flow.ShowVerdict, flow.ShowBlank:
		m[fyne.KeyF3] = action{works: true, do: func() {
			c.details = !c.details
			c.refresh()
			if c.details {
				c.frame.now.scroller.Page(1)
			}
		}}
		m[fyne.KeyF5] = action{"key.F5.again", true, c.openShowing}
		m[fyne.KeyF8] = action{"key.F8.receipt", true, func() { c.do("show.receipt", w.Receipt) }}
	}
	m[fyne.KeyEscape] = action{works: true, do: c.closeShowing}
}

// took takes a scan: to the credential's step where that is open, else to the visit.
func (c *counter) took(text string) {
	if c.layer == layerSetUp {
		c.setUpScan(text)
		return
	}
	if c.life() {
		if c.layer == layerTake {
			c.frame.take().forget()
			c.do("void.find", func() error { return c.d.Take.Find(scan.Mend(text)) })
		}
		return
	}
	if c.layer != layerScan {
		if c.layer == layerNone && c.s.Step == flow.GrantScan {
			c.grantScan(text)
			return
		}
		if c.canShow() && c.s.Step != flow.PrintFault && c.layer == layerNone {
			c.openShowing() // what was scanned is forgotten: nothing is read before the person agrees
			c.say(c.t("note.show.first"))
			return
		}
		c.do("scan", func() error { return c.d.Visit.Scanned(text) })
		return
	}
	switch why := scan.Explain(text); why {
	case scan.Method:
		c.do("scan", func() error { return &desk.Error{Op: "scan", Code: "scan-ime"} })
		return
	case scan.Layout:
		c.do("scan", func() error { return &desk.Error{Op: "scan", Code: "scan-layout"} })
		return
	}
	c.do("scan", func() error { return c.d.Show.Present([]byte(scan.Mend(text))) })
}

// listen ends a scan whose scanner sends no Return.
func (c *counter) listen() {
	if c.listening || !c.burst.Long() {
		return
	}
	c.listening = true
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(scan.BurstGap + 10*time.Millisecond):
		}
		c.post(c.heard)
	})
}

func (c *counter) heard() {
	c.listening = false
	text, ok := c.burst.Silent(c.d.Now())
	if !ok {
		c.listen()
		return
	}
	if c.marked != nil && c.zone(text) { // the lines stand in the field that asks for them, and Return sends them
		c.burst.Resume()
		c.marked, c.before = nil, ""
		return
	}
	if c.marked != nil {
		c.marked.SetText(c.before)
	}
	c.marked, c.before = nil, ""
	c.took(text)
}

// dropped takes a file that was dropped on the window: a picture, a PDF, an OFD.
func (c *counter) dropped(files []fyne.URI) {
	if c.layer == layerSetUp && len(files) > 0 {
		c.droppedFile(files[0].Path())
		return
	}
	if c.layer != layerScan || len(files) == 0 {
		return
	}
	c.spawn(func() {
		r, err := storage.Reader(files[0])
		var b []byte
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(r, showMost+1))
			r.Close()
		}
		c.post(func() {
			c.do("show.file", func() error {
				switch {
				case err != nil:
					return &desk.Error{Op: "show.file", Code: "file-unreadable", Args: map[string]string{"File": files[0].Name()}, Err: err}
				case len(b) > showMost:
					return &desk.Error{Op: "show.file", Code: "file-too-large", Args: map[string]string{"File": files[0].Name()}}
				}
				return c.d.Show.Present(b)
			})
		})
	})
}

// sayYes and sayNo are the person's own answers, to what their screen asks.
func (c *counter) sayYes() {
	if c.layer == layerScan {
		c.do("visit.yes", c.d.Show.Yes)
		return
	}
	c.do("visit.yes", c.d.Visit.SayYes)
}

func (c *counter) sayNo() {
	if c.layer == layerScan {
		c.do("visit.no", c.d.Show.No)
		c.closeLayer()
		return
	}
	c.do("visit.no", c.d.Visit.SayNo)
}

// showView is the person's screen while a credential is shown.
func (c *counter) showView() view {
	s := c.showing
	v := view{cat: c.catalog(s.Lang)}
	t := v.cat.T
	switch s.Step {
	case flow.ShowAsk, flow.ShowSpoken:
		v.title, v.ask, v.yes, v.no = t("cz.show.title"), t("cz.agree.ask"), true, true
		v.facts = []widget.Fact{{Label: t("cz.agree.who"), Value: c.askedBy(s.Lang)}, {Label: t("cz.agree.sees"), Value: t("show.want." + s.Want.String())},
			{Label: t("cz.show.kept"), Value: t("cz.show.kept.value")}}
	case flow.ShowWait:
		v.title, v.sub, v.leave = t("cz.show.now"), t("cz.show.now.sub"), true
	case flow.ShowJudging:
		v.title, v.sub = t("cz.show.judging"), t("cz.reading.sub")
	case flow.ShowVerdict, flow.ShowBlank:
		key := "bad"
		if s.Shown != nil && (s.Shown.Outcome == flow.Valid || s.Shown.Outcome == flow.ValidOldLists || s.Shown.Outcome == flow.ValidNoList) {
			key = "good"
		}
		v.title, v.sub = t("cz.show."+key), t("cz.show."+key+".sub")
	default: // opened, and not begun yet
		v.title, v.sub = t("cz.welcome"), t("cz.welcome.sub")
	}
	return v
}

// askedBy is who asks: the hall, else the station.
func (c *counter) askedBy(lang string) string {
	if hall := c.d.Status.Hall.In(lang); hall != "" {
		return hall
	}
	return c.s.Station.Name
}

// showMessage is the calm sentence of the step.
func (c *counter) showMessage() (widget.Tone, string) {
	if p := c.showing.Problem; p != nil {
		return widget.ToneWarn, c.explain(p)
	}
	switch c.showing.Step {
	case flow.ShowAsk:
		return widget.ToneNote, c.t("cl.wait.note")
	case flow.ShowSpoken:
		return widget.ToneNote, c.t("cl.spoken.note", "Clerk", c.s.Clerk.Name)
	case flow.ShowWait:
		return widget.ToneNote, c.t("cl.show.scan")
	case flow.ShowVerdict:
		if s := c.showing.Shown; s == nil || len(s.Claims) == 0 {
			return widget.ToneNote, c.t("cl.show.blanked")
		}
		return widget.ToneNote, c.t("cl.show.blank", "S", strconv.Itoa(int(flow.ShowFor/time.Second)))
	case flow.ShowBlank:
		return widget.ToneNote, c.t("cl.show.blanked")
	}
	return widget.ToneNote, c.t("cz.show.judging")
}
