package sheets_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/sheets"
	"bangban/app/voucher/vouchertest"
	"bangban/locales"
	"bangban/print"
)

// keep lets a person look at what the tests draw: go test ./app/sheets -keep DIR
var keep = flag.String("keep", "", "directory to keep the drawn sheets in")

func openFonts(t testing.TB) *print.Fonts {
	t.Helper()
	f, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func language(t testing.TB, tag string) sheets.Language {
	t.Helper()
	c, err := locales.Open(tag)
	if err != nil {
		t.Fatal(err)
	}
	return sheets.In(c)
}

// codeText is as long as the text of a voucher with every claim filled: 632 B in base45, version 20.
func codeText(n int) string {
	return strings.Repeat("6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA.", n/79+1)[:n]
}

func specimen() sheets.VoucherData {
	local := time.FixedZone("CST", 8*3600)
	return sheets.VoucherData{
		Serial: "T01-000512", CodeText: codeText(948),
		Purpose: desk.Text{"zh-Hans": "查询和提取住房公积金", "en": "Ask about and draw on the housing fund"},
		Allows: desk.Text{"zh-Hans": "拿着这张纸和本人证件，可以查询、提取本人的住房公积金。",
			"en": "With this paper and your own document you can ask about your housing fund and draw money from it."},
		Recipient: desk.Text{"zh-Hans": "示范银行（训练）", "en": "Demo Bank (training)"},
		MaxUses:   1, Name: "张秀明 SPECIMEN", BirthDate: "1943-05-07", Binding: desk.BindDocument, MaskedNumber: "****1234", Last4: "1234",
		DocumentKind: "emrtd",
		From:         time.Date(2026, 11, 26, 10, 42, 0, 0, local), Until: time.Date(2026, 12, 3, 10, 42, 0, 0, local),
		IssuedAt: time.Date(2026, 11, 26, 10, 42, 0, 0, local),
		Hall:     desk.Text{"zh-Hans": "示范服务大厅", "en": "Demonstration Service Hall"}, Hotline: "12345",
		Answer: desk.YesSpoken, Training: true, SoftwareKey: true, Copy: 2,
	}
}

var meta = print.Meta{Title: "T01-000512", Created: time.Date(2026, 11, 26, 2, 42, 0, 0, time.UTC)}

// draw makes the PDF and keeps it if somebody wants to look.
func draw(t testing.TB, name string, s *print.Sheet) []byte {
	t.Helper()
	pdf, err := s.PDF(meta)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(filepath.Join(*keep, name+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return pdf
}

// pages draws at every pair of languages and paper.
func pages(t *testing.T, draw func(name, paper string, first, second sheets.Language)) {
	zh, en := language(t, "zh-Hans"), language(t, "en")
	for name, l := range map[string][2]sheets.Language{
		"zh-en": {zh, en}, "en-zh": {en, zh}, "zh": {zh, {}}, "en": {en, {}},
	} {
		for _, paper := range []string{"a5", "a4"} {
			draw(name+"-"+paper, paper, l[0], l[1])
		}
	}
}

func TestVoucherFitsOnePage(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		v := specimen()
		v.Paper = paper
		s, err := sheets.Voucher(fonts, v, first, second)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Pages() != 1 || len(s.Codes()) != 1 {
			t.Errorf("%s: %d pages, %d codes", name, s.Pages(), len(s.Codes()))
		}
		if second.T != nil {
			seen := false
			for text := range s.Texts() {
				seen = seen || text == second.T("paper.title", nil)
			}
			if !seen {
				t.Errorf("%s: the second language gave way", name)
			}
		}
		draw(t, "voucher-"+name, s)
	})
}

func TestReferOut(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		s, err := sheets.ReferOut(fonts, refer(paper), first, second)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		draw(t, "refer-"+name, s)
	})
}

func refer(paper string) sheets.ReferData {
	return sheets.ReferData{
		Paper: paper, Training: true, Hotline: "12345", At: specimen().IssuedAt, Hall: specimen().Hall,
		Purpose: specimen().Purpose,
		Reason:  desk.Text{"zh-Hans": "卡读不出来。", "en": "The card could not be read."},
		Bring: []desk.Text{{"zh-Hans": "身份证", "en": "Identity card"},
			{"zh-Hans": "户口簿或社保卡", "en": "Household register or social security card"}},
		Where: desk.Text{"zh-Hans": "示范派出所 户籍窗口", "en": "Demonstration Police Station, registration desk"},
		When:  desk.Text{"zh-Hans": "周一到周五 9:00–17:00", "en": "Monday to Friday, 9:00 to 17:00"},
	}
}

func TestEverySentenceIsThere(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		check := func(l sheets.Language) sheets.Language {
			if l.T == nil {
				return l
			}
			inner := l.T
			l.T = func(key string, args map[string]string) string {
				s := inner(key, args)
				if strings.Contains(s, "["+key) || strings.Contains(s, "{{") || strings.Contains(s, "<no value>") {
					t.Errorf("%s: %s gives %q", name, key, s)
				}
				return s
			}
			return l
		}
		v := specimen()
		v.Paper, v.BirthDate, v.From = paper, "1943-05-07", v.From.Add(time.Hour)
		for _, a := range []desk.Answer{desk.YesOwn, desk.YesSpoken, desk.YesTraining} {
			for _, b := range []desk.Binding{desk.BindDocument, desk.BindFace, desk.BindNone} {
				v.Answer, v.Binding, v.MaxUses, v.Portrait = a, b, v.MaxUses%3+1, nil
				if b == desk.BindFace {
					v.Portrait = vouchertest.Portrait()
				}
				if _, err := sheets.Voucher(fonts, v, check(first), check(second)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := sheets.ReferOut(fonts, refer(paper), check(first), check(second)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestNothingIsSmall reads the drawn sizes back from the drawing list.
func TestNothingIsSmall(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		v := specimen()
		v.Paper = paper
		s, err := sheets.Voucher(fonts, v, first, second)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{v.Name: 24, v.Serial: 20, first.T("paper.title", nil): 28, "****1234": 16,
			v.Recipient.In(first.Tag): 20}
		smallest := 16.0
		if second.T != nil {
			smallest = 12
		}
		for text, size := range s.Texts() {
			if size < smallest {
				t.Errorf("%s: a text of %d characters at %v points", name, len(text), size)
			}
			if w, ok := want[text]; ok {
				if size < w {
					t.Errorf("%s: %q at %v points, want %v", name, text, size, w)
				}
				delete(want, text)
			}
		}
		for text := range want {
			t.Errorf("%s: %q is not on the sheet", name, text)
		}
	})
}

func TestLongTextsGiveWay(t *testing.T) {
	fonts := openFonts(t)
	zh, en := language(t, "zh-Hans"), language(t, "en")
	v := specimen()
	v.Allows = desk.Text{"zh-Hans": strings.Repeat("查询余额、办理提取、打印明细、", 12), "en": strings.Repeat("ask for the balance, ", 20)}
	s, err := sheets.Voucher(fonts, v, zh, en)
	if err != nil {
		t.Fatal(err)
	}
	if s.Pages() != 2 || len(s.Codes()) != 1 || s.Codes()[0].Page != 0 {
		t.Errorf("%d pages, codes %v", s.Pages(), s.Codes())
	}
	draw(t, "voucher-long", s)
	v.Allows = desk.Text{"zh-Hans": strings.Repeat("查询余额、办理提取、打印明细、", 60)}
	if _, err := sheets.Voucher(fonts, v, zh, en); !errors.Is(err, print.ErrLayout) {
		t.Errorf("a text without end: %v", err)
	}
}

func TestTrainingIsUnmistakable(t *testing.T) {
	fonts := openFonts(t)
	zh := language(t, "zh-Hans")
	for _, training := range []bool{true, false} {
		v := specimen()
		v.Training, v.Name = training, "张秀明"
		s, err := sheets.Voucher(fonts, v, zh, sheets.Language{})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for text := range s.Texts() {
			if strings.Contains(text, "TRAINING") || strings.Contains(text, "SPECIMEN") {
				seen++
			}
		}
		if training != (seen >= 3) || !training && seen > 0 {
			t.Errorf("training %v: %d marks", training, seen)
		}
	}
}

func TestMissingDataAndGlyphs(t *testing.T) {
	fonts := openFonts(t)
	zh := language(t, "zh-Hans")
	for what, spoil := range map[string]func(*sheets.VoucherData){
		"serial": func(v *sheets.VoucherData) { v.Serial = "" }, "name": func(v *sheets.VoucherData) { v.Name = "" },
		"code": func(v *sheets.VoucherData) { v.CodeText = "" }, "until": func(v *sheets.VoucherData) { v.Until = time.Time{} },
		"last digits": func(v *sheets.VoucherData) { v.Last4 = "" }, "purpose": func(v *sheets.VoucherData) { v.Purpose = nil },
	} {
		v := specimen()
		spoil(&v)
		if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.Is(err, sheets.ErrData) {
			t.Errorf("without %s: %v", what, err)
		}
	}
	v := specimen()
	v.Paper = "letter"
	if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.Is(err, sheets.ErrPaper) {
		t.Errorf("unknown paper: %v", err)
	}
	v = specimen()
	v.Name = "王𠮷"
	var g *print.GlyphError
	if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.As(err, &g) || g.CodePoint != 0x20BB7 {
		t.Errorf("rare character: %v", err)
	}
	v = specimen()
	v.CodeText = codeText(1700)
	var coded *print.Error
	if _, err := sheets.Voucher(fonts, v, zh, sheets.Language{}); !errors.As(err, &coded) || coded.Code() != print.CodeCodeTooLarge {
		t.Errorf("large code: %v", err)
	}
}

func TestReadBackOfTheDrawnVoucher(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		v := specimen()
		v.Paper = paper
		s, err := sheets.Voucher(fonts, v, first, second)
		if err != nil {
			t.Fatal(err)
		}
		place := s.Codes()[0]
		img, err := s.RasterArea(place.Page, place.Area, print.DotsPerInch)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := qrread.Decode(img); err != nil || !slices.Equal(got, []string{v.CodeText}) {
			t.Errorf("%s: %d codes, %v", name, len(got), err)
		}
		if fold := s.Size().W / 2; place.Area.X+place.Area.W > fold && place.Area.X < fold {
			t.Errorf("%s: the code lies on the fold", name)
		}
		if fold := s.Size().H / 2; place.Area.Y < fold+5 {
			t.Errorf("%s: the code lies on the marked fold", name)
		}
	})
}

func TestVoucherDataDoesNotPrint(t *testing.T) {
	v := specimen()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, v); strings.Contains(out, "张") || strings.Contains(out, "1234") {
			t.Errorf("%s prints %q", verb, out)
		}
	}
}

func BenchmarkVoucherToPDF(b *testing.B) {
	fonts := openFonts(b)
	zh, en := language(b, "zh-Hans"), language(b, "en")
	b.ReportAllocs()
	for b.Loop() {
		s, err := sheets.Voucher(fonts, specimen(), zh, en)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.PDF(meta); err != nil {
			b.Fatal(err)
		}
	}
}
