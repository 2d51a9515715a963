package ui

import (
	"unicode"

	"fyne.io/fyne/v2"

	"bangban/app/ui/widget"
	"bangban/assets"
)

// loadFonts gives the faces of the screens. What is rarely shown is parsed when it is.
func loadFonts() widget.Fonts {
	return widget.Fonts{Regular: fyne.NewStaticResource("NotoSansSC-Regular.ttf", assets.NotoSansSC()),
		Bold: fyne.NewStaticResource("NotoSansSC-Bold.ttf", assets.NotoSansSCBold()),
		More: []widget.Script{
			{Has: func(r rune) bool {
				return unicode.Is(unicode.Arabic, r) || r == '،' || r == '؛' || r == '؟' || r == 'ـ'
			},
				Regular: fyne.NewStaticResource("NotoSansArabic-Regular.ttf", assets.NotoSansArabic()),
				Bold:    fyne.NewStaticResource("NotoSansArabic-Bold.ttf", assets.NotoSansArabicBold())},
			{Has: func(r rune) bool { return unicode.Is(unicode.Tibetan, r) },
				Regular: fyne.NewStaticResource("NotoSerifTibetan-Regular.ttf", assets.NotoSerifTibetan()),
				Bold:    fyne.NewStaticResource("NotoSerifTibetan-Bold.ttf", assets.NotoSerifTibetanBold())},
		}}
}

// arabic are the blocks of the script with its marks, which Unicode counts as nobody's.
func arabic(r rune) bool {
	return r >= 0x600 && r <= 0x6FF || r >= 0x750 && r <= 0x77F || r >= 0xFB50 && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC
}
