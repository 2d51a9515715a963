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

type exerciseTray struct{}

func (exerciseTray) Specimens() []string { return []string{"emrtd", "emrtd-tampered", "bank-card"} }
func (exerciseTray) Lay(string) error    { return nil }

func exercising(d *Deps, _ *flowtest.Fakes) { d.Tray = exerciseTray{} }

func (r *rig) toCourse() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF1)
	r.key(fyne.KeyF10)
}

func (r *rig) toScore() {
	r.t.Helper()
	r.toCourse()
	for range flow.Exercises() {
		r.put(&flowtest.Card{Document: flowtest.Broken()})
		r.step(flow.Trouble)
		r.f.Cards.Lift(flowtest.Reader)
		r.until(func() bool { return !r.c.s.OnReader })
		r.key(fyne.KeyF2)
		r.step(flow.Ready)
	}
}

// The exercises begin from the help page, put the hand on the right card, and follow the visit to a score.
func TestCourseByKeys(t *testing.T) {
	r := newRig(t, exercising)
	r.toCourse()
	if r.c.layer != layerNone || r.c.frame.ready().tray.list.Selected() != 0 || r.c.task() == "" {
		t.Fatalf("layer %v, row %d", r.c.layer, r.c.frame.ready().tray.list.Selected())
	}
	r.put(&flowtest.Card{Document: flowtest.Passport()})
	r.step(flow.Compare)
	r.key(fyne.KeyReturn)
	r.step(flow.Choose)
	r.key(fyne.KeyReturn)
	r.step(flow.Agree)
	r.touch(r.c.citizen.yes)
	r.step(flow.HandOver)
	r.key(fyne.KeyReturn)
	r.step(flow.Farewell)
	if len(r.c.course.Results) != 1 || !r.c.course.Results[0].Right || !strings.Contains(r.c.note, "10 分") {
		t.Fatalf("%v %q", r.c.course.Results, r.c.note)
	}
	if r.c.frame.ready().tray.list.Selected() != 1 {
		t.Error("the hand is not on the next card")
	}
}

func TestCourseScore(t *testing.T) {
	r := newRig(t, exercising)
	r.toScore()
	if got := fmt.Sprint(texts(r.c.frame.work)); r.c.layer != layerScore || !strings.Contains(got, "满分 80 分") {
		t.Fatalf("layer %v: %s", r.c.layer, got)
	}
	r.key(fyne.KeyReturn)
	if r.c.layer != layerNone {
		t.Error("it does not close")
	}
}

// A bad paper is made again on the second press only.
func TestAgainByKeys(t *testing.T) {
	r := newRig(t, nil)
	r.toHandOver()
	r.key(fyne.KeyF10)
	if r.c.s.Serial != "T01-000001" || r.c.s.Step != flow.HandOver {
		t.Fatal("one press did it")
	}
	r.key(fyne.KeyF10)
	r.until(func() bool { return r.c.s.Step == flow.HandOver && r.c.s.Serial == "T01-000002" })
}

type supporter struct{ saved string }

func (s *supporter) SupportText(context.Context) (string, error) {
	return "bangban support file, 2027-03-01\n\nprogram      bangban 0.1.0\nreader     stop     driver-unknown", nil
}

func (s *supporter) SaveSupport(text string) (string, error) {
	if s.saved != "" {
		return "", &desk.Error{Code: "file-unwritable", Args: map[string]string{"File": "bangban-support.txt"}}
	}
	s.saved = text
	return "/home/clerk/Downloads/bangban-support.txt", nil
}

func (r *rig) toSupport() {
	r.t.Helper()
	r.login()
	r.key(fyne.KeyF1)
	r.key(fyne.KeyF8)
	r.until(func() bool { return r.c.frame.support().got != "" })
	r.pass(time.Second)
}

// The support file is shown to the last line before it is saved; what is saved is what was shown.
func TestSupportByKeys(t *testing.T) {
	out := &supporter{}
	r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Support = out })
	r.toSupport()
	shown := r.c.frame.support().got
	if got := fmt.Sprint(texts(r.c.frame.work)); !strings.Contains(got, "driver-unknown") || out.saved != "" {
		t.Fatalf("%s", got)
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return strings.Contains(r.c.note, "Downloads") })
	if strings.TrimSpace(out.saved) != shown {
		t.Error("something else was saved")
	}
	r.key(fyne.KeyReturn)
	r.until(func() bool { return r.c.fault != nil && r.c.fault.Code == "file-unwritable" })
	r.key(fyne.KeyEscape)
	if r.c.layer != layerNone {
		t.Error("Escape does not leave")
	}
}
