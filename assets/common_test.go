package assets_test

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bangban/assets"
	"bangban/locales"
	"bangban/print"
)

// marks are the signs that the screens draw with letters.
const marks = "✓×▶◀▲▼○●□■◇◆♪⚠⇧·…–—•"

// common are the characters that the screens show every day: Latin letters, marks, whatever the sentences of the program
// need, and the 3,755 ideographs of GB/T 2312, level 1, which make up 99.7 % of modern text.
func common(t *testing.T) (runes []rune) {
	t.Helper()
	whole, err := sfnt.Parse(assets.NotoSansSC())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[rune]bool{}
	add := func(r rune) {
		if g, err := whole.GlyphIndex(nil, r); err == nil && g != 0 && !seen[r] {
			seen[r] = true
			runes = append(runes, r)
		}
	}
	between := func(from, to rune) {
		for r := from; r <= to; r++ {
			add(r)
		}
	}
	between(0x20, 0x17F)
	between(0x2010, 0x2030)
	between(0x2190, 0x2193)
	between(0x3000, 0x301F)
	between(0xFF01, 0xFF5E)
	for _, r := range marks {
		add(r)
	}
	for _, r := range sentences(t) {
		add(r)
	}
	for row := byte(0xB0); row <= 0xD7; row++ {
		for cell := byte(0xA1); cell <= 0xFE; cell++ {
			text, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{row, cell})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range string(text) {
				add(r)
			}
		}
	}
	return runes
}

// sentences are the characters of every sentence of every language.
func sentences(t *testing.T) (runes []rune) {
	t.Helper()
	for _, tag := range locales.Tags() {
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range c.Keys() {
			runes = append(runes, []rune(c.Sentence(key))...)
		}
	}
	return runes
}

// late is how many characters new sentences may bring before the faces have to be cut again. Such a character is drawn all
// the same, from a piece of the whole font.
const late = 48

// The faces of the screens are cut from the whole ones and from nothing else, and have what every day needs. With
// BANGBAN_CUT=1 they are written.
func TestCommonFaces(t *testing.T) {
	runes := common(t)
	for _, face := range []struct {
		file         string
		whole, small []byte
	}{
		{"fonts/NotoSansSC_400Regular_common.ttf", assets.NotoSansSC(), assets.NotoSansSCCommon()},
		{"fonts/NotoSansSC_700Bold_common.ttf", assets.NotoSansSCBold(), assets.NotoSansSCBoldCommon()},
	} {
		if os.Getenv("BANGBAN_CUT") == "1" {
			cut, err := print.Cut(face.whole, runes)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(face.file, cut, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d characters, %d bytes", face.file, len(runes), len(cut))
			continue
		}
		f, err := sfnt.Parse(face.small)
		if err != nil {
			t.Fatal(err)
		}
		var lacks, has []rune
		for _, r := range runes {
			if g, err := f.GlyphIndex(nil, r); err != nil || g == 0 {
				lacks = append(lacks, r)
			}
		}
		for r := rune(0); r < 0x30000; r++ {
			if g, err := f.GlyphIndex(nil, r); err == nil && g != 0 {
				has = append(has, r)
			}
		}
		if len(lacks) > late {
			t.Errorf("%s lacks %d characters: %q; cut it again: BANGBAN_CUT=1 go test ./assets", face.file, len(lacks), lacks)
		}
		if again, err := print.Cut(face.whole, has); err != nil || !bytes.Equal(again, face.small) {
			t.Errorf("%s with %d characters is not cut from the whole face: %v", face.file, len(has), err)
		}
		if other, err := print.Cut(face.whole, has[1:]); err != nil || bytes.Equal(other, face.small) {
			t.Errorf("the control: a face with one character less is the same: %v", err)
		}
	}
}
