package print_test

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bangban/app/qrread"
	"bangban/assets"
	"bangban/print"
)

func latin(t testing.TB) []byte { return assets.Atkinson() }
func han(t testing.TB) []byte   { return assets.NotoSansSC() }

// tool runs a program of the test machine on a PDF; without it the test is skipped with a sentence that says so.
func tool(t *testing.T, pdf []byte, program string, args ...string) (dir, out string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed: the PDF was not looked at from outside", program)
	}
	dir = t.TempDir()
	if pdf != nil {
		if err := os.WriteFile(filepath.Join(dir, "in.pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, stderr.String())
	}
	return dir, stdout.String()
}

func build(t *testing.T, s *print.Sheet) []byte {
	t.Helper()
	pdf, err := s.PDF(meta)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestTextCanBeCopied(t *testing.T) {
	_, out := tool(t, build(t, sample(openFonts(t))), "pdftotext", "-layout", "in.pdf", "-")
	for _, want := range []string{name, "身份凭证", "2026年12月22日 10:42"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the text: %q", want, out)
		}
	}
	if strings.Contains(out, "TRAINING") {
		t.Error("the watermark is part of the text")
	}
}

func TestFontsAreEmbedded(t *testing.T) {
	_, out := tool(t, build(t, sample(openFonts(t))), "pdffonts", "in.pdf")
	lines := strings.Split(strings.TrimSpace(out), "\n")[2:]
	if len(lines) == 0 {
		t.Fatalf("no fonts: %s", out)
	}
	for _, l := range lines {
		if !regexp.MustCompile(`Identity-H\s+yes\s`).MatchString(l) {
			t.Errorf("not embedded: %s", l)
		}
	}
}

func pageImage(t *testing.T, pdf []byte, dpi string) (path string, img image.Image) {
	t.Helper()
	dir, _ := tool(t, pdf, "pdftoppm", "-r", dpi, "-gray", "-png", "-singlefile", "in.pdf", "page")
	path = filepath.Join(dir, "page.png")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = png.Decode(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return path, img
}

func TestForeignReaderReadsThePage(t *testing.T) {
	path, _ := pageImage(t, build(t, sample(openFonts(t))), "300")
	_, out := tool(t, nil, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path)
	if strings.TrimSuffix(out, "\n") != codeText {
		t.Errorf("zbarimg read %d characters, want the %d of the code", len(out), len(codeText))
	}
}

func TestReadBack(t *testing.T) {
	s := sample(openFonts(t))
	place := s.Codes()[0]
	img, err := s.RasterArea(place.Page, place.Area, print.DotsPerInch)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrread.Decode(img)
	if err != nil || len(got) != 1 || got[0] != codeText {
		t.Errorf("read back %d codes, %v", len(got), err)
	}
	whole, err := s.Raster(0, 300)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := qrread.Decode(whole); err != nil || len(got) != 1 || got[0] != codeText {
		t.Errorf("from the whole page: %d codes, %v", len(got), err)
	}
}

// TestBothBackendsDrawTheSame compares our raster with what poppler makes of our PDF. The bound is the mean difference
// of a dot; the control shows that a missing line of text is far above it.
func TestBothBackendsDrawTheSame(t *testing.T) {
	f := openFonts(t)
	_, theirs := pageImage(t, build(t, sample(f)), "100")
	s := sample(f)
	ours, err := s.Raster(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, ours, theirs); d > 0.02 {
		t.Errorf("the backends differ by %.4f", d)
	} else {
		t.Logf("the backends differ by %.4f", d)
	}
	empty, err := print.NewSheet(f, print.A5(), "en").Raster(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, empty, theirs); d < 0.04 {
		t.Errorf("an empty page differs by %.4f only: the comparison is blind", d)
	}
}

func difference(t *testing.T, a *image.Gray, b image.Image) float64 {
	t.Helper()
	if dx, dy := b.Bounds().Dx()-a.Rect.Dx(), b.Bounds().Dy()-a.Rect.Dy(); dx < -1 || dx > 1 || dy < -1 || dy > 1 {
		t.Fatalf("sizes %v and %v", a.Rect, b.Bounds())
	}
	sum, n := 0.0, 0
	for y := range min(a.Rect.Dy(), b.Bounds().Dy()) {
		for x := range min(a.Rect.Dx(), b.Bounds().Dx()) {
			r, _, _, _ := b.At(x, y).RGBA()
			d := int(a.GrayAt(x, y).Y) - int(r>>8)
			sum, n = sum+float64(max(d, -d))/255, n+1
		}
	}
	return sum / float64(n)
}

// TestNoNameOutsideThePage inflates every stream and looks at what is left around them.
func TestNoNameOutsideThePage(t *testing.T) {
	pdf := build(t, sample(openFonts(t)))
	_, out := tool(t, pdf, "pdfinfo", "in.pdf")
	if !strings.Contains(out, "T01-000001") || strings.Contains(out, "SPECIMEN") {
		t.Errorf("metadata: %s", out)
	}
	outside := regexp.MustCompile(`(?s)stream\r?\n.*?endstream`).ReplaceAll(pdf, nil)
	if bytes.Contains(outside, []byte("SPECIMEN")) || bytes.Contains(outside, []byte("\x5f\x20")) {
		t.Error("the name stands outside the page")
	}
	first := regexp.MustCompile(`(?s)/FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream`).FindSubmatch(pdf)
	if first == nil {
		t.Fatal("no page content found")
	}
	z, err := zlib.NewReader(bytes.NewReader(first[1]))
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil || !bytes.Contains(page, []byte("ActualText <FEFFD872DF5A>")) { // U+2CB5A, the control
		t.Errorf("the name is not on the page: %v", err)
	}
}
