package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"bangban/app/flow"
)

func TestKept(t *testing.T) {
	for setting, want := range map[string]time.Duration{"": keepDefault, "20s": 20 * time.Second, "0s": 0, "-1s": keepDefault, "soon": keepDefault} {
		if got := kept(setting); got != want {
			t.Errorf("%q: %v, want %v", setting, got, want)
		}
	}
}

// The counter at rest tidies up three times: at once, when its screens are drawn, and when Fyne is done with those of the
// visit; a step that comes between leaves it to the next rest.
func TestTidiesUpAtRest(t *testing.T) {
	test.NewTempApp(t)
	t.Setenv(keepSetting, "20s")
	for moves, want := range map[time.Duration][]time.Duration{
		time.Hour:        {0, 2 * time.Second, 24 * time.Second},
		10 * time.Second: {0, 2 * time.Second},
		time.Second:      {0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			start := time.Now()
			var tidied []time.Duration
			c := &counter{ctx: ctx, frame: &frame{ground: &canvas.Rectangle{}}, since: start}
			c.tidy = func() { tidied = append(tidied, time.Since(start)) }
			c.spawn = func(fn func()) { go fn() }
			c.post = func(fn func()) { fn() }
			c.rested()
			time.Sleep(moves)
			synctest.Wait()
			c.s.Step = flow.Reading
			time.Sleep(time.Hour)
			synctest.Wait()
			if len(tidied) != len(want) {
				t.Fatalf("the next step comes after %v: tidied up at %v, want %v", moves, tidied, want)
			}
			for i := range want {
				if tidied[i] != want[i] {
					t.Errorf("the next step comes after %v: tidied up at %v, want %v", moves, tidied, want)
				}
			}
		})
	}
}
