package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// secretScreen asks for what opens the card and shows where it is printed. What is typed leaves the field at once.
type secretScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	where *widget.Text
	line  *widget.Entry // CAN
	pin   *widget.Entry
	zone  *widget.Entry // MRZ
	boxes [3]*fyne.Container
	count *widget.Text
	left  *widget.Text
	kind  cardreader.SecretKind
}

func newSecret(c *counter) *secretScreen {
	k := c.kit
	s := &secretScreen{c: c, head: k.Text(styleHead(), ""), where: k.Text(styleBody(), ""), line: k.Entry(""), pin: k.PIN(""),
		zone: k.Lines("", 3), count: k.Text(styleMinor(), ""), left: k.Text(widget.Style{Size: 18, Ink: widget.InkWarning}, "")}
	s.boxes = [3]*fyne.Container{s.line.Framed(), s.pin.Framed(), s.zone.Framed()}
	s.zone.OnChanged = func(string) { s.counted() }
	s.col = k.Column(12, s.head, s.where, s.boxes[0], s.boxes[1], s.boxes[2], s.count, s.left)
	return s
}

func (s *secretScreen) content() *fyne.Container { return s.col }

func (s *secretScreen) entry() *widget.Entry {
	switch s.kind {
	case cardreader.MRZ:
		return s.zone
	case cardreader.PIN:
		return s.pin
	}
	return s.line
}

func (s *secretScreen) first() fyne.Focusable { return s.entry() }

func (s *secretScreen) refresh() {
	c := s.c
	if need := c.s.Need; need != nil {
		s.kind = need.Secret.Kind
	}
	key := "cl.secret." + string(s.kind)
	s.head.Set(c.t(key))
	s.where.Set(c.t(key + ".where"))
	for i, e := range []*widget.Entry{s.line, s.pin, s.zone} {
		visible(s.boxes[i], e == s.entry())
		e.Name(c.t(key))
	}
	left := ""
	if c.s.Need != nil && c.s.Need.RetriesLeft >= 0 && c.s.Need.Wrong {
		left = c.t("cl.secret.left", "N", strconv.Itoa(c.s.Need.RetriesLeft))
	}
	put(s.left, left)
	s.counted()
}

// counted tells how many characters of a zone are there; a wrong number is the most frequent slip.
func (s *secretScreen) counted() {
	words := ""
	if s.kind == cardreader.MRZ {
		words = s.c.t("cl.secret.count", "N", strconv.Itoa(len(zoneText(s.zone.Text))))
	}
	put(s.count, words)
}

func (s *secretScreen) submit() {
	value := s.entry().Text
	if s.kind == cardreader.MRZ {
		value = zoneLines(value)
	}
	err := error(nil)
	s.c.do("visit.secret", func() error {
		err = s.c.d.Visit.GiveSecret(s.kind, value)
		return err
	})
	if err == nil {
		s.entry().Take()
	}
}

// leave empties the fields when another step comes.
func (s *secretScreen) leave() {
	for _, e := range []*widget.Entry{s.line, s.pin, s.zone} {
		if e.Text != "" {
			e.Take()
		}
	}
}

// zoneText is what was typed without blanks and line ends, in capitals.
func zoneText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '<':
			return r
		}
		return -1
	}, s)
}

// zoneLines joins the lines of a machine readable zone with "|" (ICAO Doc 9303-4 §4.2, 9303-5 §4.2, 9303-6 §4.2: 2 × 44,
// 3 × 30, 2 × 36 characters). Any other length goes on as it is and is refused by the kind.
func zoneLines(typed string) string {
	z := zoneText(typed)
	width := map[int]int{88: 44, 90: 30, 72: 36}[len(z)]
	if width == 0 {
		return z
	}
	var lines []string
	for i := 0; i < len(z); i += width {
		lines = append(lines, z[i:i+width])
	}
	return strings.Join(lines, "|")
}
