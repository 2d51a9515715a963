package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"bangban/app/desk"
	"bangban/app/flow"
	"bangban/app/flow/flowtest"
)

// works is a set-up with stand-ins.
type works struct {
	kept map[string]string
	did  []string
	err  error
}

func (w *works) Files(_ context.Context, answers bool) []string {
	if answers {
		return []string{"/media/clerk/STICK/H12.answer.pem"}
	}
	return []string{"/media/clerk/STICK/hall.bundle", "/home/clerk/Downloads/old.bundle"}
}

func (w *works) Bundle(context.Context, string) (flow.BundleLook, error) {
	return flow.BundleLook{Name: desk.Text{"en": "SPECIMEN hall", "zh-Hans": "样本大厅"}, Issuer: "https://specimen.example/id", Version: 3, MadeAt: "2027-03-01",
		Groups: strings.Split("0A1B-2C3D-4E5F-6G7H-8J9K-0M1N-2P3Q-4R5S-6T7V-8W9X-0Y1Z-2A3B", "-")}, w.err
}

func (w *works) Found(_ context.Context, file, _, name, _ string) (string, error) {
	w.did = append(w.did, "found "+name)
	return "/media/clerk/STICK/H12.request.pem", w.err
}

func (w *works) Answer(_ context.Context, file string) error {
	w.did = append(w.did, "answer "+file)
	return w.err
}

func (w *works) Readers(context.Context) []desk.Probe {
	return []desk.Probe{{Name: "service", Level: desk.LevelGood}, {Name: "reader", Level: desk.LevelStop, Code: "reader-off"}}
}

func (w *works) Choices(context.Context) ([]flow.PrinterChoice, error) {
	return []flow.PrinterChoice{{Name: "SPECIMEN Laser 1"}, {Name: "SPECIMEN Laser 2", Chosen: true}}, nil
}

func (w *works) ChoosePrinter(_ context.Context, name string) error {
	w.did = append(w.did, "choose "+name)
	return w.err
}

func (w *works) TestPage(context.Context, string) error {
	w.did = append(w.did, "page")
	return w.err
}

// founding has the window open on a computer without a counter.
func founding(w *works) func(*Deps, *flowtest.Fakes) {
	return func(d *Deps, _ *flowtest.Fakes) {
		d.SetUp = flow.NewSetUp(context.Background(), flow.SetParts{Founding: w}, nil, nil)
		d.SetUpFirst = true
	}
}

// fitting has a counter that nobody has set up yet.
func fitting(w *works) func(*Deps, *flowtest.Fakes) {
	return func(d *Deps, _ *flowtest.Fakes) {
		if w.kept == nil {
			w.kept = map[string]string{}
		}
		d.SetUpLangs = []string{"zh-Hans", "en"}
		d.SetUp = flow.NewSetUp(context.Background(), flow.SetParts{Fitting: w, Langs: d.SetUpLangs, Keep: func(_ context.Context, k, v string) { w.kept[k] = v },
			Kept: func(_ context.Context, k string) string { return w.kept[k] },
			Monitors: func(context.Context) []flow.Monitor {
				return []flow.Monitor{{Name: "eDP-1", W: 1366, H: 768, Primary: true}, {Name: "HDMI-1", X: 1366, W: 1280, H: 800}}
			}}, nil, nil)
		d.SetUpFirst = w.kept[flow.KeySetDone] != "done"
	}
}

func (r *rig) setUp(s flow.SetStep) {
	r.t.Helper()
	r.until(func() bool { return r.c.setup.Step == s && !r.c.setup.Busy })
	r.pass(time.Second)
}

func (r *rig) toSetUpLetter() {
	r.t.Helper()
	r.setUp(flow.SetKind)
	r.key(fyne.KeyDown)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetBundle)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetLetter)
}

// letterTyped fills the three fields in, the fingerprint with one group wrong.
func (r *rig) letterTyped() {
	r.write("0a1b 2c3d 4e5f 6g7h 8j9k om1n 2p3q 4r5s 6t7v 8w9x 0y1z 2a3c", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.write("H12", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.write("ABCD-EFGH-JKMN-PQRS", 120*time.Millisecond)
}

func (r *rig) toSetUpAwait() {
	r.t.Helper()
	r.toSetUpLetter()
	r.letterTyped()
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetAwait)
}

// to goes on to a step of the fitting out by Return.
func (r *rig) toFit(s flow.SetStep) {
	r.t.Helper()
	for _, step := range flow.FitSteps() {
		r.setUp(step)
		if step == s {
			return
		}
		r.key(fyne.KeyReturn)
	}
	r.setUp(s)
}

// A real counter in the window by keys: the wrong group is named and stops it; nothing behind it can be reached.
func TestSetUpFoundsByKeys(t *testing.T) {
	w := &works{}
	r := newRig(t, founding(w))
	r.setUp(flow.SetKind)
	for _, k := range []fyne.KeyName{fyne.KeyEscape, fyne.KeyF2, fyne.KeyF9, fyne.KeyF12} {
		r.key(k)
		if r.c.layer != layerSetUp || r.c.setup.Step != flow.SetKind {
			t.Fatalf("%s leads away", k)
		}
	}
	r.toSetUpLetter()
	w.err = &desk.Error{Code: "bundle-group", Args: map[string]string{"Group": "12"}}
	r.letterTyped()
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.setup.Problem != nil })
	got := fmt.Sprint(texts(r.c.frame.work))
	for _, want := range []string{"第 12 组", "2A3C", "2A3B", "一样的 11 组"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	w.err = nil
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetAwait)
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "H12.request.pem") {
		t.Errorf("it reads %s", got)
	}
	if f := r.c.frame.setup().fields; f[0].Text+f[1].Text+f[2].Text != "" {
		t.Error("what was typed for another step is still there")
	}
	r.key(fyne.KeyF10)
	r.until(func() bool { return r.c.setup.Founded })
	if strings.Join(w.did, ",") != "found H12,found H12,answer " {
		t.Errorf("%q", w.did)
	}
}

// A counter is fitted out by keys; each step says what it found; Escape leaves it and the login page is there.
func TestSetUpFitsByKeys(t *testing.T) {
	w := &works{}
	r := newRig(t, fitting(w))
	r.toFit(flow.SetReader)
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "没有读卡器") {
		t.Errorf("it reads %s", got)
	}
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetPrinter)
	if r.c.frame.setup().at != 1 {
		t.Error("the hand is not on the printer in force")
	}
	r.key(fyne.KeyUp)
	r.setUp(flow.SetPrinter)
	r.key(fyne.KeyF8)
	r.until(func() bool { return r.c.setup.Printed })
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetScanner)
	r.write("6901234567892", 5*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.setup.Problem != nil && r.c.setup.Problem.Code == flow.CodeSetScan })
	r.write(flow.TestCode, 5*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.setup.Heard })
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetScreen)
	if got := fmt.Sprint(texts(r.c.citizen.root)); !strings.Contains(got, "请看这里") {
		t.Errorf("the person's screen reads %s", got)
	}
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetLangs)
	r.key(fyne.KeyDown)
	r.key(fyne.KeyF3)
	r.until(func() bool { return len(r.c.setup.Langs) == 1 })
	r.pass(time.Second)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetDone)
	if w.kept[flow.KeySetScreen] != "1366,0" || w.kept[flow.KeySetLangs] != "zh-Hans" || w.kept[flow.KeySetDone] != "done" {
		t.Fatalf("%v", w.kept)
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.layer == layerNone })
	r.pass(time.Second)
	r.login()
}

// A counter that is set up is changed on a supervisor's word only.
func TestSetUpAgain(t *testing.T) {
	w := &works{kept: map[string]string{flow.KeySetDone: "done"}}
	r := newRig(t, fitting(w))
	r.key(fyne.KeyF10)
	if r.c.approving() != "setup" {
		t.Fatal("nobody is asked for a word")
	}
	r.write("111111", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.until(func() bool { return !r.c.busy && r.c.fault != nil })
	r.pass(time.Second)
	r.write("246810", 120*time.Millisecond)
	r.key(fyne.KeyReturn)
	r.setUp(flow.SetReader)
	r.key(fyne.KeyEscape)
	r.until(func() bool { return r.c.layer == layerNone })
	if w.kept[flow.KeySetDone] != "done" {
		t.Error("looking unset the counter")
	}
}

func setUpScenes() []scene {
	one := func(name string, change func(*works) func(*Deps, *flowtest.Fakes), play func(*rig)) scene {
		return scene{name, change(&works{}), play}
	}
	fit := func(s flow.SetStep) func(*rig) { return func(r *rig) { r.toFit(s) } }
	return []scene{
		one("30-setup-kind", founding, func(r *rig) { r.setUp(flow.SetKind) }),
		one("30-setup-bundle", founding, func(r *rig) {
			r.setUp(flow.SetKind)
			r.key(fyne.KeyDown)
			r.key(fyne.KeyReturn)
			r.setUp(flow.SetBundle)
		}),
		{"30-setup-letter", founding(&works{}), func(r *rig) {
			r.toSetUpLetter()
			r.letterTyped()
		}},
		one("30-setup-await", founding, (*rig).toSetUpAwait),
		one("31-setup-reader", fitting, fit(flow.SetReader)),
		one("31-setup-printer", fitting, fit(flow.SetPrinter)),
		one("31-setup-scanner", fitting, fit(flow.SetScanner)),
		one("31-setup-screen", fitting, fit(flow.SetScreen)),
		one("31-setup-langs", fitting, fit(flow.SetLangs)),
		one("31-setup-done", fitting, fit(flow.SetDone)),
		{"32-course", exercising, (*rig).toCourse},
		{"32-score", exercising, (*rig).toScore},
		{"32-list", listed(nil), (*rig).toList},
		{"32-support", func(d *Deps, _ *flowtest.Fakes) { d.Support = &supporter{} }, (*rig).toSupport},
	}
}
