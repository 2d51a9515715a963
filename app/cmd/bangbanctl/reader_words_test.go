package main

import (
	"testing"

	"bangban/cardreader"
)

// Each thing that can happen has words in both languages, and all but a card that lies there something to do.
func TestHappened(t *testing.T) {
	seen := map[string]bool{}
	for _, lang := range []string{"zh-Hans", "en"} {
		e := &env{lang: lang}
		for k := cardreader.ServiceOff; k <= cardreader.Removed; k++ {
			says, fix := e.happened(cardreader.Event{Kind: k})
			if says == "" || says[0] == '[' || (fix == "") != (k == cardreader.Present) || seen[says] {
				t.Errorf("%s %v: %q, %q", lang, k, says, fix)
			}
			seen[says] = true
		}
		plain, _ := e.happened(cardreader.Event{Kind: cardreader.ServiceOff})
		why, _ := e.happened(cardreader.Event{Kind: cardreader.ServiceOff, Err: cardreader.NewError("card-service-denied", nil, nil)})
		if why == plain {
			t.Errorf("%s: a service that refuses is said to be off", lang)
		}
		if says, fix := e.happened(cardreader.Event{}); says+fix != "" {
			t.Errorf("nothing happened: %q, %q", says, fix)
		}
	}
}
