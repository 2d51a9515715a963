package ui

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"bangban/app/ui/widget"
)

// TestGolden compares every screen at 100 % with testdata/golden, one file a screen: what stands where, in which colour.
// BANGBAN_UPDATE=1 writes the files anew; look at the difference before it is committed.
func TestGolden(t *testing.T) {
	update := os.Getenv("BANGBAN_UPDATE") != ""
	kept := map[string]bool{}
	for _, sc := range scenes() {
		kept[sc.name+".txt"] = true
		t.Run(sc.name, func(t *testing.T) {
			r := newRig(t, sc.change)
			sc.play(r)
			r.until(func() bool { return r.c.d.Queue == nil || r.c.unsent == len(r.queue.rows) }) // it is counted beside the screens
			got := r.markup()
			path := filepath.Join("testdata", "golden", sc.name+".txt")
			if update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v: BANGBAN_UPDATE=1 writes it", err)
			}
			if d := difference(string(want), got); d != "" {
				t.Errorf("the screen changed (- as it was, + as it is):\n%s", d)
			}
		})
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "golden", "*.txt"))
	for _, f := range files {
		if !kept[filepath.Base(f)] {
			t.Errorf("%s is of no screen", f)
		}
	}
}

// The control: another word, another colour and another place are each a difference.
func TestGoldenSeesChanges(t *testing.T) {
	r := newRig(t, nil)
	before := r.markup()
	if d := difference(before, r.markup()); d != "" {
		t.Fatalf("the same screen differs from itself:\n%s", d)
	}
	for name, change := range map[string]func(){
		"word":   func() { r.c.frame.login().head.Set("x") },
		"colour": func() { r.c.frame.login().head.SetInk(r.c.frame.login().head.String(), widget.InkError) },
		"place":  func() { r.c.frame.main.Move(r.c.frame.main.Position().AddXY(0, -2)) },
	} {
		change()
		if difference(before, r.markup()) == "" {
			t.Errorf("another %s is not seen", name)
		}
		r.c.refresh()
	}
}

// markup is both windows in lines: kind, place, size, colour, words.
func (r *rig) markup() string {
	var b strings.Builder
	write := func(name string, root fyne.CanvasObject) {
		fmt.Fprintf(&b, "%s %.0fx%.0f\n", name, root.Size().Width, root.Size().Height)
		r.lines(&b, root, fyne.Position{}, 1)
	}
	write("clerk", r.c.frame.root)
	if r.c.citizen != nil {
		write("citizen", r.c.citizen.root)
	}
	return b.String()
}

func (r *rig) lines(b *strings.Builder, o fyne.CanvasObject, at fyne.Position, deep int) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	line := func(format string, args ...any) {
		fmt.Fprintf(b, "%s%.0f,%.0f %.0fx%.0f %s\n", strings.Repeat(" ", deep), at.X, at.Y, o.Size().Width, o.Size().Height, fmt.Sprintf(format, args...))
	}
	switch o := o.(type) {
	case *canvas.Text:
		weight := ""
		if o.TextStyle.Bold {
			weight = " bold"
		}
		if o.Text != "" {
			line("text %.0f%s %s %q", o.TextSize, weight, r.ink(o.Color), o.Text)
		}
	case *canvas.Rectangle:
		if o.StrokeWidth > 0 || r.ink(o.FillColor) != "none" {
			line("box %s edge %s %.0f", r.ink(o.FillColor), r.ink(o.StrokeColor), o.StrokeWidth)
		}
	case *canvas.Image:
		line("image")
	case *fyne.Container:
		for _, child := range o.Objects {
			r.lines(b, child, at, deep)
		}
	case *container.Scroll:
		line("scroll")
		r.lines(b, o.Content, at, deep+1)
	case fyne.Widget:
		if said := label(o); said != "" && reflect.TypeOf(o) != reflect.TypeFor[*widget.Text]() {
			line("%T %q", o, said)
			deep++
		}
		for _, child := range test.WidgetRenderer(o).Objects() {
			r.lines(b, child, at, deep)
		}
	}
}

var inks = [...]struct {
	name string
	ink  widget.Ink
}{{"back", widget.InkBack}, {"panel", widget.InkPanel}, {"text", widget.InkText}, {"secondary", widget.InkSecondary}, {"primary", widget.InkPrimary},
	{"error", widget.InkError}, {"success", widget.InkSuccess}, {"warning", widget.InkWarning}, {"border", widget.InkBorder},
	{"focus", widget.InkFocus}, {"stripe", widget.InkStripeGround}, {"on-primary", widget.InkOnPrimary}}

// ink names a colour as the palette does.
func (r *rig) ink(c color.Color) string {
	if c == nil {
		return "none"
	}
	if _, _, _, a := c.RGBA(); a == 0 {
		return "none"
	}
	for _, i := range inks {
		if r.c.kit.Ink(i.ink) == c {
			return i.name
		}
	}
	return fmt.Sprint(c)
}

// difference is the first few lines that differ.
func difference(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	for i := 0; i < max(len(a), len(b)) && len(out) < 12; i++ {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			out = append(out, "-"+x, "+"+y)
		}
	}
	return strings.Join(out, "\n")
}
