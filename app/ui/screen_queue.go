package ui

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// queueRows is how many parcels are on one page.
const queueRows = 6

// queueStates are what F3 goes through; empty: all.
func queueStates() []string { return []string{"", "waiting", "carried", "refused", "held", "purged"} }

// queueAsk is what a folder is named for.
type queueAsk string

// The questions. The zero value is that nothing is asked.
const (
	askNothing queueAsk = ""
	askCarry   queueAsk = "carry"
	askTakeIn  queueAsk = "take"
)

// queueScreen lists what waits to be uploaded, a page at a time, newest first; the chosen parcel's story stands above.
type queueScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sum    *widget.Text
	blocks *widget.Text
	list   *widget.Choice
	story  *widget.Text
	label  *widget.Text
	dir    *widget.Entry
	box    *fyne.Container
	where  *widget.Text
	offset int
	at     int
	rows   []desk.ParcelRow
	more   bool
	state  string
	ask    queueAsk
}

func newQueue(c *counter) *queueScreen {
	k := c.kit
	s := &queueScreen{c: c, head: k.Text(styleHead(), ""), sum: k.Text(styleBody(), ""), blocks: k.Text(styleBody(), ""),
		story: k.Text(styleBody(), ""), label: k.Text(styleLabel(), ""), dir: k.Entry(""), where: k.Text(styleMinor(), "")}
	s.list = k.Choice("", func(i int) {
		s.at = i
		c.refresh()
	})
	s.box = s.dir.Framed()
	s.col = k.Column(6, s.head, s.sum, s.blocks, s.label, s.box, s.story, s.list, s.where)
	return s
}

func (s *queueScreen) content() *fyne.Container { return s.col }

func (s *queueScreen) first() fyne.Focusable {
	switch {
	case s.ask != askNothing:
		return s.dir
	case len(s.rows) > 0:
		return s.list
	}
	return nil
}

// open asks for the first page of everything.
func (s *queueScreen) open() {
	s.state, s.ask = "", askNothing
	s.again()
}

// again asks for the first page.
func (s *queueScreen) again() {
	s.offset, s.at = 0, 0
	s.load()
}

// page turns the page; it tells whether there was one to turn to.
func (s *queueScreen) page(way int) bool {
	next := s.offset + way*queueRows
	if next < 0 || way > 0 && !s.more {
		return false
	}
	s.offset, s.at = next, 0
	s.load()
	return true
}

// load asks beside the screens: the store may be writing.
func (s *queueScreen) load() {
	c, offset, state := s.c, s.offset, s.state
	if c.d.Queue == nil {
		return
	}
	list := c.d.Queue.Parcels
	if c.d.Carry != nil {
		list = func(ctx context.Context, offset, limit int) ([]desk.ParcelRow, error) {
			return c.d.Carry.ParcelsIn(ctx, state, offset, limit)
		}
	}
	c.spawn(func() {
		rows, err := list(c.ctx, offset, queueRows+1)
		n, oldest := c.askQueue()
		c.post(func() {
			c.unsent, c.oldest = n, oldest
			if err != nil {
				c.fault = desk.Explain("queue.list", err)
			}
			fresh := len(s.rows) == 0
			if offset == s.offset && state == s.state {
				s.more = len(rows) > queueRows
				s.rows = rows[:min(len(rows), queueRows)]
			}
			c.refresh()
			if fresh && c.layer == layerQueue {
				c.frame.focusFirst()
			}
		})
	})
}

func (s *queueScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.queue"))
	sum := c.t("cl.queue.none")
	if c.unsent > 0 {
		sum = c.t("cl.queue.sum", "N", strconv.Itoa(c.unsent), "Age", c.ageText(c.oldest)) + c.t("list.stop") + c.t("cl.queue.auto")
	}
	s.sum.Set(sum)
	put(s.blocks, s.blocked())
	label := ""
	if s.ask != askNothing {
		label = c.t("cl.queue.dir." + string(s.ask))
	}
	put(s.label, label)
	s.dir.Name(label)
	visible(s.box, label != "")
	var rows []string
	for _, r := range s.rows {
		rows = append(rows, c.t("q.receipt")+" "+r.ID+"\n"+s.line(r))
	}
	visible(s.list, len(rows) > 0 && s.ask == askNothing)
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.queue"), rows, s.at)
	story := ""
	if s.at < len(s.rows) && s.ask == askNothing {
		story = s.tell(s.rows[s.at])
	}
	put(s.story, story)
	where := ""
	if len(s.rows) > 0 {
		where = c.t("cl.queue.page", "From", strconv.Itoa(s.offset+1), "To", strconv.Itoa(s.offset+len(s.rows)))
	}
	if s.state != "" {
		where = strings.TrimSpace(c.t("cl.queue.only", "State", s.name("parcel.", s.state)) + "   " + where)
	}
	put(s.where, where)
}

// blocked says what stands in the way, and what to do about it.
func (s *queueScreen) blocked() string {
	c := s.c
	if c.unsent == 0 {
		return ""
	}
	p := c.health.Probe("network")
	if p.Level == desk.LevelGood || p.Code == "" || !c.cat.Has("health."+p.Code) {
		return ""
	}
	text := c.t("strip.network") + c.t("say.colon") + c.cat.T("health."+p.Code, p.Args)
	if c.cat.Has("hint." + p.Code) {
		text += c.t("list.stop") + c.cat.T("hint."+p.Code, p.Args)
	}
	return text
}

func (s *queueScreen) name(prefix, code string) string {
	if s.c.cat.Has(prefix + code) {
		return s.c.t(prefix + code)
	}
	return code
}

func (s *queueScreen) line(r desk.ParcelRow) string {
	line := s.name("parcel.kind.", r.Kind) + "   " + r.Day + "   " + s.name("parcel.", r.State)
	if r.Attempts > 0 {
		line += "   " + s.c.t("q.tries") + " " + strconv.Itoa(r.Attempts)
	}
	return line
}

// tell says in words what became of a parcel, why, and what comes next.
func (s *queueScreen) tell(r desk.ParcelRow) string {
	c := s.c
	story := s.name("parcel.story.", r.State)
	if r.Reason != "" {
		story = c.t("cl.queue.why", "Reason", s.name("reason.", r.Reason)) + c.t("list.stop") + story
	}
	return story
}

// queueActions are the keys of the queue.
func (c *counter) queueActions(m map[fyne.KeyName]action) {
	for _, k := range []fyne.KeyName{fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF8, fyne.KeyF10} {
		m[k] = action{}
	}
	s := c.frame.queue()
	if c.d.Carry == nil {
		return
	}
	m[fyne.KeyF3] = action{"key.F3.filter", true, s.filter}
	m[fyne.KeyF4] = action{"key.F4.send", true, s.send}
	m[fyne.KeyF5] = action{"key.F5.receipts", true, func() { s.askFor(askTakeIn) }}
	m[fyne.KeyF8] = action{"key.F8.carry", true, func() { s.askFor(askCarry) }}
	if s.ask != askNothing {
		m[fyne.KeyEscape] = action{works: true, do: func() { s.askFor(askNothing) }}
	}
}

func (s *queueScreen) filter() {
	all := queueStates()
	at := 0
	for i, st := range all {
		if st == s.state {
			at = i
		}
	}
	s.state, s.rows = all[(at+1)%len(all)], nil
	s.again()
	s.c.refresh()
}

func (s *queueScreen) askFor(what queueAsk) {
	s.ask = what
	s.c.refresh()
	s.c.frame.focusFirst()
}

// queueMain is the big button of the queue.
func (c *counter) queueMain() mainAction {
	s := c.frame.queue()
	switch {
	case c.busy:
		return mainAction{"main.wait", nil}
	case s.ask == askCarry:
		return mainAction{"main.queue.carry", s.submit}
	case s.ask == askTakeIn:
		return mainAction{"main.queue.take", s.submit}
	}
	return mainAction{"main.close", c.closeLayer}
}

// run does something slow beside the screens and says what came of it.
func (s *queueScreen) run(op string, act func() (string, error)) {
	c := s.c
	if c.busy {
		return
	}
	c.busy = true
	c.say(c.t("cl.queue.working"))
	c.spawn(func() {
		said, err := act()
		c.post(func() {
			c.busy, c.note = false, said
			if err != nil {
				c.fault, c.note = desk.Explain(op, err), ""
			}
			s.again()
			c.refresh()
		})
	})
}

func (s *queueScreen) send() {
	c := s.c
	s.run("queue.deliver", func() (string, error) {
		n, err := c.d.Carry.SendNow(c.ctx)
		return c.t("cl.queue.sent", "N", strconv.Itoa(n)), err
	})
}

// submit writes to, or reads from, the folder that was typed.
func (s *queueScreen) submit() {
	c, what, dir := s.c, s.ask, strings.TrimSpace(s.dir.Text)
	if dir == "" {
		return
	}
	s.ask = askNothing
	s.run("queue."+string(what), func() (string, error) {
		if what == askCarry {
			n, err := c.d.Carry.Carry(c.ctx, dir)
			return c.t("cl.queue.carried", "N", strconv.Itoa(n)), err
		}
		in, err := c.d.Carry.TakeIn(c.ctx, dir)
		return c.t("cl.queue.taken", "N", strconv.Itoa(in.Receipts), "Void", strconv.Itoa(in.Void), "Refused", strconv.Itoa(in.Refused)), err
	})
}
