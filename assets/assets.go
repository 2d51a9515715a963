// Package assets holds what is built into the program besides sentences: fonts and the specimen cards of the
// simulator. It reads nothing from disk and decides nothing.
//
//	fonts/NotoSansSC_*.ttf                  Noto Sans SC, SIL OFL 1.1, licence in fonts/OFL-NotoSansSC.txt
//	fonts/NotoSansSC_*_common.ttf           the same, cut to the characters that the screens show every day, made by the
//	                                        test of this package with BANGBAN_CUT=1
//	fonts/AtkinsonHyperlegibleNext_*.ttf    Atkinson Hyperlegible Next, SIL OFL 1.1, licence in
//	                                        fonts/OFL-AtkinsonHyperlegibleNext.txt
//	fonts/NotoSansArabicUI_*.ttf            Noto Sans Arabic UI, SIL OFL 1.1, licence in fonts/OFL-NotoSansArabicUI.txt
//	fonts/NotoSerifTibetan_*.ttf            Noto Serif Tibetan, SIL OFL 1.1, licence in fonts/OFL-NotoSerifTibetan.txt
//	radicals.txt                            radicals and strokes of the characters of Noto Sans SC, from the Unicode Han Database
//	                                        15.0 (kRSUnicode, kTotalStrokes), licence in LICENSE-Unicode.txt
//	specimens/<name>.json                   cards of invented people, made by cardreader/sim/mint, layout in cardreader/sim
//	specimens/training-csca.der             the authorities that training stations trust for them
//	specimens/training-csca.crl             the document signers that the newest of them has withdrawn
//
// The fonts are static TrueType files (glyf outlines): what the PDF writer embeds is what the screen shows.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed fonts/*.txt specimens radicals.txt LICENSE-Unicode.txt
var files embed.FS

// The fonts are handed out as they lie in the program, 24 MB in all: a copy for each reader would double what a counter
// needs. Nobody may write to them.
var (
	//go:embed fonts/NotoSansSC_400Regular.ttf
	notoSansSC []byte
	//go:embed fonts/NotoSansSC_700Bold.ttf
	notoSansSCBold []byte
	//go:embed fonts/NotoSansSC_400Regular_common.ttf
	notoSansSCCommon []byte
	//go:embed fonts/NotoSansSC_700Bold_common.ttf
	notoSansSCBoldCommon []byte
	//go:embed fonts/AtkinsonHyperlegibleNext_400Regular.ttf
	atkinson []byte
	//go:embed fonts/AtkinsonHyperlegibleNext_700Bold.ttf
	atkinsonBold []byte
	//go:embed fonts/NotoSansArabicUI_400Regular.ttf
	notoSansArabic []byte
	//go:embed fonts/NotoSansArabicUI_700Bold.ttf
	notoSansArabicBold []byte
	//go:embed fonts/NotoSerifTibetan_400Regular.ttf
	notoSerifTibetan []byte
	//go:embed fonts/NotoSerifTibetan_700Bold.ttf
	notoSerifTibetanBold []byte
)

// NotoSansSC is the regular face for Chinese and for everything that Atkinson lacks.
func NotoSansSC() []byte { return notoSansSC }

// NotoSansSCBold is the bold face of NotoSansSC.
func NotoSansSCBold() []byte { return notoSansSCBold }

// NotoSansSCCommon is NotoSansSC with the common characters only: what takes a font apart needs an eighth of the memory.
func NotoSansSCCommon() []byte { return notoSansSCCommon }

// NotoSansSCBoldCommon is the bold face of NotoSansSCCommon.
func NotoSansSCBoldCommon() []byte { return notoSansSCBoldCommon }

// Atkinson is the regular face for Latin script, drawn for readers with low vision.
func Atkinson() []byte { return atkinson }

// AtkinsonBold is the bold face of Atkinson.
func AtkinsonBold() []byte { return atkinsonBold }

// NotoSansArabic is the regular face for Uyghur and Arabic, with the low lines of a screen.
func NotoSansArabic() []byte { return notoSansArabic }

// NotoSansArabicBold is the bold face of NotoSansArabic.
func NotoSansArabicBold() []byte { return notoSansArabicBold }

// NotoSerifTibetan is the regular face for Tibetan.
func NotoSerifTibetan() []byte { return notoSerifTibetan }

// NotoSerifTibetanBold is the bold face of NotoSerifTibetan.
func NotoSerifTibetanBold() []byte { return notoSerifTibetanBold }

// Radicals is a table of Chinese characters: a line "number form strokes" for each of the 214 radicals and their simplified
// forms (number with '), below it lines " strokes characters" with what is written besides the radical.
func Radicals() string { return string(read("radicals.txt")) }

// Licences gives the licence texts of the fonts and of the table of radicals by file name.
func Licences() map[string]string {
	out := map[string]string{}
	for _, name := range []string{"OFL-AtkinsonHyperlegibleNext.txt", "OFL-NotoSansArabicUI.txt", "OFL-NotoSansSC.txt", "OFL-NotoSerifTibetan.txt"} {
		out[name] = string(read("fonts/" + name))
	}
	out["LICENSE-Unicode.txt"] = string(read("LICENSE-Unicode.txt"))
	return out
}

// Specimens is the folder of specimen cards.
func Specimens() fs.FS {
	sub, err := fs.Sub(files, "specimens")
	if err != nil {
		panic("assets: " + err.Error()) // the path is a constant
	}
	return sub
}

// TrainingCSCA is the certificate of the training country authority, DER; where there are several they follow each
// other without a gap.
func TrainingCSCA() []byte { return read("specimens/training-csca.der") }

// TrainingCRL is the list of document signers that a training country authority has withdrawn, DER.
func TrainingCRL() []byte { return read("specimens/training-csca.crl") }

// read gives a fresh copy. The names are constants, so a missing file is a broken build.
func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
