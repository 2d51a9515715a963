package sheets_test

import (
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/sheets"
	"bangban/app/voucher/vouchertest"
	"bangban/print"
)

// dots are what a head of 80 mm has.
const dots = 576

func rolls(t *testing.T, draw func(name string, v sheets.VoucherData, first, second sheets.Language)) {
	zh, en := language(t, "zh-Hans"), language(t, "en")
	for name, l := range map[string][2]sheets.Language{"zh-en": {zh, en}, "en-zh": {en, zh}, "zh": {zh, {}}, "en": {en, {}}} {
		v := specimen()
		v.Paper = sheets.Paper80
		draw(name, v, l[0], l[1])
	}
}

func TestRollVoucher(t *testing.T) {
	fonts := openFonts(t)
	rolls(t, func(name string, v sheets.VoucherData, first, second sheets.Language) {
		s, err := sheets.Voucher(fonts, v, first, second)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Size().W != 80 || s.Size().H > 600 || s.Pages() != 1 {
			t.Errorf("%s: %v, %d pages", name, s.Size(), s.Pages())
		}
		place := s.Codes()[0]
		if place.DPI != print.ThermalDPI || place.Area.X < 3.8 || place.Area.X+place.Area.W > 76.2 {
			t.Errorf("%s: the code lies at %v", name, place)
		}
		img, err := s.RasterRoll(0, dots)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := qrread.Decode(onlyBlack(img)); err != nil || len(got) != 1 || got[0] != v.CodeText {
			t.Errorf("%s: read back %d codes, %v", name, len(got), err)
		}
		for text, size := range s.Texts() {
			if size < 14 || second.T == nil && size < 16 {
				t.Errorf("%s: %q in %v points", name, text, size)
			}
		}
		draw(t, "roll-"+name, s)
	})
}

// onlyBlack is what a head makes of grey.
func onlyBlack(img *image.Gray) *image.Gray {
	for i, p := range img.Pix {
		if p < 128 {
			img.Pix[i] = 0
		} else {
			img.Pix[i] = 255
		}
	}
	return img
}

// Whatever is said on the sheet of a folder is said on the roll, but for the watermark.
func TestRollSaysTheSame(t *testing.T) {
	fonts := openFonts(t)
	zh := language(t, "zh-Hans")
	words := func(paper string) string {
		v := specimen()
		v.Paper = paper
		s, err := sheets.Voucher(fonts, v, zh, sheets.Language{})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for text := range s.Texts() {
			b.WriteString(text)
		}
		return strings.ReplaceAll(b.String(), " ", "")
	}
	roll := words(sheets.Paper80)
	for _, want := range []string{"张秀明SPECIMEN", "示范银行（训练）", "查询和提取住房公积金", "2026年12月3日", "T01-000512", "****1234", "12345",
		"示范服务大厅", "请勿受热"} {
		if !strings.Contains(roll, want) {
			t.Errorf("%q is not on the roll", want)
		}
	}
	if strings.Contains(words("a5"), "请勿受热") {
		t.Error("A5 is told to fear the heat")
	}
}

func TestRollRefuses(t *testing.T) {
	fonts := openFonts(t)
	zh := language(t, "zh-Hans")
	v := specimen()
	v.Paper = sheets.Paper58
	if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.Is(err, sheets.ErrPaper) {
		t.Errorf("58 mm: %v, want ErrPaper", err)
	}
	v.Paper = sheets.Paper80
	v.Binding, v.Portrait = desk.BindFace, vouchertest.Portrait()
	wantTooLarge := func(name string) {
		var e *print.Error
		if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.As(err, &e) || e.Code() != print.CodeCodeTooLarge {
			t.Errorf("%s: %v, want %s", name, err, print.CodeCodeTooLarge)
		}
	}
	wantTooLarge("a face")
	v.Binding = desk.BindDocument
	v.CodeText = codeText(1134) // 756 B, version 22
	if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); err != nil {
		t.Errorf("version 22: %v", err)
	}
	v.CodeText = codeText(1200)
	wantTooLarge("version 23")
}

// TestForeignReaderReadsTheRoll lets poppler draw our PDF in the printer's dots and zbar read it.
func TestForeignReaderReadsTheRoll(t *testing.T) {
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the roll was not looked at from outside", tool)
		}
	}
	dir := t.TempDir()
	v := specimen()
	v.Paper = sheets.Paper80
	s, err := sheets.Voucher(openFonts(t), v, language(t, "zh-Hans"), language(t, "en"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := s.RasterRoll(0, dots)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "head.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, onlyBlack(img)), f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "in.pdf"), draw(t, "roll", s), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return string(out)
	}
	run("pdftoppm", "-r", "203", "-mono", "-png", "-singlefile", "in.pdf", "page")
	run("pdftoppm", "-r", "300", "-gray", "-png", "-singlefile", "in.pdf", "grey")
	if d := unlike(t, s, filepath.Join(dir, "grey.png")); d > 0.02 { // at 300 dpi, where edges are a smaller share
		t.Errorf("%.4f of the dots differ from what poppler makes of the PDF", d)
	} else {
		t.Logf("%.4f of the dots differ", d)
	}
	if d := unlike(t, print.NewSheet(s.Fonts(), s.Size(), "en"), filepath.Join(dir, "grey.png")); d < 0.1 { // the control
		t.Errorf("an empty roll differs by %.4f only", d)
	}
	for _, file := range []string{"head.png", "page.png"} {
		if out := run("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file); strings.TrimSuffix(out, "\n") != v.CodeText {
			t.Errorf("%s: zbarimg read %d characters of %d", file, len(out), len(v.CodeText))
		}
	}
}

// unlike gives the share of dots that are black in one of the two and white in the other.
func unlike(t *testing.T, s *print.Sheet, path string) float64 {
	t.Helper()
	ours, err := s.Raster(0, 300)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	theirs, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	n, bad := 0, 0
	for y := range min(ours.Rect.Dy(), theirs.Bounds().Dy()) {
		for x := range min(ours.Rect.Dx(), theirs.Bounds().Dx()) {
			r, _, _, _ := theirs.At(x, y).RGBA()
			if n++; (ours.GrayAt(x, y).Y < 128) != (r>>8 < 128) {
				bad++
			}
		}
	}
	return float64(bad) / float64(n)
}

func TestReferOutOnRolls(t *testing.T) {
	fonts := openFonts(t)
	zh, en := language(t, "zh-Hans"), language(t, "en")
	for paper, width := range map[string]float64{sheets.Paper80: 80, sheets.Paper58: 58} {
		s, err := sheets.ReferOut(fonts, sheets.ReferData{Paper: paper, Purpose: desk.Text{"zh-Hans": "办理养老金认证", "en": "Pension proof"},
			Bring: []desk.Text{{"zh-Hans": "身份证", "en": "Identity card"}, {"zh-Hans": "社保卡", "en": "Social security card"}},
			Where: desk.Text{"zh-Hans": "示范服务大厅 3 号窗口", "en": "Demonstration Service Hall, window 3"}, Hotline: "12345",
			Hall: desk.Text{"zh-Hans": "示范服务大厅", "en": "Demonstration Service Hall"}, Training: true,
			At: time.Date(2026, 11, 26, 10, 42, 0, 0, time.UTC)}, zh, en)
		if err != nil {
			t.Fatalf("%s: %v", paper, err)
		}
		if s.Size().W != width || s.Size().H > 600 {
			t.Errorf("%s: %v", paper, s.Size())
		}
		draw(t, "refer-"+paper, s)
	}
}

func BenchmarkRoll(b *testing.B) {
	v := specimen()
	v.Paper = sheets.Paper80
	s, err := sheets.Voucher(openFonts(b), v, language(b, "zh-Hans"), language(b, "en"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		img, err := s.RasterRoll(0, dots)
		if err != nil {
			b.Fatal(err)
		}
		clear(img.Pix)
	}
}
