package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// queueRows is how many parcels are on one page.
const queueRows = 6

// queueScreen lists what waits to be uploaded, a page at a time, newest first.
type queueScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sum    *widget.Text
	cells  []*queueCell
	where  *widget.Text
	offset int
	rows   []desk.ParcelRow
	more   bool
}

// queueCell is one parcel in two lines, so that nothing is cut at 200 %.
type queueCell struct {
	box  *widget.Box
	id   *widget.Text
	line *widget.Text
}

func newQueue(c *counter) *queueScreen {
	k := c.kit
	s := &queueScreen{c: c, head: k.Text(styleHead(), ""), sum: k.Text(styleBody(), ""), where: k.Text(styleMinor(), "")}
	objects := []fyne.CanvasObject{s.head, s.sum}
	for range queueRows {
		cell := &queueCell{id: k.Text(widget.Style{Size: 16, Bold: true}, ""), line: k.Text(widget.Style{Size: 16}, "")}
		cell.box = k.Box(widget.BoxLook{Ground: widget.InkPanel, Edge: widget.InkBorder, Line: 1, Pad: 4}, k.Column(0, cell.id, cell.line))
		s.cells = append(s.cells, cell)
		objects = append(objects, cell.box)
	}
	s.col = k.Column(6, append(objects, s.where)...)
	return s
}

func (s *queueScreen) content() *fyne.Container { return s.col }
func (s *queueScreen) first() fyne.Focusable    { return nil }

// open asks for the first page.
func (s *queueScreen) open() {
	s.offset = 0
	s.load()
}

// page turns the page; it tells whether there was one to turn to.
func (s *queueScreen) page(way int) bool {
	next := s.offset + way*queueRows
	if next < 0 || way > 0 && !s.more {
		return false
	}
	s.offset = next
	s.load()
	return true
}

// load asks beside the screens: the store may be writing.
func (s *queueScreen) load() {
	c, offset := s.c, s.offset
	if c.d.Queue == nil {
		return
	}
	c.spawn(func() {
		rows, err := c.d.Queue.Parcels(c.ctx, offset, queueRows+1)
		n, oldest := c.askQueue()
		c.post(func() {
			c.unsent, c.oldest = n, oldest
			if err != nil {
				c.fault = desk.Explain("queue.list", err)
			}
			if offset == s.offset {
				s.more = len(rows) > queueRows
				s.rows = rows[:min(len(rows), queueRows)]
			}
			c.refresh()
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
	for i, cell := range s.cells {
		visible(cell.box, i < len(s.rows))
		if i < len(s.rows) {
			r := s.rows[i]
			cell.id.Set(c.t("q.receipt") + " " + r.ID)
			cell.line.Set(s.line(r))
		}
	}
	where := ""
	if len(s.rows) > 0 {
		where = c.t("cl.queue.page", "From", strconv.Itoa(s.offset+1), "To", strconv.Itoa(s.offset+len(s.rows)))
	}
	put(s.where, where)
}

func (s *queueScreen) line(r desk.ParcelRow) string {
	c := s.c
	name := func(prefix, code string) string {
		if c.cat.Has(prefix + code) {
			return c.t(prefix + code)
		}
		return code
	}
	line := name("parcel.kind.", r.Kind) + "   " + r.Day + "   " + name("parcel.", r.State)
	if r.Attempts > 0 {
		line += "   " + c.t("q.tries") + " " + strconv.Itoa(r.Attempts)
	}
	if r.Reason != "" {
		line += "   " + name("reason.", r.Reason)
	}
	return line
}
