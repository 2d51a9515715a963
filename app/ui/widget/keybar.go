package widget

import (
	"fyne.io/fyne/v2"
)

// KeyCap is one key of the key bar: its name and what it does. It keeps its place on every step. One that does nothing
// now loses its frame, never its contrast; a click on it still says why.
type KeyCap struct {
	*Pressable
	box       *Box
	key, word *Text
}

// KeyCap makes the cap of one key.
func (k *Kit) KeyCap(key string, onTap func()) *KeyCap {
	c := &KeyCap{key: k.Text(Style{Size: 16, Bold: true, OneRow: true}, key), word: k.Text(Style{Size: 16, OneRow: true}, "")}
	c.box = k.Box(BoxLook{Ground: InkBack, Edge: InkNone, Line: 2, Pad: 4, Least: leastTarget, Middle: true},
		k.Row(6, 1, c.key, c.word))
	c.Pressable = k.Pressable(c.box, onTap)
	return c
}

// Set changes the word and whether the key does something now.
func (c *KeyCap) Set(word string, works bool) {
	ink, edge := InkSecondary, InkNone
	if works {
		ink, edge = InkText, InkBorder
	}
	c.key.SetInk(c.key.text, ink)
	c.word.SetInk(word, ink)
	c.box.Look(InkBack, edge)
	c.Pressable.name = c.key.text + " " + word
}

var _ fyne.Tappable = (*KeyCap)(nil)
