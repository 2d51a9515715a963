package ui

import (
	"time"

	"bangban/app/flow"
)

// idleEvery is how often the screens ask themselves whether anybody is there.
const idleEvery = 5 * time.Second

// idle blanks and locks a counter that nobody works at. Nothing is lost: the first key or touch brings back what was
// there, and after a lock the PIN does. A person who thinks over the question is not hurried: that step is never blanked.
type idle struct {
	last  time.Time // of the last key, touch or step
	blank bool
}

// alive notes that somebody is there. It tells whether the screens were blank: then the key was for that only.
func (c *counter) alive() (woke bool) {
	c.idle.last = c.d.Now()
	if !c.idle.blank {
		return false
	}
	c.idle.blank = false
	c.refresh()
	c.frame.focusFirst()
	return true
}

// blankable tells whether the step shows a person and waits for nobody but the clerk.
func (c *counter) blankable() bool {
	switch c.s.Step {
	case flow.Compare, flow.Choose, flow.Trouble, flow.Pulled, flow.NeedSecret, flow.HandOver, flow.PrintFault,
		flow.Reprint, flow.Sanction:
		return true
	}
	return false
}

// watchIdle looks at the clock.
func (c *counter) watchIdle() {
	quiet := c.d.Now().Sub(c.idle.last)
	switch {
	case c.s.Step == flow.Locked:
	case c.d.LockAfter > 0 && quiet >= c.d.LockAfter:
		c.idle.blank = false
		c.do("lock", c.d.Staff.Lock)
	case c.d.BlankAfter > 0 && quiet >= c.d.BlankAfter && !c.idle.blank && c.blankable():
		c.idle.blank = true
		c.refresh()
	}
}

// idleClock asks every few seconds, where the counter has a limit.
func (c *counter) idleClock() (stop func()) {
	if c.d.BlankAfter <= 0 && c.d.LockAfter <= 0 {
		return func() {}
	}
	done := make(chan struct{})
	c.spawn(func() {
		tick := time.NewTicker(idleEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				c.post(c.watchIdle)
			}
		}
	})
	return func() { close(done) }
}
