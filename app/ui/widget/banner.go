package widget

import "fyne.io/fyne/v2"

// Tone is what a message means. It is told by a mark in brackets, not by colour alone.
type Tone uint8

// The tones. The zero value is a calm note.
const (
	ToneNote Tone = iota
	ToneGood
	ToneWarn
	ToneStop
)

func (t Tone) mark() (string, Ink) {
	switch t {
	case ToneGood:
		return "[✓]", InkSuccess
	case ToneWarn:
		return "[!]", InkWarning
	case ToneStop:
		return "[×]", InkError
	}
	return "[i]", InkText
}

// Banner is the message slot: one place where the counter says what happened and what to do now.
type Banner struct {
	*Box
	mark, words *Text
}

// Banner makes the slot.
func (k *Kit) Banner() *Banner {
	b := &Banner{mark: k.Text(Style{Size: 18, Bold: true, OneRow: true}, ""), words: k.Text(Style{Size: 18}, "")}
	b.Box = k.Box(BoxLook{Ground: InkPanel, Edge: InkBorder, Line: 1, Pad: 8, Least: 64, Middle: true},
		k.Row(10, 1, b.mark, b.words))
	return b
}

// Say shows a message.
func (b *Banner) Say(tone Tone, words string) {
	mark, ink := tone.mark()
	edge := ink
	if tone == ToneNote {
		edge = InkBorder
	}
	if words == "" {
		mark = ""
	}
	b.mark.SetInk(mark, ink)
	b.words.SetInk(words, ink)
	b.Look(InkPanel, edge)
}

// String gives the message, for tests and speech.
func (b *Banner) String() string { return b.words.text }

// Verdict is the word of a verdict with its mark in a frame.
type Verdict struct {
	*Box
	words *Text
}

// Verdict makes an empty one.
func (k *Kit) Verdict() *Verdict {
	v := &Verdict{words: k.Text(Style{Size: 18, Bold: true, OneRow: true}, "")}
	v.Box = k.Box(BoxLook{Ground: InkBack, Edge: InkBorder, Line: 2, Pad: 6, Middle: true}, v.words)
	return v
}

// Set shows the words in a tone.
func (v *Verdict) Set(tone Tone, words string) {
	_, ink := tone.mark()
	v.words.SetInk(words, ink)
	v.Look(InkBack, ink)
}

var _ fyne.Widget = (*Banner)(nil)
