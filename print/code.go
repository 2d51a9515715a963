package print

import (
	"math"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
	qr "github.com/skip2/go-qrcode"
)

// Measures of a code.
const (
	DotsPerInch    = 300 // of the printer whose dots a module is a whole number of, and of the read-back
	ModuleDots     = 6
	MaxCodeVersion = 27
	quiet          = 4 // modules (ISO/IEC 18004:2015 §6.3.8)
)

// Module is the side of one module in mm.
const Module = ModuleDots * 25.4 / DotsPerInch

// QR is a code that was encoded but not drawn yet. It may be drawn on several sheets.
type QR struct {
	rows   [][]bool // with quiet zone; true is dark
	module float64  // mm
	dpi    int      // of the printer whose dots a module is a whole number of
}

// Encode makes the code of str. One that needs a version above MaxCodeVersion fails with CodeCodeTooLarge.
func Encode(str string) (*QR, error) {
	rows, err := encode(str, MaxCodeVersion)
	if err != nil {
		return nil, err
	}
	return &QR{rows, Module, DotsPerInch}, nil
}

// Side is the side of the code with its quiet zone in mm.
func (q *QR) Side() float64 { return float64(len(q.rows)) * q.module }

// Wipe overwrites the code. Sheets that it was drawn on have their own copy.
func (q *QR) Wipe() {
	for _, r := range q.rows {
		clear(r)
	}
}

// Code draws a code with its quiet zone on white, its top left corner at the printer dot nearest to x, y.
func (s *Sheet) Code(x, y float64, q *QR) {
	if !s.finite(x, y) {
		return
	}
	own := make([][]bool, len(q.rows))
	for i, r := range q.rows {
		own[i] = slices.Clone(r)
	}
	snap := func(mm float64) float64 { return math.Round(mm*float64(q.dpi)/25.4) * 25.4 / float64(q.dpi) }
	s.add(&code{Rect{snap(x), snap(y), q.Side(), q.Side()}, q.module, q.dpi, own})
}

func encode(str string, maxVersion int) ([][]bool, error) {
	if str == "" || len(str) > 3000 {
		return nil, NewError(CodeCodeTooLarge, nil, nil)
	}
	modules := encodeBytes
	if alphanumeric(str) {
		modules = encodeAlphanumeric
	}
	dark, version, n := modules(str)
	if n == 0 || version > maxVersion {
		return nil, NewError(CodeCodeTooLarge, nil, nil) // the cause would quote the text
	}
	side := n + 2*quiet
	rows, all := make([][]bool, side), make([]bool, side*side)
	for y := range rows {
		rows[y] = all[y*side : (y+1)*side : (y+1)*side]
		if y < quiet || y >= quiet+n {
			continue
		}
		for x := range n {
			rows[y][quiet+x] = dark(x, y-quiet)
		}
	}
	return rows, nil
}

// alphanumeric tells whether a text is of the characters of alphanumeric mode (ISO/IEC 18004:2015 §7.3.4), as vouchers are.
func alphanumeric(str string) bool {
	for i := range len(str) {
		if c := str[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') && strings.IndexByte(" $%*+-./:", c) < 0 {
			return false
		}
	}
	return true
}

// encodeAlphanumeric makes the codes of vouchers: which modules are dark, without the quiet zone, the version and the side; 0:
// it cannot be made. Version and words are those of encodeBytes, for half of the time and a sixth of the allocations; the mask
// may be another.
func encodeAlphanumeric(str string) (dark func(x, y int) bool, version, side int) {
	q, err := encoder.Encoder_encodeWithoutHint(str, decoder.ErrorCorrectionLevel_M)
	if err != nil || q.GetMatrix() == nil || q.GetVersion() == nil {
		return nil, 0, 0
	}
	m := q.GetMatrix()
	return func(x, y int) bool { return m.Get(x, y) == 1 }, q.GetVersion().GetVersionNumber(), m.GetWidth()
}

// encodeBytes makes any other code, its text as UTF-8 without saying so, which readers take it for.
func encodeBytes(str string) (dark func(x, y int) bool, version, side int) {
	q, err := qr.New(str, qr.Medium)
	if err != nil {
		return nil, 0, 0
	}
	q.DisableBorder = true
	m := q.Bitmap()
	return func(x, y int) bool { return m[y][x] }, q.VersionNumber, len(m)
}

// bars calls f for each horizontal bar of dark modules.
func (c *code) bars(f func(Rect)) {
	for y, row := range c.rows {
		for x := 0; x < len(row); {
			if !row[x] {
				x++
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			f(Rect{c.area.X + float64(from)*c.module, c.area.Y + float64(y)*c.module, float64(x-from) * c.module, c.module})
		}
	}
}
