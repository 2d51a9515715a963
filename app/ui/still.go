package ui

import "fyne.io/fyne/v2"

// still is the program without motion. A caret that fades draws its whole window anew twelve times a second for as long as
// a field has the focus: a third of a processor on a computer without a graphics card, while the clerk reads.
type still struct{ fyne.App }

// Settings implements fyne.App.
func (s still) Settings() fyne.Settings { return stillSettings{s.App.Settings()} }

type stillSettings struct{ fyne.Settings }

// ShowAnimations implements fyne.Settings.
func (stillSettings) ShowAnimations() bool { return false }
