package sheets_test

import (
	"fmt"
	"image"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bangban/app/desk"
	"bangban/app/sheets"
	"bangban/app/voucher/vouchertest"
	"bangban/print"
)

// everyKind lays every kind of sheet out with sample data, on every paper that it is for.
func everyKind(t testing.TB, fonts *print.Fonts) map[string]*print.Sheet {
	t.Helper()
	zh, en := language(t, "zh-Hans"), language(t, "en")
	out := map[string]*print.Sheet{}
	put := func(name string, s *print.Sheet, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = s
	}
	for _, paper := range []string{sheets.PaperA5, sheets.PaperA4, sheets.Paper80} {
		v := specimen()
		v.Paper = paper
		s, err := sheets.Voucher(fonts, v, zh, en)
		put("voucher "+paper, s, err)
		if paper != sheets.PaperA5 { // the report wants room
			s, err = sheets.Day(fonts, dayData(paper), zh)
			put("day "+paper, s, err)
		}
		if paper == sheets.Paper80 {
			continue
		}
		v.Binding, v.Portrait, v.CodeText = desk.BindFace, vouchertest.Portrait(), codeText(1550)
		s, err = sheets.Voucher(fonts, v, en, zh)
		put("voucher with face "+paper, s, err)
		s, err = sheets.Mandate(fonts, mandate(paper), zh, en)
		put("mandate "+paper, s, err)
		s, err = sheets.Checklist(fonts, sheets.ChecklistData{Paper: paper, Purpose: specimen().Purpose, Here: true,
			Bring: []string{"person", "document", "mandate", "other"}, Hall: specimen().Hall, Hotline: "12345", At: specimen().IssuedAt, Training: true}, zh, en)
		put("checklist "+paper, s, err)
	}
	for _, paper := range []string{sheets.PaperA5, sheets.PaperA4, sheets.Paper80, sheets.Paper58} {
		s, err := sheets.ReferOut(fonts, refer(paper), zh, en)
		put("refer "+paper, s, err)
		s, err = sheets.Verification(fonts, sheets.VerificationData{Paper: paper, Outcome: "not-valid", Reason: "revoked", Want: "who", Format: "claim169",
			Number: "01957a3c-6f21-7c4e-9b7d-000000000001", Hall: specimen().Hall, Hotline: "12345", At: specimen().IssuedAt, Training: true}, zh, en)
		put("verification "+paper, s, err)
		s, err = sheets.Void(fonts, sheets.VoidData{Paper: paper, Serial: "T01-000107", Reason: "lost", Number: "01957a3c-6f21-7c4e-9b7d-000000000001",
			Hall: specimen().Hall, Hotline: "12345", At: specimen().IssuedAt, Training: true}, zh, en)
		put("void "+paper, s, err)
	}
	return out
}

// Two dots differ where their greys are further apart than this: a missing stroke does, an edge that two programs smooth in
// their own ways may not.
const apart = 64

// differing gives the share of dots that differ in rows from y0 to y1 of two pictures of a page.
func differing(a, b *image.Gray, y0, y1 int) float64 {
	differ, n := 0, 0
	for y := y0; y < min(y1, a.Rect.Dy(), b.Rect.Dy()); y++ {
		for x := range min(a.Rect.Dx(), b.Rect.Dx()) {
			p, q := int(a.Pix[y*a.Stride+x]), int(b.Pix[y*b.Stride+x])
			if n++; max(p-q, q-p) > apart {
				differ++
			}
		}
	}
	return float64(differ) / float64(max(n, 1))
}

// strips gives the largest share among strips of some rows.
func strips(a, b *image.Gray, rows int) (worst float64) {
	for y := 0; y < min(a.Rect.Dy(), b.Rect.Dy())-rows/2; y += rows {
		worst = max(worst, differing(a, b, y, y+rows))
	}
	return worst
}

// coarse makes one dot of the mean of by × by.
func coarse(fine *image.Gray, by int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, fine.Rect.Dx()/by, fine.Rect.Dy()/by))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum := 0
			for dy := range by {
				for _, p := range fine.Pix[(y*by+dy)*fine.Stride+x*by:][:by] {
					sum += int(p)
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / by / by)
		}
	}
	return out
}

// poppler draws the pages of a PDF.
func poppler(t testing.TB, pdf []byte, dpi int) (pages []*image.Gray) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.pdf"), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("pdftoppm", "-r", fmt.Sprint(dpi), "-gray", "in.pdf", "page")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v: %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(dir, "page*.pgm"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var w, h, top int
		if n, err := fmt.Sscanf(string(raw[:min(len(raw), 40)]), "P5\n%d %d\n%d\n", &w, &h, &top); n != 3 || top != 255 || len(raw) < w*h {
			t.Fatalf("not a grey picture: %v", err)
		}
		grey := &image.Gray{Pix: raw[len(raw)-w*h:], Stride: w, Rect: image.Rect(0, 0, w, h)}
		pages = append(pages, grey)
	}
	return pages
}

const (
	fine, by = 600, 4
	strip    = fine / by * 10 * 10 / 254 // rows of 10 mm
	maxStrip = 0.04
)

// TestPreviewIsThePaper compares, for every kind of sheet, what we draw ourselves (for the screen, for receipt printers, for
// Windows) with what poppler draws of our PDF, at 600 dpi: less than 2 % of the dots may differ. Nearly all that do are
// edges, for poppler puts each letter on its own grid of dots. Where its picture is drawn four times as fine and averaged,
// less than 1 % may differ, and in no strip of 10 mm as much as maxStrip; TestALineLowerIsSeen is the control.
func TestPreviewIsThePaper(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Skip("pdftoppm is not installed: the PDFs were not drawn by anybody else")
	}
	fonts := openFonts(t)
	all := everyKind(t, fonts)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		if strings.HasSuffix(name, "a4") && !strings.HasPrefix(name, "voucher") && os.Getenv("BANGBAN_FULL") == "" {
			continue // the same drawing as A5 in four times the dots
		}
		theirs := poppler(t, draw(t, name, s), fine)
		if len(theirs) != s.Pages() {
			t.Fatalf("%s: %d pages of %d", name, len(theirs), s.Pages())
		}
		for i, page := range theirs {
			ours, err := s.Raster(i, fine)
			if err != nil {
				t.Fatal(err)
			}
			share := differing(ours, page, 0, ours.Rect.Dy())
			small, err := s.Raster(i, fine/by)
			if err != nil {
				t.Fatal(err)
			}
			smooth := coarse(page, by)
			mean, worst := differing(small, smooth, 0, small.Rect.Dy()), strips(small, smooth, strip)
			say := fmt.Sprintf("%-22s page %d: %.2f %% of the dots differ at 600 dpi; smoothed %.2f %%, %.2f %% in the worst strip", name, i+1, 100*share, 100*mean, 100*worst)
			if t.Log(say); share >= 0.02 || mean >= 0.01 || worst >= maxStrip {
				t.Error(say)
			}
		}
	}
}

// TestALineLowerIsSeen is the control of the comparison: one line of text a millimetre lower, and one that is missing.
func TestALineLowerIsSeen(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Skip("pdftoppm is not installed: the PDFs were not drawn by anybody else")
	}
	fonts := openFonts(t)
	page := func(second float64) *print.Sheet {
		s := print.NewSheet(fonts, print.A5(), "zh-Hans")
		s.Text(10, 30, "有效期至 2026年12月3日 10:42 SPECIMEN", print.Style{Size: 16})
		if second > 0 {
			s.Text(10, second, "同时出示尾号 1234 的证件才有效", print.Style{Size: 16})
		}
		return s
	}
	theirs := coarse(poppler(t, draw(t, "control", page(45)), fine)[0], by)
	for what, c := range map[string]struct {
		second float64
		seen   bool
	}{"as it is": {45, false}, "a millimetre lower": {46, true}, "missing": {0, true}} {
		ours, err := page(c.second).Raster(0, fine/by)
		if err != nil {
			t.Fatal(err)
		}
		if worst := strips(ours, theirs, strip); (worst >= maxStrip) != c.seen {
			t.Errorf("%s: %.2f %% in the worst strip", what, 100*worst)
		} else {
			t.Logf("%s: %.2f %% in the worst strip", what, 100*worst)
		}
	}
}
