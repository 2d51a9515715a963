package ui

import "runtime/debug"

// gcPercent trades a little work for memory: a counter rests most of the time, on an old computer with little of it.
const gcPercent = 50

// tidyUp has a person who has gone leave the memory as well: what a visit used is collected and given back to the system
// at once, not when the next visit happens to need it. It runs beside the screens.
func tidyUp() { go debug.FreeOSMemory() }

// rested tidies up where nobody's details are needed any more.
func (c *counter) rested() {
	if c.tidy != nil && c.s.Subject == nil {
		c.tidy()
	}
}
