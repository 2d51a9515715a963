package sheets_test

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"bangban/app/sheets"
)

// TestTwinSaysWhatThePaperSays wants each line of the paper in the twin, whatever way the paper has broken it.
func TestTwinSaysWhatThePaperSays(t *testing.T) {
	zh, en := language(t, "zh-Hans"), language(t, "en")
	v := specimen()
	squeeze := strings.NewReplacer(" ", "", "\n", "").Replace
	text, err := sheets.VoucherText(v, zh, en)
	if err != nil {
		t.Fatal(err)
	}
	page, err := sheets.VoucherHTML(v, zh, en)
	if err != nil {
		t.Fatal(err)
	}
	paper, err := sheets.Voucher(openFonts(t), v, zh, en)
	if err != nil {
		t.Fatal(err)
	}
	marks := []string{"✂", squeeze(zh.T("paper.training.mark", nil)), squeeze(zh.T("paper.training.specimen", nil)), "2026-11-2610:42"}
	for line := range paper.Texts() {
		if line = squeeze(line); slices.Contains(marks, line) {
			continue
		}
		if !strings.Contains(squeeze(text), line) {
			t.Errorf("%q is on the paper and not in the text", line)
		}
		if !strings.Contains(squeeze(words(t, page)), line) {
			t.Errorf("%q is on the paper and not in the page", line)
		}
	}
	if strings.Contains(text, v.CodeText[:20]) {
		t.Error("the code is read aloud")
	}
	if at := strings.Index(text, en.T("paper.title", nil)); at < strings.Index(text, zh.T("paper.title", nil)) {
		t.Error("the second language comes first")
	}
}

// words gives the character data of a page, and wants the page to be well formed and its languages marked.
func words(t *testing.T, page string) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta"}, xml.HTMLEntity
	var b strings.Builder
	var langs []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			b.Write(tok)
		case xml.StartElement:
			for _, a := range tok.Attr {
				if a.Name.Local == "lang" {
					langs = append(langs, tok.Name.Local+" "+a.Value)
				}
				if a.Name.Local == "src" || a.Name.Local == "href" {
					t.Errorf("%s loads something", tok.Name.Local)
				}
			}
		}
	}
	if want := []string{"html zh-Hans", "section zh-Hans", "section en"}; !slices.Equal(langs, want) {
		t.Errorf("languages %v, want %v", langs, want)
	}
	return b.String()
}

func TestTwinTakesNoMarkup(t *testing.T) {
	v := specimen()
	v.Name = `SPECIMEN <script>alert("1")</script>&`
	page, err := sheets.VoucherHTML(v, language(t, "zh-Hans"), language(t, "en"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page, "<script") || !strings.Contains(words(t, page), v.Name) {
		t.Error("a name became markup")
	}
	v.Serial = ""
	if _, err := sheets.VoucherHTML(v, language(t, "en"), sheets.Language{}); !errors.Is(err, sheets.ErrData) {
		t.Errorf("without a serial: %v", err)
	}
	if _, err := sheets.VoucherText(v, language(t, "en"), sheets.Language{}); !errors.Is(err, sheets.ErrData) {
		t.Errorf("without a serial: %v", err)
	}
}
