package ui

import (
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
	"bangban/cardreader"
	"bangban/cardreader/check"
)

// compareScreen puts portrait and details side by side, each field in its place even where it was not read, and one line
// that says how far they are proven.
type compareScreen struct {
	c       *counter
	col     *fyne.Container
	head    *widget.Text
	picture *widget.Picture
	facts   *widget.Facts
	proof   *widget.Verdict
	proven  *widget.Text
	source  *widget.Text
	more    *widget.Text
	checks  *checkList
	name    *nameBox
	open    bool
}

func newCompare(c *counter) *compareScreen {
	k := c.kit
	s := &compareScreen{c: c, head: k.Text(styleHead(), ""), picture: k.Picture(240, 320), facts: k.Facts(6, styleLabel(), styleValue()),
		proof: k.Verdict(), proven: k.Text(styleBody(), ""), source: k.Text(styleLabel(), ""), more: k.Text(styleLabel(), ""), checks: newCheckList(c), name: newNameBox(c)}
	right := k.Column(12, s.facts.Container, k.Beside(10, 1, 160, s.proof.Box, s.proven), s.source)
	s.col = k.Column(12, s.head, s.name.root, k.Beside(18, 1, 220, s.picture.Container, right), s.more, s.checks.root)
	return s
}

func (s *compareScreen) content() *fyne.Container { return s.col }

func (s *compareScreen) first() fyne.Focusable {
	if s.name.open() && s.name.typed {
		return s.name.code
	}
	return nil
}

func (s *compareScreen) refresh() {
	c := s.c
	head := c.t("cl.compare")
	missing := c.t("f.nophoto")
	if c.s.photo == nil {
		head = c.t("cl.compare.nophoto")
		if c.s.hasPhoto {
			missing = c.t("f.photo.form")
		}
	}
	if s.name.open() {
		head = c.t("cl.name")
	}
	s.name.refresh()
	s.head.Set(head)
	s.picture.Set(c.s.photo, missing)
	s.facts.Set(c.subjectFacts(false))
	tone := verdictTone(c.s.Proof)
	s.proof.Set(tone, c.t("verdict."+c.s.Proof.String()))
	s.proven.Set(c.t("verdict." + c.s.Proof.String() + ".long"))
	if c.s.Lower {
		s.proven.Set(c.signedWords(c.s.Signed))
	}
	s.source.Set(c.t("f.source", "Kind", c.kindName(), "S", seconds(c.s.ReadTime)))
	key := "cl.checks.more"
	if s.open {
		key = "cl.checks.less"
	}
	s.more.Set(c.t(key))
	visible(s.checks.root, s.open)
	s.checks.set(c.s.Checks)
	s.checks.more(c.proofFacts())
	s.papers()
}

func (s *compareScreen) toggle() {
	s.open = !s.open
	s.c.refresh()
	if s.open {
		s.c.frame.now.scroller.Page(1)
	}
}

func (c *counter) kindName() string {
	if c.cat.Has("kind." + c.s.DocKind) {
		return c.t("kind." + c.s.DocKind)
	}
	return c.t("kind.unknown")
}

func verdictTone(v check.Verdict) widget.Tone {
	switch v {
	case check.Passed:
		return widget.ToneGood
	case check.Failed:
		return widget.ToneStop
	}
	return widget.ToneWarn
}

// subjectFacts lists the person's details. short is what the reading screen shows before the end.
func (c *counter) subjectFacts(short bool) []widget.Fact {
	var s cardreader.Subject
	if c.s.Subject != nil {
		s = *c.s.Subject
	}
	fact := func(key, value string) widget.Fact {
		if value == "" {
			return widget.Fact{Label: c.t(key), Value: c.t("f.missing"), Missing: true}
		}
		return widget.Fact{Label: c.t(key), Value: value}
	}
	sex := ""
	if s.Sex != "" && c.cat.Has("sex."+s.Sex) {
		sex = c.t("sex." + s.Sex)
	}
	facts := []widget.Fact{fact("f.name", s.Name()), fact("f.number", groupNumber(s.Number))}
	if short {
		return facts
	}
	facts = append(facts, fact("f.birth", s.BirthDate), fact("f.sex", sex), fact("f.nationality", s.Nationality))
	if s.Address != "" {
		facts = append(facts, fact("f.address", s.Address))
	}
	return append(facts, c.expiryFact(s.Expires, fact))
}

func (c *counter) expiryFact(date string, fact func(key, value string) widget.Fact) widget.Fact {
	switch {
	case date == "":
		return fact("f.expires", "")
	case date == "9999-12-31":
		return fact("f.expires", c.t("f.forever"))
	case date < c.d.Now().Format(time.DateOnly):
		return fact("f.expires", date+"  "+c.t("f.expired"))
	}
	return fact("f.expires", date+"  "+c.t("f.valid"))
}

// groupNumber sets a number in groups: a citizen number 6-4-4-4 (GB 11643), others in groups of three or four.
func groupNumber(n string) string {
	if strings.IndexFunc(n, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsUpper(r) }) >= 0 {
		return n
	}
	var cuts []int
	switch {
	case len(n) == 18:
		cuts = []int{6, 4, 4, 4}
	case len(n) > 6:
		for rest := len(n); rest > 0; rest -= 3 {
			cuts = append(cuts, min(3, rest))
		}
		if last := len(cuts) - 1; cuts[last] == 1 { // no digit alone at the end
			cuts = append(cuts[:last-1], 4)
		}
	default:
		return n
	}
	var out []string
	for _, k := range cuts {
		out = append(out, n[:k])
		n = n[k:]
	}
	return strings.Join(out, " ")
}

// checkList is every question that was asked about the card, in order, with its reason.
type checkList struct {
	c     *counter
	root  *fyne.Container
	facts *widget.Facts
	proof *widget.Facts
}

func newCheckList(c *counter) *checkList {
	l := &checkList{c: c, facts: c.kit.Facts(4, styleLabel(), styleBody())}
	l.proof = c.kit.Facts(4, styleLabel(), styleBody())
	l.root = c.kit.Column(10, l.proof.Container, l.facts.Container)
	return l
}

// more puts the proof of the fields above the checks.
func (l *checkList) more(facts []widget.Fact) { l.proof.Set(facts) }

func (l *checkList) set(checks []check.Check) {
	c := l.c
	var facts []widget.Fact
	for _, k := range checks {
		name, value := k.Name, c.t("verdict."+k.Verdict.String())
		if c.cat.Has("check." + k.Name) {
			name = c.t("check." + k.Name)
		}
		if k.Reason != check.OK {
			reason := string(k.Reason)
			if c.cat.Has("reason." + reason) {
				reason = c.t("reason." + reason)
			}
			value += "  " + reason
		}
		if k.Detail != "" {
			value += "  (" + k.Detail + ")"
		}
		facts = append(facts, widget.Fact{Label: name, Value: value})
	}
	l.facts.Set(facts)
}
