package ui

import (
	"bytes"

	"fyne.io/fyne/v2"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bangban/app/ui/widget"
	"bangban/assets"
	"bangban/locales"
	"bangban/print"
)

// loadFonts gives the faces of the screens. Fyne takes a font apart down to the points of each of its glyphs, 40 MB for the
// 30,000 of Noto Sans SC; so the screens' own faces are cut to the common characters, and the whole font is only taken
// apart once a rare one is shown. The same holds for scripts that few people read.
func loadFonts() widget.Fonts {
	regular, bold := assets.NotoSansSC(), assets.NotoSansSCBold()
	whole := outlinesOf(regular)
	runes := common(whole)
	f := widget.Fonts{Regular: cut("NotoSansSC-Regular", regular, runes), Bold: cut("NotoSansSC-Bold", bold, runes)}
	has := make(map[rune]bool, len(runes))
	for _, r := range runes {
		has[r] = true
	}
	f.Whole = fyne.NewStaticResource("NotoSansSC-Regular-whole.ttf", regular)
	f.More = []widget.Script{
		script(arabic, "NotoSansArabic", assets.NotoSansArabic(), assets.NotoSansArabicBold()),
		script(tibetan, "NotoSerifTibetan", assets.NotoSerifTibetan(), assets.NotoSerifTibetanBold()),
		{Has: func(r rune) bool { return !has[r] && drawn(whole, r) }, Regular: f.Whole,
			Bold: fyne.NewStaticResource("NotoSansSC-Bold-whole.ttf", bold)},
	}
	return f
}

func script(has func(rune) bool, name string, regular, bold []byte) widget.Script {
	return widget.Script{Has: has, Regular: fyne.NewStaticResource(name+"-Regular.ttf", regular), Bold: fyne.NewStaticResource(name+"-Bold.ttf", bold)}
}

// cut is the font with those characters only, or the whole font where it cannot be cut.
func cut(name string, data []byte, runes []rune) fyne.Resource {
	if small, err := print.Cut(data, runes); err == nil {
		return fyne.NewStaticResource(name+"-common.ttf", small)
	}
	return fyne.NewStaticResource(name+".ttf", data)
}

// common are the characters of GB/T 2312, Latin letters, marks, and whatever the sentences of the program need.
func common(whole *sfnt.Font) (runes []rune) {
	seen := map[rune]bool{}
	add := func(r rune) {
		if !seen[r] && r <= 0xFFFF && drawn(whole, r) {
			seen[r] = true
			runes = append(runes, r)
		}
	}
	between := func(from, to rune) {
		for r := from; r <= to; r++ {
			add(r)
		}
	}
	between(0x20, 0x17F)
	between(0x2010, 0x2030)
	between(0x2190, 0x2193)
	between(0x3000, 0x301F)
	between(0xFF01, 0xFF5E)
	for _, r := range marks {
		add(r)
	}
	for _, tag := range locales.Tags() {
		c, err := locales.Open(tag)
		if err != nil {
			continue
		}
		for _, key := range c.Keys() {
			for _, r := range c.Sentence(key) {
				add(r)
			}
		}
	}
	for _, r := range chineseSet() {
		add(r)
	}
	return runes
}

// chineseSet are the ideographs of GB/T 2312, rows 16 to 87.
func chineseSet() string {
	var codes []byte
	for row := byte(0xB0); row <= 0xF7; row++ {
		for cell := byte(0xA1); cell <= 0xFE; cell++ {
			codes = append(codes, row, cell)
		}
	}
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(codes)
	if err != nil {
		return "" // the rest of the common set stands; what is missing is drawn from the whole font
	}
	return string(text)
}

// marks are the signs that the screens draw with letters.
const marks = "✓×▶○♪⚠□⇧·…–—"

func drawn(f *sfnt.Font, r rune) bool {
	if f == nil {
		return true
	}
	i, err := f.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// outlinesOf reads the font once; nil where it cannot be read.
func outlinesOf(data []byte) *sfnt.Font {
	f, err := sfnt.ParseReaderAt(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return f
}

// arabic are the blocks of the script with its marks, which Unicode counts as nobody's.
func arabic(r rune) bool {
	return r >= 0x600 && r <= 0x6FF || r >= 0x750 && r <= 0x77F || r >= 0xFB50 && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC
}

func tibetan(r rune) bool { return r >= 0xF00 && r <= 0xFFF }
