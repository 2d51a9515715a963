package sheets_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/qrread"
	"bangban/app/sheets"
)

func mandate(paper string) sheets.MandateData {
	v := specimen()
	return sheets.MandateData{Serial: "T01-000513", CodeText: codeText(900), RevokeText: "BBR:" + codeText(900), Paper: paper, Principal: v.Name,
		Helper: "李小明 SPECIMEN", Relation: "child", Scopes: []desk.Text{v.Purpose, {"zh-Hans": "住宿登记", "en": "Stay at a hotel"}}, Money: true,
		Uses: 6, Until: v.Until, IssuedAt: v.IssuedAt, Hall: v.Hall, Hotline: "12345", Answer: desk.YesSpoken, Training: true, SoftwareKey: true}
}

// Two copies and the slip, each with a code that reads as it was written.
func TestMandate(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		m := mandate(paper)
		s, err := sheets.Mandate(fonts, m, first, second)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		places := s.Codes()
		if s.Pages() != 3 || len(places) != 3 {
			t.Fatalf("%s: %d pages, %d codes", name, s.Pages(), len(places))
		}
		for i, want := range []string{m.CodeText, m.CodeText, m.RevokeText} {
			img, err := s.RasterArea(places[i].Page, places[i].Area, places[i].DPI)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := qrread.Decode(img); err != nil || len(got) != 1 || got[0] != want || places[i].Page != i {
				t.Errorf("%s: page %d reads %d codes, %v", name, places[i].Page, len(got), err)
			}
		}
		for text := range s.Texts() {
			if strings.Contains(text, "[paper.") || strings.Contains(text, "{{") {
				t.Errorf("%s: %s", name, text)
			}
		}
		draw(t, "mandate-"+name, s)
	})
}

func TestMandateRefusesData(t *testing.T) {
	fonts, zh := openFonts(t), language(t, "zh-Hans")
	for name, edit := range map[string]func(*sheets.MandateData){
		"no helper":   func(m *sheets.MandateData) { m.Helper = "" },
		"no scope":    func(m *sheets.MandateData) { m.Scopes = nil },
		"four":        func(m *sheets.MandateData) { m.Scopes = append(m.Scopes, m.Scopes...) },
		"no slip":     func(m *sheets.MandateData) { m.RevokeText = "" },
		"for ever":    func(m *sheets.MandateData) { m.Uses = 0 },
		"no relation": func(m *sheets.MandateData) { m.Relation = "" },
	} {
		m := mandate("a5")
		edit(&m)
		if _, err := sheets.Mandate(fonts, m, zh, sheets.Language{}); !errors.Is(err, sheets.ErrData) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sheets.Mandate(fonts, mandate("80mm"), zh, sheets.Language{}); !errors.Is(err, sheets.ErrPaper) {
		t.Errorf("roll: %v", err)
	}
	if s := fmt.Sprintf("%v %+v", mandate("a5"), mandate("a5")); strings.Contains(s, "SPECIMEN") {
		t.Errorf("prints %s", s)
	}
}

func TestChecklist(t *testing.T) {
	fonts := openFonts(t)
	pages(t, func(name, paper string, first, second sheets.Language) {
		for _, here := range []bool{true, false} {
			s, err := sheets.Checklist(fonts, sheets.ChecklistData{Paper: paper, Purpose: specimen().Purpose, Here: here,
				Bring: []string{"person", "document", "mandate", "other"}, Hall: specimen().Hall, Hotline: "12345", At: specimen().IssuedAt, Training: true}, first, second)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for text := range s.Texts() {
				if strings.Contains(text, "[paper.") || strings.Contains(text, "[check.") {
					t.Errorf("%s: %s", name, text)
				}
			}
			draw(t, fmt.Sprintf("check-%s-%v", name, here), s)
		}
	})
}
