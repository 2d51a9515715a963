package escpos_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/app/qrread"
	"bangban/print"
	"bangban/print/escpos"
	"bangban/print/escpos/escpostest"
	"bangban/print/printtest"
)

const codeText = "6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA."

// sheet is a short paper with words and a code.
func sheet(t testing.TB) *print.Sheet {
	t.Helper()
	fonts, err := print.StandardFonts()
	if err != nil {
		t.Fatal(err)
	}
	code, err := print.EncodeThermal(codeText)
	if err != nil {
		t.Fatal(err)
	}
	s := print.NewSheet(fonts, print.Roll80(), "zh-Hans")
	s.Text(6, 12, "张三 SPECIMEN", print.Style{Size: 24})
	s.Code(8, 20, code)
	s.CutAt(20 + code.Side() + 4)
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// paper is what a sheet must come out as: bytes of a row, then the rows, a bit a dot.
func paper(t testing.TB, s *print.Sheet) []byte {
	t.Helper()
	img, err := s.RasterRoll(0, escpos.Dots80)
	if err != nil {
		t.Fatal(err)
	}
	out := []byte{escpos.Dots80 / 8}
	for y := range img.Rect.Dy() {
		for x := 0; x < escpos.Dots80; x += 8 {
			b := byte(0)
			for i := range 8 {
				if img.GrayAt(x+i, y).Y < 128 {
					b |= 0x80 >> i
				}
			}
			out = append(out, b)
		}
	}
	return out
}

func printer(t testing.TB, address string, change ...func(*escpos.Config)) *escpos.Printer {
	t.Helper()
	port, err := escpos.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c := escpos.Config{Name: "receipts", Port: port, Look: time.Millisecond}
	for _, f := range change {
		f(&c)
	}
	return escpos.New(c)
}

func impatient(c *escpos.Config) { c.Patience = 100 * time.Millisecond }

var job = print.Job{Title: "T01-000001", PDF: []byte("%PDF-1.3 SPECIMEN"), Copies: 1}

// onSheets gives the contract suite, which knows only documents, a device that prints the sheet they were made of.
type onSheets struct {
	*escpos.Printer
	fonts *print.Sheet

	mu   sync.Mutex
	pdfs [][]byte
}

func (d *onSheets) Print(ctx context.Context, j print.Job) error {
	d.mu.Lock()
	d.pdfs = append(d.pdfs, bytes.Clone(j.PDF))
	d.mu.Unlock()
	return d.PrintSheet(ctx, j, d.fonts)
}

func TestContract(t *testing.T) {
	s := sheet(t)
	want := paper(t, s)
	printtest.Device(t, func(t *testing.T) printtest.Setup {
		f := escpostest.New(t, escpostest.Well)
		d := &onSheets{Printer: printer(t, f.Address), fonts: s}
		return printtest.Setup{Device: d, Papers: func(*testing.T) [][]byte {
			all := f.Tray()
			for i, p := range all { // a paper that is the sheet, dot for dot, stands for the document
				if bytes.Equal(p, want) {
					all[i] = d.pdfs[len(d.pdfs)-1]
				}
			}
			return all
		}}
	})
}

func TestCodeComesOutWhole(t *testing.T) {
	f := escpostest.New(t, escpostest.Well)
	if err := printer(t, f.Address).PrintSheet(t.Context(), job, sheet(t)); err != nil {
		t.Fatal(err)
	}
	got := f.Tray()
	if len(got) != 1 {
		t.Fatalf("%d papers", len(got))
	}
	if text, err := qrread.Decode(escpostest.Page(got[0])); err != nil || len(text) != 1 || text[0] != codeText {
		t.Errorf("%d codes on the paper, %v", len(text), err)
	}
}

func TestCopies(t *testing.T) {
	f := escpostest.New(t, escpostest.Well)
	j := job
	j.Copies = 3
	if err := printer(t, f.Address).PrintSheet(t.Context(), j, sheet(t)); err != nil {
		t.Fatal(err)
	}
	if n := len(f.Tray()); n != 3 {
		t.Errorf("%d papers, want 3", n)
	}
}

// Troubles before the first dot and in the middle of a paper, each with its own code; nothing is left in the printer.
func TestTroubles(t *testing.T) {
	s := sheet(t)
	for name, c := range map[string]struct {
		stop map[byte]byte
		code string
	}{
		"paper end":         {map[byte]byte{4: 0x60, 2: 0x20, 1: 0x08}, print.CodePaperOut},
		"stopped, no paper": {map[byte]byte{2: 0x20, 1: 0x08}, print.CodePaperOut},
		"cover":             {map[byte]byte{2: 0x04, 1: 0x08}, print.CodeCoverOpen},
		"knife":             {map[byte]byte{2: 0x40, 3: 0x08, 1: 0x08}, print.CodeFault},
		"off line":          {map[byte]byte{1: 0x08}, print.CodeFault},
	} {
		for _, after := range []int{0, 40} {
			f := escpostest.New(t, escpostest.Well)
			f.Stop(c.stop, after)
			p := printer(t, f.Address)
			err := p.PrintSheet(t.Context(), job, s)
			if got := printtest.Code(err); got != c.code {
				t.Errorf("%s after %d rows: code %q (%v), want %q", name, after, got, err, c.code)
			}
			if after == 0 {
				if got := printtest.Code(p.Ready(t.Context())); got != c.code {
					t.Errorf("%s: ready says %q, want %q", name, got, c.code)
				}
				continue
			}
			f.Stop(nil, 0)
			if err := p.PrintSheet(t.Context(), job, s); err != nil {
				t.Errorf("%s, put right: %v", name, err)
			}
			if f.Drops() == 0 {
				t.Errorf("%s: the printer was not told to forget", name)
			}
			if got := f.Tray(); len(got) != 1 {
				t.Errorf("%s: %d papers after it was put right, want one", name, len(got))
			}
		}
	}
	f := escpostest.New(t, escpostest.Well)
	f.Stop(map[byte]byte{4: 0x0c}, 0) // the control: nearly at its end is no trouble
	if err := printer(t, f.Address).Ready(t.Context()); err != nil {
		t.Errorf("paper near its end: %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "tcp:" + l.Addr().String()
	l.Close()
	silent, stuck := escpostest.New(t, escpostest.Deaf), escpostest.New(t, escpostest.Stuck)
	for name, c := range map[string]struct{ address, ready, code string }{
		"nobody listens":  {closed, print.CodeUnreachable, print.CodeUnreachable},
		"says nothing":    {silent.Address, print.CodeUnreachable, print.CodeUnreachable},
		"no device file":  {"file:" + filepath.Join(t.TempDir(), "lp0"), print.CodeUnreachable, print.CodeUnreachable},
		"no serial line":  {"serial:" + filepath.Join(t.TempDir(), "tty") + "@19200", print.CodeUnreachable, print.CodeUnreachable},
		"does not move":   {stuck.Address, "", print.CodeFault},
		"the control, ok": {escpostest.New(t, escpostest.Well).Address, "", ""},
	} {
		p := printer(t, c.address, impatient)
		if got := printtest.Code(p.Ready(t.Context())); got != c.ready {
			t.Errorf("%s: ready says %q, want %q", name, got, c.ready)
		}
		err := p.PrintSheet(t.Context(), job, sheet(t))
		if got := printtest.Code(err); got != c.code {
			t.Errorf("%s: code %q, want %q", name, got, c.code)
		}
		if err != nil && strings.Contains(err.Error(), c.address[5:]) {
			t.Errorf("%s: the error names the address: %v", name, err)
		}
	}
}

// Cancelled while the printer works: what it had not printed yet is forgotten.
func TestCancelledAtWork(t *testing.T) {
	f := escpostest.New(t, escpostest.Stuck)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var states []print.JobState
	j := job
	j.Report = func(s print.JobState) {
		if states = append(states, s); s == print.JobPrinting {
			go func() {
				<-f.Stands
				cancel()
			}()
		}
	}
	if got := printtest.Code(printer(t, f.Address).PrintSheet(ctx, j, sheet(t))); got != print.CodeCancelled {
		t.Errorf("code %q, want %q", got, print.CodeCancelled)
	}
	if slices.Contains(states, print.JobDone) || len(f.Tray()) != 0 {
		t.Errorf("states %v, %d papers", states, len(f.Tray()))
	}
}

func TestRefuses(t *testing.T) {
	f := escpostest.New(t, escpostest.Well)
	p := printer(t, f.Address)
	fonts := sheet(t).Fonts()
	for name, s := range map[string]*print.Sheet{
		"no sheet": nil, "A5": print.NewSheet(fonts, print.A5(), "en"), "58 mm": print.NewSheet(fonts, print.Roll58(), "en"),
	} {
		if got := printtest.Code(p.PrintSheet(t.Context(), job, s)); got != print.CodeRefused {
			t.Errorf("%s: code %q, want %q", name, got, print.CodeRefused)
		}
	}
	if got := printtest.Code(p.Print(t.Context(), job)); got != print.CodeRefused {
		t.Errorf("a document: code %q, want %q", got, print.CodeRefused)
	}
	slip := print.NewSheet(fonts, print.Roll58(), "en")
	slip.Text(6, 12, "SPECIMEN", print.Style{Size: 16})
	slip.CutAt(30)
	if err := printer(t, f.Address, func(c *escpos.Config) { c.Dots = escpos.Dots58 }).PrintSheet(t.Context(), job, slip); err != nil {
		t.Errorf("a slip of 58 mm: %v", err)
	}
	for _, bad := range []string{"", "tcp:", "tcp:host", "usb:1", "/dev/usb/lp0", "serial:/dev/ttyS0@fast", "serial:/dev/ttyS0@1"} {
		if _, err := escpos.Parse(bad); !errors.Is(err, escpos.ErrAddress) {
			t.Errorf("%q: %v, want ErrAddress", bad, err)
		}
	}
}

// A printer that cannot answer, behind a device file.
func TestMute(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lp0")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := printer(t, "file:"+path, func(c *escpos.Config) { c.Mute = true })
	if err := errors.Join(p.Ready(t.Context()), p.PrintSheet(t.Context(), job, sheet(t))); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(got, []byte{0x1b, '@'}) || !bytes.HasSuffix(got, []byte{0x1d, 'V', 66, 0}) || bytes.Contains(got, []byte{0x1d, 'r', 1}) {
		t.Error("not a paper from start to cut")
	}
}

func BenchmarkPaper(b *testing.B) {
	s := sheet(b)
	path := filepath.Join(b.TempDir(), "lp0")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	p := printer(b, "file:"+path, func(c *escpos.Config) { c.Mute = true })
	b.ReportAllocs()
	for b.Loop() {
		if err := p.PrintSheet(b.Context(), job, s); err != nil {
			b.Fatal(err)
		}
	}
}
