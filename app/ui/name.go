package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// nameBox is one character of a name that the clerk compares with the document: large, with its code points, as it lies on
// the chip and as it was read.
type nameBox struct {
	c     *counter
	root  *fyne.Container
	glyph *widget.Text
	head  *widget.Text
	forms *widget.Facts
	keys  *widget.Text
	code  *widget.Entry
	box   *fyne.Container
	found *widget.Choice // characters that were looked for by radical and strokes
	runes []rune         // the same
	typed bool           // the clerk types a code point
}

func newNameBox(c *counter) *nameBox {
	k := c.kit
	b := &nameBox{c: c, glyph: k.Text(widget.Style{Size: 96, Bold: true, Align: fyne.TextAlignCenter}, ""), head: k.Text(widget.Style{Size: 20, Bold: true}, ""),
		forms: k.Facts(4, styleLabel(), styleValue()), keys: k.Text(styleBody(), ""), code: k.Entry("")}
	b.box = b.code.Framed()
	b.found = k.Choice("", nil)
	b.code.OnChanged = b.look
	frame := k.Box(widget.BoxLook{Ground: widget.InkPanel, Edge: widget.InkBorder, Line: 2, Pad: 6, Middle: true}, b.glyph)
	right := k.Column(8, b.head, b.forms.Container, b.box, b.keys, b.found)
	b.root = k.Column(8, k.Beside(18, 1, 260, k.Fixed(170, 170, false, frame), right))
	return b
}

// at is the first character that nobody has compared yet.
func (b *nameBox) at() (i int, d flow.Doubt, open bool) {
	all := b.c.s.Doubts
	i = slices.IndexFunc(all, func(d flow.Doubt) bool { return !d.Done })
	if i < 0 {
		return 0, d, false
	}
	return i, all[i], true
}

// open tells whether a character waits to be compared.
func (b *nameBox) open() bool {
	_, _, open := b.at()
	return open && b.c.s.Step == flow.Compare
}

func (b *nameBox) refresh() {
	c := b.c
	i, d, open := b.at()
	visible(b.root, open)
	if !open {
		b.glyph.Set("")
		b.forms.Set(nil)
		b.typed = false
		b.code.Take()
		return
	}
	b.glyph.Set(c.glyphOf(d.Read))
	b.head.Set(c.t("cl.name.head", "N", strconv.Itoa(i+1), "Of", strconv.Itoa(len(c.s.Doubts)), "At", strconv.Itoa(d.At+1)))
	card := codeText(d.From)
	if d.From != d.Read {
		card += "  " + c.t("cl.name.old")
	} else if private(d.From) {
		card += "  " + c.t("cl.name.private")
	}
	b.forms.Set([]widget.Fact{{Label: c.t("cl.name.read"), Value: strings.TrimSpace(c.shownGlyph(d.Read) + "  " + codeText(d.Read))}, {Label: c.t("cl.name.card"), Value: card}})
	visible(b.box, b.typed)
	b.code.Name(c.t("cl.name.field"))
	b.look(b.code.Text)
	if !b.typed {
		b.keys.Set(c.t("cl.name.keys"))
	}
}

func private(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000
}

func codeText(r rune) string { return fmt.Sprintf("U+%04X", r) }

// look offers the characters that are written as the field says.
func (b *nameBox) look(query string) {
	var options []string
	var search bool
	b.runes = nil
	if b.typed {
		b.runes, search = charactersOf(query)
	}
	more := len(b.runes) - maxCharacters
	b.runes = b.runes[:min(len(b.runes), maxCharacters)]
	for _, r := range b.runes {
		options = append(options, string(r)+"    "+codeText(r))
	}
	same := b.found.Selected()
	b.found.Set(b.c.t("cl.name.found"), options, min(max(same, 0), len(options)-1))
	visible(b.found, len(options) > 0)
	if !b.typed {
		return
	}
	switch {
	case search && len(options) == 0:
		b.keys.Set(b.c.t("cl.name.none"))
	case more > 0:
		b.keys.Set(b.c.t("cl.name.more", "N", strconv.Itoa(more)))
	case search:
		b.keys.Set(b.c.t("cl.name.pick"))
	default:
		b.keys.Set(b.c.t("cl.name.code"))
	}
}

// confirm is Return: the character is the one on the document, or the code point that was typed.
func (b *nameBox) confirm() {
	c := b.c
	i, _, open := b.at()
	if !open {
		return
	}
	if !b.typed {
		c.do("visit.name", func() error { return c.d.Visit.ConfirmName(i) })
		return
	}
	text := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(b.code.Text)), "U+")
	code, err := strconv.ParseUint(text, 16, 21)
	if runes := []rune(b.code.Text); err != nil && len(runes) == 1 { // the character itself, from an input method
		code, err = uint64(runes[0]), nil
	}
	if at := b.found.Selected(); len(b.runes) > 0 && at >= 0 { // one that was looked for
		code, err = uint64(b.runes[at]), nil
	}
	if err != nil {
		code = 0
	}
	var refused error
	c.do("visit.name", func() error {
		refused = c.d.Visit.CorrectName(i, rune(code))
		return refused
	})
	if refused == nil {
		b.code.Take()
		b.typed = false
		c.refresh()
		c.frame.focusFirst()
	}
}

// change asks for the code point; once more takes that back.
func (b *nameBox) change() {
	b.typed = !b.typed
	b.code.Take()
	b.c.say("")
	b.c.frame.focusFirst()
}

// glyphOf is the character where this counter can draw it, else a sign that it cannot: never a box.
func (c *counter) glyphOf(r rune) string {
	if c.draws(r) {
		return string(r)
	}
	return "?"
}

func (c *counter) shownGlyph(r rune) string {
	if c.draws(r) {
		return string(r)
	}
	return c.t("cl.name.noglyph")
}

// draws tells whether the font of the screens has the character.
func (c *counter) draws(r rune) bool {
	if c.outlines == nil {
		return false
	}
	i, err := c.outlines.GlyphIndex(nil, r)
	return err == nil && i != 0
}
