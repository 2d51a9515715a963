package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// dayScreen is the end of a day in numbers: first what was issued, at the end what was said of it.
type dayScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	sub   *widget.Text
	sum   *widget.Text
	gaps  *widget.Text
	facts *widget.Facts
	more  *widget.Text
}

func newDay(c *counter) *dayScreen {
	k := c.kit
	s := &dayScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), sum: k.Text(styleValue(), ""), gaps: k.Text(styleValue(), ""),
		facts: k.Facts(6, styleLabel(), styleValue()), more: k.Text(styleBody(), "")}
	s.col = k.Column(10, s.head, s.sub, s.sum, s.gaps, s.facts.Container, s.more)
	return s
}

func (s *dayScreen) content() *fyne.Container { return s.col }
func (s *dayScreen) first() fyne.Focusable    { return nil }

func (s *dayScreen) refresh() {
	c, d := s.c, s.c.day
	head := "cl.day"
	switch d.Step {
	case flow.DayClose, flow.DayWorking:
		head = "cl.day.close"
	case flow.DayDone:
		head = "cl.day.done"
	}
	r := d.Report
	day := ""
	if r != nil {
		day = r.Day
	}
	s.head.Set(strings.TrimSpace(c.t(head) + "  " + day))
	if r == nil {
		put(s.sub, "")
		put(s.sum, "")
		put(s.gaps, "")
		put(s.more, "")
		s.facts.Set(nil)
		return
	}
	b := r.Sum()
	put(s.sub, c.t("cl.day.sub"))
	put(s.sum, c.t("paper.day.sum", "Issued", strconv.Itoa(b.Issued), "Printed", strconv.Itoa(b.Printed), "Spoiled", strconv.Itoa(b.Spoiled), "Void", strconv.Itoa(b.Void)))
	wrong := ""
	if b.Gaps > 0 {
		wrong = c.t("paper.day.gaps", "N", strconv.Itoa(b.Gaps))
	}
	if b.Open > 0 {
		wrong = strings.TrimSpace(wrong + "  " + c.t("cl.day.openn", "N", strconv.Itoa(b.Open)))
	}
	s.gaps.SetInk(wrong, widget.InkError)
	visible(s.gaps, wrong != "")
	s.facts.Set(s.lines(r))
	more := ""
	if n := len(d.Days); n > 1 && d.Step == flow.DayCount {
		more = c.t("cl.day.others", "N", strconv.Itoa(n-1))
	}
	put(s.more, more)
}

// lines are the blocks and purposes, then what is or was looked at.
func (s *dayScreen) lines(r *flow.DayReport) (facts []widget.Fact) {
	c := s.c
	for _, b := range r.Blocks {
		facts = append(facts, widget.Fact{Label: c.t("cl.day.serials"), Value: strconv.FormatUint(b.From, 10) + "–" + strconv.FormatUint(b.To, 10)})
	}
	for _, t := range r.Totals {
		facts = append(facts, widget.Fact{Label: c.purposeText(t.Purpose), Value: strconv.Itoa(t.N)})
	}
	if r.Copies > 0 {
		facts = append(facts, widget.Fact{Label: c.t("cl.day.copies"), Value: strconv.Itoa(r.Copies)})
	}
	if r.Earlier > 0 {
		facts = append(facts, widget.Fact{Label: c.t("cl.day.earlier"), Value: strconv.Itoa(r.Earlier)})
	}
	if n := r.Outstanding(); n > 0 {
		facts = append(facts, widget.Fact{Label: c.t("cl.day.attach"), Value: c.t("cl.day.attach.n", "N", strconv.Itoa(n)), Missing: true})
	}
	return append(facts, widget.Fact{Label: c.t("cl.day.look"), Value: c.t("cl.day.looked", "N", strconv.Itoa(len(r.Items)), "Left", strconv.Itoa(r.Count(flow.Unreviewed)),
		"Approved", strconv.Itoa(r.Count(flow.Approved)), "Rejected", strconv.Itoa(r.Count(flow.Rejected)), "Held", strconv.Itoa(r.Count(flow.HeldOver)))})
}

// reviewScreen is one paper that a supervisor looks at once more, and the reason where it is not approved.
type reviewScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	why   *widget.Text
	facts *widget.Facts
	keys  *widget.Text
	list  *widget.Choice
	at    int
}

func newReview(c *counter) *reviewScreen {
	k := c.kit
	s := &reviewScreen{c: c, head: k.Text(styleHead(), ""), why: k.Text(styleBody(), ""), facts: k.Facts(6, styleLabel(), styleValue()),
		keys: k.Text(widget.Style{Size: 20, Bold: true}, "")}
	s.list = k.Choice("", func(i int) { s.at = i })
	s.col = k.Column(10, s.head, s.why, s.facts.Container, s.keys, s.list)
	return s
}

func (s *reviewScreen) content() *fyne.Container { return s.col }

func (s *reviewScreen) first() fyne.Focusable {
	if s.c.day.Step == flow.DayReason {
		return s.list
	}
	return nil
}

func (s *reviewScreen) refresh() {
	c, d := s.c, s.c.day
	it := d.Item()
	if it == nil || d.Step != flow.DayReview && d.Step != flow.DayReason {
		s.head.Set("")
		put(s.why, "")
		put(s.keys, "")
		s.facts.Set(nil)
		s.list.Set("", nil, -1)
		return
	}
	s.head.Set(c.t("cl.day.review", "N", strconv.Itoa(len(d.Report.Items)-d.Left()+1), "Of", strconv.Itoa(len(d.Report.Items))))
	why := c.t("cl.day.why." + it.Why)
	if flags := c.flagsText(it.Flags); flags != "" {
		why += c.t("say.colon") + flags
	}
	if slices.Contains(it.Flags, flow.FlagAttach) {
		why += "\n" + c.t("cl.day.attach.ask")
	}
	put(s.why, why)
	s.facts.Set(c.paperFacts(it.LedgerRow))
	keys := ""
	var rows []string
	if d.Step == flow.DayReview {
		keys = c.t("cl.day.keys")
	} else {
		keys = c.t("cl.day." + string(d.Word) + ".why")
		for _, r := range flow.JudgeReasons() {
			rows = append(rows, c.t("take.reason."+r))
		}
	}
	put(s.keys, keys)
	visible(s.list, len(rows) > 0)
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.take.reason"), rows, s.at)
}

func (s *reviewScreen) submit() {
	reasons := flow.JudgeReasons()
	s.c.do("day.because", func() error { return s.c.d.Day.Because(reasons[min(s.at, len(reasons)-1)]) })
}

// paperFacts is what the ledger says of a paper: nobody's name.
func (c *counter) paperFacts(r desk.LedgerRow) []widget.Fact {
	facts := []widget.Fact{{Label: c.t("cl.paper.serial"), Value: r.Serial}, {Label: c.t("cl.paper.day"), Value: r.Day + "   " + c.stateName(r.State)}}
	if r.Purpose != "" {
		facts = append(facts, widget.Fact{Label: c.t("cz.agree.for"), Value: c.purposeText(r.Purpose)})
	}
	if r.Clerk != "" {
		facts = append(facts, widget.Fact{Label: c.t("cl.paper.clerk"), Value: r.Clerk})
	}
	if r.Copies > 1 {
		facts = append(facts, widget.Fact{Label: c.t("cl.day.copies"), Value: strconv.Itoa(r.Copies - 1)})
	}
	return facts
}
