package app

import (
	"reflect"
	"testing"

	"bangban/app/flow"
	"bangban/app/ui"
)

// What xrandr prints of two monitors, of one, of two that show one picture, and of none.
func TestMonitorsOf(t *testing.T) {
	two := "Monitors: 2\n 0: +*eDP-1 1366/344x768/194+0+0  eDP-1\n 1: +HDMI-1 1280/340x800/210+1366+0  HDMI-1\n"
	own := flow.Monitor{Name: "eDP-1", W: 1366, H: 768, Primary: true}
	for name, tc := range map[string]struct {
		listed string
		want   []flow.Monitor
	}{
		"two":      {two, []flow.Monitor{own, {Name: "HDMI-1", X: 1366, W: 1280, H: 800}}},
		"one":      {"Monitors: 1\n 0: +screen 2720/720x860/228+0+0  screen\n", []flow.Monitor{{Name: "screen", W: 2720, H: 860, Primary: true}}},
		"mirrored": {"Monitors: 2\n 0: +*eDP-1 1366/344x768/194+0+0  eDP-1\n 1: +HDMI-1 1366/340x768/210+0+0  HDMI-1\n", []flow.Monitor{{Name: "eDP-1", W: 1366, H: 768, Primary: true, Mirrored: true}}},
		"none":     {"Can't open display :9\n", nil},
	} {
		if got := monitorsOf(tc.listed); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPlace(t *testing.T) {
	for kept, want := range map[string]ui.CitizenScreen{"": {Mode: ui.CitizenAuto}, "window": {}, "flip": {Mode: ui.CitizenFlip}, "1366,-20": {Mode: ui.CitizenFullScreen, X: 1366, Y: -20}, "left": {}} {
		var s ui.CitizenScreen
		if place(&s, kept); s != want {
			t.Errorf("%q: %+v", kept, s)
		}
	}
}
