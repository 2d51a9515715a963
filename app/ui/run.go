package ui

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"bangban/app/ui/widget"
)

// appID names the program to the desktop.
const appID = "org.bangban.counter"

// ErrDeps says that something is missing without which there is no counter.
var ErrDeps = errors.New("ui: visit or staff missing")

// Run opens the counter and returns when the clerk's window is closed or ctx ends. It must be called on the main
// goroutine. The machine must run already or be started by the caller; Run only watches it.
func Run(ctx context.Context, d Deps) error {
	if d.Visit == nil || d.Staff == nil {
		return ErrDeps
	}
	for _, k := range []fyne.KeyName{d.Citizen.Yes, d.Citizen.No} {
		if k != "" && !PadKey(k) {
			return fmt.Errorf("ui: the key %s cannot be the person's", k)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a := app.NewWithID(appID)
	fyne.SetCurrentApp(still{a})
	c, err := newCounter(ctx, a, d, loadFonts())
	if err != nil {
		return err
	}
	c.tidy, c.firstIn = tidyUp, drawnFirst
	a.Settings().SetTheme(c.kit)
	c.open()
	a.Lifecycle().SetOnStarted(func() { c.started() })
	var ended atomic.Bool
	c.post = func(fn func()) {
		if !ended.Load() { // the driver has gone: nothing may touch a window any more
			fyne.Do(fn)
		}
	}
	keep := context.AfterFunc(ctx, func() { c.post(a.Quit) })
	if d.Closed != nil {
		c.window.SetOnClosed(d.Closed)
	}
	c.window.SetMaster()
	c.window.Show()
	stop := c.subscribe() // after: what Show draws is lost while the window is not on the screen, and costs little as yet
	defer stop()
	a.Run()
	ended.Store(true)
	keep()
	return nil
}

// open builds the windows. Nothing is shown yet.
func (c *counter) open() {
	c.window = c.app.NewWindow(c.t("app.title"))
	c.window.SetPadded(false)
	c.frame = newFrame(c)
	c.window.SetContent(c.frame.root)
	c.window.Resize(fyne.NewSize(clerkW, clerkH))
	c.wire(c.window.Canvas())
	c.watchShowing()
	c.watchLife()
	c.watchSetUp()
	c.hearScanner()
	if c.d.Citizen.Mode != CitizenFlip {
		c.openCitizen()
	}
}

func (c *counter) openCitizen() {
	z := newCitizen(c.kit.At(1), c.gallery, c.citizenInputs())
	c.citizen = &citizenWindow{citizen: z, window: c.app.NewWindow(c.t("app.citizen")), scaled: container.New(&scaler{z}, z.root)}
	w := c.citizen.window
	w.SetPadded(false)
	w.SetContent(c.citizen.scaled)
	w.Resize(fyne.NewSize(citizenW, citizenH))
	w.SetCloseIntercept(func() { c.window.RequestFocus() }) // the person's screen goes with the clerk's
	c.wire(w.Canvas())                                      // keys that land here are the clerk's all the same
	w.Canvas().SetOnTypedRune(c.passRune)
	if dw, ok := w.(desktop.Window); ok && c.d.Citizen.Mode == CitizenFullScreen {
		dw.RequestPosition(c.d.Citizen.X, c.d.Citizen.Y)
	}
}

// passRune has what is typed into the person's window go into the field that the clerk is at: a window that comes up may
// take the keys of somebody who types already.
func (c *counter) passRune(r rune) {
	if e, ok := c.window.Canvas().Focused().(*widget.Entry); ok {
		e.TypedRune(r)
		return
	}
	c.rune(r, nil)
}

// drawnFirst is two of Fyne's frames: it calls started before it draws.
const drawnFirst = 2 * time.Second / 30

// started is called once when the clerk's window is up. The person's follows when that is drawn, so that the clerk does not
// wait for it.
func (c *counter) started() {
	c.rested()
	c.startSetUp()
	c.frame.focusFirst()
	c.window.RequestFocus()
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
		case <-time.After(c.firstIn):
			c.post(c.showCitizen)
		}
	})
}

// showCitizen brings up the person's window and puts it where it belongs; then everything is there to be used.
func (c *counter) showCitizen() {
	c.up = true
	if c.tidy != nil {
		debug.SetGCPercent(gcPercent)
	}
	if c.citizen != nil {
		c.refresh()
		c.citizen.window.Show()
		if c.d.Monitors == nil && c.d.Citizen.Mode == CitizenFullScreen {
			c.fillMonitor()
		}
		c.window.RequestFocus()
	}
	c.watchMonitors()
	if c.d.OnReady != nil {
		c.spawn(func() { c.post(c.d.OnReady) })
	}
}
