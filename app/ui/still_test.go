package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/ui/widget"
	"bangban/cardreader"
)

// counted is a program on a computer that shows animations. It counts those that are started, and what is drawn again.
type counted struct {
	fyne.App
	driver *countedDriver
}

func (c counted) Driver() fyne.Driver     { return c.driver }
func (c counted) Settings() fyne.Settings { return moving{c.App.Settings()} }

type moving struct{ fyne.Settings }

func (moving) ShowAnimations() bool { return true }

type countedDriver struct {
	fyne.Driver
	started, drawn int
}

func (d *countedDriver) StartAnimation(a *fyne.Animation) {
	d.started++
	d.Driver.StartAnimation(a)
}

// CanvasForObject is what every refresh asks first.
func (d *countedDriver) CanvasForObject(o fyne.CanvasObject) fyne.Canvas {
	d.drawn++
	return d.Driver.CanvasForObject(o)
}

// count has the test's program counted, and still or not.
func count(t *testing.T, calm bool) *countedDriver {
	a := testApp()
	d := &countedDriver{Driver: a.Driver()}
	var all fyne.App = counted{a, d}
	if calm {
		all = still{all}
	}
	fyne.SetCurrentApp(all)
	t.Cleanup(func() { fyne.SetCurrentApp(a) })
	return d
}

// A field that waits draws nothing: its caret stands still. The control: without that, it starts to move.
func TestCaretStands(t *testing.T) {
	for name, calm := range map[string]bool{"still": true, "control": false} {
		t.Run(name, func(t *testing.T) {
			d := count(t, calm)
			r := newRig(t, nil)
			if _, ok := r.c.window.Canvas().Focused().(*widget.Entry); !ok {
				t.Fatal("no field has the focus")
			}
			r.write("2468", 120*time.Millisecond)
			if moved := d.started > 0; moved == calm {
				t.Errorf("%d animations", d.started)
			}
		})
	}
}

// Where a counter rests, the passing of time draws nothing: neither its own clock of idleness nor parts that feel as before.
// The control: a part that feels otherwise is drawn.
func TestRestDrawsNothing(t *testing.T) {
	for name, reach := range map[string]func(*rig){
		"login":     func(*rig) {},
		"ready":     (*rig).login,
		"compare":   (*rig).toCompare,
		"agree":     (*rig).toAgree,
		"hand over": (*rig).toHandOver,
		"a number": func(r *rig) {
			r.login()
			r.put(&flowtest.Card{Document: flowtest.Passport(), Secret: cardreader.Secret{Kind: cardreader.CAN}, Value: "123456"})
			r.step(flow.NeedSecret)
		},
		"lock again": func(r *rig) { r.login(); r.key(fyne.KeyF12); r.step(flow.Locked) },
	} {
		t.Run(name, func(t *testing.T) {
			d := count(t, true)
			r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.BlankAfter, d.LockAfter = 90*time.Second, 10*time.Minute })
			reach(r)
			d.drawn, d.started = 0, 0
			for range 10 {
				r.pass(idleEvery)
				r.c.watchIdle()
				r.c.feel(desk.Health{At: r.now, Probes: slices.Clone(r.c.health.Probes)})
			}
			if d.drawn != 0 || d.started != 0 {
				t.Errorf("%d objects were drawn again and %d animations started", d.drawn, d.started)
			}
			changed := slices.Clone(r.c.health.Probes)
			changed[0].Level = desk.LevelStop
			r.c.feel(desk.Health{At: r.now, Probes: changed})
			if d.drawn == 0 {
				t.Error("a printer that has gone is not drawn")
			}
		})
	}
}

// A minute that passes while nobody is served draws the time alone. The controls: a parcel more, and a visit, draw the window.
func TestMinuteDrawsTheTime(t *testing.T) {
	d := count(t, true)
	r := newRig(t, nil)
	r.login()
	minute := func() int {
		d.drawn = 0
		r.pass(time.Minute)
		was := r.c.frame.strip.time.String()
		r.c.countQueue()
		r.until(func() bool { return r.c.frame.strip.time.String() != was })
		return d.drawn
	}
	minute()
	rest := minute()
	r.queue.rows = r.queue.rows[1:]
	if more := minute(); rest == 0 || rest*10 > more {
		t.Errorf("%d objects were drawn again at rest, %d with a parcel more", rest, more)
	}
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	if visit := minute(); rest*10 > visit {
		t.Errorf("%d objects were drawn again at rest, %d in a visit", rest, visit)
	}
}

// Drawing the window again leaves the tasks alone that are not seen. The control: the toolkit's own way draws them all.
func TestOnlySeenIsDrawn(t *testing.T) {
	d := count(t, true)
	r := newRig(t, nil)
	r.login()
	f := r.c.frame // tasks that were there before
	f.compare()
	f.evidence()
	f.helper()
	f.day()
	f.setup()
	f.queue()
	f.journal()
	r.c.refresh()
	d.drawn = 0
	r.c.refresh()
	seen := d.drawn
	d.drawn = 0
	r.c.frame.root.Refresh()
	if all := d.drawn; seen == 0 || seen*3 > all {
		t.Errorf("%d objects were drawn again, of %d with the hidden tasks", seen, all)
	}
}

// The first window builds its own task and no other; the control is a step further.
func TestFirstWindowBuildsOneTask(t *testing.T) {
	r := newRig(t, nil)
	if n := len(r.c.frame.pages); n != 1 {
		t.Errorf("%d tasks were built for the login", n)
	}
	r.login()
	if n := len(r.c.frame.pages); n < 2 {
		t.Errorf("%d tasks are there after it", n)
	}
}
