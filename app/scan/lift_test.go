package scan_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	qr "github.com/skip2/go-qrcode"

	"bangban/app/qrread/qrtest"
	"bangban/app/scan"
	"bangban/print"
)

var codeText = qrtest.Text(948, 5)

func picture(t testing.TB, text string, px int) image.Image {
	t.Helper()
	q, err := qr.New(text, qr.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return q.Image(-px)
}

func flate(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// onePage is a PDF of one stream; its cross-reference table is missing, as in a broken file.
func onePage(dict string, body []byte) []byte {
	return fmt.Appendf(nil, "%%PDF-1.7\n4 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n%%%%EOF\n", dict, len(body), body)
}

func ownPDF(t testing.TB, text string) []byte {
	t.Helper()
	fonts, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	s := print.NewSheet(fonts, print.A5(), "en")
	q, err := print.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Code(20, 20, q)
	b, err := s.PDF(print.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func files(t testing.TB) map[string][]byte {
	img := picture(t, codeText, 4)
	var p, j bytes.Buffer
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	var grey, mono, predicted []byte
	for y := range b.Dy() {
		row := make([]byte, (b.Dx()+7)/8)
		predicted = append(predicted, 1)
		before := byte(0)
		for x := range b.Dx() {
			v := byte(0)
			if r, _, _, _ := img.At(x, y).RGBA(); r > 0x7fff {
				v = 255
				row[x/8] |= 0x80 >> (x % 8)
			}
			grey = append(grey, v)
			predicted = append(predicted, v-before)
			before = v
		}
		mono = append(mono, row...)
	}
	size := fmt.Sprintf("/Subtype /Image /Width %d /Height %d ", b.Dx(), b.Dy())
	return map[string][]byte{
		"png": p.Bytes(), "jpeg": j.Bytes(), "own pdf": ownPDF(t, codeText),
		"jpeg in pdf":   onePage(size+"/Filter /DCTDecode", j.Bytes()),
		"grey in pdf":   onePage(size+"/BitsPerComponent 8 /Filter /FlateDecode", flate(grey)),
		"mono in pdf":   onePage(size+"/BitsPerComponent 1 /Filter /FlateDecode", flate(mono)),
		"predicted":     onePage(size+"/BitsPerComponent 8 /Filter /FlateDecode /DecodeParms << /Predictor 15 >>", flate(predicted)),
		"mask in pdf":   onePage(size+"/ImageMask true /Filter /FlateDecode", flate(mono)),
		"lines for pdf": onePage("/Filter /FlateDecode", flate([]byte(rectangles(t, codeText)))),
	}
}

// rectangles draws a code with lines and a turned page, as other programs do.
func rectangles(t testing.TB, text string) string {
	q, err := qr.New(text, qr.Medium)
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	s.WriteString("q 0 2 -2 0 400 10 cm 1 1 1 rg 0 0 600 600 re f 0 0 0 1 k\n(a \\) string) Tj /Name gs\n")
	for y, row := range q.Bitmap() {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&s, "%d %d m %d %d l %d %d l %d %d l h\n", x, y, x+1, y, x+1, y+1, x, y+1)
			}
		}
	}
	s.WriteString("f Q")
	return s.String()
}

func TestLift(t *testing.T) {
	for name, data := range files(t) {
		l, err := scan.Lift(context.Background(), data)
		if err != nil || len(l.Found) == 0 || string(l.Found[0].Data) != codeText {
			t.Errorf("%s: %v, %v", name, l, err)
			continue
		}
		if pdf := bytes.HasPrefix(data, []byte("%PDF")); pdf != (l.Found[len(l.Found)-1].Where == "pdf") {
			t.Errorf("%s: %v", name, l)
		}
	}
}

// TestLiftOthers reads what other programs make of a page.
func TestLiftOthers(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "in.pdf")
	if err := os.WriteFile(from, ownPDF(t, codeText), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tool := range [][]string{{"pdftocairo", "-pdf"}, {"qpdf", "--object-streams=generate"}} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			t.Logf("%s is not here", tool[0])
			continue
		}
		to := filepath.Join(dir, tool[0]+".pdf")
		if out, err := exec.Command(tool[0], tool[1], from, to).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v %s", tool[0], err, out)
		}
		b, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := scan.Lift(context.Background(), b); err != nil || string(l.Found[0].Data) != codeText {
			t.Errorf("%s: %v, %v", tool[0], l, err)
		}
	}
}

func TestLiftNothing(t *testing.T) {
	var white bytes.Buffer
	if err := png.Encode(&white, image.NewGray(image.Rect(0, 0, 50, 50))); err != nil {
		t.Fatal(err)
	}
	if _, err := scan.Lift(context.Background(), white.Bytes()); !errors.Is(err, scan.ErrNothing) {
		t.Errorf("picture without a code: %v", err)
	}
	if _, err := scan.Lift(context.Background(), make([]byte, scan.MaxBytes+1)); !errors.Is(err, scan.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	l, err := scan.Lift(context.Background(), onePage("/Subtype /Image /Filter /CCITTFaxDecode", []byte("x")))
	if err != nil || len(l.Found) != 1 || l.Found[0].Where != "pdf" || len(l.Beside) != 1 || l.Beside[0] != "CCITTFaxDecode" {
		t.Errorf("fax: %v, %v", l, err)
	}
	if l, err := scan.Lift(context.Background(), []byte("HC1:ABC\r\n")); err != nil || string(l.Found[0].Data) != "HC1:ABC" {
		t.Errorf("text: %v, %v", l, err)
	}
	if l, err := scan.Lift(context.Background(), []byte("\x84\x43\n")); err != nil || string(l.Found[0].Data) != "\x84\x43\n" {
		t.Errorf("bytes: %v, %v", l, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := scan.Lift(ctx, ownPDF(t, "SPECIMEN")); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
	if s := fmt.Sprintf("%v %+v %s", l, l.Found, l.Found[0]); strings.Contains(s, "obj") {
		t.Errorf("a Found prints its data: %s", s)
	}
}

func FuzzLift(f *testing.F) {
	for _, data := range files(f) {
		f.Add(data)
	}
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Length 5>>stream\n0 0 1 1 re f\nendstream"))
	f.Add(onePage("", []byte("q q Q cm 1 0 0 1 0 0 cm 1e30 1 1 1 re f")))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := scan.Lift(context.Background(), data)
		if err == nil && len(l.Found) == 0 {
			t.Fatal("neither anything nor an error")
		}
	})
}
