package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

func TestCharactersByRadicalAndStrokes(t *testing.T) {
	for query, want := range map[string]rune{"金8": '錶', "钅8": '锗', "女6": '姜', "氵8": '淑', "龙4": '䶮', "龍4": '龑', "9": '䶮', "14": '榕', "艹8": '菊', "王4": '玫'} {
		found, search := charactersOf(query)
		if !search || !slices.Contains(found, want) {
			t.Errorf("%q does not find %q among %d", query, want, len(found))
		}
		if !slices.IsSorted(found) || len(slices.Compact(slices.Clone(found))) != len(found) {
			t.Errorf("%q: a character comes twice, or out of order", query)
		}
	}
	if a, _ := charactersOf("金8"); slices.Contains(a, '姜') {
		t.Error("a character of another radical is found")
	}
	for _, query := range []string{"", "4DAE", "U+4DAE", "䶮", "a8", "金女8", "123", "金", "12345678901234567890"} {
		if found, search := charactersOf(query); search || found != nil {
			t.Errorf("%q is taken for a search: %d found", query, len(found))
		}
	}
	if found, search := charactersOf("金99"); !search || len(found) != 0 {
		t.Errorf("99 strokes: %v, %v", found, search)
	}
}

// What can be found can be drawn: the table holds the characters of the font and no others.
func TestEveryFoundCharacterIsDrawn(t *testing.T) {
	whole := face(t, testFonts().Whole)
	n := 0
	for _, r := range radicals() {
		for _, chars := range r.with {
			for _, c := range chars {
				n++
				if _, ok := whole.NominalGlyph(c); !ok {
					t.Errorf("%q of radical %q has no glyph", c, r.form)
				}
			}
		}
	}
	if n < 20000 || len(radicals()) < 214 {
		t.Errorf("%d characters, %d radicals", n, len(radicals()))
	}
}

// TestCharacterIsFoundByKeys: F5, the radical and the strokes, Tab, an arrow, Return.
func TestCharacterIsFoundByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Rare()})
	r.step(flow.Compare)
	b := r.c.frame.compare().name
	r.key(fyne.KeyF5)
	r.write("龙4", 300*time.Millisecond)
	if len(b.runes) == 0 || !b.found.Visible() {
		t.Fatal("nothing is offered")
	}
	at := slices.Index(b.runes, '䶮')
	if at < 0 {
		t.Fatalf("not among %q", b.runes)
	}
	r.c.window.Canvas().FocusNext()
	for range at {
		r.key(fyne.KeyDown)
	}
	r.shot("name-found")
	r.audit()
	r.key(fyne.KeyReturn)
	r.until(func() bool { return len(r.c.s.Doubts) > 0 && r.c.s.Doubts[0].Done })
	if got := r.c.s.Doubts[0].As; got != '䶮' {
		t.Errorf("the name has %q", got)
	}
	if b.found.Visible() || len(b.runes) > 0 {
		t.Error("what was found stays when it is no longer asked for")
	}
}
