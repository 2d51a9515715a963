package ui

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"bangban/app/flow"
	"bangban/app/flow/flowtest"
	"bangban/app/ui/widget"
	"bangban/locales"
)

// variant is one way to look at a screen.
type variant struct {
	palette       string
	scale         float32
	clerk, person string
	few           bool // not on every screen
}

func (v variant) String() string {
	return fmt.Sprintf("%s %d%% %s/%s", v.palette, int(v.scale*100+0.5), v.clerk, v.person)
}

// Text of 14 and of 30 px, beside 100, 150 and 200 %.
const (
	scale14 = widget.MinScale
	scale30 = float32(30) / 18
)

// fewEvery is how many scenes there are to one that a short run looks at in the other sizes and in English.
const fewEvery = 6

// variants are those of every run: 100 and 200 %, light, zh-Hans, and Uyghur for the person; text of 14 and 30 px in English
// here and there. With BANGBAN_FULL all of them; BANGBAN_LOOK=en:30,zh-Hans:14 takes these languages and sizes of text alone.
func variants() (out []variant) {
	for look := range strings.SplitSeq(os.Getenv("BANGBAN_LOOK"), ",") {
		if lang, px, ok := strings.Cut(look, ":"); ok {
			size, _ := strconv.ParseFloat(px, 32)
			out = append(out, variant{"light", float32(size) / 18, lang, lang, false})
		}
	}
	if len(out) > 0 {
		return out
	}
	if os.Getenv("BANGBAN_FULL") == "" {
		return []variant{{"light", 1, "zh-Hans", "zh-Hans", false}, {"light", 2, "zh-Hans", "ug", false},
			{"light", scale14, "en", "en", true}, {"light", scale30, "en", "en", true}}
	}
	for _, p := range widget.Palettes() {
		for _, scale := range []float32{scale14, 1, 1.5, scale30, 2} {
			for _, lang := range []string{"zh-Hans", "en"} {
				out = append(out, variant{p.Name, scale, lang, lang, false})
			}
			for _, lang := range []string{"zh-Hant", "ug", "ar", "bo", "es", "zh-Hans-x-short", "zh-Hant-x-short", "en-x-short"} {
				if scale == 1 || lang == "ug" {
					clerk := "zh-Hans"
					if lang == "zh-Hant" {
						clerk = lang
					}
					out = append(out, variant{p.Name, scale, clerk, lang, false})
				}
			}
		}
	}
	return out
}

// wear changes how the screens look while they stand.
func (r *rig) wear(v variant) {
	r.t.Helper()
	c := r.c
	i := slices.IndexFunc(widget.Palettes(), func(p widget.Palette) bool { return p.Name == v.palette })
	c.palette = i
	c.kit.SetPalette(widget.Palettes()[i])
	c.kit.SetScale(v.scale)
	c.cat = c.catalog(v.clerk)
	c.s.Lang, c.showing.Lang = v.person, v.person
	c.restyle()
	c.refresh()
	c.frame.focusFirst()
}

// plant makes the error that BANGBAN_PLANT names.
func (r *rig) plant(what string) {
	p := r.c.kit.Palette()
	switch what {
	case "contrast":
		p.Secondary = p.Border
		p.Border.A, p.Border.R, p.Border.G, p.Border.B = 0xFF, 0xC0, 0xC4, 0xC8
		r.c.kit.SetPalette(p)
	case "focus":
		p.Focus = p.Back
		r.c.kit.SetPalette(p)
	}
	r.c.restyle()
	r.c.refresh()
	switch what {
	case "target":
		r.c.frame.main.Resize(fyne.NewSize(40, 30))
		r.c.citizen.say.Resize(fyne.NewSize(80, 40))
	case "clip":
		r.c.frame.strip.root.Resize(fyne.NewSize(200, 10))
		r.c.frame.work.Move(r.c.frame.work.Position().AddXY(-300, 0))
	}
}

// audit looks at both windows as they stand.
func (a *auditor) rig(r *rig, where string) {
	c := r.c
	clerk := a.window(where+" clerk", c.frame.root, c.window.Canvas(), c.frame.mirror.root, fyne.NewSize(44, 44), leastClerkPt)
	a.pages(r, clerk)
	if !c.flipped {
		a.focus(r, clerk)
	}
	if c.citizen != nil {
		person := a.window(where+" citizen", c.citizen.root, c.citizen.window.Canvas(), nil, fyne.NewSize(96, 64), leastPerson)
		a.answers(r, person)
	}
}

func (a *auditor) window(name string, root fyne.CanvasObject, c fyne.Canvas, skip fyne.CanvasObject, least fyne.Size, points float32) *sheet {
	s := look(name, root, c, skip)
	s.least, s.points = least, points
	a.screens++
	a.contrast(s)
	a.sizes(s)
	a.clips(s)
	a.labels(s)
	return s
}

// pages measures the colours of what lies further down in the scroller, a page at a time.
func (a *auditor) pages(r *rig, first *sheet) {
	scroll := r.c.frame.now.scroller
	scroll.Top()
	for n := 0; n < 8 && scroll.Over() > 0 && scroll.Page(1); n++ {
		a.contrast(look(first.name, r.c.frame.root, r.c.window.Canvas(), r.c.frame.mirror.root))
	}
	scroll.Top()
}

// TestAudit measures every screen. Its last line counts; see exemptions for what is left out and why. With BANGBAN_SHOTS set
// it also writes the pictures.
func TestAudit(t *testing.T) {
	plant := os.Getenv("BANGBAN_PLANT")
	a := newAuditor()
	shown, steps := map[reflect.Type]bool{}, map[flow.Step]bool{}
	all, ran := map[reflect.Type]bool{}, 0
	for i := range reflect.TypeFor[screens]().NumField() {
		all[reflect.TypeFor[screens]().Field(i).Type] = true
	}
	for at, sc := range scenes() {
		if plant != "" && a.screens >= 24 {
			break
		}
		t.Run(sc.name, func(t *testing.T) {
			r := newRig(t, sc.change)
			sc.play(r)
			ran++
			shown[reflect.TypeOf(r.c.frame.now.screen)], steps[r.c.s.Step] = true, true
			for _, v := range variants() {
				if v.few && at%fewEvery != 0 {
					continue
				}
				r.wear(v)
				if plant != "" {
					r.plant(plant)
				}
				a.rig(r, sc.name+" "+v.String())
				r.shot(fmt.Sprintf("%s-%s-%s-%d", sc.name, v.palette, v.person, int(v.scale*100+0.5)))
			}
		})
	}
	if plant == "" && ran == len(scenes()) {
		for kind := range all {
			if !shown[kind] {
				t.Errorf("no scene shows the screen %v: put one into the list", kind)
			}
		}
		for s := flow.Locked; s.String() != "unknown"; s++ {
			if !steps[s] {
				t.Errorf("no scene stands on the step %v", s)
			}
		}
	}
	a.report(t)
}

func (a *auditor) report(t *testing.T) {
	t.Helper()
	seen := map[string]int{}
	for _, f := range a.found {
		if seen[f.String()]++; seen[f.String()] == 1 {
			t.Error(f)
		}
	}
	for _, e := range exemptions {
		fmt.Println("AUDIT exempt", e)
	}
	for _, rule := range slices.Sorted(maps.Keys(a.checks)) {
		fmt.Printf("AUDIT %s checks=%d\n", rule, a.checks[rule])
	}
	fmt.Printf("AUDIT screens=%d checks=%d violations=%d\n", a.screens, a.total(), len(a.found))
}

// The control: each thing that can be planted is found, by the rule that is there for it, on a screen without violations.
func TestAuditFindsPlants(t *testing.T) {
	for plant, rule := range map[string]string{"contrast": "text-contrast", "target": "target", "clip": "clip", "focus": "focus-visible"} {
		r := newRig(t, nil)
		r.toChoose()
		clean := newAuditor()
		clean.rig(r, "before")
		if len(clean.found) > 0 {
			t.Fatalf("before anything is planted: %v", clean.found)
		}
		r.plant(plant)
		a := newAuditor()
		a.rig(r, "after")
		if !slices.ContainsFunc(a.found, func(f finding) bool { return f.rule == rule }) {
			t.Errorf("planted %s: %s does not find it among %v", plant, rule, a.found)
		}
	}
}

type inTraining struct {
	Visit
	yes bool
}

func (v inTraining) State() flow.State {
	s := v.Visit.State()
	s.Training = v.yes
	return s
}

// A person who asks for no language gets one that somebody reviewed: the others are offered in training only.
func TestUnreviewedOnlyInTraining(t *testing.T) {
	for training, want := range map[bool]bool{true: true, false: false} {
		r := newRig(t, func(d *Deps, _ *flowtest.Fakes) { d.Visit = inTraining{d.Visit, training} })
		tags := r.c.d.CitizenLangs
		if slices.Contains(tags, "ug") != want || !slices.Contains(tags, "zh-Hant") {
			t.Errorf("training %v: the person can choose %v", training, tags)
		}
		for _, tag := range r.c.clerkTags() {
			if locales.Reviewed(tag) == "" || strings.Contains(tag, "-x-") {
				t.Errorf("the clerk is offered %s", tag)
			}
		}
	}
}
