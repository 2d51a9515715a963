package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// scene is one screen and how one comes to it.
type scene struct {
	name   string
	change func(*Deps, *flowtest.Fakes)
	play   func(*rig)
}

// scenes lists every screen.
func scenes() (all []scene) {
	for _, part := range [][]scene{identifyScenes(), laterScenes(), lifeScenes(), setUpScenes(), showScenes(), cardScenes()} {
		all = append(all, part...)
	}
	return all
}

func identifyScenes() []scene {
	return []scene{
		{"01-login", nil, func(*rig) {}},
		{"01-login-letter", func(d *Deps, f *flowtest.Fakes) { newcomers(&newcomer{waits: map[string]bool{"01": true}})(d, f) }, func(*rig) {}},
		{"16-evidence", withEvidence, (*rig).toEvidence},
		{"16-evidence-compare", withEvidence, (*rig).toEvidenceCompare},
		{"15-grant-scan", nil, (*rig).toGrant},
		{"15-grant-card", nil, (*rig).toGrantCard},
		{"15-grant-agree", nil, (*rig).toGrantAgree},
		{"02-ready", nil, (*rig).login},
		{"02-ready-tray", func(d *Deps, _ *flowtest.Fakes) { d.Tray = tray{} }, (*rig).login},
		{"03-service-off", nil, func(r *rig) {
			r.login()
			r.f.Cards.ServiceOff()
			r.until(func() bool { return r.c.s.Cause == cardreader.ServiceOff })
		}},
		{"04-no-reader", nil, func(r *rig) {
			r.login()
			r.f.Cards.Unplug(flowtest.Reader)
			r.until(func() bool { return r.c.s.Cause == cardreader.NoReader })
		}},
		{"05-mute", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Mute: true})
			r.step(flow.Trouble)
		}},
		{"06-other-kind", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "bank-card"})})
			r.step(flow.Trouble)
		}},
		{"07-reading", nil, func(r *rig) {
			r.login()
			hold := make(chan struct{})
			r.t.Cleanup(func() { close(hold) })
			r.put(&flowtest.Card{Document: flowtest.Passport(), Hold: hold})
			r.until(func() bool { return r.c.s.Step == flow.Reading && r.c.s.Subject != nil })
		}},
		{"08-secret", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.MRZ, Length: 88}, Value: "x"})
			r.step(flow.NeedSecret)
		}},
		{"08-secret-can", nil, func(r *rig) {
			r.login()
			can := cardreader.Secret{Kind: cardreader.CAN, Length: 6}
			r.put(&flowtest.Card{Document: flowtest.Passport(), Secret: can, Any: []cardreader.Secret{can, {Kind: cardreader.MRZ}}, Value: "x"})
			r.step(flow.NeedSecret)
		}},
		{"08-secret-last", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.SocialSecurity(), Secret: cardreader.Secret{Kind: cardreader.PIN, Length: 6}, Value: "123456", Tries: 2})
			r.step(flow.NeedSecret)
			r.write("000000", 120*time.Millisecond)
			r.key(fyne.KeyReturn)
			r.until(func() bool { return r.c.s.Problem != nil })
			r.write("111111", 120*time.Millisecond)
			r.key(fyne.KeyReturn)
			r.until(func() bool { return r.c.s.LastTry })
		}},
		{"09-pulled", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Passport(), Hold: make(chan struct{})})
			r.until(func() bool { return r.c.s.Step == flow.Reading && r.c.s.Subject != nil })
			r.f.Cards.Lift(flowtest.Reader)
			r.step(flow.Pulled)
		}},
		{"10-not-proven", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Broken()})
			r.step(flow.Trouble)
		}},
		{"10-unproven", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.SocialSecurity()})
			r.step(flow.Unproven)
		}},
		{"10-unproven-good", func(_ *Deps, f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(true)) }, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.SocialSecurity()})
			r.step(flow.Unproven)
		}},
		{"10-second", func(_ *Deps, f *flowtest.Fakes) { f.Rules.Change(flowtest.TakeUnproven(true)) }, func(r *rig) { r.toSecond() }},
		{"10-needs-sam", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Err: &desk.Error{Code: "card-needs-sam", Args: map[string]string{"Reader": "/dev/ttyUSB0"}}})
			r.step(flow.Trouble)
		}},
		{"02-ready-readers", nil, func(r *rig) {
			r.login()
			r.f.Cards.Plug("ACS ACR39U ICC Reader 00 00")
			r.f.Cards.Put("ACS ACR39U ICC Reader 00 00", &flowtest.Card{Err: cardreader.NewError(cardreader.CodeOtherKind, nil, map[string]string{"Kind": "clerk-token"})})
			r.until(func() bool { return r.c.s.Note == flow.NoteToken })
			r.shiftKey(fyne.KeyF3)
			r.until(func() bool { return r.c.s.Citizen != "" })
		}},
		{"11-compare-name", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Rare()})
			r.step(flow.Compare)
		}},
		{"11-compare-name-code", nil, func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Rare()})
			r.step(flow.Compare)
			r.key(fyne.KeyF5)
		}},
		{"11-compare", nil, (*rig).toCompare},
		{"12-compare-checks", nil, func(r *rig) {
			r.toCompare()
			r.key(fyne.KeyF3)
		}},
	}
}

func laterScenes() []scene {
	return []scene{
		{"13-choose", nil, (*rig).toChoose},
		{"14-agree", nil, (*rig).toAgree},
		{"13-helper-card", nil, (*rig).toHelper},
		{"13-helper-secret", nil, func(r *rig) {
			r.toHelper()
			r.put(&flowtest.Card{Document: flowtest.OtherPassport(), Secret: cardreader.Secret{Kind: cardreader.CAN, Length: 6}, Value: "x"})
			r.until(func() bool { return r.c.s.Helper.Asks })
		}},
		{"13-helper-face", nil, (*rig).toHelperFace},
		{"13-helper-terms", nil, (*rig).toHelperTerms},
		{"13-helper-aside", nil, (*rig).toAside},
		{"14-agree-mandate", nil, func(r *rig) {
			r.toAside()
			r.key(fyne.KeyReturn)
			r.step(flow.Agree)
		}},
		{"15-spoken", nil, func(r *rig) {
			r.toAgree()
			r.key(fyne.KeyF7)
			r.key(fyne.KeyF10)
			r.step(flow.Spoken)
		}},
		{"16-issuing", nil, func(r *rig) {
			hold := make(chan struct{})
			r.t.Cleanup(func() { close(hold) })
			r.f.Press.Hold(hold)
			r.toAgree()
			r.touch(r.c.citizen.yes)
			r.until(func() bool { return r.c.s.Step == flow.Issuing && r.c.s.preview != nil })
		}},
		{"17-print-fault", nil, func(r *rig) {
			r.f.Press.Fail(nil, &desk.Error{Code: "printer-fault"})
			r.toAgree()
			r.touch(r.c.citizen.yes)
			r.step(flow.PrintFault)
		}},
		{"18-hand-over", nil, (*rig).toHandOver},
		{"19-farewell", nil, func(r *rig) {
			r.toHandOver()
			r.key(fyne.KeyReturn)
			r.step(flow.Farewell)
		}},
		{"20-not-today", nil, func(r *rig) {
			r.toAgree()
			r.touch(r.c.citizen.no)
			r.step(flow.NotToday)
		}},
		{"21-unfinished", nil, func(r *rig) {
			r.c.show(shown{State: flow.State{Step: flow.Ready, Training: true, Clerk: flowtest.Clerk(), Readers: []string{flowtest.Reader}, Cause: cardreader.Empty,
				Unfinished: []desk.LedgerRow{{Serial: "T01-000512", State: desk.StateSigned, Day: "2027-03-01"}, {Serial: "T01-000513", State: desk.StatePrinting, Day: "2027-03-01"}}}})
		}},
		{"22-queue", nil, func(r *rig) {
			r.login()
			r.key(fyne.KeyF9)
			r.until(func() bool { return len(r.c.frame.queue().rows) > 0 })
		}},
		{"23-help", nil, func(r *rig) {
			r.login()
			r.key(fyne.KeyF1)
		}},
		{"24-locked-midway", nil, func(r *rig) {
			r.toAgree()
			r.key(fyne.KeyF12)
			r.step(flow.Locked)
		}},
	}
}

// TestPalettes draws one full screen in each palette and changes palette and size while it stands.
func TestPalettes(t *testing.T) {
	r := newRig(t, nil)
	r.toAgree()
	for _, p := range widget.Palettes() {
		if got := r.c.kit.Palette().Name; got != p.Name {
			t.Fatalf("palette %s, want %s", got, p.Name)
		}
		r.audit()
		r.shot("30-palette-" + p.Name)
		r.c.combo(&desktop.CustomShortcut{KeyName: fyne.KeyD, Modifier: fyne.KeyModifierControl})
	}
}

// TestFlip: one screen for both. The question turns it to the person, F6 turns it back, the answer as well.
func TestFlip(t *testing.T) {
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Citizen.Mode = CitizenFlip })
	r.toAgree()
	flip := r.c.frame.flip
	if !flip.root.Visible() {
		t.Fatal("the question does not turn the screen")
	}
	for _, p := range audit(flip.root, flip.root.Size(), fyne.NewSize(96, 64)) {
		t.Error(p)
	}
	r.shot("31-flip")
	r.key(fyne.KeyReturn)
	r.key(fyne.KeyF6)
	if flip.root.Visible() {
		t.Error("F6 does not turn it back")
	}
	r.key(fyne.KeyF6)
	r.touch(flip.yes)
	r.step(flow.HandOver)
	if flip.root.Visible() {
		t.Error("the answer does not turn it back")
	}
}

// tray has more specimens than fit at once.
type tray struct{}

func (tray) Specimens() []string {
	return []string{"emrtd", "emrtd-second", "emrtd-expired", "emrtd-tampered", "emrtd-foreign", "bank-card", "unknown"}
}
func (tray) Lay(string) error { return nil }
