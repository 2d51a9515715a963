package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/ui/widget"
)

// Text styles of the tasks.
func styleHead() widget.Style  { return widget.Style{Size: 26, Bold: true} }
func styleBody() widget.Style  { return widget.Style{Size: 18} }
func styleMinor() widget.Style { return widget.Style{Size: 18, Ink: widget.InkSecondary} }
func styleLabel() widget.Style { return widget.Style{Size: 16, Ink: widget.InkSecondary} }
func styleValue() widget.Style { return widget.Style{Size: 22, Bold: true} }

// loginScreen opens the counter: who, and the PIN that opens the voucher key: this counter's, or that of a card on a reader.
type loginScreen struct {
	c        *counter
	col      *fyne.Container
	head     *widget.Text
	whoLabel *widget.Text
	who      *widget.Choice
	news     *widget.Text // of a card that lies on a reader and lets nobody in
	pinLabel *widget.Text
	pin      *widget.Entry
	training *widget.Text
	chosen   int
	turn     int

	letter    *widget.Text // a first login, of a clerk or of a card: what is asked for
	codeLabel *widget.Text
	code      *widget.Entry // of the letter
	codeBox   *fyne.Container
	agLabel   *widget.Text
	again     *widget.Entry // the PIN once more, or the PIN of the card
	agBox     *fyne.Container
}

// way is what a login asks for.
type way uint8

const (
	wayPIN        way = iota
	wayLetter         // code and a PIN of one's own, twice
	wayCard           // the card's PIN
	wayCardLetter     // code and the card's PIN
	wayCardNew        // the PIN here, then the card's
)

func newLogin(c *counter) *loginScreen {
	k := c.kit
	s := &loginScreen{c: c, head: k.Text(styleHead(), ""), whoLabel: k.Text(styleLabel(), ""), pinLabel: k.Text(styleLabel(), ""),
		pin: k.PIN(""), training: k.Text(styleValue(), ""), news: k.Text(styleBody(), "")}
	s.who = k.Choice("", func(i int) {
		s.chosen = i
		s.forget()
		s.refresh()
		c.frame.draw()
	})
	s.letter, s.codeLabel, s.agLabel = k.Text(styleBody(), ""), k.Text(styleLabel(), ""), k.Text(styleLabel(), "")
	s.code, s.again = k.Lines("", 1), k.PIN("")
	s.codeBox, s.agBox = s.code.Framed(), s.again.Framed()
	s.col = k.Column(10, s.head, s.whoLabel, s.who, s.news, s.letter, s.codeLabel, s.codeBox, s.pinLabel, s.training, s.pin.Framed(), s.agLabel, s.agBox)
	return s
}

func (s *loginScreen) content() *fyne.Container { return s.col }

func (s *loginScreen) refresh() {
	c := s.c
	head := "cl.login"
	if c.s.Clerk.ID != "" {
		head = "cl.login.again"
	}
	s.head.Set(c.t(head))
	s.whoLabel.Set(c.t("cl.login.who"))
	var rows []string
	clerks := c.d.Staff.Clerks()
	for _, p := range clerks {
		row := p.ID + "  " + p.Name
		for _, r := range p.Roles {
			row += "  ·  " + c.t("role."+string(r))
		}
		rows = append(rows, row)
	}
	if turn := s.turn; turn != c.card.turn {
		if i := c.holder(clerks, s.chosen, &s.turn); i != s.chosen {
			s.chosen = i
			s.forget()
		}
	}
	s.chosen = max(min(s.chosen, len(rows)-1), 0)
	s.who.Set(c.t("cl.login.who"), rows, s.chosen)
	pin := ""
	if c.s.Training && c.d.Status.TrainingPIN != "" {
		pin = c.t("cl.login.training", "PIN", c.d.Status.TrainingPIN)
	}
	put(s.training, pin)
	s.fields()
}

// fields shows what this login asks for.
func (s *loginScreen) fields() {
	c := s.c
	labels := map[way][4]string{ // what it is about, code, PIN, the second field
		wayPIN:        {"", "", "cl.login.pin", ""},
		wayLetter:     {"cl.letter", "cl.letter.code", "cl.letter.pin", "cl.letter.again"},
		wayCard:       {"cl.card.known", "", "cl.card.pin", ""},
		wayCardLetter: {"cl.card.letter", "cl.letter.code", "cl.card.pin", ""},
		wayCardNew:    {"cl.card.add", "", "cl.card.here", "cl.card.pin"},
	}[s.way()]
	say := func(key string) string {
		if key == "" {
			return ""
		}
		return c.t(key)
	}
	news := c.cardNews()
	if s.way() >= wayCard {
		news = c.cardTries()
	}
	put(s.news, news)
	about := say(labels[0])
	if s.wantsCard() {
		about = c.t("cl.card.lay")
	}
	put(s.letter, about)
	put(s.codeLabel, say(labels[1]))
	put(s.agLabel, say(labels[3]))
	visible(s.codeBox, labels[1] != "")
	visible(s.agBox, labels[3] != "")
	s.code.Name(c.t("cl.letter.code"))
	s.pinLabel.Set(c.t(labels[2]))
	s.pin.Name(c.t(labels[2]))
	if labels[3] != "" {
		s.again.Name(c.t(labels[3]))
	}
}

// wantsCard tells whether the chosen clerk is to lay a card first.
func (s *loginScreen) wantsCard() bool {
	staff, ok := s.c.d.Staff.(Carded)
	clerks := s.c.d.Staff.Clerks()
	return ok && s.way() < wayCard && s.chosen < len(clerks) && staff.WantsCard(clerks[s.chosen].ID)
}

// way tells how the chosen clerk logs in: by what lies on a reader, and by whether they come with a letter, the first time
// or because the PIN was forgotten.
func (s *loginScreen) way() way {
	e, ok := s.c.d.Staff.(Enrolling)
	clerks := s.c.d.Staff.Clerks()
	if s.chosen >= len(clerks) {
		return wayPIN
	}
	id := clerks[s.chosen].ID
	awaits := ok && e.Awaits(id)
	switch card, lies := s.c.byCard(id); {
	case lies && card.Known:
		return wayCard
	case lies && awaits:
		return wayCardLetter
	case lies:
		return wayCardNew
	case awaits:
		return wayLetter
	}
	return wayPIN
}

// entries are the fields that this login asks for, in their order.
func (s *loginScreen) entries() []*widget.Entry {
	return map[way][]*widget.Entry{wayPIN: {s.pin}, wayLetter: {s.code, s.pin, s.again}, wayCard: {s.pin},
		wayCardLetter: {s.code, s.pin}, wayCardNew: {s.pin, s.again}}[s.way()]
}

// forget empties the fields.
func (s *loginScreen) forget() {
	for _, e := range []*widget.Entry{s.code, s.pin, s.again} {
		if e.Text != "" {
			e.Take()
		}
	}
}

func (s *loginScreen) first() fyne.Focusable { return s.entries()[0] }

// submit takes the PINs out of the fields before they are checked. With several fields Return goes on to what is still
// empty.
func (s *loginScreen) submit() {
	c, clerks := s.c, s.c.d.Staff.Clerks()
	if s.chosen >= len(clerks) || c.busy {
		return
	}
	if fields := s.entries(); len(fields) > 1 {
		for _, e := range fields {
			if e.Text == "" {
				c.window.Canvas().Focus(e)
				return
			}
		}
	}
	id, how := clerks[s.chosen].ID, s.way()
	pin := s.pin.Take()
	switch how {
	case wayPIN:
		c.login(id, Proof{PIN: pin})
	case wayCard:
		c.login(id, Proof{Card: true, CardPIN: pin})
	case wayCardNew:
		c.login(id, Proof{PIN: pin, Card: true, CardPIN: s.again.Take()})
	case wayCardLetter:
		s.enrol(id, Proof{Card: true, CardPIN: pin})
	case wayLetter:
		if again := s.again.Take(); pin != again { // nobody sees what was typed
			c.fault = &desk.Error{Op: "login.enrol", Code: "pin-differs"}
			c.refresh()
			c.window.Canvas().Focus(s.pin)
			return
		}
		s.enrol(id, Proof{PIN: pin})
	}
}

// enrol has the code of the letter make the way in that the proof is, then logs in with it. The code stays in its field where
// it was not used up.
func (s *loginScreen) enrol(id string, p Proof) {
	c := s.c
	code := strings.TrimSpace(s.code.Text)
	c.busy, c.fault, c.note = true, nil, ""
	c.refresh()
	c.spawn(func() {
		err := c.d.Staff.(Enrolling).Enrol(c.ctx, id, code, p)
		c.post(func() {
			c.busy = false
			if err != nil {
				c.fault = desk.Explain("login.enrol", err)
				c.card.seen = ""
				c.refresh()
				c.frame.focusFirst()
				return
			}
			s.code.Take()
			c.login(id, p)
		})
	})
}
