package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2/driver/desktop"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// lookEvery is how often the monitors are looked at. Fyne tells neither of their number nor of a change.
const lookEvery = 3 * time.Second

// seat is the monitor on which the person's screen belongs: where it was set up, else the only one beside the clerk's. It goes
// by place and not by name: two monitors of one make have the same name. Two that show one picture are one monitor, and
// with a single one there is no seat: a full screen would cover the clerk's window.
func seat(all []flow.Monitor, s CitizenScreen) (m flow.Monitor, ok bool) {
	if len(all) < 2 {
		return m, false
	}
	if i := slices.IndexFunc(all, func(m flow.Monitor) bool { return m.X == s.X && m.Y == s.Y }); i >= 0 && s.Mode == CitizenFullScreen {
		return all[i], true
	}
	others := slices.DeleteFunc(slices.Clone(all), func(m flow.Monitor) bool { return m.Primary })
	if len(others) != 1 {
		return m, false
	}
	return others[0], true
}

// watchMonitors follows monitors that come and go, beside the screens.
func (c *counter) watchMonitors() {
	if c.citizen == nil || c.d.Monitors == nil {
		return
	}
	c.spawn(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		var last []flow.Monitor
		for first := true; ; first = false {
			if all := c.d.Monitors(c.ctx); first || !slices.Equal(all, last) {
				last = all
				c.post(func() { c.seated(all) })
			}
			select {
			case <-c.ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// seated puts the person's screen where it belongs among the monitors that there are. Where its monitor has gone the clerk's
// window is turned round for the question, until it is back.
func (c *counter) seated(all []flow.Monitor) {
	place := &c.d.Citizen
	m, ok := seat(all, *place)
	switch {
	case place.Mode == CitizenWindow || place.Mode == CitizenFlip: // it was set up so
	case len(all) == 0: // nobody can tell
		if place.Mode == CitizenFullScreen && c.seat == (flow.Monitor{}) {
			c.fillMonitor()
		}
	case ok && m == c.seat && c.lost == screenThere:
	case ok:
		back := c.lost != screenThere
		c.clerkAside(all, m)
		place.Mode, place.X, place.Y, c.seat, c.lost, c.flipped = CitizenFullScreen, m.X, m.Y, m, screenThere, false
		c.citizen.window.SetFullScreen(false)
		c.citizen.window.Show()
		c.fillMonitor()
		if back {
			c.say(c.t("note.screen.back"))
		}
	case place.Mode == CitizenFullScreen:
		c.loseScreen(all)
	}
}

// screenLoss is why the person has no screen of their own.
type screenLoss uint8

const (
	screenThere screenLoss = iota
	screenGone
	screenMirrored
)

// sentence is what the clerk reads of it.
func (l screenLoss) sentence() string {
	if l == screenMirrored {
		return "note.screen.mirrored"
	}
	return "note.screen.lost"
}

// loseScreen takes the person's window away, before it lies over the clerk's, which is where the window system puts it.
func (c *counter) loseScreen(all []flow.Monitor) {
	was := c.lost
	c.lost = screenGone
	if slices.ContainsFunc(all, func(m flow.Monitor) bool { return m.Mirrored }) {
		c.lost = screenMirrored
	}
	c.filling++
	c.frame.turnable()
	c.citizen.window.SetFullScreen(false)
	c.citizen.window.Hide()
	c.window.RequestFocus()
	if was != c.lost {
		c.say(c.t(c.lost.sentence()))
	}
}

// turns tells whether the clerk's window is turned round for the person.
func (c *counter) turns() bool { return c.d.Citizen.Mode == CitizenFlip || c.lost != screenThere }

// againAction is F6: it shows the person's screen again, or turns the window where it serves for both.
func (c *counter) againAction() action {
	if c.turns() {
		return action{"key.F6.turn", true, c.showAgain}
	}
	return action{works: true, do: c.showAgain}
}

// clerkAside moves the clerk's window off the monitor that becomes the person's: a window manager opens windows where the
// pointer is. It is done once, when the screens are put up.
func (c *counter) clerkAside(all []flow.Monitor, person flow.Monitor) {
	i := slices.IndexFunc(all, func(m flow.Monitor) bool { return m != person && (m.Primary || person.Primary) })
	if dw, ok := c.window.(desktop.Window); ok && i >= 0 && c.seat == (flow.Monitor{}) {
		dw.RequestPosition(all[i].X, all[i].Y)
	}
}

// fillMonitor moves the citizen's screen to its monitor and fills it. Window managers ignore a position that is asked for
// before the window is mapped, and full screen takes the monitor below the window; hence twice, in this order, with pauses.
// A later call, or the loss of the monitor, ends one that is under way.
func (c *counter) fillMonitor() {
	c.filling++
	mine := c.filling
	step := func(after time.Duration, do func()) bool {
		select {
		case <-c.ctx.Done():
			return false
		case <-time.After(after):
		}
		c.post(func() {
			if mine == c.filling {
				do()
			}
		})
		return true
	}
	c.spawn(func() {
		moved := step(time.Second, func() {
			if dw, ok := c.citizen.window.(desktop.Window); ok {
				dw.RequestPosition(c.d.Citizen.X, c.d.Citizen.Y)
			}
		})
		if moved {
			step(400*time.Millisecond, func() {
				c.citizen.window.SetFullScreen(true)
				c.window.RequestFocus()
			})
		}
	})
}

// lossMessage is what the slot says while the person's screen is missing and nothing else is to be said.
func (c *counter) lossMessage() (widget.Tone, string) {
	return widget.ToneWarn, c.t(c.lost.sentence())
}
