package ui

import (
	"runtime/debug"
	"time"
)

// gcPercent trades a little work for memory: only what is seen is drawn, which is cheap, and a counter rests most of the
// time, on an old computer with little memory.
const gcPercent = 25

// tidyUp has a person who has gone leave the memory as well: what a visit used is collected and given back to the system
// at once, not when the next visit happens to need it. It runs beside the screens.
func tidyUp() { go debug.FreeOSMemory() }

// drawnBy is when the screens of a step have surely been drawn. Drawing them takes memory that is of no use afterwards.
const drawnBy = 2 * time.Second

// rested tidies up where nobody's details are needed any more, and once more when the screens of rest have been drawn.
func (c *counter) rested() {
	if c.tidy == nil || c.s.Subject != nil {
		return
	}
	c.tidy()
	step, since := c.s.Step, c.since
	c.spawn(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(drawnBy):
		}
		c.post(func() {
			if c.s.Step == step && c.since == since { // else the next one has seen to it, or will
				c.tidy()
			}
		})
	})
}
