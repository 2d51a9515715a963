package ui

import (
	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/ui/widget"
)

// Tray is the simulated reader of a training counter: specimens are laid on it and lifted by key, so that a newcomer
// needs neither a reader nor a card.
type Tray interface {
	// Specimens lists the cards by name.
	Specimens() []string
	// Lay lays one in place of what lies there; an empty name lifts it.
	Lay(name string) error
}

// trayBox is the list of specimens on the ready screen of a training counter.
type trayBox struct {
	c     *counter
	root  *fyne.Container
	head  *widget.Text
	list  *widget.Choice
	names []string
}

func newTrayBox(c *counter) *trayBox {
	b := &trayBox{c: c}
	if c.d.Tray != nil {
		b.names = c.d.Tray.Specimens()
	}
	b.head = c.kit.Text(widget.Style{Size: 18, Bold: true}, "")
	b.list = c.kit.Choice("", func(int) {})
	b.root = c.kit.Column(8, b.head, b.list)
	return b
}

// there tells whether specimens can be laid from this list now.
func (b *trayBox) there() bool { return len(b.names) > 0 && b == b.c.tray() }

// tray is the list of specimens on the screen of the step: a card is waited for. nil: none is.
func (c *counter) tray() *trayBox {
	switch c.s.Step {
	case flow.Ready:
		return c.frame.ready().tray
	case flow.GrantCard:
		return c.frame.grant().tray
	case flow.HelperCard:
		return c.frame.helper().tray
	}
	return nil
}

// canLay tells whether a specimen can be laid with F4 now.
func (c *counter) canLay() bool {
	b := c.tray()
	return b != nil && b.there()
}

func (b *trayBox) refresh() {
	visible(b.root, len(b.names) > 0 && (b.c.s.Step == flow.Ready || b.there()))
	if len(b.names) == 0 {
		return
	}
	c := b.c
	b.head.Set(c.t("tray.head"))
	words := make([]string, len(b.names))
	for i, n := range b.names {
		words[i] = n
		if c.cat.Has("specimen." + n) {
			words[i] = c.cat.T("specimen." + n)
		}
	}
	b.list.Set(c.t("tray.head"), words, max(b.list.Selected(), 0))
}

// lay lays the chosen specimen.
func (b *trayBox) lay() {
	if i := b.list.Selected(); i >= 0 && i < len(b.names) {
		b.c.do("tray", func() error { return b.c.d.Tray.Lay(b.names[i]) })
	}
}

// lift takes the specimen away, as a hand would.
func (b *trayBox) lift() { b.c.do("tray", func() error { return b.c.d.Tray.Lay("") }) }
