package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader/check"
)

// verdictScreen is the result in four words, with colour and shape, the one reason that decided, what was asked for until
// it goes, and every check behind F3.
type verdictScreen struct {
	c      *counter
	col    *fyne.Container
	words  *widget.Text
	box    *widget.Box
	reason *widget.Text
	facts  *widget.Facts
	gone   *widget.Text
	kept   *widget.Text
	more   *widget.Text
	checks *checkList
}

func newVerdict(c *counter) *verdictScreen {
	k := c.kit
	s := &verdictScreen{c: c, words: k.Text(widget.Style{Size: 40, Bold: true, Align: fyne.TextAlignCenter}, ""), reason: k.Text(widget.Style{Size: 22}, ""),
		facts: k.Facts(6, styleLabel(), styleValue()), gone: k.Text(styleMinor(), ""), kept: k.Text(styleMinor(), ""), more: k.Text(styleLabel(), ""), checks: newCheckList(c)}
	s.box = k.Box(widget.BoxLook{Ground: widget.InkBack, Edge: widget.InkBorder, Line: 4, Pad: 14}, s.words)
	s.col = k.Column(12, s.box, s.reason, s.facts.Container, s.gone, s.kept, s.more, s.checks.root)
	return s
}

func (s *verdictScreen) content() *fyne.Container { return s.col }
func (s *verdictScreen) first() fyne.Focusable    { return nil }

// outcomeTone is the colour and mark of a result.
func outcomeTone(o flow.Outcome) widget.Tone {
	switch o {
	case flow.Valid:
		return widget.ToneGood
	case flow.NotValid:
		return widget.ToneStop
	}
	return widget.ToneWarn
}

func (s *verdictScreen) refresh() {
	c := s.c
	shown := c.showing.Shown
	if shown == nil {
		s.words.Set("")
		s.facts.Set(nil)
		put(s.reason, "")
		s.checks.set(nil)
		return
	}
	ink := map[widget.Tone]widget.Ink{widget.ToneGood: widget.InkSuccess, widget.ToneStop: widget.InkError, widget.ToneWarn: widget.InkWarning}[outcomeTone(shown.Outcome)]
	s.words.SetInk(c.t("show.outcome."+shown.Outcome.String(), "N", strconv.Itoa(shown.Days)), ink)
	s.box.Look(widget.InkBack, ink)
	put(s.reason, c.whyText(shown.Why))
	s.facts.Set(c.claimFacts(shown))
	gone := ""
	if shown.Claims == nil && c.showing.Want != flow.WantValid {
		gone = c.t("cl.show.blanked")
	}
	put(s.gone, gone)
	kept := ""
	if c.showing.Parcel != "" {
		kept = c.t("cl.show.kept", "Receipt", c.showing.Parcel)
	}
	if c.showing.Printed {
		kept += c.t("list.stop") + c.t("cl.show.printed")
	}
	put(s.kept, kept)
	key := "cl.checks.more"
	if c.details {
		key = "cl.checks.less"
	}
	s.more.Set(c.t(key))
	visible(s.checks.root, c.details)
	s.checks.set(shown.Checks)
}

// whyText names the check that decided and its reason.
func (c *counter) whyText(why *check.Check) string {
	if why == nil {
		return ""
	}
	name, reason := why.Name, string(why.Reason)
	if c.cat.Has("check." + name) {
		name = c.t("check." + name)
	}
	if c.cat.Has("reason." + reason) {
		reason = c.t("reason." + reason)
	}
	return name + c.t("say.colon") + reason
}

// claimFacts lists what was asked for, a missing one in its place.
func (c *counter) claimFacts(shown *flow.Shown) (facts []widget.Fact) {
	if shown.Claims == nil {
		return nil
	}
	for _, field := range c.showing.Want.Fields() {
		f := widget.Fact{Label: c.t("field." + field), Value: shown.Claims[field]}
		if field == "number" {
			f.Value = groupNumber(f.Value)
		}
		if f.Value == "" {
			f.Value, f.Missing = c.t("f.missing"), true
		}
		facts = append(facts, f)
	}
	if by := shown.Claims["represented_by"]; by != "" {
		facts = append(facts, widget.Fact{Label: c.t("field.represented_by"), Value: by})
	}
	return facts
}
