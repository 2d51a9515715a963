package sheets_test

import (
	"bytes"
	"errors"
	"testing"

	"bangban/app/desk"
	"bangban/app/sheets"
	"bangban/locales"
	"bangban/print"
)

// The clerk's page is one side of A4 in every language that a clerk may work in, with no sentence missing and no larger type
// lost for want of trying.
func TestClerkCard(t *testing.T) {
	fonts := openFonts(t)
	for _, tag := range []string{"zh-Hans", "zh-Hant", "en"} {
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		asked := map[string]bool{}
		lang := sheets.Language{Tag: tag, T: func(key string, args map[string]string) string {
			if !c.Has(key) {
				t.Errorf("%s: no %s", tag, key)
			}
			asked[key] = true
			return c.T(key, args)
		}}
		d := sheets.ClerkCardData{Hotline: "12345", Hall: desk.Text{tag: "SPECIMEN"}, Version: "1.2.3", Training: true}
		s, err := sheets.ClerkCard(fonts, d, lang)
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		pdf, err := s.PDF(print.Meta{Title: "clerk-card"})
		if err != nil || bytes.Count(pdf, []byte("/Type /Page\n"))+bytes.Count(pdf, []byte("/Type /Page ")) > 1 {
			t.Errorf("%s: %v", tag, err)
		}
		for _, key := range []string{"help.1", "help.10", "key.F12", "key.Enter", "hint.card-pulled", "paper.card.power.do"} {
			if !asked[key] {
				t.Errorf("%s: %s is not on it", tag, key)
			}
		}
		s.Wipe()
	}
	if _, err := sheets.ClerkCard(fonts, sheets.ClerkCardData{}, sheets.Language{}); !errors.Is(err, sheets.ErrData) {
		t.Errorf("without a language: %v", err)
	}
	// It can fail: words for which no size is small enough.
	long := sheets.Language{Tag: "en", T: func(string, map[string]string) string { return string(bytes.Repeat([]byte("word "), 200)) }}
	if _, err := sheets.ClerkCard(fonts, sheets.ClerkCardData{}, long); !errors.Is(err, print.ErrLayout) {
		t.Errorf("far too long: %v", err)
	}
}
