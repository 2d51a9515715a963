package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// journalRows is how many acts are on one page.
const journalRows = 10

// journalScreen lets an auditor read the record of acts and have it proved. Nothing can be changed from it.
type journalScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	proof  *widget.Text
	lines  []*widget.Text
	where  *widget.Text
	who    desk.Clerk // who reads; empty: nobody has proved who they are
	offset int
	total  int
	acts   []flow.Act
	proved *flow.Proof
}

func newJournal(c *counter) *journalScreen {
	k := c.kit
	s := &journalScreen{c: c, head: k.Text(styleHead(), ""), proof: k.Text(styleBody(), ""), where: k.Text(styleMinor(), "")}
	objects := []fyne.CanvasObject{s.head, s.proof}
	for range journalRows {
		t := k.Text(widget.Style{Size: 16}, "")
		s.lines = append(s.lines, t)
		objects = append(objects, t)
	}
	s.col = k.Column(6, append(objects, s.where)...)
	return s
}

func (s *journalScreen) content() *fyne.Container { return s.col }
func (s *journalScreen) first() fyne.Focusable    { return nil }

// open reads the newest page for somebody who has proved who they are.
func (s *journalScreen) open(who desk.Clerk) {
	s.who, s.offset, s.proved = who, 0, nil
	s.load()
}

// forget ends the reading.
func (s *journalScreen) forget() {
	s.who, s.acts, s.proved, s.offset, s.total = desk.Clerk{}, nil, nil, 0, 0
}

func (s *journalScreen) page(way int) bool {
	next := s.offset + way*journalRows
	if next < 0 || next >= s.total {
		return false
	}
	s.offset = next
	s.load()
	return true
}

func (s *journalScreen) load() {
	c, offset := s.c, s.offset
	c.spawn(func() {
		acts, total, err := c.d.Journal.Acts(c.ctx, offset, journalRows)
		c.post(func() {
			if s.who.ID == "" || offset != s.offset {
				return
			}
			s.acts, s.total = acts, total
			if err != nil {
				c.fault = desk.Explain("journal.read", err)
			}
			c.refresh()
		})
	})
}

// prove computes the journal again. It reads every leaf and may take seconds.
func (s *journalScreen) prove() {
	c := s.c
	if c.busy {
		return
	}
	c.busy, s.proved = true, nil
	c.say(c.t("cl.journal.proving"))
	c.spawn(func() {
		p, err := c.d.Journal.Prove(c.ctx)
		c.post(func() {
			c.busy, c.note = false, ""
			if err != nil {
				c.fault = desk.Explain("journal.verify", err)
			} else {
				s.proved = &p
			}
			c.refresh()
		})
	})
}

func (s *journalScreen) refresh() {
	c := s.c
	s.head.Set(c.t("cl.journal", "Clerk", s.who.Name))
	proof := c.t("cl.journal.unproved")
	if s.proved != nil {
		proof = c.t("cl.journal.proved", "N", strconv.Itoa(s.proved.Acts), "Parcels", strconv.Itoa(s.proved.Parcels))
	}
	s.proof.Set(proof)
	for i, t := range s.lines {
		line := ""
		if i < len(s.acts) {
			line = c.actText(s.acts[i])
		}
		put(t, line)
	}
	where := ""
	if len(s.acts) > 0 {
		where = c.t("cl.journal.page", "From", strconv.Itoa(s.offset+1), "To", strconv.Itoa(s.offset+len(s.acts)), "Total", strconv.Itoa(s.total))
	}
	put(s.where, where)
}

// actText says one act in words.
func (c *counter) actText(a flow.Act) string {
	kind := a.Kind
	if c.cat.Has("act." + kind) {
		kind = c.t("act." + kind)
	}
	parts := []string{strconv.Itoa(a.N), a.Day, kind, a.Serial}
	if a.Clerk != "" {
		parts = append(parts, c.t("cl.paper.clerk")+" "+a.Clerk)
	}
	if a.Parcel > 0 {
		parts = append(parts, c.t("cl.journal.parcel")+" "+strconv.FormatUint(a.Parcel, 10))
	}
	if a.Code != "" {
		code := a.Code
		for _, prefix := range []string{"state.", "parcel.kind.", "word.", "reason."} {
			if c.cat.Has(prefix + code) {
				code = c.t(prefix + code)
				break
			}
		}
		parts = append(parts, code)
	}
	return strings.Join(strings.Fields(strings.Join(parts, "  ")), "  ")
}
