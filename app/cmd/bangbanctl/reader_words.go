package main

import (
	"errors"

	"bangban/cardreader"
	"bangban/locales"
)

// happened says an event of a reader in words, and what to do about it.
func (e *env) happened(ev cardreader.Event) (says, fix string) {
	c, err := locales.Open(or(e.lang, sentences))
	if err != nil {
		return "", ""
	}
	key := map[cardreader.EventKind]string{
		cardreader.ServiceOff: cardreader.CodeServiceOff, cardreader.NoReader: cardreader.CodeNoReader,
		cardreader.Empty: cardreader.CodeNoCard, cardreader.Mute: "card-mute",
	}[ev.Kind]
	var args map[string]string
	var known *cardreader.Error
	if errors.As(ev.Err, &known) && c.Has("error."+known.Code()) { // it knows better why
		key, args = known.Code(), known.Args()
	}
	switch {
	case key != "":
		return c.T("error."+key, args), c.T("hint."+key, args)
	case ev.Kind == cardreader.Present:
		return c.T("reader.present"), ""
	case ev.Kind == cardreader.Removed:
		return c.T("reader.removed"), c.T("hint." + cardreader.CodeNoReader)
	}
	return "", ""
}
