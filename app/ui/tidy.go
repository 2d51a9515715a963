package ui

import (
	"os"
	"runtime/debug"
	"time"

	"bangban/assets"
)

// gcPercent trades a little work for memory: only what is seen is drawn, which is cheap, and a counter rests most of the
// time, on an old computer with little memory.
const gcPercent = 25

// tidyUp has a person who has gone leave the memory as well: what a visit used is collected and given back to the system
// at once, not when the next visit happens to need it; the fonts that its paper was written with go too. It runs beside the
// screens.
func tidyUp() {
	go func() {
		debug.FreeOSMemory()
		assets.Rest()
	}()
}

// drawnBy is when the screens of a step have surely been drawn. Drawing them takes memory that is of no use afterwards.
const drawnBy = 2 * time.Second

// Fyne keeps the pictures of words and portraits that it has drawn for as long as this setting says, a minute without it.
const (
	keepSetting = "FYNE_CACHE"
	keepDefault = time.Minute
)

// kept is how long Fyne keeps what it no longer draws.
func kept(setting string) time.Duration {
	if d, err := time.ParseDuration(setting); err == nil && d >= 0 {
		return d
	}
	return keepDefault
}

// rested tidies up where nobody's details are needed any more, once more when the screens of rest have been drawn, and a last
// time when Fyne is done with what it keeps of the visit. It drops that only as it draws a window, which nothing gives it a
// reason to do while the counter rests.
func (c *counter) rested() {
	if c.tidy == nil || c.s.Subject != nil {
		return
	}
	c.tidy()
	c.resting(drawnBy, func() {
		c.tidy()
		c.resting(kept(os.Getenv(keepSetting)), func() {
			c.frame.ground.Refresh()
			if c.citizen != nil {
				c.citizen.ground.Refresh()
			}
			c.resting(drawnBy, c.tidy)
		})
	})
}

// resting does something later, if the counter has rested until then; else the next step has seen to it, or will.
func (c *counter) resting(after time.Duration, do func()) {
	step, since := c.s.Step, c.since
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(after):
		}
		c.post(func() {
			if c.s.Step == step && c.since == since {
				do()
			}
		})
	})
}
