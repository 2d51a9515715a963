package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// unprovenScreen is a document that was read and that nobody can prove here: what it says, field by field with its proof,
// what it is good for at this counter, and what to do where that is not enough.
type unprovenScreen struct {
	c       *counter
	col     *fyne.Container
	head    *widget.Text
	picture *widget.Picture
	facts   *widget.Facts
	signed  *widget.Verdict
	source  *widget.Text
	good    *widget.Text
	ways    *widget.Text
}

func newUnproven(c *counter) *unprovenScreen {
	k := c.kit
	s := &unprovenScreen{c: c, head: k.Text(styleHead(), ""), picture: k.Picture(150, 200), facts: k.Facts(4, styleLabel(), styleBody()),
		signed: k.Verdict(), source: k.Text(styleLabel(), ""), good: k.Text(widget.Style{Size: 20, Bold: true}, ""), ways: k.Text(styleBody(), "")}
	right := k.Column(8, k.Wrap(8, s.signed.Box), s.source, s.facts.Container)
	s.col = k.Column(12, s.head, k.Beside(18, 1, 220, s.picture.Container, right), s.good, s.ways)
	return s
}

func (s *unprovenScreen) content() *fyne.Container { return s.col }
func (s *unprovenScreen) first() fyne.Focusable    { return nil }

func (s *unprovenScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.unproven.title", "Kind", c.kindName()))
	s.picture.Set(c.s.photo, c.t("f.nophoto"))
	s.signed.Set(widget.ToneWarn, c.signedWords(c.s.Signed))
	s.source.Set(c.sourceWords())
	s.facts.Set(c.provenFacts())
	if len(c.s.Purposes) == 0 {
		s.good.Set(c.t("cl.unproven.nothing"))
		s.ways.Set(strings.Join([]string{c.t("cl.unproven.read"), c.t("cl.unproven.proven"), c.t("cl.trouble.next")}, "\n"))
		return
	}
	var titles []string
	second := false
	for _, p := range c.s.Purposes {
		titles = append(titles, p.Title.In(c.cat.Tag()))
		second = second || p.Unproven != nil && p.Unproven.Second
	}
	s.good.Set(c.t("cl.unproven.good", "Purposes", strings.Join(titles, c.t("list.sep"))))
	ways := []string{c.t("cl.unproven.terms")}
	if second {
		ways = append(ways, c.t("cl.unproven.second"))
	}
	s.ways.Set(strings.Join(append(ways, c.t("cl.unproven.full")), "\n"))
}

// signedWords says how far the state's signature was verified.
func (c *counter) signedWords(p cardreader.Proof) string {
	switch {
	case p.Verdict == check.Passed:
		return c.t("signed.passed")
	case p.Verdict == check.Failed:
		return c.t("signed.failed")
	case p.Reason == check.NotSupported:
		return c.t("signed.never")
	}
	return c.t("signed.unknown")
}

// sourceWords says where the details come from and when they were read, and what their proof rests on.
func (c *counter) sourceWords() string {
	at := "–"
	if !c.s.ReadAt.IsZero() {
		at = c.s.ReadAt.Local().Format("2006-01-02 15:04")
	}
	words := c.t("signed.source", "Kind", c.kindName(), "At", at)
	if d := c.s.Signed.Source; d != "" && c.s.Signed.Verdict == check.Passed {
		words += c.t("list.stop") + c.t("signed.key", "Key", d)
	}
	return words
}

// provenFacts are the details with the proof of each.
func (c *counter) provenFacts() []widget.Fact {
	facts := c.subjectFacts(false)
	fields := map[string][]string{c.t("f.name"): {"full_name", "surname", "given_names"}, c.t("f.number"): {"number"}, c.t("f.birth"): {"birth_date"},
		c.t("f.sex"): {"sex"}, c.t("f.nationality"): {"nationality"}, c.t("f.address"): {"address"}, c.t("f.expires"): {"expires"}}
	facts = slices.DeleteFunc(facts, func(f widget.Fact) bool { return f.Missing })
	for i, f := range facts {
		for _, p := range c.s.Proofs {
			if slices.Contains(fields[f.Label], p.Field) {
				facts[i].Value += "   " + c.t("proof."+p.Verdict.String())
				break
			}
		}
	}
	return facts
}

// proofFacts are lines for the list of checks: the proof of each field, told once where all are alike.
func (c *counter) proofFacts() []widget.Fact {
	if len(c.s.Proofs) == 0 {
		return nil
	}
	all := []widget.Fact{{Label: c.t("signed.head"), Value: c.signedWords(c.s.Signed)}, {Label: "", Value: c.sourceWords()}}
	for _, p := range c.s.Proofs {
		if p.Verdict != c.s.Signed.Verdict || p.By != c.s.Signed.By {
			name := p.By
			if c.cat.Has("check." + p.By) {
				name = c.t("check." + p.By)
			}
			all = append(all, widget.Fact{Label: c.t("signed.field." + p.Field), Value: c.t("proof."+p.Verdict.String()) + "  " + name})
		}
	}
	return all
}
