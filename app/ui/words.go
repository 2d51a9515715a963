package ui

import (
	"slices"

	"bangban/locales"
)

// personTags are the languages that the person's key walks through. The short words of a language are not among them:
// they are the same language, and Shift+F6 changes between the two.
func (c *counter) personTags() []string {
	return slices.DeleteFunc(slices.Clone(c.d.CitizenLangs), func(tag string) bool {
		full, ok := locales.Full(tag)
		return ok && slices.Contains(c.d.CitizenLangs, full)
	})
}

// personLang is the language in which the person's screen speaks now.
func (c *counter) personLang() string {
	if c.layer == layerScan {
		return c.catalog(c.showing.Lang).Tag()
	}
	return c.catalog(c.s.Lang).Tag()
}

func (c *counter) setPersonLang(tag string) {
	if c.layer == layerScan {
		c.do("visit.lang", func() error { return c.d.Show.SetLang(tag) })
		return
	}
	c.do("visit.lang", func() error { return c.d.Visit.SetLang(tag) })
}

// setCitizenLang gives the person the next language, in short words where they had short words.
func (c *counter) setCitizenLang() {
	tags, now := c.personTags(), c.personLang()
	full, short := locales.Full(now)
	if !short {
		full = now
	}
	next := tags[(slices.Index(tags, full)+1)%len(tags)]
	if s, ok := locales.Short(next); short && ok && slices.Contains(c.d.CitizenLangs, s) {
		next = s
	}
	c.setPersonLang(next)
}

// otherWords changes between whole sentences and short words on the person's screen.
func (c *counter) otherWords() {
	now := c.personLang()
	to, note := "", "note.words.short"
	if full, ok := locales.Full(now); ok {
		to, note = full, "note.words.full"
	} else if s, ok := locales.Short(now); ok && slices.Contains(c.d.CitizenLangs, s) {
		to = s
	}
	if to == "" {
		c.say(c.t("note.words.none", "Lang", c.catalog(now).T("lang.self")))
		return
	}
	c.setPersonLang(to)
	c.say(c.t(note))
}
