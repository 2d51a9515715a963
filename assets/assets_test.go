package assets_test

import (
	"bytes"
	"crypto/x509"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"bangban/assets"
)

// The fonts must be TrueType with outlines and hold the words that stand on every page.
func TestFonts(t *testing.T) {
	for name, font := range map[string]struct {
		data  []byte
		words string
	}{
		"NotoSansSC":         {assets.NotoSansSC(), "帮办识别身份本人同意交付 SPECIMEN 样本 éü"},
		"NotoSansSCBold":     {assets.NotoSansSCBold(), "帮办识别身份本人同意交付 SPECIMEN"},
		"Atkinson":           {assets.Atkinson(), "SPECIMEN Valid éüß"},
		"NotoSansArabic":     {assets.NotoSansArabic(), "ياخشىمۇسىز ەېۇۆۈۋڭگچپژھ نعم؟"},
		"NotoSansArabicBold": {assets.NotoSansArabicBold(), "ياخشىمۇسىز ەېۇۆۈۋڭگچپژھ نعم؟"},
		"Tibetan":            {assets.NotoSerifTibetan(), "བཀྲ་ཤིས་བདེ་ལེགས།"},
		"TibetanBold":        {assets.NotoSerifTibetanBold(), "བཀྲ་ཤིས་བདེ་ལེགས།"},
		"AtkinsonBold":       {assets.AtkinsonBold(), "SPECIMEN Valid éüß"},
	} {
		f, err := sfnt.Parse(font.data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(font.data[:4], []byte{0, 1, 0, 0}) {
			t.Errorf("%s is not TrueType: %x", name, font.data[:4])
		}
		for _, r := range font.words {
			if i, err := f.GlyphIndex(nil, r); err != nil || i == 0 {
				t.Errorf("%s has no glyph for %q", name, r)
			}
		}
		if i, _ := f.GlyphIndex(nil, 0x10FFFD); i != 0 {
			t.Errorf("%s claims a private-use glyph: the test above could not fail", name)
		}
	}
	for name, text := range assets.Licences() {
		want := "SIL OPEN FONT LICENSE Version 1.1"
		if name == "LICENSE-Unicode.txt" {
			want = "UNICODE, INC. LICENSE AGREEMENT"
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s does not hold %q", name, want)
		}
	}
}

func TestSpecimens(t *testing.T) {
	names, err := fs.Glob(assets.Specimens(), "*.json")
	if err != nil || len(names) < 8 {
		t.Fatalf("%d specimens, %v", len(names), err)
	}
	for _, n := range names {
		b, err := fs.ReadFile(assets.Specimens(), n)
		if err != nil || !bytes.Contains(b, []byte("SPECIMEN")) {
			t.Errorf("%s does not say SPECIMEN: %v", n, err)
		}
	}
	certs, err := x509.ParseCertificates(assets.TrainingCSCA())
	if err != nil || len(certs) == 0 {
		t.Fatalf("training authorities: %d certificates, %v", len(certs), err)
	}
	for _, c := range certs {
		name := strings.TrimRight(c.Subject.CommonName, " 0123456789") + " " + strings.Join(c.Subject.Country, "")
		if !slices.Contains([]string{"TRAINING CSCA UT", "SPECIMEN Belgium Root CA BE"}, name) || !slices.Equal(c.Subject.Organization, []string{"Bangban Training"}) {
			t.Errorf("%v is no training authority", c.Subject)
		}
	}
}

// A caller that overwrites what it got must not change what the next one gets.
func TestCopies(t *testing.T) {
	clear(assets.TrainingCSCA())
	if b := assets.TrainingCSCA(); b[0] != 0x30 {
		t.Fatal("TrainingCSCA hands out its only copy")
	}
}
