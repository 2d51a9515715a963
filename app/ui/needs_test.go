package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

const (
	line1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	line2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)

func (r *rig) scanLine(text string) {
	r.write(text, 8*time.Millisecond)
	name := &fyne.KeyEvent{Name: fyne.KeyReturn}
	if f := r.c.window.Canvas().Focused(); f != nil {
		f.TypedKey(name)
	} else {
		r.c.window.Canvas().OnTypedKey()(name)
	}
	r.pass(8 * time.Millisecond)
}

func zoneCard() *flowtest.Card {
	can, mrz := cardreader.Secret{Kind: cardreader.CAN, Length: 6}, cardreader.Secret{Kind: cardreader.MRZ}
	return &flowtest.Card{Document: flowtest.Passport(), Secret: mrz, Any: []cardreader.Secret{can, mrz}, Value: line1 + "|" + line2}
}

// A scanner types the zone line by line: it opens the card from whatever field has the focus, without another key.
func TestZoneIsScanned(t *testing.T) {
	for name, before := range map[string]func(*rig){
		"number has the focus": func(*rig) {},
		"zone has the focus":   func(r *rig) { r.key(fyne.KeyF3) },
		"nothing has the focus": func(r *rig) {
			r.c.window.Canvas().Unfocus()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.login()
			r.put(zoneCard())
			r.step(flow.NeedSecret)
			before(r)
			r.scanLine(line1)
			if got := r.c.frame.secret().zone.Text; got != line1 || r.c.s.Step != flow.NeedSecret {
				t.Fatalf("after the first line %d characters, on %v", len(got), r.c.s.Step)
			}
			if r.c.frame.secret().line.Text != "" {
				t.Error("the line stays in the field for the number")
			}
			r.scanLine(line2)
			r.step(flow.Compare)
			if r.c.frame.secret().zone.Text != "" {
				t.Error("the zone stays in the field")
			}
		})
	}
}

// Quick fingers, or a scanner without Return, fill the field that asks for the zone: nothing else is opened, and Return
// sends the lines at once. With a character that no zone has it is a scan of something else.
func TestZoneWithoutReturn(t *testing.T) {
	for text, want := range map[string]flow.Step{line1 + line2: flow.Compare, strings.Repeat("6BFOXN%TS3", 9): flow.NeedSecret} {
		r := newRig(t, nil)
		r.login()
		r.put(zoneCard())
		r.step(flow.NeedSecret)
		r.key(fyne.KeyF3)
		r.c.listening = true // the test's clock decides when it is silent
		r.write(text, 20*time.Millisecond)
		r.pass(200 * time.Millisecond)
		r.c.heard()
		if kept := r.c.frame.secret().zone.Text == text; kept != (want == flow.Compare) {
			t.Errorf("%d characters: in the field: %v", len(text), kept)
		}
		r.pass(100 * time.Millisecond)
		r.key(fyne.KeyReturn)
		r.step(want)
	}
}

// A zone that was refused is replaced by the next scan, and a scan anywhere else opens nothing.
func TestZoneIsScannedAgain(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.scanLine(line1)
	if r.c.frame.secret().zone.Text != "" || r.m.State().Step != flow.Ready {
		t.Error("a zone was taken outside of the step that asks for it")
	}
	r.pass(time.Second)
	card := zoneCard()
	card.Value = "another"
	r.put(card)
	r.step(flow.NeedSecret)
	r.scanLine(line1)
	r.scanLine(line2)
	r.until(func() bool { return r.c.s.Problem != nil && r.c.s.Refused == 1 })
	r.pass(time.Second)
	r.c.frame.secret().zone.SetText(line1 + line2) // as it stands where the card was lifted meanwhile
	r.scanLine(line1)
	if got := r.c.frame.secret().zone.Text; got != line1 {
		t.Errorf("%d characters after the first line of the second scan", len(got))
	}
}

// The message names the field that was mistyped, in words, and what was typed stays.
func TestMistypedZoneIsNamed(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(zoneCard())
	r.step(flow.NeedSecret)
	r.write("?", 100*time.Millisecond) // what the stand-in refuses as mistyped
	r.key(fyne.KeyReturn)
	if _, words := r.c.message(); !strings.Contains(words, "证件号码") {
		t.Errorf("the clerk reads %q", words)
	}
	if r.c.frame.secret().line.Text != "?" {
		t.Error("what was typed is gone")
	}
}

// The last try: the field keeps its digits, the warning stands, the same key once more tries it.
func TestLastTryOnScreen(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(&flowtest.Card{Document: flowtest.SocialSecurity(), Secret: cardreader.Secret{Kind: cardreader.PIN, Length: 6}, Value: "123456", Tries: 2})
	r.step(flow.NeedSecret)
	r.write("000000", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Problem != nil })
	if got := r.c.frame.secret().left.String(); !strings.Contains(got, "1") {
		t.Errorf("tries left: %q", got)
	}
	r.write("123456", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	if _, words := r.c.message(); !strings.Contains(words, "最后一次") || r.c.frame.secret().pin.Text == "" {
		t.Errorf("the clerk reads %q", words)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Unproven)
}

// Two clerks on one screen: the second one's PIN, not the first one's.
func TestSecondClerk(t *testing.T) {
	r := newRig(t, func(_ *Deps, f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(true)) })
	r.toSecond()
	r.write("000000", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.fault != nil && !r.c.busy })
	if r.c.fault.Code != "login-wrong-pin" || r.c.frame.second().pin.Text != "" || r.c.s.Step != flow.Second {
		t.Fatalf("%v on %v", r.c.fault, r.c.s.Step)
	}
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
}

// Each character in doubt is shown large and takes one key; a wrong one is entered by its code point.
func TestNamesOnScreen(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(&flowtest.Card{Document: flowtest.Rare()})
	r.step(flow.Compare)
	box := r.c.frame.compare().name
	if got := strings.Join(texts(box.root), " "); !strings.Contains(got, "U+9FB5") || !strings.Contains(got, "U+E82C") {
		t.Errorf("the clerk reads %q", got)
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Doubts[0].Done })
	if got := box.glyph.String(); got != "?" && !r.c.draws(0x20087) {
		t.Errorf("a character that cannot be drawn is shown as %q", got)
	}
	r.key(fyne.KeyF5)
	r.write("XYZ", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	if r.c.fault == nil || r.c.fault.Code != flow.CodeNameCharacter {
		t.Fatalf("%v", r.c.fault)
	}
	box.code.SetText("660E")
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.s.Doubts[1].Done })
	if box.root.Visible() || !strings.Contains(r.c.s.Subject.FullName, "明") {
		t.Error("the name is not settled")
	}
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
}

// What a card cannot prove is said of each field, with source and date.
func TestUnprovenOnScreen(t *testing.T) {
	r := newRig(t, nil)
	r.login()
	r.put(&flowtest.Card{Document: flowtest.SocialSecurity()})
	r.step(flow.Unproven)
	got := strings.Join(texts(r.c.frame.unproven().col), " ")
	for _, want := range []string{"这张卡不能证明", "来源", "没有验证", "样本社"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said: %s", want, got)
		}
	}
	tone, words := r.c.message()
	if tone != widget.ToneWarn || words == "" {
		t.Errorf("%v %q", tone, words)
	}
	r.key(fyne.KeyReturn)
	r.step(flow.Ready)
}
