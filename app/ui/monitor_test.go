package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

var (
	clerks = flow.Monitor{Name: "Generic PnP Monitor", W: 1366, H: 768, Primary: true}
	second = flow.Monitor{Name: "Generic PnP Monitor", X: 1366, W: 1280, H: 800}
	third  = flow.Monitor{Name: "Generic PnP Monitor", X: 2646, W: 1280, H: 800}
)

// Where the person's screen belongs; all monitors have one name.
func TestSeat(t *testing.T) {
	at := func(x, y int) CitizenScreen { return CitizenScreen{Mode: CitizenFullScreen, X: x, Y: y} }
	auto := CitizenScreen{Mode: CitizenAuto}
	alone, moved := clerks, second
	alone.Mirrored, moved.X = true, 1920
	for name, tc := range map[string]struct {
		all  []flow.Monitor
		s    CitizenScreen
		want flow.Monitor // none: nowhere
	}{
		"as set up":                 {[]flow.Monitor{clerks, second}, at(1366, 0), second},
		"of three":                  {[]flow.Monitor{clerks, second, third}, at(2646, 0), third},
		"first of three, by itself": {[]flow.Monitor{clerks, second, third}, auto, flow.Monitor{}},
		"by itself":                 {[]flow.Monitor{clerks, second}, auto, second},
		"set up on the primary one": {[]flow.Monitor{clerks, second}, at(0, 0), clerks},
		"moved":                     {[]flow.Monitor{clerks, moved}, at(1366, 0), moved},
		"gone":                      {[]flow.Monitor{clerks}, at(1366, 0), flow.Monitor{}},
		"only that one is left":     {[]flow.Monitor{clerks}, at(0, 0), flow.Monitor{}},
		"mirrored":                  {[]flow.Monitor{alone}, auto, flow.Monitor{}},
		"not known":                 {nil, at(1366, 0), flow.Monitor{}},
	} {
		if got, ok := seat(tc.all, tc.s); got != tc.want || ok != (tc.want != flow.Monitor{}) {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}

// A monitor that goes away turns the clerk's window for the question and says so; once it is back all is as before.
func TestScreenLost(t *testing.T) {
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Citizen.Mode = CitizenAuto })
	c := r.c
	r.login()
	c.spawn = func(func()) {} // nothing waits for a window manager here
	c.seated([]flow.Monitor{clerks})
	if c.turns() || c.d.Citizen.Mode != CitizenAuto {
		t.Fatal("a counter that never had a second monitor misses one")
	}
	c.seated([]flow.Monitor{clerks, second})
	if c.d.Citizen.Mode != CitizenFullScreen || c.d.Citizen.X != 1366 || c.turns() {
		t.Fatalf("a second monitor is not taken: %+v", c.d.Citizen)
	}
	before, filling := c.frame.mirror.title.String(), c.filling
	c.seated([]flow.Monitor{clerks})
	if _, says := c.message(); c.lost != screenGone || says != c.t("note.screen.lost") || c.frame.mirror.title.String() == before {
		t.Fatalf("lost %v, it says %q and %q", c.lost, says, c.frame.mirror.title.String())
	}
	if c.filling == filling {
		t.Error("a window that is on its way to the monitor goes on")
	}
	mirrored := clerks
	mirrored.Mirrored = true
	c.seated([]flow.Monitor{mirrored})
	if _, says := c.message(); says != c.t("note.screen.mirrored") {
		t.Errorf("mirrored: %q", says)
	}
	r.key(fyne.KeyF6)
	if !c.frame.flip.root.Visible() {
		t.Fatal("F6 does not turn the window")
	}
	r.key(fyne.KeyF6)
	r.audit()
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	if !c.frame.flip.root.Visible() {
		t.Fatal("the question does not turn the window")
	}
	c.seated([]flow.Monitor{clerks, second})
	if c.lost != screenThere || c.turns() || c.frame.flip.root.Visible() || c.frame.mirror.title.String() != before {
		t.Fatalf("the monitor is back: lost %v, turned %v, %q", c.lost, c.frame.flip.root.Visible(), c.frame.mirror.title.String())
	}
	r.touch(c.citizen.yes)
	r.step(flow.HandOver)
}

// A screen that was set up as a window, or to be turned, stays so whatever is plugged in.
func TestScreenStays(t *testing.T) {
	r := newRig(t, nil)
	r.c.seated([]flow.Monitor{clerks, second})
	if r.c.d.Citizen.Mode != CitizenWindow || r.c.filling != 0 {
		t.Errorf("a window became %+v", r.c.d.Citizen)
	}
}
