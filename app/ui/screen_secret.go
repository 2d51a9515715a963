package ui

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"bangban/app/flow"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// secretScreen asks for what opens the card and shows where it is printed. Where a card takes more than one secret, the
// clerk chooses. What is typed leaves the field at once when it is given.
type secretScreen struct {
	c     *counter
	col   *fyne.Container
	head  *widget.Text
	act   *canvas.Image
	where *widget.Text
	line  *widget.Entry // CAN
	pin   *widget.Entry
	zone  *widget.Entry // MRZ
	boxes [3]*fyne.Container
	count *widget.Text
	left  *widget.Text
	other *widget.Text
	kind  cardreader.SecretKind // empty: not chosen
}

func newSecret(c *counter) *secretScreen {
	k := c.kit
	s := &secretScreen{c: c, head: k.Text(styleHead(), ""), act: &canvas.Image{FillMode: canvas.ImageFillContain}, where: k.Text(styleBody(), ""),
		line: k.Entry(""), pin: k.PIN(""), zone: k.Lines("", 3), count: k.Text(styleMinor(), ""),
		left: k.Text(widget.Style{Size: 18, Bold: true, Ink: widget.InkWarning}, ""), other: k.Text(styleBody(), "")}
	s.boxes = [3]*fyne.Container{s.line.Framed(), s.pin.Framed(), s.zone.Framed()}
	s.zone.OnChanged = func(string) { s.counted() }
	right := k.Column(8, s.boxes[0], s.boxes[1], s.boxes[2], s.count, s.left)
	s.col = k.Column(12, s.head, k.Beside(18, 1, 260, k.Fixed(256, 160, false, s.act), right), s.where, s.other)
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

// takes tells whether a secret of this kind opens the card.
func (s *secretScreen) takes(kind cardreader.SecretKind) bool {
	return slices.ContainsFunc(s.c.s.Needs, func(n cardreader.Secret) bool { return n.Kind == kind })
}

// settle keeps the kind that is asked for among those that open the card.
func (s *secretScreen) settle() {
	c := s.c
	switch {
	case s.kind != "" && s.takes(s.kind):
	case len(c.s.Needs) > 0:
		s.kind = c.s.Needs[0].Kind
	case c.s.Need != nil:
		s.kind = c.s.Need.Secret.Kind
	}
}

func (s *secretScreen) refresh() {
	c := s.c
	s.settle()
	key := "cl.secret." + string(s.kind)
	s.head.Set(c.t(key))
	s.where.Set(c.t(key + ".where"))
	act := drawNone
	if c.s.Step == flow.NeedSecret {
		act = secretDrawing(s.kind)
	}
	c.gallery.show(s.act, act, c.kit)
	for i, e := range []*widget.Entry{s.line, s.pin, s.zone} {
		visible(s.boxes[i], e == s.entry())
		e.Name(c.t(key))
	}
	put(s.left, s.tries())
	other := ""
	if next, ok := s.next(); ok {
		other = c.t("cl.secret.other", "Secret", c.t("secret."+string(next)))
	}
	put(s.other, other)
	s.counted()
}

func secretDrawing(k cardreader.SecretKind) drawing {
	switch k {
	case cardreader.MRZ:
		return drawZone
	case cardreader.PIN:
		return drawPIN
	}
	return drawCAN
}

// tries says how many are left where the card counts, else how often one was refused.
func (s *secretScreen) tries() string {
	c := s.c
	switch need := c.s.Need; {
	case c.s.LastTry:
		return c.t("cl.secret.last")
	case need != nil && need.Secret.Kind == s.kind && need.RetriesLeft >= 0:
		return c.t("cl.secret.left", "N", strconv.Itoa(need.RetriesLeft))
	case c.s.Refused > 0:
		return c.t("cl.secret.refused", "N", strconv.Itoa(c.s.Refused))
	}
	return ""
}

// next is the secret that F3 changes to.
func (s *secretScreen) next() (cardreader.SecretKind, bool) {
	all := s.c.s.Needs
	i := slices.IndexFunc(all, func(n cardreader.Secret) bool { return n.Kind == s.kind })
	if len(all) < 2 || i < 0 {
		return "", false
	}
	return all[(i+1)%len(all)].Kind, true
}

// change asks for the next secret that would do.
func (s *secretScreen) change() {
	if next, ok := s.next(); ok {
		s.entry().Take()
		s.kind = next
		s.c.say("")
		s.c.frame.focusFirst()
	}
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

// scanned takes one line of a zone that a scanner typed; the last one gives the whole. A whole one that stood there is
// replaced: it was refused, or scanned before.
func (s *secretScreen) scanned(line string) {
	c := s.c
	s.kind = cardreader.MRZ
	old := zoneText(s.zone.Text)
	if zoneWidth(len(old)) > 0 || len(old)+len(zoneText(line)) > zoneMost {
		old = ""
	}
	s.zone.SetText(old + zoneText(line))
	c.refresh()
	c.frame.focusFirst()
	if n := len(zoneText(s.zone.Text)); zoneWidth(n) > 0 && !(n == 72 && strings.HasPrefix(s.zone.Text, "P")) {
		s.submit()
	}
}

// leave empties the fields when another step comes.
func (s *secretScreen) leave() {
	s.kind = ""
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

// zoneMost is the longest zone.
const zoneMost = 90

// zoneWidth is the width of a line of a zone of n characters (ICAO Doc 9303-4 §4.2, 9303-5 §4.2, 9303-6 §4.2: 2 × 44,
// 3 × 30, 2 × 36), 0 where there is none of that length.
func zoneWidth(n int) int { return map[int]int{88: 44, 90: 30, 72: 36}[n] }

// zoneLines joins the lines of a machine readable zone with "|". Any other length goes on as it is and is refused.
func zoneLines(typed string) string {
	z := zoneText(typed)
	width := zoneWidth(len(z))
	if width == 0 {
		return z
	}
	var lines []string
	for i := 0; i < len(z); i += width {
		lines = append(lines, z[i:i+width])
	}
	return strings.Join(lines, "|")
}

// placeActions are the keys of a step that waits for a card or its secret, where there is something to choose.
func (c *counter) placeActions(m map[fyne.KeyName]action) {
	if c.s.Step != flow.NeedSecret {
		return
	}
	if _, ok := c.frame.secret().next(); ok {
		m[fyne.KeyF3] = action{"key.F3.secret", true, c.frame.secret().change}
	}
}
