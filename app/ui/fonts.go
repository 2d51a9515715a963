package ui

import (
	"fmt"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"bangban/app/ui/widget"
	"bangban/assets"
	"bangban/print"
)

// loadFonts gives the faces of the screens. Fyne takes a font apart down to the points of each of its glyphs, 35 MB for the
// 30,000 of Noto Sans SC; so the screens' own faces have the common characters only, and a rare one is drawn from a piece
// of the whole font that holds it and its neighbours. The same holds for scripts that few people read.
func loadFonts() widget.Fonts {
	regular, bold, small := assets.NotoSansSC(), assets.NotoSansSCBold(), assets.NotoSansSCCommon()
	f := widget.Fonts{
		Regular: fyne.NewStaticResource("NotoSansSC-Regular-common.ttf", small),
		Bold:    fyne.NewStaticResource("NotoSansSC-Bold-common.ttf", assets.NotoSansSCBoldCommon()),
		Whole:   fyne.NewStaticResource("NotoSansSC-Regular-whole.ttf", regular),
	}
	if gauge, err := print.Cut(small, []rune(gauged)); err == nil {
		f.Gauge = fyne.NewStaticResource("NotoSansSC-Regular-gauge.ttf", gauge)
	}
	common, whole := outlinesOf(small), sync.OnceValue(func() *sfnt.Font { return outlinesOf(regular) })
	p := pieces{regular: regular, bold: bold, cut: map[piece]fyne.Resource{}}
	f.More = []widget.Script{
		letters(common, "AtkinsonHyperlegibleNext", assets.Atkinson(), assets.AtkinsonBold()),
		letters(common, "NotoSans", theme.DefaultTextFont().Content(), theme.DefaultTextBoldFont().Content()),
		script(arabic, "NotoSansArabic", assets.NotoSansArabic(), assets.NotoSansArabicBold()),
		script(tibetan, "NotoSerifTibetan", assets.NotoSerifTibetan(), assets.NotoSerifTibetanBold()),
		{Has: rare(common, whole), Piece: p.of},
	}
	return f
}

func script(has func(rune) bool, name string, regular, bold []byte) widget.Script {
	return widget.Script{Has: has, Regular: fyne.NewStaticResource(name+"-Regular.ttf", regular), Bold: fyne.NewStaticResource(name+"-Bold.ttf", bold)}
}

// gauged are the characters by which Fyne measures a row that has none.
const gauged = " Me…•"

// letters are the Latin letters of names that the common face lacks, Č and Ł and Ş, and the marks that stand on letters.
func letters(common *sfnt.Font, name string, regular, bold []byte) widget.Script {
	face := outlinesOf(regular)
	has := func(r rune) bool { return r >= 0x100 && r < 0x370 && !drawn(common, r) && drawn(face, r) }
	return script(has, name, regular, bold)
}

// rare tells of characters that the whole font draws and the common one does not. It is asked for each character of each
// text that is laid out, so the common ones are found out once.
func rare(common *sfnt.Font, whole func() *sfnt.Font) func(rune) bool {
	var has [1 << 16 / 64]uint64
	for r := rune(0); r <= 0xFFFF; r++ {
		if drawn(common, r) {
			has[r>>6] |= 1 << (r & 63)
		}
	}
	return func(r rune) bool {
		return (r > 0xFFFF || has[r>>6]&(1<<(r&63)) == 0) && drawn(whole(), r)
	}
}

// pieceSize is how many neighbours, by code point, a piece has: so many that the pieces of a day do not spell a name, so few
// that one costs 40 KB.
const pieceSize = 32

// pieces cuts the whole font as its characters are shown, and keeps the pieces: Fyne keeps what it has taken apart as well.
type pieces struct {
	regular, bold []byte
	cut           map[piece]fyne.Resource
}

type piece struct {
	first rune
	bold  bool
}

// of gives the piece with the character.
func (p pieces) of(r rune, bold bool) fyne.Resource {
	key := piece{r - r%pieceSize, bold}
	if res := p.cut[key]; res != nil {
		return res
	}
	name, data := "NotoSansSC-Regular", p.regular
	if bold {
		name, data = "NotoSansSC-Bold", p.bold
	}
	runes := make([]rune, 0, pieceSize+1)
	for i := range rune(pieceSize) {
		runes = append(runes, key.first+i)
	}
	if small, err := print.Cut(data, append(runes, ' ')); err == nil { // Fyne asks every face for a space
		data = small
	}
	p.cut[key] = fyne.NewStaticResource(fmt.Sprintf("%s-%X.ttf", name, key.first), data)
	return p.cut[key]
}

func drawn(f *sfnt.Font, r rune) bool {
	if f == nil {
		return true
	}
	i, err := f.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// outlinesOf reads the font once; nil where it cannot be read.
func outlinesOf(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
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
