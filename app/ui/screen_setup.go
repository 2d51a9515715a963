package ui

import (
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	qr "github.com/skip2/go-qrcode"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// setUpScreen is one page a step: what is wanted, a list or fields, and what was found. A volunteer finishes it with the
// arrow keys and Return.
type setUpScreen struct {
	c      *counter
	col    *fyne.Container
	head   *widget.Text
	sub    *widget.Text
	list   *widget.Choice
	labels [3]*widget.Text
	fields [3]*widget.Entry
	boxes  [3]*fyne.Container
	facts  *widget.Facts
	code   *widget.Picture
	found  *widget.Text
	at     int
	on     flow.SetStep
}

func newSetUp(c *counter) *setUpScreen {
	k := c.kit
	s := &setUpScreen{c: c, head: k.Text(styleHead(), ""), sub: k.Text(styleBody(), ""), facts: k.Facts(6, styleLabel(), styleBody()),
		code: k.Picture(220, 220), found: k.Text(widget.Style{Size: 20, Bold: true}, "")}
	s.list = k.Choice("", s.choose)
	objects := []fyne.CanvasObject{s.head, s.sub, s.list}
	for i := range s.fields {
		s.labels[i] = k.Text(styleLabel(), "")
		s.fields[i] = k.Entry("")
		if i == 0 {
			s.fields[i] = k.Lines("", 2)
		}
		s.boxes[i] = s.fields[i].Framed()
		objects = append(objects, s.labels[i], s.boxes[i])
	}
	s.col = k.Column(10, append(objects, s.code.Container, s.facts.Container, s.found)...)
	return s
}

func (s *setUpScreen) content() *fyne.Container { return s.col }

func (s *setUpScreen) first() fyne.Focusable {
	switch {
	case s.c.setup.Step == flow.SetLetter:
		return s.fields[0]
	case s.list.Visible():
		return s.list
	case s.boxes[1].Visible():
		return s.fields[1]
	}
	return nil
}

// fieldKeys are the fields of a step, by their place: 0 takes several lines.
func (s *setUpScreen) fieldKeys() [3]string {
	switch s.c.setup.Step {
	case flow.SetLetter:
		return [3]string{"cl.setup.fingerprint", "cl.setup.name", "cl.setup.code"}
	case flow.SetBundle, flow.SetAwait:
		return [3]string{"", "cl.setup.path", ""}
	}
	return [3]string{}
}

func (s *setUpScreen) refresh() {
	c, step := s.c, s.c.setup.Step
	s.head.Set(c.t("cl.setup."+step.String()) + s.count())
	s.sub.Set(c.t("cl.setup."+step.String()+".sub", "File", c.setup.Request))
	rows := s.rows()
	visible(s.list, len(rows) > 0)
	s.at = max(min(s.at, len(rows)-1), 0)
	s.list.Set(c.t("cl.setup."+step.String()), rows, s.at)
	for i, key := range s.fieldKeys() {
		visible(s.boxes[i], key != "")
		label := ""
		if key != "" {
			label = c.t(key)
			s.fields[i].Name(label)
		}
		put(s.labels[i], label)
	}
	s.facts.Set(s.shown())
	visible(s.code.Container, step == flow.SetScanner)
	if step == flow.SetScanner {
		s.code.Set(c.testCode(), "")
	}
	put(s.found, s.result())
}

// count is "2 / 5" behind the heading.
func (s *setUpScreen) count() string {
	if n := s.c.setup.At(); n > 0 {
		return fmt.Sprintf("   %d / %d", n, len(s.c.setup.Steps))
	}
	return ""
}

// rows are what can be chosen on the step.
func (s *setUpScreen) rows() (rows []string) {
	c := s.c
	switch u := c.setup; u.Step {
	case flow.SetKind:
		return []string{c.t("cl.setup.kind.training"), c.t("cl.setup.kind.real")}
	case flow.SetBundle, flow.SetAwait:
		return u.Files
	case flow.SetPrinter:
		for _, p := range u.Printers {
			row := p.Name
			if p.Code != "" {
				row += "  ·  " + c.cat.T("error."+p.Code, map[string]string{"Printer": p.Name})
			}
			rows = append(rows, row)
		}
	case flow.SetScreen:
		for _, m := range u.Monitors {
			key := "cl.setup.monitor"
			if m.Primary {
				key = "cl.setup.monitor.own"
			}
			rows = append(rows, c.t(key, "Size", fmt.Sprintf("%d × %d", m.W, m.H), "At", place2(m), "Name", m.Name))
		}
		rows = append(rows, c.t("cl.setup.flip"), c.t("cl.setup.window"))
	case flow.SetLangs:
		for _, tag := range c.d.SetUpLangs {
			mark := "○  "
			if slices.Contains(u.Langs, tag) {
				mark = "●  "
			}
			rows = append(rows, mark+c.catalog(tag).T("lang.self"))
		}
	}
	return rows
}

func place2(m flow.Monitor) string { return strconv.Itoa(m.X) + "," + strconv.Itoa(m.Y) }

// places are the values behind the rows of SetScreen.
func (s *setUpScreen) places() (all []string) {
	for _, m := range s.c.setup.Monitors {
		all = append(all, place2(m))
	}
	return append(all, flow.PlaceFlip, flow.PlaceWindow)
}

// taken follows a new state: the row that is in force is the one under the hand.
func (s *setUpScreen) taken(fresh bool) {
	if !fresh {
		return
	}
	if step := s.c.setup.Step; step != s.on { // what was typed was for another step
		s.on = step
		s.forget()
	}
	s.at = 0
	switch u := s.c.setup; u.Step {
	case flow.SetPrinter:
		s.at = max(slices.IndexFunc(u.Printers, func(p flow.PrinterChoice) bool { return p.Chosen }), 0)
	case flow.SetScreen:
		s.at = slices.Index(s.places(), u.Place)
		if s.at < 0 { // the first monitor that is not the clerk's, else the window
			s.at = slices.IndexFunc(u.Monitors, func(m flow.Monitor) bool { return !m.Primary })
		}
		if s.at < 0 {
			s.at = len(u.Monitors) + 1
		}
	}
}

// choose is a row taken by key or click. A printer and a place for the screen are tried at once.
func (s *setUpScreen) choose(i int) {
	s.at = i
	switch u := s.c.setup; {
	case u.Step == flow.SetPrinter && !u.Busy && i < len(u.Printers):
		s.c.do("setup.printer", func() error { return s.c.d.SetUp.Printer(u.Printers[i].Name) })
	case u.Step == flow.SetScreen:
		s.c.do("setup.put", func() error { return s.c.d.SetUp.Put(s.places()[i]) })
	}
}

// toggle offers the language under the hand to people, or takes it away.
func (s *setUpScreen) toggle() {
	if langs := s.c.d.SetUpLangs; s.at < len(langs) {
		s.c.do("setup.lang", func() error { return s.c.d.SetUp.Lang(langs[s.at]) })
	}
}

// shown is what was found out on the step.
func (s *setUpScreen) shown() (facts []widget.Fact) {
	c := s.c
	switch u := c.setup; u.Step {
	case flow.SetLetter:
		if b := u.Bundle; b != nil {
			facts = append(facts, widget.Fact{Label: c.t("cl.setup.from"), Value: b.Name.In(c.cat.Tag()) + "  ·  " + b.Issuer},
				widget.Fact{Label: c.t("cl.setup.version"), Value: strconv.FormatUint(b.Version, 10) + "  ·  " + b.MadeAt})
		}
		facts = append(facts, s.groups()...)
	case flow.SetReader:
		for _, p := range u.Readers {
			if p.Level != desk.LevelUnknown {
				facts = append(facts, c.probeFact(p))
			}
		}
	}
	return facts
}

// groups sets the fingerprint of the letter beside that of the file: all twelve where they agree, else those that do not.
func (s *setUpScreen) groups() (facts []widget.Fact) {
	c := s.c
	var same []string
	for i, g := range c.setup.Groups {
		if g.Same() {
			same = append(same, g.Held)
			continue
		}
		if len(facts) < 3 {
			facts = append(facts, widget.Fact{Label: c.t("cl.setup.group", "N", strconv.Itoa(i+1)), Value: c.t("cl.setup.group.differs", "Letter", g.Typed, "File", g.Held)})
		}
	}
	if len(same) > 0 {
		facts = append(facts, widget.Fact{Label: c.t("cl.setup.same", "N", strconv.Itoa(len(same))), Value: strings.Join(same, " ")})
	}
	return facts
}

// probeFact says how a part feels, and what to do about it.
func (c *counter) probeFact(p desk.Probe) widget.Fact {
	name := p.Name
	if c.cat.Has("probe." + p.Name) {
		name = c.t("probe." + p.Name)
	}
	if p.Code == "" {
		return widget.Fact{Label: name, Value: "✓  " + c.t("health.ok")}
	}
	words := c.cat.T("health."+p.Code, p.Args)
	if c.cat.Has("hint." + p.Code) {
		words += c.t("list.stop") + c.cat.T("hint."+p.Code, p.Args)
	}
	mark := "✓  "
	if p.Level >= desk.LevelWarn {
		mark = "!  "
	}
	return widget.Fact{Label: name, Value: mark + words}
}

// result is the one sentence on how the step went.
func (s *setUpScreen) result() string {
	c := s.c
	switch u := c.setup; {
	case u.Step == flow.SetPrinter && u.Printed:
		return c.t("cl.setup.printed")
	case u.Step == flow.SetScanner && u.Heard:
		return c.t("cl.setup.heard")
	}
	return ""
}

// submit is what Return does.
func (s *setUpScreen) submit() {
	c, w := s.c, s.c.d.SetUp
	switch u := c.setup; u.Step {
	case flow.SetKind:
		c.do("setup.kind", func() error { return w.Kind(s.at == 0) })
	case flow.SetBundle:
		c.do("setup.bundle", func() error { return w.TakeBundle(s.file()) })
	case flow.SetLetter:
		s.letter()
	case flow.SetAwait:
		c.do("setup.answer", func() error {
			if s.file() == "" {
				return &desk.Error{Code: flow.CodeSetFile}
			}
			return w.TakeAnswer(s.file())
		})
	case flow.SetScreen:
		places := s.places()
		c.do("setup.put", func() error { return w.Put(places[min(s.at, len(places)-1)]) })
		c.do("setup.next", w.Next)
	default:
		c.do("setup.next", w.Next)
	}
}

// file is the path that was typed, else the one under the hand.
func (s *setUpScreen) file() string {
	if typed := strings.TrimSpace(s.fields[1].Text); typed != "" {
		return typed
	}
	if s.at < len(s.c.setup.Files) {
		return s.c.setup.Files[s.at]
	}
	return ""
}

// letter goes on to what is still empty, then compares and makes the counter.
func (s *setUpScreen) letter() {
	for _, e := range s.fields {
		if strings.TrimSpace(e.Text) == "" {
			s.c.window.Canvas().Focus(e)
			return
		}
	}
	fingerprint, name, code := s.fields[0].Text, s.fields[1].Text, s.fields[2].Text
	s.c.do("setup.letter", func() error { return s.c.d.SetUp.Letter(fingerprint, name, code) })
}

// forget empties the fields.
func (s *setUpScreen) forget() {
	for _, e := range s.fields {
		if e.Text != "" {
			e.Take()
		}
	}
}

// testCode is the scanner's test code as a picture.
func (c *counter) testCode() image.Image {
	if c.frame.testCode == nil {
		if q, err := qr.New(flow.TestCode, qr.Medium); err == nil {
			c.frame.testCode = q.Image(440)
		}
	}
	return c.frame.testCode
}
