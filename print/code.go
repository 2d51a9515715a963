package print

import (
	"math"
	"slices"

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
	q, err := qr.New(str, qr.Medium)
	if err != nil || q.VersionNumber > maxVersion {
		return nil, NewError(CodeCodeTooLarge, nil, nil) // the cause would quote the text
	}
	q.DisableBorder = true
	inner := q.Bitmap()
	n := len(inner) + 2*quiet
	rows := make([][]bool, n)
	for i := range rows {
		rows[i] = make([]bool, n)
		if k := i - quiet; k >= 0 && k < len(inner) {
			copy(rows[i][quiet:], inner[k])
		}
	}
	return rows, nil
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
