package widget

import (
	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"
)

// Pressable is anything that reacts to touch and click and never to the keyboard. The citizen's answers are of this
// kind: no key of the clerk and no scanner can reach them.
type Pressable struct {
	fynewidget.BaseWidget
	content fyne.CanvasObject
	name    string
	onTap   func()
}

var (
	_ fyne.Tappable   = (*Pressable)(nil)
	_ fyne.Accessible = (*Pressable)(nil)
)

// Pressable makes content react; a nil onTap makes it a picture.
func (k *Kit) Pressable(content fyne.CanvasObject, onTap func()) *Pressable {
	p := &Pressable{content: content, onTap: onTap}
	p.ExtendBaseWidget(p)
	return p
}

// Tapped implements fyne.Tappable.
func (p *Pressable) Tapped(*fyne.PointEvent) {
	if p.onTap != nil {
		p.onTap()
	}
}

// Live tells whether it reacts; one that does not is a picture.
func (p *Pressable) Live() bool { return p.onTap != nil }

// Name sets what a screen reader says.
func (p *Pressable) Name(name string) { p.name = name }

// AccessibilityLabel implements fyne.Accessible.
func (p *Pressable) AccessibilityLabel() string { return p.name }

// AccessibilityRole implements fyne.Accessible.
func (p *Pressable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// HeightFor is the content's.
func (p *Pressable) HeightFor(w float32) float32 { return HeightFor(p.content, w) }

// NaturalWidth is the content's.
func (p *Pressable) NaturalWidth() float32 { return NaturalWidth(p.content) }

// CreateRenderer implements fyne.Widget.
func (p *Pressable) CreateRenderer() fyne.WidgetRenderer {
	return fynewidget.NewSimpleRenderer(p.content)
}
