package print_test

import (
	"bytes"
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

func sample(f *print.Fonts) *print.Sheet {
	s := print.NewSheet(f, print.A5(), "zh-Hans")
	s.Slanted(20, 190, 50, "训练用 无效 TRAINING", print.Style{Size: 60, Bold: true, Ink: print.Grey(215)})
	c := s.Column(10, 10, 128)
	c.Text("身份凭证", print.Style{Size: 28, Bold: true})
	c.Text("张𬭚𡐓 SPECIMEN", print.Style{Size: 24, Uniform: true})
	c.Text("有效期至 2026年12月22日 10:42，只有同时出示尾号 1234 的证件才有效。", print.Style{Size: 16})
	s.Line(10, c.Y, 138, c.Y, 0.5, print.Ink{})
	s.Dashed(128, 0, 148, 20, 0.4, 1.5, print.Ink{})
	s.Frame(print.Rect{X: 60, Y: 120, W: 40, H: 20}, 0.5, print.Ink{R: 200})
	s.Code(10, 145, "NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH-R6IOO6+IDKD%R.4.1$IQMM")
	return s
}

func TestSheetBecomesPDF(t *testing.T) {
	pdf, err := sample(openFonts(t)).PDF(meta)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.3")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
		t.Error("not a PDF")
	}
}

func BenchmarkPDF(b *testing.B) {
	f := openFonts(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sample(f).PDF(meta); err != nil {
			b.Fatal(err)
		}
	}
}
