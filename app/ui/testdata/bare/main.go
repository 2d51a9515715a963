// Command bare is what the counter is weighed against: a Fyne program that does nothing, with one window of one word as Fyne
// draws it, or with -two: two windows of the counter's sizes and faces.
package main

import (
	"flag"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"bangban/assets"
)

type faces struct{ fyne.Theme }

func (f faces) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Symbol:
		return f.Theme.Font(s)
	case s.Bold:
		return fyne.NewStaticResource("bold.ttf", assets.NotoSansSCBoldCommon())
	}
	return fyne.NewStaticResource("regular.ttf", assets.NotoSansSCCommon())
}

func main() {
	two := flag.Bool("two", false, "two windows")
	flag.Parse()
	a := app.NewWithID("org.bangban.bare")
	if !*two {
		w := a.NewWindow("bare")
		w.SetContent(widget.NewLabel("A window that does nothing."))
		w.Resize(fyne.NewSize(800, 600))
		w.ShowAndRun()
		return
	}
	a.Settings().SetTheme(faces{theme.DefaultTheme()})
	for _, size := range []fyne.Size{fyne.NewSize(1366, 768), fyne.NewSize(1280, 800)} {
		w := a.NewWindow("two")
		w.SetContent(widget.NewLabelWithStyle("帮办", fyne.TextAlignCenter, fyne.TextStyle{Bold: size.Width > 1300}))
		w.Resize(size)
		w.Show()
	}
	a.Run()
}
