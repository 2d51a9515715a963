package flow

import (
	"slices"
	"unicode"

	"bangban/app/desk"
	"bangban/cardreader"
)

// doubtsOf lists the characters of a name that somebody must compare with the document: those that the kind has read as
// another code point than the card holds, and those that few systems write.
func doubtsOf(d *cardreader.Document) []Doubt {
	name := []rune(d.Subject.Name())
	var all []Doubt
	for _, k := range d.Doubts {
		if k.At < 0 || k.At >= len(name) {
			continue
		}
		all = append(all, Doubt{At: k.At, From: k.From, Read: name[k.At]})
	}
	for i, r := range name {
		known := slices.ContainsFunc(all, func(o Doubt) bool { return o.At == i })
		if !known && (uncommon(r) || otherDot(name, i)) {
			all = append(all, Doubt{At: i, From: r, Read: r})
		}
	}
	slices.SortFunc(all, func(a, b Doubt) int { return a.At - b.At })
	return all
}

// uncommon tells characters that fonts and back offices often lack: the private use area, ideographs outside of the first
// block of Unicode, compatibility ideographs, and what is not to be seen at all.
func uncommon(r rune) bool {
	switch {
	case unicode.Is(unicode.Co, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r) && r >= 0xE0100, r == unicode.ReplacementChar:
		return true
	case r >= 0x3400 && r <= 0x4DBF, r >= 0x9FA6 && r <= 0x9FFF, r >= 0xF900 && r <= 0xFAFF:
		return true
	}
	return r >= 0x20000 && r <= 0x3FFFF
}

// otherDot tells a dot between ideographs that is not U+00B7, the only one that parts a name.
func otherDot(name []rune, i int) bool {
	if !slices.Contains([]rune{'.', '\u2022', '\u2027', '\u2219', '\u22C5', '\u30FB', '\uFF0E', '\uFF65'}, name[i]) {
		return false
	}
	return i > 0 && i+1 < len(name) && unicode.Is(unicode.Han, name[i-1]) && unicode.Is(unicode.Han, name[i+1])
}

// ConfirmName is the clerk's word that one character of the name is the one on the document, as it was read.
func (m *Machine) ConfirmName(i int) error {
	return m.input("confirm-name", func() *desk.Error {
		if m.in.Step != Compare || i < 0 || i >= len(m.in.Doubts) {
			return notNow()
		}
		d := m.in.Doubts[i]
		if !writable(d.Read) { // nobody can have seen it
			return problem(CodeNameCharacter)
		}
		m.named(i, d.Read, false)
		return nil
	})
}

// CorrectName gives the code point of a character that was read as another one.
func (m *Machine) CorrectName(i int, as rune) error {
	return m.input("correct-name", func() *desk.Error {
		switch {
		case m.in.Step != Compare || i < 0 || i >= len(m.in.Doubts):
			return notNow()
		case !writable(as) || unicode.Is(unicode.Co, as):
			return problem(CodeNameCharacter)
		}
		m.named(i, as, true)
		return nil
	})
}

// writable tells whether a character can stand in a name.
func writable(r rune) bool {
	return r == '\u00B7' || unicode.Is(unicode.Co, r) || unicode.IsLetter(r) || r == '.' || unicode.IsPunct(r) || unicode.IsMark(r)
}

// named takes one character of the name as the clerk has settled it. Snapshots that were handed out stay as they are.
func (m *Machine) named(i int, as rune, entered bool) {
	doubts := slices.Clone(m.in.Doubts)
	doubts[i].As, doubts[i].Done, doubts[i].Entered = as, true, entered
	subject := *m.in.Subject
	name := []rune(subject.Name())
	name[doubts[i].At] = as
	subject.FullName = string(name)
	m.in.Doubts, m.in.Subject, m.dirty = doubts, &subject, true
	m.in.Problem = nil
}

// nameSettled tells whether every character in doubt was compared.
func (m *Machine) nameSettled() bool {
	return !slices.ContainsFunc(m.in.Doubts, func(d Doubt) bool { return !d.Done })
}

// nameRecord is what the record keeps of the comparison.
func nameRecord(doubts []Doubt) (all []desk.NameCharacter) {
	for _, d := range doubts {
		how := "confirmed"
		if d.Entered {
			how = "entered"
		}
		all = append(all, desk.NameCharacter{At: d.At, From: uint32(d.From), As: uint32(d.As), How: how})
	}
	return all
}
