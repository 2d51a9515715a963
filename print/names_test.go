package print_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode"

	"bangban/assets"
	"bangban/print"
)

// rareFonts are what this machine has for rare characters.
func rareFonts(t testing.TB) []io.ReaderAt {
	t.Helper()
	found, _ := print.RareFonts(os.DirFS("/usr/share/fonts/truetype"), false)
	return found
}

// inventedNames are 200 names of nobody, from every block that the fonts claim and from some that they do not.
func inventedNames() (all []string) {
	pick := func(from, to rune, n int) (rs []rune) {
		for i := range n {
			rs = append(rs, from+rune(i)*(to-from)/rune(n)+rune(i*7%5))
		}
		return rs
	}
	block := func(from, to rune, n int) {
		for i, r := range pick(from, to, n) {
			all = append(all, string([]rune("王李赵欧阳样本")[i%7])+string(r)+[]string{"", "明", "𬭚"}[i%3])
		}
	}
	block(0x4E00, 0x9FF0, 28)
	block(0x3400, 0x4DB0, 14)   // Ext A
	block(0x20000, 0x2A6D0, 24) // Ext B
	block(0x2A700, 0x2B730, 8)  // Ext C
	block(0x2B740, 0x2B810, 6)  // Ext D
	block(0x2B820, 0x2CEA0, 8)  // Ext E
	block(0x2CEB0, 0x2EBE0, 8)  // Ext F
	block(0x30000, 0x31340, 3)  // Ext G
	block(0x31350, 0x323A0, 2)  // Ext H
	block(0xF900, 0xFA60, 5)    // compatibility
	for _, s := range []string{"阿依古丽", "买买提", "古丽娜尔", "扎西", "多杰", "巴特尔", "其其格", "玛依拉", "努尔兰", "叶尔肯"} {
		all = append(all, s+"·SPECIMEN", s+"·吐尔逊")
	}
	for i, base := range []string{"Zoë", "Łukasz", "Nguyễn", "Þóra", "Åse", "Çağla", "Œuvre", "Ñandú", "Šárka", "Győző"} {
		all = append(all, base+" SPECIMEN", "Ana-"+base, base+" "+strings.Repeat("Wilhelmina", 4)[:32-i])
	}
	all = append(all, "Ελένη Δοκιμή", "Νίκος", "Иван Образцов", "Ёлка Жданова", "さくら", "カタカナ", "ﬁona", "O’Brien", "D'Arcy", "Ann de la Cruz", "王 𠮷", "㛃䶮", "𫖯𪚥", "𡐓", "〇〇")
	all = append(all, "王\uE863", "李\uE000", "ئايگۈل", "ئەخمەت", "SPECIMEN ئالىم", "མེ་ཏོག", "སྟག", "བཀྲ་ཤིས་SPECIMEN", "สมชาย", "ตัวอย่าง", "น้ำผึ้ง",
		"ꀀꀁ", "ᠮᠣᠩᠭᠣᠯ", "a\xffb", "\uFFFD", "e\u0301a")
	for i := 0; len(all) < 200; i++ {
		all = append(all, fmt.Sprintf("样本%c%c", 0x5000+i*37, 0x6000+i*101))
	}
	return all[:200]
}

// codePoints reads the character map of a font file by itself (OpenType 1.9, cmap formats 4 and 12).
func codePoints(t *testing.T, src io.ReaderAt) map[rune]bool {
	t.Helper()
	read := func(at, n int) []byte {
		b := make([]byte, n)
		if _, err := src.ReadAt(b, int64(at)); err != nil {
			t.Fatal(err)
		}
		return b
	}
	u16 := func(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	u32 := func(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
	has := map[rune]bool{}
	dir := read(0, 12+16*u16(read(0, 12), 4))
	for at := 12; at < len(dir); at += 16 {
		if string(dir[at:at+4]) != "cmap" {
			continue
		}
		c := read(u32(dir, at+8), u32(dir, at+12))
		for i := range u16(c, 2) {
			if u16(c, 4+8*i) != 3 && u16(c, 4+8*i) != 0 {
				continue
			}
			sub := c[u32(c, 8+8*i):]
			switch u16(sub, 0) {
			case 4:
				n := u16(sub, 6) / 2
				for s := range n {
					end, start := u16(sub, 14+2*s), u16(sub, 16+2*n+2*s)
					delta, offset := u16(sub, 16+4*n+2*s), u16(sub, 16+6*n+2*s)
					for r := start; r <= end && r < 0xFFFF; r++ {
						g := r + delta
						if offset != 0 {
							if g = u16(sub, 16+6*n+2*s+offset+2*(r-start)); g != 0 {
								g += delta
							}
						}
						if g&0xFFFF != 0 {
							has[rune(r)] = true
						}
					}
				}
			case 12:
				for k := range u32(sub, 12) {
					for r := u32(sub, 16+12*k); r <= u32(sub, 20+12*k); r++ {
						if u32(sub, 24+12*k)+r-u32(sub, 16+12*k) != 0 {
							has[rune(r)] = true
						}
					}
				}
			}
		}
	}
	return has
}

// stands is the rule of the package comment, said a second time: marks stand in words of scripts that are shaped.
func stands(r rune) bool {
	return r != unicode.ReplacementChar && !unicode.Is(unicode.C, r) &&
		(!unicode.Is(unicode.M, r) || unicode.In(r, unicode.Tibetan, unicode.Thai, unicode.Lao, unicode.Devanagari))
}

// TestTwoHundredNames prints invented names and reads them back with pdftotext, each exactly. Refused are those names and
// only those whose code points no font's own character map has, or that have no place of their own.
func TestTwoHundredNames(t *testing.T) {
	rare := rareFonts(t)
	fonts, err := print.StandardFonts(rare...)
	if err != nil {
		t.Fatal(err)
	}
	var maps []map[rune]bool
	for _, src := range append([]io.ReaderAt{strings.NewReader(string(assets.NotoSansSC())), strings.NewReader(string(assets.Atkinson())),
		strings.NewReader(string(assets.NotoSansArabic())), strings.NewReader(string(assets.NotoSerifTibetan()))}, rare...) {
		maps = append(maps, codePoints(t, src))
	}
	printed, refused := []string{}, map[rune]bool{}
	sheet := print.NewSheet(fonts, print.A4(), "zh-Hans")
	c := sheet.Column(10, 10, 190)
	for _, name := range inventedNames() {
		lacking := rune(-1)
		for _, r := range name {
			has := false
			for _, m := range maps {
				has = has || m[r]
			}
			if !has || !stands(r) {
				lacking = r
				break
			}
		}
		var missing *print.GlyphError
		switch err := fonts.CheckRunes(name); {
		case errors.As(err, &missing):
			refused[missing.CodePoint] = true
			if missing.CodePoint != lacking {
				t.Errorf("refused for %U, the character maps lack %U", missing.CodePoint, lacking)
			}
			continue
		case lacking >= 0:
			t.Errorf("%U was not refused", lacking)
			continue
		}
		printed = append(printed, name)
		if c.Y > 275 {
			sheet.AddPage()
			c = sheet.Column(10, 10, 190)
		}
		c.Text(name, print.Style{Size: 14, Uniform: true})
	}
	t.Logf("%d of 200 printed with %d rare fonts; refused %d code points", len(printed), len(rare), len(refused))
	if len(rare) > 0 && len(printed) < 170 {
		t.Errorf("%d of 200 names were printed", len(printed))
	}
	_, out := tool(t, build(t, sheet), "pdftotext", "-layout", "in.pdf", "-")
	lines := readLines(out)
	if len(lines) != len(printed) {
		t.Fatalf("%d lines read back of %d", len(lines), len(printed))
	}
	for i := range lines {
		if lines[i] != printed[i] {
			t.Errorf("printed %+q, read %+q", printed[i], lines[i])
		}
	}
}
