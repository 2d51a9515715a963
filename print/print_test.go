package print_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/print"
)

func openFonts(t testing.TB) *print.Fonts {
	t.Helper()
	f, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var meta = print.Meta{Title: "T01-000001", Created: time.Date(2026, 11, 26, 7, 40, 0, 0, time.UTC)}

// codeText is as long as the text of a voucher with every claim filled: 632 B in base45, version 20.
var codeText = strings.Repeat("6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA.", 12)[:948]

// name has two characters above U+FFFF that Noto Sans SC has, U+2CB5A and U+21413.
const name = "张𬭚𡐓 SPECIMEN"

func sample(f *print.Fonts) *print.Sheet {
	s := print.NewSheet(f, print.A5(), "zh-Hans")
	s.Slanted(20, 190, 50, "训练用 无效 TRAINING", print.Style{Size: 60, Bold: true, Ink: print.Grey(215), Mark: true})
	c := s.Column(10, 10, 128)
	c.Text("身份凭证", print.Style{Size: 28, Bold: true})
	c.Text(name, print.Style{Size: 24, Uniform: true})
	c.Text("有效期至 2026年12月22日 10:42，只有同时出示尾号 1234 的证件才有效。", print.Style{Size: 16})
	s.Line(10, c.Y, 138, c.Y, 0.5, print.Ink{})
	s.Dashed(128, 0, 148, 20, 0.4, 1.5, print.Ink{})
	s.Frame(print.Rect{X: 80, Y: 100, W: 40, H: 20}, 0.5, print.Ink{R: 200})
	s.Picture(print.Rect{X: 110, Y: 60, W: 24, H: 30}, portrait())
	s.Code(10, 145, qr(codeText))
	return s
}

func qr(text string) *print.QR {
	q, err := print.Encode(text)
	if err != nil {
		panic(err)
	}
	return q
}

// portrait is a grey picture of nobody.
func portrait() image.Image {
	img := image.NewGray(image.Rect(0, 0, 48, 60))
	for y := range 60 {
		for x := range 48 {
			d := math.Hypot(float64(x-24), float64(y-28))
			img.SetGray(x, y, color.Gray{uint8(min(255, 60+6*d))})
		}
	}
	return img
}

func TestGlyphMissing(t *testing.T) {
	f := openFonts(t)
	for what, c := range map[string]struct {
		text string
		want string
	}{
		"rare character":     {"王𠮷", "U+20BB7"},
		"hebrew":             {"א", "U+05D0"},
		"mongolian":          {"ᠮ", "U+182E"},
		"mark alone":         {"\u064B", "U+064B"},
		"private use":        {"王\uE863", "U+E863"},
		"private plane":      {"\U000F0000", "U+F0000"},
		"last code point":    {"\U0010FFFF", "U+10FFFF"},
		"first above 16 bit": {"\U00010000", "U+10000"},
		"broken UTF-8":       {"a\xff", "U+FFFD"},
		"replacement":        {"\uFFFD", "U+FFFD"},
		"combining mark":     {"e\u0301", "U+0301"},
		"variation selector": {"葛\U000E0100", "U+E0100"},
		"variation 1":        {"葛\uFE00", "U+FE00"},
		"bidi override":      {"a\u202Eb", "U+202E"},
		"zero width":         {"a\u200Bb", "U+200B"},
		"tab":                {"a\tb", "U+0009"},
		"NUL":                {"a\x00", "U+0000"},
		"line separator":     {"a\u2028", "U+2028"},
		"soft hyphen":        {"a\u00ADb", "U+00AD"},
	} {
		for _, uniform := range []bool{false, true} {
			s := print.NewSheet(f, print.A5(), "zh-Hans")
			s.Column(10, 10, 100).Text(c.text, print.Style{Size: 16, Uniform: uniform})
			pdf, err := s.PDF(meta)
			var g *print.GlyphError
			if !errors.As(err, &g) || g.Code() != print.CodeGlyphMissing || g.Args()["CodePoint"] != c.want || pdf != nil {
				t.Errorf("%s: error %v, want one about %s", what, err, c.want)
			}
			if _, err := s.Raster(0, 72); !errors.As(err, &g) {
				t.Errorf("%s: the raster drew it: %v", what, err)
			}
		}
		var g *print.GlyphError
		if err := f.CheckRunes(c.text); !errors.As(err, &g) || g.Args()["CodePoint"] != c.want {
			t.Errorf("%s: CheckRunes says %v", what, err)
		}
	}
	for _, ok := range []string{name, "阿依古丽·买买提", "Zoë Müller-Łukasz", "䶮𨱏𫖯", "Nguyễn", "A\nB", ""} {
		if err := f.CheckRunes(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
}

func TestFallbackFontServesRareCharacters(t *testing.T) {
	narrow, err := print.OpenFonts(print.FontFiles{Han: latin(t), HanBold: latin(t), Latin: latin(t), LatinBold: latin(t)})
	if err != nil {
		t.Fatal(err)
	}
	if narrow.CheckRunes("明") == nil {
		t.Error("a Latin font printed a Chinese character")
	}
	wide, err := print.OpenFonts(print.FontFiles{Han: latin(t), HanBold: latin(t), Latin: latin(t), LatinBold: latin(t), More: [][]byte{han(t)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := wide.CheckRunes("明𡐓"); err != nil {
		t.Error(err)
	}
	s := print.NewSheet(wide, print.A5(), "zh-Hans")
	s.Text(10, 20, "明 SPECIMEN 𡐓", print.Style{Size: 20})
	if _, err := s.PDF(meta); err != nil {
		t.Error(err)
	}
}

func TestBrokenFontsAreRefused(t *testing.T) {
	good := latin(t)
	for what, src := range map[string][]byte{"empty": nil, "cut": good[:len(good)/3], "header": good[:100], "text": []byte("not a font")} {
		if _, err := print.OpenFonts(print.FontFiles{Han: src, HanBold: good, Latin: good, LatinBold: good}); !errors.Is(err, print.ErrFont) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestCodeTooLarge(t *testing.T) {
	for n, want := range map[int]bool{1: true, 1637: true, 1638: false, 2990: false, 9000: false, 0: false} {
		_, err := print.Encode(strings.Repeat("A", n))
		var coded interface{ Code() string }
		switch {
		case want && err != nil:
			t.Errorf("%d characters: %v", n, err)
		case !want && (!errors.As(err, &coded) || coded.Code() != print.CodeCodeTooLarge):
			t.Errorf("%d characters: %v, want %s", n, err, print.CodeCodeTooLarge)
		}
	}
}

func TestCodeLiesOnPrinterDots(t *testing.T) {
	s := print.NewSheet(openFonts(t), print.A5(), "en")
	code := qr(codeText)
	s.Code(10.123, 145.77, code)
	place := s.Codes()[0]
	for _, mm := range []float64{place.Area.X, place.Area.Y, print.Module, place.Area.W} {
		dots := mm * print.DotsPerInch / 25.4
		if math.Abs(dots-math.Round(dots)) > 1e-9 {
			t.Errorf("%v mm are %v dots", mm, dots)
		}
	}
	if print.Module < 0.5 || code.Side() != 105*print.Module { // version 20: 97 modules and twice 4
		t.Errorf("module %v, side %v modules", print.Module, code.Side()/print.Module)
	}
	img, err := s.RasterArea(0, place.Area, print.DotsPerInch)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range img.Pix {
		if p != 0 && p != 255 {
			t.Fatal("a dot is neither black nor white at the printer's own resolution")
		}
	}
}

func TestLimits(t *testing.T) {
	f := openFonts(t)
	for what, draw := range map[string]func(*print.Sheet){
		"NaN":          func(s *print.Sheet) { s.Line(math.NaN(), 0, 1, 1, 1, print.Ink{}) },
		"far away":     func(s *print.Sheet) { s.Box(print.Rect{X: 1e9, W: 1, H: 1}, print.Ink{}) },
		"font size":    func(s *print.Sheet) { s.Text(1, 1, "a", print.Style{Size: 1e6}) },
		"no size":      func(s *print.Sheet) { s.Text(1, 1, "a", print.Style{}) },
		"long text":    func(s *print.Sheet) { s.Column(1, 1, 9).Text(strings.Repeat("a", 30_000), print.Style{Size: 9}) },
		"many items":   func(s *print.Sheet) { s.Column(1, 1, 1).Text(strings.Repeat("a ", 9_000), print.Style{Size: 9}) },
		"many pages":   func(s *print.Sheet) { repeat(20, s.AddPage) },
		"no picture":   func(s *print.Sheet) { s.Picture(print.Rect{W: 1, H: 1}, image.NewGray(image.Rectangle{})) },
		"huge picture": func(s *print.Sheet) { s.Picture(print.Rect{W: 1, H: 1}, &image.Uniform{color.Black}) },
	} {
		s := print.NewSheet(f, print.A5(), "en")
		draw(s)
		if _, err := s.PDF(meta); !errors.Is(err, print.ErrLayout) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s := sample(f)
	for what, err := range map[string]error{
		"page": second(s.Raster(1, 72)), "dpi": second(s.Raster(0, 5000)), "no dpi": second(s.Raster(0, 0)),
		"empty": second(s.RasterArea(0, print.Rect{}, 300)), "vast": second(s.RasterArea(0, print.Rect{W: 4000, H: 4000}, 1200)),
		"NaN": second(s.RasterArea(0, print.Rect{X: math.NaN(), W: 1, H: 1}, 300)),
	} {
		if !errors.Is(err, print.ErrArea) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func repeat(n int, f func()) {
	for range n {
		f()
	}
}

func second(_ *image.Gray, err error) error { return err }

func TestWipe(t *testing.T) {
	s := sample(openFonts(t))
	seen := 0
	for text := range s.Texts() {
		if text == name {
			seen++
		}
	}
	if seen != 1 {
		t.Fatalf("the name stands on the sheet %d times", seen)
	}
	s.Wipe()
	for text := range s.Texts() {
		t.Errorf("%d bytes of text are left", len(text))
	}
	if _, err := s.PDF(meta); err == nil {
		t.Error("a wiped sheet was drawn")
	}
}

// TestSameBytesInEveryProcess runs this test binary twice and compares what each made.
func TestSameBytesInEveryProcess(t *testing.T) {
	if os.Getenv("PRINT_SUM_ONLY") != "" {
		pdf, err := sample(openFonts(t)).PDF(meta)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(pdf)
		fmt.Printf("sum=%s\n", hex.EncodeToString(sum[:]))
		return
	}
	var sums []string
	for range 2 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSameBytesInEveryProcess$")
		cmd.Env = append(os.Environ(), "PRINT_SUM_ONLY=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, rest, ok := strings.Cut(string(out), "sum=")
		if !ok {
			t.Fatalf("no sum in %q", out)
		}
		sums = append(sums, strings.Fields(rest)[0])
	}
	if sums[0] != sums[1] {
		t.Errorf("two processes made %s and %s", sums[0], sums[1])
	}
	other := meta
	other.Created = other.Created.Add(time.Second)
	a, _ := sample(openFonts(t)).PDF(meta)
	b, _ := sample(openFonts(t)).PDF(other)
	if bytes.Equal(a, b) {
		t.Error("another date made the same bytes")
	}
}

func FuzzSheetText(f *testing.F) {
	fonts, err := print.StandardFonts(rareFonts(f)...)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"ئايگۈل (ئالىم) 123", "བཀྲ་ཤིས་སྒྲོལ་མ", "น้ำผึ้ง ที่นี่", "श्रीकृष्ण", "\u0670\u0670", "ا\u0651\u0651\u0651", "ـــ", "〈ا〉", name, "王𠮷", "", "\n\n", "a\xff\xfe", "\U0010FFFF\U00010000", "“（1234年”", strings.Repeat("W", 300),
		"(a) \\ ) Tj ET", "〓", "\uFFFF\uFFFE", "x\u00A0y"} {
		f.Add(seed, 16.0, 40.0, false)
		f.Add(seed, 0.3, 0.0, true)
	}
	f.Fuzz(func(t *testing.T, text string, size, width float64, flag bool) {
		if len(text) > 400 {
			t.Skip()
		}
		lang := "zh-Hans"
		if width < 30 {
			lang = "ug"
		}
		s := print.NewSheet(fonts, print.A5(), lang)
		s.Column(10, 10, width).Text(text, print.Style{Size: size, Bold: flag, Uniform: flag, Mark: !flag})
		said := 0
		for text := range s.Texts() {
			said += len(text)
		}
		if said > len(text)*3 { // a replacement character is three bytes
			t.Fatalf("the sheet says %d bytes of %d", said, len(text))
		}
		pdf, err := s.PDF(meta)
		if (err == nil) != bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Fatalf("%d bytes and error %v", len(pdf), err)
		}
		if errors.Is(err, print.ErrPDF) {
			t.Fatalf("the writer failed on text that was looked up: %v", err)
		}
		if _, rerr := s.RasterArea(0, print.Rect{W: 60, H: 60}, 40); (rerr == nil) != (err == nil) {
			t.Fatalf("PDF says %v, raster says %v", err, rerr)
		}
	})
}

func BenchmarkSheetToPDF(b *testing.B) {
	f := openFonts(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sample(f).PDF(meta); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		qr(codeText)
	}
}

func BenchmarkPage100dpi(b *testing.B) {
	s := sample(openFonts(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Raster(0, 100); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRaster draws a whole page in the dots of a receipt printer and of an office printer.
func BenchmarkRaster(b *testing.B) {
	s := sample(openFonts(b))
	for _, dpi := range []int{203, 300} {
		b.Run(strconv.Itoa(dpi), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Raster(0, dpi); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCodeArea300dpi(b *testing.B) {
	s := sample(openFonts(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.RasterArea(0, s.Codes()[0].Area, print.DotsPerInch); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenFonts(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		openFonts(b)
	}
}
