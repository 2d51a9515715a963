package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"bangban/app/ui/widget"
)

// The citizen's screen is drawn for 1280×800 and is the same at every size: larger windows have larger words.
const (
	citizenW, citizenH = 1280, 800
	citizenMargin      = 64
	citizenBand        = 44
	answerW, answerH   = 480, 144
	leastFit           = 0.75 // body text may shrink to this: 40 px facts to 30
)

// citizen is the person's screen: one sentence, one drawing or a few facts, two answers of the same size and weight.
type citizen struct {
	kit  *widget.Kit // of the whole
	body *widget.Kit // of the words in the middle, which shrink a little before they would be cut

	gallery   gallery
	root      *fyne.Container
	ground    *canvas.Rectangle
	band      [2]*widget.Band
	step      *widget.Text
	say       *widget.Pressable
	sayWord   *widget.Text
	hello     *widget.Text
	title     *widget.Text
	question  *widget.Text // the title where there is a question below it
	facts     *widget.Facts
	factsBox  *fyne.Container
	ask       *widget.Text
	sub, help *widget.Text
	act       *canvas.Image
	actBox    *fyne.Container
	middle    *fyne.Container
	yes, no   *widget.Pressable
	leave     *widget.Pressable
	words     [3]*widget.Text // yes, no, leave

	training bool
}

// newCitizen builds the screen at a factor. Without inputs it is a picture, for the mirror.
func newCitizen(kit *widget.Kit, g gallery, in citizenInputs) *citizen {
	z := &citizen{kit: kit, gallery: g, body: kit.At(kit.Factor()), ground: &canvas.Rectangle{}, act: &canvas.Image{FillMode: canvas.ImageFillContain}}
	centre := fyne.TextAlignCenter
	z.step = kit.Text(widget.Style{Size: 32, OneRow: true}, "")
	z.sayWord = kit.Text(widget.Style{Size: 32, Align: centre, OneRow: true}, "")
	z.say = kit.Pressable(kit.Box(widget.BoxLook{Ground: widget.InkBack, Edge: widget.InkBorder, Line: 3, Pad: 12, Least: 72, Middle: true},
		z.sayWord), in.say)
	z.hello = z.body.Text(widget.Style{Size: 40, Align: centre}, "")
	z.title = z.body.Text(widget.Style{Size: 64, Bold: true, Align: centre}, "")
	z.question = z.body.Text(widget.Style{Size: 48, Bold: true, Align: centre}, "")
	z.facts = z.body.Facts(2, widget.Style{Size: 40, Ink: widget.InkSecondary}, widget.Style{Size: 40, Bold: true})
	z.ask = z.body.Text(widget.Style{Size: 56, Bold: true, Align: centre}, "")
	z.sub = z.body.Text(widget.Style{Size: 44, Align: centre}, "")
	z.help = z.body.Text(widget.Style{Size: 40, Align: centre}, "")
	z.actBox = kit.Fixed(citizenW-2*citizenMargin, 270, false, z.act)
	z.factsBox = z.body.Middle(z.facts.Container)
	z.middle = z.body.Column(12, z.hello, z.title, z.question, z.factsBox, z.ask, z.actBox, z.sub, z.help)
	for i := range z.words {
		z.words[i] = kit.Text(widget.Style{Size: 48, Bold: true, Align: centre, OneRow: true}, "")
	}
	z.yes, z.no = z.answer(z.words[0], in.yes), z.answer(z.words[1], in.no)
	z.words[2] = kit.Text(widget.Style{Size: 36, Align: centre, OneRow: true}, "")
	z.leave = z.answer(z.words[2], in.leave)
	z.band = [2]*widget.Band{kit.Band(citizenBand, 30, ""), kit.Band(citizenBand, 30, "")}
	z.root = container.New(&citizenLayout{z}, z.ground, z.step, z.say, z.middle, z.no, z.yes, z.leave, z.band[0], z.band[1])
	return z
}

// citizenInputs is what the person can do; all nil for a picture.
type citizenInputs struct{ yes, no, leave, say func() }

func (z *citizen) answer(words *widget.Text, do func()) *widget.Pressable {
	return z.kit.Pressable(z.kit.Box(widget.BoxLook{Ground: widget.InkBack, Edge: widget.InkText, Line: 4, Pad: 8, Middle: true}, words), do)
}

// set shows a view.
func (z *citizen) set(v view, training bool) {
	t := v.cat.T
	z.kit.SetDirection(v.cat.RightToLeft())
	z.body.SetDirection(v.cat.RightToLeft())
	z.training = training
	visible(z.band[0], training)
	visible(z.band[1], training)
	z.band[0].Set(t("training"))
	z.band[1].Set(t("training"))
	visible(z.step, v.step > 0)
	z.step.Set(t("step.of", map[string]string{"N": string(rune('0' + v.step))}))
	z.sayWord.Set(t("cz.say") + " ♪")
	z.say.Name(t("cz.say"))
	visible(z.say, !v.mute)
	put(z.hello, v.hello)
	if v.ask != "" {
		put(z.title, "")
		put(z.question, v.title)
	} else {
		put(z.title, v.title)
		put(z.question, "")
	}
	put(z.ask, v.ask)
	put(z.sub, v.sub)
	put(z.help, v.help)
	z.facts.Set(v.facts)
	visible(z.factsBox, len(v.facts) > 0)
	z.draw(v.drawing)
	visible(z.yes, v.yes)
	visible(z.no, v.no)
	visible(z.leave, v.leave)
	z.words[0].Set("✓  " + t("cz.agree.yes"))
	z.words[1].Set("×  " + t("cz.agree.no"))
	z.words[2].Set("×  " + t("cz.agree.no"))
	z.yes.Name(t("cz.agree.yes"))
	z.no.Name(t("cz.agree.no"))
	z.leave.Name(t("cz.agree.no"))
	z.root.Refresh()
}

func (z *citizen) draw(d drawing) {
	p := z.kit.Palette()
	z.ground.FillColor = p.Back
	z.gallery.show(z.act, d, z.kit)
	visible(z.actBox, d != drawNone)
}

func visible(o fyne.CanvasObject, yes bool) {
	if yes && !o.Visible() {
		o.Show()
	} else if !yes && o.Visible() {
		o.Hide()
	}
}

func put(t *widget.Text, s string) {
	visible(t, s != "")
	t.Set(s)
}

// citizenLayout keeps the places: the step line at the top, the answers at y = 616, words and drawing between them.
type citizenLayout struct{ z *citizen }

func (l *citizenLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(citizenW*l.z.kit.Factor()/4, citizenH*l.z.kit.Factor()/4)
}

func (l *citizenLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	z := l.z
	px := z.kit.Frame
	z.ground.Resize(s)
	var bar float32
	if z.training {
		bar = z.band[0].HeightFor(s.Width)
		for i, y := range []float32{0, s.Height - bar} {
			z.band[i].Move(fyne.NewPos(0, y))
			z.band[i].Resize(fyne.NewSize(s.Width, bar))
		}
	}
	top := bar + px(24)
	sayW := max(z.sayWord.NaturalWidth()+px(60), px(260))
	sayX, stepX := s.Width-px(citizenMargin)-sayW, px(citizenMargin)
	if z.kit.RightToLeft() {
		sayX, stepX = stepX, stepX+sayW
	}
	place(z.say, sayX, top, sayW, px(80))
	place(z.step, stepX, top+px(14), s.Width-2*px(citizenMargin)-sayW, px(50))
	bottom := s.Height - bar - px(16)
	answers := bottom
	if z.yes.Visible() || z.leave.Visible() {
		answers = bottom - px(answerH)
		gap := s.Width - 2*px(citizenMargin) - 2*px(answerW)
		place(z.no, px(citizenMargin)+gap/4, answers, px(answerW), px(answerH))
		place(z.yes, s.Width-px(citizenMargin)-px(answerW)-gap/4, answers, px(answerW), px(answerH))
		if z.leave.Visible() {
			answers = bottom - px(96)
			place(z.leave, (s.Width-px(360))/2, answers, px(360), px(96))
		}
	}
	l.middle(top+px(80), answers-px(12), s.Width)
}

// middle centres words and drawing, a little smaller where they would not fit.
func (l *citizenLayout) middle(from, to, width float32) {
	z := l.z
	w := width - 2*z.kit.Frame(citizenMargin)
	f := z.kit.Factor()
	var h float32
	for shrink := float32(1); shrink >= leastFit-0.01; shrink -= 0.05 { // the last step may lie a hair below
		z.body.SetFactor(f * shrink)
		if h = widget.HeightFor(z.middle, w); h <= to-from {
			break
		}
	}
	place(z.middle, z.kit.Frame(citizenMargin), from+max((to-from-h)/2, 0), w, h)
	z.middle.Refresh()
}

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// citizenWindow is the screen in a window of its own, which scales with the window.
type citizenWindow struct {
	*citizen
	window fyne.Window
	scaled *fyne.Container
}

// scaler sets the factor from the window's size before anything is laid out.
type scaler struct{ z *citizen }

func (l *scaler) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 200) }

func (l *scaler) Layout(o []fyne.CanvasObject, s fyne.Size) {
	f := min(s.Width/citizenW, s.Height/citizenH)
	if f > 0 && f != l.z.kit.Factor() {
		l.z.kit.SetFactor(f)
		l.z.body.SetFactor(f)
		o[0].Resize(s)
		o[0].Refresh()
	}
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(s)
}
