package print

import (
	"math"

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

// Code draws a QR code of str with its quiet zone, its top left corner at the printer dot nearest to x, y, on white.
// It gives the side in mm. One that needs a version above MaxCodeVersion fails with CodeCodeTooLarge.
func (s *Sheet) Code(x, y float64, str string) (side float64) {
	rows, err := encode(str)
	if err != nil {
		s.fail(err)
		return 0
	}
	if !s.finite(x, y) {
		return 0
	}
	side = float64(len(rows)) * Module
	s.add(&code{Rect{snap(x), snap(y), side, side}, Module, rows})
	return side
}

// CodeSide tells how large the code of str will be, in mm, without drawing it.
func (s *Sheet) CodeSide(str string) float64 {
	rows, err := encode(str)
	if err != nil {
		s.fail(err)
		return 0
	}
	return float64(len(rows)) * Module
}

func snap(mm float64) float64 { return math.Round(mm*DotsPerInch/25.4) * 25.4 / DotsPerInch }

// encode gives the modules with the quiet zone; true is dark.
func encode(str string) ([][]bool, error) {
	if str == "" || len(str) > 3000 {
		return nil, NewError(CodeCodeTooLarge, nil, nil)
	}
	q, err := qr.New(str, qr.Medium)
	if err != nil || q.VersionNumber > MaxCodeVersion {
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
